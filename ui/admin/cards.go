package admin

import (
	"context"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/device"
	"suanpan/app/member"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/ui/kit"
)

const onAccount = "account"

// cards are members, gift cards and customers who buy on account: the list, the one that is chosen, and money for it.
type cards struct {
	s     *Screen
	box   fyne.CanvasObject
	kinds *kit.Options
	find  *kit.Field
	rows  *kit.Rows
	forms *fyne.Container
	form  map[string]*form
	said  *kit.Prose

	no, name, phone, limit, days, signers, amount map[string]*kit.Field
	blocked                                       map[string]*kit.Check

	kind     string
	chosen   string // id; empty: a new one
	holdings []app.Holding
	accounts []app.Standing
	key      string // of the next money, made when a card is chosen (X5)
	asked    int
	once     [2]string // id and code of the gift card that was just made: shown until another is chosen, kept nowhere
}

func newCards(s *Screen) *cards {
	k, w := s.env.Keys, s.env.Words
	v := &cards{s: s, kind: string(member.Member), forms: container.NewStack(), form: map[string]*form{}, said: kit.NewProse(""), key: app.NewID(),
		no: map[string]*kit.Field{}, name: map[string]*kit.Field{}, phone: map[string]*kit.Field{}, limit: map[string]*kit.Field{}, days: map[string]*kit.Field{},
		signers: map[string]*kit.Field{}, amount: map[string]*kit.Field{}, blocked: map[string]*kit.Check{}}
	var options []kit.Option
	for _, kind := range []string{string(member.Member), string(member.Voucher), onAccount} {
		options = append(options, kit.Option{Key: kind, Label: w("admin.cards." + kind)})
		v.form[kind] = v.newForm(kind)
	}
	v.kinds = kit.NewTabs(k, options, v.choose).Least(88)
	v.find = kit.NewField(k, w("admin.cards.find"))
	v.find.OnChanged = func(string) { v.read() }
	v.rows = kit.NewRows(k, []kit.Column{{Title: w("admin.cards.no"), Share: 3}, {Title: w("admin.cards.name"), Share: 3}, {Title: w("admin.cards.balance"), Share: 3, Right: true}})
	v.rows.OnSelect = v.look
	top := container.New(kit.Columns{Shares: []float32{1, 1}}, v.kinds, v.find)
	page := container.New(kit.Columns{Shares: []float32{1, 1}}, v.rows, container.NewBorder(v.said, nil, nil, nil, v.forms))
	v.box = container.NewBorder(top, nil, nil, nil, page)
	v.kinds.Select(v.kind)
	v.forms.Objects = []fyne.CanvasObject{v.form[v.kind].box}
	return v
}

// newForm is what is asked of one kind.
func (v *cards) newForm(kind string) *form {
	k, w := v.s.env.Keys, v.s.env.Words
	cash := kit.NewButton(k, kit.Plain, w("admin.cards.cash."+kind), v.cash)
	onto := kit.NewButton(k, kit.Plain, w("admin.cards.basket"), v.basket)
	buttons := []fyne.CanvasObject{kit.NewButton(k, kit.Plain, w("admin.cards.new"), v.fresh)}
	if kind == onAccount {
		buttons = append(buttons, kit.NewButton(k, kit.Plain, w("admin.cards.statement"), v.print))
	}
	f := newForm(v.s.env, append(buttons, kit.NewButton(k, kit.Main, w("save"), v.main).Hint(k.Hint(kit.Pay)))...)
	v.amount[kind] = kit.NewField(k, "")
	f.add("admin.cards.amount", v.amount[kind])
	f.rows.Add(kit.Row(onto, cash))
	f.rows.Add(kit.NewRule())
	v.no[kind], v.name[kind], v.phone[kind] = kit.NewField(k, ""), kit.NewField(k, ""), kit.NewField(k, "")
	no := "admin.cards.no"
	if kind == string(member.Voucher) {
		no = "admin.cards.code"
	}
	f.pair(no, v.no[kind], "admin.cards.name", v.name[kind])
	f.add("admin.cards.phone", v.phone[kind])
	if kind == onAccount {
		v.limit[kind], v.days[kind] = kit.NewField(k, ""), kit.NewField(k, "")
		f.pair("admin.cards.limit", v.limit[kind], "admin.cards.days", v.days[kind])
		v.signers[kind] = f.field("admin.cards.signers")
	}
	v.blocked[kind] = f.check("admin.cards.blocked")
	return f
}

func (v *cards) content() fyne.CanvasObject { return v.box }
func (v *cards) step(by int)                { v.rows.Step(by) }
func (v *cards) begin()                     { v.read() }

