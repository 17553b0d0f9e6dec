package tender

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/pay"
	"suanpan/ui/kit"
)

// offerView is one amount that waits in several ways: what the payer must do, how each way stands, since when, the code
// large, and what a person can do instead.
type offerView struct {
	s       *Screen
	content *fyne.Container
	state   *kit.Text
	clock   *kit.Text
	text    *kit.Prose
	left    *fyne.Container
	qr      *kit.QR
	picks   *fyne.Container
	ways    *fyne.Container
	ask     *kit.Button
	give    *kit.Button
	cash    *kit.Button
	next    *kit.Button
	other   *kit.Button
	again   *kit.Button
	offer   app.Offer
	code    string // the way whose code is large
	ticks   int
	running bool
}

func newOfferView(s *Screen) *offerView {
	v := &offerView{s: s, qr: kit.NewQR(150), text: kit.NewProse(""), picks: container.NewGridWithColumns(2), ways: container.NewVBox()}
	k, w := s.env.Keys, s.env.Words
	v.state = kit.Heading("")
	v.state.Fit = kit.Shrink
	v.clock = kit.NewText("", kit.SizeHead, kit.Muted)
	v.clock.Align = fyne.TextAlignTrailing
	v.ask = kit.NewButton(k, kit.Plain, w("tender.ask_again"), s.askAgain)
	v.give = kit.NewButton(k, kit.Danger, w("tender.offer.withdraw"), s.withdraw)
	v.cash = kit.NewButton(k, kit.Plain, w("tender.offer.cash"), func() { s.pay.instead(0) }).Hint("A")
	v.next = kit.NewButton(k, kit.Main, w("tender.serve_next"), s.serveNext).Hint(k.Hint(kit.Hold))
	v.other = kit.NewButton(k, kit.Main, w("tender.other_way"), func() { s.pay.onOffer = false; s.pay.set() }).Hint(k.Hint(kit.Back))
	v.again = kit.NewButton(k, kit.Plain, w("tender.offer.again"), s.offer).Hint(k.Hint(kit.Search))
	v.left = container.NewBorder(nil, v.picks, nil, nil, v.qr)
	right := container.NewBorder(v.text, nil, nil, nil, container.NewVScroll(v.ways))
	head := container.NewBorder(nil, nil, nil, v.clock, v.state)
	bottom := container.NewVBox(container.NewGridWithColumns(2, v.cash, v.ask, v.again), container.NewGridWithColumns(2, v.give, v.next), v.other)
	v.content = container.NewBorder(head, bottom, nil, nil, container.New(&offerDesk{}, v.left, right))
	return v
}

// offerLook is how the whole offer is shown.
func offerLook(s app.OfferState) look {
	switch s {
	case app.OfferPaid:
		return look{"paid", kit.Ready, kit.Proven, false}
	case app.OfferLate:
		return look{"late", kit.Notice, kit.Attention, false}
	case app.OfferReview:
		return look{"review", kit.Unknown, kit.Doubt, false}
	case app.OfferCharging:
		return look{"offer_charging", kit.Busy, kit.Ink, true}
	case app.OfferMaking:
		return look{"offer_making", kit.Busy, kit.Ink, true}
	case app.OfferWaiting:
		return look{"payer", kit.Busy, kit.Ink, true}
	case app.OfferWithdrawing:
		return look{"offer_withdrawing", kit.InDoubt, kit.Doubt, true}
	}
	return look{"offer_over", kit.Stopped, kit.Muted, false}
}

// wayLook is how one way of it is shown: a word and a shape, and never the colour alone.
func wayLook(w app.OfferWay) look {
	switch w.State {
	case pay.Created, pay.Submitting:
		return look{"way_starting", kit.Busy, kit.Ink, true}
	case pay.AwaitingPayer:
		return look{"way_ready", kit.Busy, kit.Ink, true}
	case pay.CancelPending:
		return look{"way_withdrawing", kit.InDoubt, kit.Doubt, true}
	case pay.Canceled:
		return look{"way_withdrawn", kit.Stopped, kit.Muted, false}
	case pay.Refunding:
		return look{"way_back", kit.Notice, kit.Attention, false}
	}
	return looks(w.State)
}

// set shows where the offer stands.
func (v *offerView) set(o app.Offer) {
	v.offer = o
	w, l := v.s.env.Words, offerLook(o.State)
	v.state.Colour = l.colour
	v.state.SetText(l.level.Shape() + " " + w("tender.state."+l.word))
	v.state.Refresh()
	v.text.SetText(v.said(o))
	v.codes(o)
	v.ways.Objects = nil
	for _, way := range o.Ways {
		v.ways.Objects = append(v.ways.Objects, v.way(way))
	}
	v.ways.Refresh()
	live := v.s.live() != nil
	for _, b := range []*kit.Button{v.ask, v.give, v.cash, v.next} {
		b.Hidden = !live
	}
	v.again.Hidden, v.other.Hidden = live, live
	if o.State == app.OfferWithdrawing || o.State == app.OfferLate || o.State == app.OfferReview {
		v.give.Disable()
	} else {
		v.give.Enable()
	}
	v.tick()
	v.content.Refresh()
	v.content.Refresh() // the words have a width now, and with it a height
	if !v.running {
		v.ticks++
		v.running = true
		v.run(v.ticks)
	}
}

