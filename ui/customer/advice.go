package customer

import (
	"fyne.io/fyne/v2"

	"suanpan/app"
	"suanpan/app/pay"
	"suanpan/ui/kit"
)

const (
	markSide = 120 // of the mark and of the tick
	adviceIn = 16  // between what stands there
)

// code is one code to scan and, where there are two, whose it is.
type code struct{ text, name string }

// orders are what the payer is told: codes or a tick, what to do, how much, and what the terminal says.
type orders struct {
	paid               bool
	codes              []code
	todo, figure, said string
	colour             fyne.ThemeColorName // of the figure
}

// offered tells what the payer may do about an offer; false where it does not concern him any more.
func (b *bill) offered(o app.Offer) bool {
	w := b.s.env.Words
	now := orders{figure: amount(o.Minor, b.s.env.Currency), colour: kit.Do}
	card := false
	for _, way := range o.Ways {
		if way.State != pay.AwaitingPayer && way.State != pay.Submitting {
			continue
		}
		if way.Flow == pay.ByCard {
			card, now.said = true, way.Text
		}
		if way.QR != "" && len(now.codes) < len(b.codes) {
			now.codes = append(now.codes, code{way.QR, w("receipt.method." + way.Method)})
		}
	}
	switch o.State {
	case app.OfferWaiting:
		switch {
		case card && len(now.codes) > 0:
			now.todo = w("customer.do.card_or_code")
		case card:
			now.todo = w("customer.do.card")
		case len(now.codes) > 0:
			now.todo = w("customer.scan_ours")
		default:
			now.todo = w("customer.wait")
		}
	case app.OfferCharging:
		now.codes, now.todo = nil, w("customer.do.charging")
	case app.OfferMaking:
		now.codes, now.todo, now.said = nil, w("customer.wait"), ""
	case app.OfferWithdrawing:
		now = orders{todo: w("customer.do.stop"), colour: kit.Attention}
	case app.OfferPaid:
		now = orders{paid: true, todo: w("customer.do.paid"), figure: now.figure, colour: kit.Proven}
	case app.OfferLate, app.OfferReview:
		now = orders{todo: w("customer.wait"), colour: kit.Ink}
	default:
		return false
	}
	b.advise(now)
	return true
}

// advise shows it at once: a code that is withdrawn is gone with the same stroke.
func (b *bill) advise(now orders) {
	for i := range b.codes {
		c := code{}
		if i < len(now.codes) {
			c = now.codes[i]
		}
		if len(now.codes) < 2 {
			c.name = ""
		}
		b.codes[i].SetText(c.text)
		b.codes[i].Hidden, b.names[i].Hidden = c.text == "", c.name == ""
		b.names[i].SetText(c.name)
	}
	b.tick.Hidden = !now.paid
	b.mark.Hidden = now.paid || len(now.codes) > 0
	b.todo.SetText(now.todo)
	b.said.Hidden = now.said == ""
	b.said.SetText(now.said)
	b.figure.Colour = now.colour
	b.figure.Hidden = now.figure == ""
	b.figure.Text = now.figure
	b.figure.Refresh()
	b.side.Refresh()
}

// advice stands in the middle of its side: mark, tick or codes, words, figure, and what the terminal says.
type advice struct{ b *bill }

// MinSize implements fyne.Layout.
func (a *advice) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, 200) }

// Layout implements fyne.Layout.
func (a *advice) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	b := a.b
	texts := []*kit.Text{b.todo, b.figure, b.said}
	below := float32(0)
	for _, t := range texts {
		if !t.Hidden {
			below += t.MinSize().Height
		}
	}
	n, name := float32(0), float32(0)
	for i := range b.codes {
		if !b.codes[i].Hidden {
			n++
		}
		if !b.names[i].Hidden {
			name = b.names[i].MinSize().Height
		}
	}
	side := float32(markSide)
	if n > 0 {
		side = min((size.Width-(n-1)*adviceIn)/n, size.Height-below-name-adviceIn)
	}
	y := max(0, (size.Height-side-name-adviceIn-below)/2)
	for _, m := range []fyne.CanvasObject{b.mark, b.tick} {
		m.Resize(fyne.NewSquareSize(side))
		m.Move(fyne.NewPos((size.Width-side)/2, y))
	}
	x := (size.Width - n*side - (n-1)*adviceIn) / 2
	for i := range b.codes {
		b.codes[i].Resize(fyne.NewSquareSize(side))
		b.codes[i].Move(fyne.NewPos(x, y))
		b.names[i].Resize(fyne.NewSize(side, name))
		b.names[i].Move(fyne.NewPos(x, y+side))
		x += side + adviceIn
	}
	y += side + name + adviceIn
	for _, t := range texts {
		if t.Hidden {
			continue
		}
		h := t.MinSize().Height
		t.Move(fyne.NewPos(0, y))
		t.Resize(fyne.NewSize(size.Width, h))
		y += h
	}
}