func (v *cards) heard(e app.Event) {
	if e.Kind == app.SaleSettled || e.Kind == app.Refresh {
		v.read()
	}
}

// scan finds a member by the card.
func (v *cards) scan(code string) { v.find.SetText(code) }

func (v *cards) choose(kind string) {
	v.kind = kind
	v.forms.Objects = []fyne.CanvasObject{v.form[kind].box}
	v.forms.Refresh()
	v.clear()
	v.read()
}

// read reads the list; an overtaken answer is dropped.
func (v *cards) read() {
	s, kind, text := v.s, v.kind, v.find.Text
	v.asked++
	mine := v.asked
	type found struct {
		holdings []app.Holding
		accounts []app.Standing
	}
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (out found, err error) {
		if kind == onAccount {
			out.accounts, err = s.shop.Accounts(ctx, text)
			return out, err
		}
		out.holdings, err = s.shop.Cards(ctx, member.Kind(kind), text, 500)
		return out, err
	}, func(got found, err error) {
		if mine != v.asked {
			return
		}
		s.verbs.Say(err)
		v.holdings, v.accounts = got.holdings, got.accounts
		chosen := v.chosen
		var records []kit.Record
		for _, h := range got.holdings {
			records = append(records, kit.Record{Key: h.ID, Cells: []string{h.No, h.Name, v.sum(h.Principal + h.Bonus)}})
		}
		for _, a := range got.accounts {
			records = append(records, kit.Record{Key: a.ID, Cells: []string{a.No, a.Name, v.sum(a.Balance)}})
		}
		v.rows.SetRecords(records)
		if chosen != "" {
			v.rows.Select(chosen)
			v.tell(chosen)
		}
	})
}

func (v *cards) sum(minor int64) string { return money.Of(minor, v.s.env.Currency).Format() }

// tell says what is on the chosen card, or open on the account.
func (v *cards) tell(id string) {
	w := v.s.env.Words
	for _, h := range v.holdings {
		if h.ID == id {
			text := w("admin.cards.holds", v.sum(h.Principal), v.sum(h.Bonus))
			if v.once[0] == id && v.once[1] != "" {
				text = w("admin.cards.code_once", v.once[1]) + "\n" + text
			}
			v.said.SetText(text)
		}
	}
	for _, a := range v.accounts {
		if a.ID == id {
			late := a.Ages[1] + a.Ages[2] + a.Ages[3] + a.Ages[4]
			v.said.SetText(w("admin.cards.owes", v.sum(a.Balance), len(a.Open), v.sum(late)))
		}
	}
}

func (v *cards) look(id string) {
	if id != v.chosen {
		v.key, v.once = app.NewID(), [2]string{}
	}
	v.chosen = id
	v.tell(id)
	k := v.kind
	fill := func(no, name, phone string, blocked bool) {
		v.no[k].SetText(no)
		v.name[k].SetText(name)
		v.phone[k].SetText(phone)
		v.blocked[k].SetChecked(blocked)
	}
	for _, h := range v.holdings {
		if h.ID == id {
			fill(h.No, h.Name, h.Phone, h.Blocked)
		}
	}
	for _, a := range v.accounts {
		if a.ID == id {
			fill(a.No, a.Name, a.Phone, a.Blocked)
			v.limit[k].SetText(money.Of(a.Limit, v.s.env.Currency).Decimal())
			v.days[k].SetText(strconv.Itoa(a.Days))
			v.signers[k].SetText(strings.Join(a.Signers, ", "))
		}
	}
}

func (v *cards) clear() {
	v.chosen, v.key, v.once = "", app.NewID(), [2]string{}
	v.said.SetText("")
	v.rows.Select("")
	for _, fields := range []map[string]*kit.Field{v.no, v.name, v.phone, v.limit, v.days, v.signers, v.amount} {
		if f := fields[v.kind]; f != nil {
			f.SetText("")
		}
	}
	v.blocked[v.kind].SetChecked(false)
}

func (v *cards) fresh() {
	v.clear()
	v.no[v.kind].Focus()
}

// main keeps what was typed.
func (v *cards) main() {
	if v.kind == onAccount {
		v.keepAccount()
		return
	}
	s, k := v.s, v.kind
	in := app.CardPut{Card: v.chosen, Kind: member.Kind(k), No: v.no[k].Text, Name: v.name[k].Text, Phone: v.phone[k].Text, Blocked: v.blocked[k].Checked}
	if k == string(member.Voucher) && v.chosen == "" {
		in.No, in.Code = "", pay.Hide(v.no[k].Text)
	}
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (app.Holding, error) { return s.shop.PutCard(ctx, in) }, func(h app.Holding, err error) {
		if err != nil {
			s.verbs.Say(err)
			return
		}
		s.saved()
		v.chosen = h.ID
		v.no[k].SetText(h.No)
		if h.Code != "" {
			v.once = [2]string{h.ID, h.Code}
		}
		v.read()
	})
}

