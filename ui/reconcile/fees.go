package reconcile

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app/money"
	"suanpan/app/reconcile"
	"suanpan/ui/kit"
)

// example is the payment whose fee is shown while a rule is typed: a hundred of the major unit.
const example = 100

// fees is one provider's contract: rules with their dates, and what is wrong with them, at the row.
type fees struct {
	s      *Screen
	box    fyne.CanvasObject
	who    *pick
	rows   *kit.Rows
	told   *kit.Text
	name   *kit.Field
	from   *kit.Field
	to     *kit.Field
	rate   *kit.Field
	fixed  *kit.Field
	least  *kit.Field
	most   *kit.Field
	way    *pick
	card   *pick
	promo  *kit.Check
	round  *pick
	back   *pick
	del    *kit.Button
	tables []reconcile.FeeTable
	table  reconcile.FeeTable
	bad    map[int]string // rows whose text is no number, by place: which field
	at     int
	quiet  bool
}

func newFees(s *Screen) *fees {
	k, w := s.env.Keys, s.env.Words
	v := &fees{s: s, at: -1, bad: map[int]string{}, told: kit.NewText("", kit.SizeBody, kit.Ink)}
	v.told.Fit = kit.Clip
	v.who = newPick(k, v.turn)
	v.rows = kit.NewRows(k, []kit.Column{{Title: w("reconcile.rule"), Share: 2}, {Title: w("reconcile.applies"), Share: 2.6}, {Title: w("reconcile.from"), Share: 1.7}, {Title: w("reconcile.until"), Share: 1.7},
		{Title: w("reconcile.rate"), Share: 1.2, Right: true}, {Title: w("orders.state"), Share: 3.6, Level: true}})
	v.rows.OnSelect = v.look
	v.name, v.from, v.to, v.rate = s.typed(v.typed), s.typed(v.typed), s.typed(v.typed), s.typed(v.typed)
	v.fixed, v.least, v.most = s.typed(v.typed), s.typed(v.typed), s.typed(v.typed)
	v.way, v.card = newPick(k, func(string) { v.typed() }), newPick(k, func(string) { v.typed() })
	v.round, v.back = newPick(k, func(string) { v.typed() }), newPick(k, func(string) { v.typed() })
	v.promo = kit.NewCheck(k, w("reconcile.promo"), func(bool) { v.typed() })
	of := func(prefix string) func(string) string { return func(key string) string { return w(prefix + key) } }
	v.way.offer([]string{"", "code", "qr", "card"}, of("reconcile.channel."))
	v.card.offer([]string{"", "credit", "debit"}, of("reconcile.card."))
	v.round.offer([]string{string(money.HalfUp), string(money.HalfDown), string(money.Up), string(money.Down)}, of("reconcile.rounding."))
	v.back.offer([]string{string(reconcile.ReturnShare), string(reconcile.ReturnNone)}, of("reconcile.return."))
	form := container.NewGridWithColumns(4,
		s.under("reconcile.rule", v.name), s.under("reconcile.channel", v.way.box), s.under("reconcile.card", v.card.box), s.under("reconcile.applies", v.promo),
		s.under("reconcile.from", v.from), s.under("reconcile.until", v.to), s.under("reconcile.rate_percent", v.rate), s.under("reconcile.fixed", v.fixed),
		s.under("reconcile.least", v.least), s.under("reconcile.cap", v.most), s.under("reconcile.rounding", v.round.box), s.under("reconcile.return", v.back.box))
	v.del = kit.NewButton(k, kit.Plain, w("remove"), v.remove)
	foot := kit.Row(kit.NewButton(k, kit.Plain, w("reconcile.add_rule"), v.second).Hint(k.Hint(kit.Quantity)), v.del, kit.NewButton(k, kit.Main, w("save"), v.main).Hint(k.Hint(kit.Pay)))
	top := container.New(kit.Columns{Shares: []float32{1, 2}}, v.who.box, v.told)
	v.box = container.NewBorder(top, foot, nil, nil, container.New(kit.Yield{Share: 0.6}, container.New(halves{}, v.rows, container.NewVScroll(form))))
	return v
}

func (v *fees) content() fyne.CanvasObject { return v.box }
func (v *fees) step(by int)                { v.rows.Step(by) }
func (v *fees) other(by int) {
	if i := v.who.box.SelectedIndex() + by; i >= 0 && i < len(v.who.keys) {
		v.who.choose(v.who.keys[i])
		v.turn(v.who.key())
	}
}

func (v *fees) begin() {
	kit.Call(v.s.verbs, v.s.env.Context, v.s.shop.Fees, func(tables []reconcile.FeeTable, err error) {
		v.s.verbs.Say(err)
		v.tables = tables
		who := v.s.wallets()
		v.who.offer(who, v.s.method)
		if v.who.key() == "" && len(who) > 0 {
			v.who.choose(who[0])
		}
		v.turn(v.who.key())
	})
}

// turn shows a provider's contract; what was typed and not saved of another one is gone.
func (v *fees) turn(provider string) {
	v.table = reconcile.FeeTable{Provider: provider, Rounding: money.HalfUp, Return: reconcile.ReturnShare}
	for _, t := range v.tables {
		if t.Provider == provider {
			v.table = t
			v.table.Rules = append([]reconcile.FeeRule(nil), t.Rules...)
		}
	}
	v.at, v.bad = -1, map[int]string{}
	if len(v.table.Rules) > 0 {
		v.at = 0
	}
	v.fill()
	v.draw()
}