// said is what a person at the counter should know or do now.
func (v *offerView) said(o app.Offer) string {
	w := v.s.env.Words
	text := w("tender.text." + offerLook(o.State).word)
	switch {
	case o.State == app.OfferWaiting:
		text = w("tender.offer.do")
	case o.State == app.OfferWithdrawing && v.s.pay.then >= 0:
		text += " " + w("tender.offer.then", v.s.wayName(v.s.pay.ways[v.s.pay.then]))
	}
	if o.Code != nil && o.Code.Failed != "" {
		text = "▲ " + v.s.env.Fault(o.Code.Failed, nil) + "\n" + text
	}
	if o.Late > 0 {
		text += "\n▲ " + w("tender.offer.late", o.Late)
	}
	return text
}

// codes shows one code large. Two beside each other confuse a phone, so a key changes to the other.
func (v *offerView) codes(o app.Offer) {
	var shown []app.OfferWay
	for _, way := range o.Ways {
		if way.QR != "" && way.State == pay.AwaitingPayer && o.State == app.OfferWaiting {
			shown = append(shown, way)
		}
	}
	v.left.Hidden = len(shown) == 0
	if v.left.Hidden {
		v.qr.SetText("")
		return
	}
	chosen := shown[0]
	v.picks.Objects = nil
	for _, way := range shown {
		if way.ID == v.code {
			chosen = way
		}
	}
	for _, way := range shown {
		b := kit.NewButton(v.s.env.Keys, kit.Plain, v.s.method(way.Method), func() { v.code = way.ID; v.set(v.offer) }).Small()
		b.SetChosen(way.ID == chosen.ID)
		v.picks.Objects = append(v.picks.Objects, b)
	}
	v.picks.Refresh()
	v.qr.SetText(chosen.QR)
}

// way is one row: whose way, how it stands, and what its terminal says by itself.
func (v *offerView) way(way app.OfferWay) fyne.CanvasObject {
	w, l := v.s.env.Words, wayLook(way)
	name := kit.Label(v.s.wayLabel(way.Method, way.Flow))
	name.Fit = kit.Clip
	word := w("tender.state." + l.word)
	if way.State == pay.Failed && way.Reason != "" {
		word += ": " + w("tender.reason."+way.Reason)
	}
	rows := []fyne.CanvasObject{name, kit.NewProse(l.level.Shape() + " " + word).Small().In(l.colour)}
	if text := way.Text; text != "" && way.State.Open() && way.Flow == pay.ByCard { // a wallet's "Success" is about its answer, not about money
		rows = append(rows, kit.NewProse("'"+text+"'").Small().In(kit.Ink))
	}
	return container.NewVBox(append(rows, kit.NewRule())...)
}

// wayLabel names a way in a list.
func (s *Screen) wayLabel(method string, flow pay.Flow) string {
	switch flow {
	case pay.ByCode:
		return s.env.Words("tender.way.their_code", s.method(method))
	case pay.ByQR, pay.ByStatic:
		return s.env.Words("tender.way.our_code", s.method(method))
	}
	return s.method(method)
}

// tick writes the clock.
func (v *offerView) tick() {
	v.clock.Hidden = !offerLook(v.offer.State).clock || v.offer.Since.IsZero()
	if !v.clock.Hidden {
		v.clock.SetText(minutes(v.s.env.Now().Sub(v.offer.Since)))
	}
}

// run lets the clock go on once a second as long as it is looked at.
func (v *offerView) run(mine int) {
	v.s.env.After(time.Second, func() {
		if mine != v.ticks || !v.s.shown || v.s.sale != nil || !v.s.pay.onOffer || v.s.live() == nil {
			v.running = v.running && mine != v.ticks
			return
		}
		v.tick()
		v.run(mine)
	})
}

// offerDesk puts the code beside what is said, as large as the height allows and never over half of the width.
type offerDesk struct{}

// MinSize implements fyne.Layout.
func (*offerDesk) MinSize(o []fyne.CanvasObject) fyne.Size {
	em := kit.Letter(o[0])
	return fyne.NewSize(em*20, em*11)
}

// Layout implements fyne.Layout.
func (*offerDesk) Layout(o []fyne.CanvasObject, size fyne.Size) {
	gap, x := kit.Letter(o[0]), float32(0)
	if o[0].Visible() {
		w := min(size.Width*0.55, size.Height)
		o[0].Resize(fyne.NewSize(w, size.Height))
		o[0].Move(fyne.NewPos(0, 0))
		x = w + gap
	}
	o[1].Move(fyne.NewPos(x, 0))
	o[1].Resize(fyne.NewSize(size.Width-x, size.Height))
}