func (v *cards) keepAccount() {
	s, k := v.s, v.kind
	limit, ok := v.money(v.limit[k], true)
	if !ok {
		return
	}
	days, err := strconv.Atoi(strings.TrimSpace(v.days[k].Text))
	if err != nil && strings.TrimSpace(v.days[k].Text) != "" {
		v.days[k].Focus()
		return
	}
	var signers []string
	for _, name := range strings.FieldsFunc(v.signers[k].Text, func(r rune) bool { return strings.ContainsRune(",;，、；\n", r) }) {
		signers = append(signers, strings.TrimSpace(name))
	}
	in := member.Customer{ID: v.chosen, No: v.no[k].Text, Name: v.name[k].Text, Phone: v.phone[k].Text, Limit: limit, Days: days, Signers: signers, Blocked: v.blocked[k].Checked}
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (app.Standing, error) { return s.shop.PutAccount(ctx, in) }, func(a app.Standing, err error) {
		if err != nil {
			s.verbs.Say(err)
			return
		}
		s.saved()
		v.chosen = a.ID
		v.read()
	})
}

// money reads an amount field; nothing typed is 0 where that is allowed.
func (v *cards) money(f *kit.Field, empty bool) (int64, bool) {
	if text := strings.TrimSpace(f.Text); text == "" && empty {
		return 0, true
	}
	a, err := money.Parse(f.Text, v.s.env.Currency)
	if err != nil || a.Minor < 0 {
		v.s.env.Say(kit.Notice, v.s.env.Words("error.amount_invalid"))
		f.Focus()
		return 0, false
	}
	return a.Minor, true
}

// cash puts money on the card, or pays towards the account, at once.
func (v *cards) cash() {
	minor, ok := v.ready()
	if !ok {
		return
	}
	s, kind, id := v.s, v.kind, v.chosen
	ctx := app.WithKey(s.env.Context, v.key)
	kit.Call(s.verbs, ctx, func(ctx context.Context) (app.Sale, error) {
		if kind == onAccount {
			return s.shop.SettleAccount(ctx, app.SettleAsk{Customer: id, Minor: minor})
		}
		return s.shop.LoadValue(ctx, app.LoadAsk{Kind: member.Kind(kind), Card: id, Minor: minor})
	}, func(sold app.Sale, err error) {
		if err != nil {
			s.verbs.Say(err)
			return
		}
		v.key = app.NewID()
		v.amount[kind].SetText("")
		s.env.Say(kit.Ready, s.env.Words("admin.cards.taken", v.sum(sold.Total), sold.No))
		v.read()
	})
}

// basket puts the same on the counter, where any tender pays for it.
func (v *cards) basket() {
	minor, ok := v.ready()
	if !ok {
		return
	}
	s, kind, id := v.s, v.kind, v.chosen
	ctx := app.WithKey(s.env.Context, v.key)
	kit.Call(s.verbs, ctx, func(ctx context.Context) (app.Basket, error) {
		if kind == onAccount {
			return s.shop.AddSettlement(ctx, "", app.SettleAsk{Customer: id, Minor: minor})
		}
		return s.shop.AddLoad(ctx, "", app.LoadAsk{Kind: member.Kind(kind), Card: id, Minor: minor})
	}, func(_ app.Basket, err error) {
		if err != nil {
			s.verbs.Say(err)
			return
		}
		v.key = app.NewID()
		v.amount[kind].SetText("")
		if s.env.Go != nil {
			s.env.Go("sell")
		}
	})
}

// ready answers the amount for the chosen card; a settlement without one is for everything that is open.
func (v *cards) ready() (int64, bool) {
	if v.chosen == "" {
		v.s.env.Say(kit.Notice, v.s.env.Words("admin.cards.choose"))
		return 0, false
	}
	return v.money(v.amount[v.kind], v.kind == onAccount)
}

// print prints the statement of the chosen account.
func (v *cards) print() {
	s, id := v.s, v.chosen
	if id == "" {
		s.env.Say(kit.Notice, s.env.Words("admin.cards.choose"))
		return
	}
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (device.Job, error) {
		all := app.Statement{}
		return s.shop.PrintStatement(ctx, id, all.From, all.To)
	}, func(_ device.Job, err error) {
		if err != nil {
			s.verbs.Say(err)
			return
		}
		s.env.Say(kit.Ready, s.env.Words("admin.cards.printed"))
	})
}
