package tender

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/ui/kit"
)

// pad is where an amount is typed and cash is taken: entry, keypad, note keys, and the one key that takes it.
type pad struct {
	s       *Screen
	content fyne.CanvasObject
	entry   *kit.MoneyEntry
	notes   *kit.NoteKeys
	main    *kit.Button
	due     money.Amount
	free    bool // nothing is due: the key completes
}

func newPad(s *Screen) *pad {
	p := &pad{s: s}
	k := s.env.Keys
	p.entry = kit.NewMoneyEntry(k, s.env.Currency)
	p.entry.Limit(money.Of(money.MaxMinor, s.env.Currency), func(limit money.Amount) { s.env.Say(kit.Notice, s.env.Words("tender.limit", limit.Format())) })
	p.entry.Changed = p.label
	p.entry.Submitted = p.take
	p.notes = kit.NewNoteKeys(k, p.note)
	p.main = kit.NewButton(k, kit.Main, "", p.take)
	p.main.Hint(k.Hint(kit.Pay))
	keypad := kit.NewKeypad(k, p.entry)
	body := container.New(&padDesk{}, keypad, p.notes)
	p.content = container.NewBorder(p.entry, p.main, nil, nil, body)
	return p
}

// begin empties the entry and offers the shop's notes.
func (p *pad) begin() {
	notes := []kit.Note{{Minor: 0, Label: p.s.env.Words("tender.exact"), Main: true}}
	for _, n := range p.s.shop.Info().Config.Notes {
		notes = append(notes, kit.Note{Minor: n, Label: money.Of(n, p.s.env.Currency).Short()})
	}
	p.notes.SetNotes(notes)
	p.entry.Clear()
	p.label()
}

// set shows what cash would settle the order.
func (p *pad) set(due money.Amount, free bool) {
	p.due, p.free = due, free
	p.entry.SetHint(due.Format())
	p.label()
}

// label says on the key what it does.
func (p *pad) label() {
	w := p.s.env.Words
	switch a := p.amount(); {
	case p.free:
		p.main.SetText(w("tender.complete"))
	case a != nil:
		p.main.SetText(w("tender.take_cash", money.Of(*a, p.s.env.Currency).Format()))
	default:
		p.main.SetText(w("tender.take_cash", p.due.Format()))
	}
	if p.due.Zero() && !p.free {
		p.main.Disable()
	} else {
		p.main.Enable()
	}
}

// amount is what is typed, nil while nothing is.
func (p *pad) amount() *int64 {
	if a, ok := p.entry.Value(); ok {
		return &a.Minor
	}
	return nil
}

// typed shows what was typed with no field in focus.
func (p *pad) typed(text string) {
	p.entry.SetText(text)
	p.label()
}

func (p *pad) focus() { p.entry.Focus() }

// take takes what is typed as cash, exactly what is due where nothing is.
func (p *pad) take() {
	if p.free {
		p.s.complete()
		return
	}
	p.s.take(app.TenderAsk{Method: order.Cash, Minor: p.amount()})
}

// note takes one note in one tap; 0 is exactly what is due.
func (p *pad) note(minor int64) {
	ask := app.TenderAsk{Method: order.Cash}
	if minor > 0 {
		ask.Minor = &minor
	}
	p.s.take(ask)
}

// padDesk puts the notes in a column beside the keypad.
type padDesk struct{}

// MinSize implements fyne.Layout.
func (*padDesk) MinSize(objects []fyne.CanvasObject) fyne.Size {
	// Keys a finger wide are enough where letters are large and the window is not.
	return fyne.NewSize(kit.Letter(objects[0])*13, objects[0].MinSize().Height*0.86)
}

// Layout implements fyne.Layout.
func (*padDesk) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	em := kit.Letter(objects[0])
	side := min(size.Width*0.34, em*9)
	objects[0].Resize(fyne.NewSize(size.Width-side-em/2, size.Height))
	objects[0].Move(fyne.NewPos(0, 0))
	objects[1].Resize(fyne.NewSize(side, size.Height))
	objects[1].Move(fyne.NewPos(size.Width-side, 0))
}

// newPrompt asks for the payer's code. A scan is taken at any moment; this only says so.
func newPrompt(s *Screen) fyne.CanvasObject {
	field := kit.NewField(s.env.Keys, s.env.Words("tender.code_field"))
	field.Submitted = func(code string) {
		field.SetText("")
		s.scan(code)
	}
	return container.NewBorder(nil, field, nil, nil, kit.NewEmpty(s.env.Words("tender.code_title"), s.env.Words("tender.code_text"), nil))
}
