package tender

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/ui/kit"
)

// waitView is one payment with a provider, in large words: what is known, since when, and what a person can do meanwhile.
type waitView struct {
	s       *Screen
	content *fyne.Container
	payment app.Payment
	method  *kit.Text
	shape   *kit.Text
	word    *kit.Text
	clock   *kit.Text
	text    *kit.Prose
	qr      *kit.QR
	ask     *kit.Button
	cancel  *kit.Button
	next    *kit.Button
	other   *kit.Button
	static  *fyne.Container // what a person does about a code that no machine watches
	over    *kit.Button
	ticks   int
}

func newWaitView(s *Screen) *waitView {
	v := &waitView{s: s, text: kit.NewProse("").Centred(), qr: kit.NewQR(200)}
	k, w := s.env.Keys, s.env.Words
	centre := func(t *kit.Text) *kit.Text { t.Align, t.Fit = fyne.TextAlignCenter, kit.Shrink; return t }
	v.method = centre(kit.NewText("", kit.SizeHead, kit.Ink))
	v.shape = kit.NewText("", kit.SizeHead, kit.Ink)
	v.word = centre(kit.Heading(""))
	v.clock = centre(kit.NewText("", kit.SizeHead, kit.Muted))
	v.ask = kit.NewButton(k, kit.Plain, w("tender.ask_again"), s.askAgain)
	v.cancel = kit.NewButton(k, kit.Danger, w("tender.cancel"), func() { s.cancel(v.payment.ID) })
	v.next = kit.NewButton(k, kit.Main, w("tender.serve_next"), s.serveNext).Hint(k.Hint(kit.Hold))
	v.other = kit.NewButton(k, kit.Main, w("tender.other_way"), func() { s.pay.focus = ""; s.pay.chosen = -1; s.pay.put(s.pay.pad.content) })
	v.over = kit.NewButton(k, kit.Plain, w("tender.over"), s.over).Small()
	v.static = container.NewGridWithColumns(3,
		kit.NewButton(k, kit.Plain, w("tender.hand.print"), func() { s.printCode(v.payment) }).Small(),
		kit.NewButton(k, kit.Plain, w("tender.hand.unseen"), func() { s.confirm(app.Confirm{Payment: v.payment.ID, Unseen: true}) }).Small(),
		kit.NewButton(k, kit.Main, w("tender.hand.confirm"), func() { s.byHand(v.payment, false) }).Small())
	top := container.NewVBox(v.method, v.word, v.clock)
	bottom := container.NewVBox(container.NewGridWithColumns(2, v.ask, v.cancel, v.over), v.static, v.next, v.other)
	v.content = container.NewBorder(top, bottom, nil, nil, container.NewStack(container.NewVScroll(v.text), v.qr))
	return v
}

// set shows where the payment stands.
func (v *waitView) set(p app.Payment) {
	fresh := p.ID != v.payment.ID
	v.payment = p
	w, l := v.s.env.Words, looks(p.State)
	v.method.SetText(v.s.method(p.Method) + "  " + money.Of(p.Minor, v.s.env.Currency).Format())
	v.word.Colour = l.colour
	v.word.SetText(l.level.Shape() + " " + w("tender.state."+l.word))
	v.word.Refresh()
	text := w("tender.text." + l.word)
	if p.State == pay.Failed && p.Reason != "" {
		text = w("tender.reason." + p.Reason)
	}
	v.text.SetText(text)
	showQR := p.QR != "" && p.State == pay.AwaitingPayer
	if showQR {
		showQR = v.qr.SetText(p.QR)
	}
	v.qr.Hidden, v.text.Hidden = !showQR, showQR // the code wants the room, and the due stands above
	open := p.State.Open()
	v.ask.Hidden, v.cancel.Hidden, v.next.Hidden, v.other.Hidden = !open, !open, !open, open
	byHand := p.Flow == pay.ByStatic && p.State == pay.AwaitingPayer
	v.static.Hidden, v.ask.Hidden, v.next.Hidden = !byHand, !open || byHand, !open || byHand
	v.over.Hidden = p.State != pay.InDoubt && p.State != pay.CancelPending && p.State != pay.NeedsReview
	if byHand {
		v.word.SetText(l.level.Shape() + " " + w("tender.state.by_hand"))
	}
	if p.Words != "" && open && p.Flow == pay.ByCard {
		v.text.SetText("'" + p.Words + "'\n" + text)
	}
	if p.State == pay.CancelPending || p.State == pay.LateSuccess || p.State == pay.Refunding || p.State == pay.NeedsReview {
		v.cancel.Disable()
	} else {
		v.cancel.Enable()
	}
	v.tick()
	v.content.Refresh()
	v.content.Refresh() // the words have a width now, and with it a height
	if fresh {
		v.ticks++
		v.run(v.ticks)
	}
}

// tick writes the clock.
func (v *waitView) tick() {
	v.clock.Hidden = !looks(v.payment.State).clock || v.payment.Since.IsZero()
	if !v.clock.Hidden {
		v.clock.SetText(minutes(v.s.env.Now().Sub(v.payment.Since)))
	}
}

// run lets the clock go on once a second as long as this payment is looked at.
func (v *waitView) run(mine int) {
	v.s.env.After(time.Second, func() {
		if mine != v.ticks || !v.s.shown || v.s.sale != nil || v.s.pay.focus != v.payment.ID || !v.payment.State.Open() {
			if mine == v.ticks {
				v.payment = app.Payment{}
			}
			return
		}
		v.tick()
		v.run(mine)
	})
}
