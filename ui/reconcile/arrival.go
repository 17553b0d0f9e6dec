package reconcile

import (
	"context"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app/pay"
	"suanpan/app/reconcile"
	"suanpan/ui/kit"
)

// arrival says by when each provider's money should be at the bank, and by which words its lines are known there.
type arrival struct {
	s     *Screen
	box   fyne.CanvasObject
	rows  *kit.Rows
	told  *kit.Prose
	who   *pick
	kind  *pick
	days  *kit.Stepper
	text  *kit.Field
	off   *kit.Field
	rules []reconcile.ArrivalRule
}

func newArrival(s *Screen) *arrival {
	k, w := s.env.Keys, s.env.Words
	v := &arrival{s: s, told: kit.NewProse("")}
	v.rows = kit.NewRows(k, []kit.Column{{Title: w("reconcile.provider"), Share: 3}, {Title: w("reconcile.due_after"), Share: 2}, {Title: w("reconcile.bank_words"), Share: 4}})
	v.rows.OnSelect = v.look
	v.who = newPick(k, v.look)
	v.kind = newPick(k, func(string) { v.tell() })
	v.kind.offer([]string{"t", "d"}, func(key string) string { return w("reconcile.days." + key) })
	v.days = kit.NewStepper(k, 1, 0, 30, func(int) { v.tell() })
	v.text, v.off = s.typed(func() {}), s.typed(v.tell)
	form := container.NewVBox(s.under("reconcile.provider", v.who.box), s.under("reconcile.days", v.kind.box), s.under("reconcile.due_after", v.days),
		s.under("reconcile.bank_words", v.text), s.under("reconcile.holidays", v.off), v.told)
	right := container.NewBorder(nil, kit.NewButton(k, kit.Main, w("save"), v.main).Hint(k.Hint(kit.Pay)), nil, nil, container.NewVScroll(form))
	v.box = container.New(kit.Columns{Shares: []float32{1, 1}}, container.New(kit.Yield{Share: 0.5}, v.rows), right)
	return v
}

func (v *arrival) content() fyne.CanvasObject { return v.box }
func (v *arrival) step(by int)                { v.rows.Step(by) }
func (v *arrival) other(by int)               { v.days.SetValue(v.days.Value() + by); v.tell() }
func (v *arrival) second()                    { v.text.Focus() }

func (v *arrival) begin() {
	kit.Call(v.s.verbs, v.s.env.Context, v.s.shop.ArrivalRules, func(rules []reconcile.ArrivalRule, err error) {
		v.s.verbs.Say(err)
		v.rules = rules
		v.who.offer(v.s.wallets(), v.s.method)
		var records []kit.Record
		for _, r := range rules {
			records = append(records, kit.Record{Key: r.Provider, Cells: []string{v.s.method(r.Provider), v.after(r), strings.Join(r.Text, ", ")}})
		}
		v.rows.SetRecords(records)
		at := v.who.key()
		if at == "" && len(v.who.keys) > 0 {
			at = v.who.keys[0]
		}
		v.look(at)
	})
}

// after is a term as the trade writes it: T+1, D+0.
func (v *arrival) after(r reconcile.ArrivalRule) string {
	kind := "D+"
	if r.Working {
		kind = "T+"
	}
	return kind + strconv.Itoa(r.Days)
}

func (v *arrival) look(provider string) {
	r := reconcile.ArrivalRule{Provider: provider, Working: true, Days: 1}
	for _, known := range v.rules {
		if known.Provider == provider {
			r = known
		}
	}
	v.who.choose(provider)
	v.rows.Select(provider)
	v.kind.choose("d")
	if r.Working {
		v.kind.choose("t")
	}
	v.days.SetValue(r.Days)
	v.text.SetText(strings.Join(r.Text, ", "))
	v.off.SetText(strings.Join(r.Holidays, ", "))
	v.tell()
}

func (v *arrival) rule() reconcile.ArrivalRule {
	return reconcile.ArrivalRule{Provider: v.who.key(), Working: v.kind.key() == "t", Days: v.days.Value(), Text: listed(v.text.Text), Holidays: listed(v.off.Text)}
}

// tell shows what the rule means for today.
func (v *arrival) tell() {
	day := pay.Day(v.s.env.Now().Format("2006-01-02"))
	v.told.SetText(v.s.env.Words("reconcile.due_example", string(day), string(v.rule().Due(day))))
}

// listed takes a list apart that is typed with commas.
func listed(text string) []string {
	var out []string
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",，;；、\n", r) }) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

func (v *arrival) main() {
	r := v.rule()
	kit.Call(v.s.verbs, v.s.env.Context, func(ctx context.Context) (reconcile.ArrivalRule, error) { return v.s.shop.PutArrival(ctx, r) }, func(_ reconcile.ArrivalRule, err error) {
		if v.s.kept(err) {
			v.begin()
		}
	})
}