// fill puts the chosen rule into the fields.
func (v *fees) fill() {
	v.quiet = true
	defer func() { v.quiet = false }()
	r := reconcile.FeeRule{}
	if v.at >= 0 {
		r = v.table.Rules[v.at]
	}
	for f, text := range map[*kit.Field]string{v.name: r.ID, v.from: r.From, v.to: r.To, v.rate: r.Rate.Percent(), v.fixed: v.plain(r.Fixed), v.least: v.plain(r.Min), v.most: v.plain(r.Cap)} {
		f.SetText(text)
		able(f, v.at >= 0)
	}
	v.way.choose(r.Channel)
	v.card.choose(r.Card)
	v.promo.SetChecked(r.Promo)
	v.round.choose(string(v.table.Rounding))
	v.back.choose(string(v.table.Return))
	able(v.del, v.at >= 0)
}

// plain is an amount as it is typed; nothing where there is none.
func (v *fees) plain(minor int64) string {
	if minor == 0 {
		return ""
	}
	return money.Of(minor, v.s.env.Currency).Decimal()
}

// typed takes the fields into the draft.
func (v *fees) typed() {
	if v.quiet {
		return
	}
	v.table.Rounding, v.table.Return = money.Mode(v.round.key()), reconcile.Return(v.back.key())
	if v.at >= 0 {
		r := &v.table.Rules[v.at]
		delete(v.bad, v.at)
		r.ID, r.From, r.To = strings.TrimSpace(v.name.Text), strings.TrimSpace(v.from.Text), strings.TrimSpace(v.to.Text)
		r.Channel, r.Card, r.Promo = v.way.key(), v.card.key(), v.promo.Checked
		rate, err := money.ParsePercent(strings.TrimSpace(v.rate.Text))
		if err != nil {
			v.bad[v.at] = "reconcile.rate_percent"
		}
		r.Rate = rate
		r.Fixed, r.Min, r.Cap = v.read(v.fixed, "reconcile.fixed"), v.read(v.least, "reconcile.least"), v.read(v.most, "reconcile.cap")
	}
	v.draw()
}

func (v *fees) read(f *kit.Field, name string) int64 {
	text := strings.TrimSpace(f.Text)
	if text == "" {
		return 0
	}
	a, err := money.Parse(text, v.s.env.Currency)
	if err != nil {
		v.bad[v.at] = name
	}
	return a.Minor
}

// draw shows the rules with what is wrong with them, and what the chosen one costs.
func (v *fees) draw() {
	w := v.s.env.Words
	var wrong *reconcile.FeeFault
	if len(v.bad) > 0 || !errors.As(v.table.Check(), &wrong) {
		wrong = nil
	}
	var records []kit.Record
	for i, r := range v.table.Rules {
		state, level := w("reconcile.rule_ok"), kit.Ready
		switch {
		case v.bad[i] != "":
			state, level = w("reconcile.no_number", w(v.bad[i])), kit.Stopped
		case wrong != nil && wrong.Row == i+1:
			state, level = w("reconcile.fault."+wrong.Code, wrong.Day), kit.Stopped
		}
		applies := w("reconcile.channel."+r.Channel) + " · " + w("reconcile.card."+r.Card)
		if r.Promo {
			applies = w("reconcile.promo") + " · " + applies
		}
		until := r.To
		if until == "" {
			until = "–"
		}
		records = append(records, kit.Record{Key: strconv.Itoa(i), Level: level, Cells: []string{r.ID, applies, r.From, until, r.Rate.Percent() + "%", state}})
	}
	v.rows.SetRecords(records)
	v.rows.Select(strconv.Itoa(v.at))
	switch {
	case v.table.Provider == "":
		v.told.SetText(w("reconcile.no_wallet"))
	case len(records) == 0:
		v.told.SetText(w("reconcile.no_rules"))
	case v.at >= 0:
		r, sum := v.table.Rules[v.at], example*v.s.env.Currency.Minor()
		v.told.SetText(w("reconcile.example", v.s.amount(sum), v.s.amount(r.Fee(sum, v.table.Rounding))))
	}
}

func (v *fees) look(key string) {
	if i, err := strconv.Atoi(key); err == nil && i < len(v.table.Rules) && i != v.at {
		v.at = i
		v.fill()
		v.draw()
	}
}

// second adds a rule that begins today.
func (v *fees) second() {
	if v.table.Provider == "" {
		return
	}
	name := strconv.Itoa(len(v.table.Rules) + 1)
	v.table.Rules = append(v.table.Rules, reconcile.FeeRule{ID: v.s.env.Words("reconcile.rule") + " " + name, From: v.s.env.Now().Format("2006-01-02")})
	v.at = len(v.table.Rules) - 1
	v.fill()
	v.draw()
	v.rate.Focus()
}

func (v *fees) remove() {
	if v.at < 0 {
		return
	}
	v.table.Rules = append(v.table.Rules[:v.at], v.table.Rules[v.at+1:]...)
	v.at, v.bad = min(v.at, len(v.table.Rules)-1), map[int]string{}
	v.fill()
	v.draw()
}

func (v *fees) main() {
	if v.table.Provider == "" {
		return
	}
	for i := range v.bad {
		v.at = i
		v.fill()
		v.draw()
		v.s.env.Say(kit.Notice, v.s.env.Words("reconcile.no_number", v.s.env.Words(v.bad[i])))
		return
	}
	table := v.table
	table.Rules = append([]reconcile.FeeRule(nil), v.table.Rules...)
	kit.Call(v.s.verbs, v.s.env.Context, func(ctx context.Context) (reconcile.FeeTable, error) { return v.s.shop.PutFees(ctx, table) }, func(_ reconcile.FeeTable, err error) {
		if v.s.kept(err) {
			v.begin()
		}
	})
}
