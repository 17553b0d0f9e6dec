package orders

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/ui/kit"
)

// bank are the payments by static code that the bank statement must still show, or must not (X18).
type bank struct {
	s     *Screen
	box   fyne.CanvasObject
	rows  *kit.Rows
	found *kit.Button
	lost  *kit.Button
	none  *fyne.Container
	list  []app.BankItem
	asked int
}

func newBank(s *Screen) *bank {
	b := &bank{s: s}
	k, w := s.env.Keys, s.env.Words
	b.rows = kit.NewRows(k, []kit.Column{{Title: w("orders.time"), Share: 2}, {Title: w("orders.tender"), Share: 2}, {Title: w("orders.total"), Share: 2, Right: true},
		{Title: w("orders.bank.ref"), Share: 3}, {Title: w("orders.state"), Share: 4, Level: true}})
	b.rows.OnSelect = func(string) { b.check() }
	b.found = kit.NewButton(k, kit.Main, w("orders.bank.found"), b.main).Hint(k.Hint(kit.Pay))
	b.lost = kit.NewButton(k, kit.Danger, w("orders.bank.missing"), func() { b.decide(app.BankMissing) })
	b.none = kit.NewEmpty(w("orders.bank.empty"), w("orders.bank.text"), nil)
	b.box = container.NewBorder(nil, kit.Row(b.lost, b.found), nil, nil, container.NewStack(b.rows, b.none))
	return b
}

func (b *bank) content() fyne.CanvasObject { return b.box }
func (b *bank) scan(string) bool           { return false }
func (b *bank) step(by int)                { b.rows.Step(by) }
func (b *bank) main()                      { b.decide(app.BankMatched) }

func (b *bank) heard(e app.Event) {
	if e.Kind == app.PaymentChanged || e.Kind == app.Refresh {
		b.begin()
	}
}

// begin lists what is not matched yet: what must be on the statement, what was given up at the till, what was not found.
func (b *bank) begin() {
	b.asked++
	mine := b.asked
	kit.Call(b.s.verbs, b.s.env.Context, func(ctx context.Context) ([]app.BankItem, error) { return b.s.shop.BankItems(ctx, "") }, func(list []app.BankItem, err error) {
		if mine != b.asked {
			return
		}
		b.s.verbs.Say(err)
		w, chosen := b.s.env.Words, b.rows.Selected()
		b.list = list
		var records []kit.Record
		for _, i := range list {
			level := kit.Unknown
			switch i.State {
			case app.BankMatched:
				continue
			case app.BankMissing:
				level = kit.Stopped
			case app.BankWatch:
				level = kit.Notice
			}
			ref := i.Reference
			if i.Unseen {
				ref = w("orders.bank.unseen")
			}
			records = append(records, kit.Record{Key: i.Payment, Level: level, Cells: []string{i.At.Local().Format("01-02 15:04"), w("receipt.method." + i.Provider),
				i.Amount.Format(), strings.TrimSpace(ref + "  " + i.Ref), w("orders.bank.state." + i.State)}})
		}
		b.rows.SetRecords(records)
		b.rows.Select(chosen)
		if b.rows.Selected() == "" && len(records) > 0 {
			b.rows.Select(records[0].Key)
		}
		b.none.Hidden = len(records) > 0
		b.rows.Hidden = len(records) == 0
		b.none.Refresh()
		b.rows.Refresh()
		b.check()
	})
}

func (b *bank) chosen() (app.BankItem, bool) {
	for _, i := range b.list {
		if i.Payment == b.rows.Selected() {
			return i, true
		}
	}
	return app.BankItem{}, false
}

func (b *bank) check() {
	i, ok := b.chosen()
	able(b.found, ok)
	able(b.lost, ok && i.State != app.BankMissing)
}

// decide says what the statement showed: the line on which the money is, or why nobody looks for it any more.
func (b *bank) decide(state string) {
	i, ok := b.chosen()
	if !ok {
		return
	}
	s := b.s
	w, k := s.env.Words, s.env.Keys
	field := kit.NewField(k, w("orders.bank.why."+state))
	leave := s.stage.Uncover
	yes := func() {
		text := strings.TrimSpace(field.Text)
		if text == "" {
			field.Focus()
			return
		}
		line, note := text, ""
		if state == app.BankMissing {
			line, note = "", text
		}
		s.stage.Uncover()
		kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (app.BankItem, error) {
			return s.shop.DecideBankItem(ctx, i.Payment, state, line, note)
		}, func(_ app.BankItem, err error) {
			s.verbs.Say(err)
			b.begin()
		})
	}
	field.Submitted = func(string) { yes() }
	panel := kit.NewPanel(w("orders.bank.ask."+state), container.NewVBox(kit.NewProse(i.Amount.Format()+"  "+i.Ref), field),
		kit.NewButton(k, kit.Plain, w("back"), leave).Hint(k.Hint(kit.Back)), kit.NewButton(k, kit.Main, w("orders.bank.record"), yes).Hint(k.Hint(kit.Pay)))
	s.stage.Cover(panel, kit.Bindings{Alone: true, Acts: map[kit.Act]func(){kit.Back: leave, kit.Pay: yes}})
	field.Focus()
}
