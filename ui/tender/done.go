package tender

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"suanpan/app"
	"suanpan/app/device"
	"suanpan/app/money"
	"suanpan/ui/kit"
)

// doneView is the end of a sale: the change in the largest letters, what became of the receipt, and the next customer.
type doneView struct {
	s       *Screen
	content fyne.CanvasObject
	caption *kit.Text
	figure  *kit.Text
	facts   *kit.Text
	slip    *kit.Text
	rest    *kit.Prose // what became of the other ways of an offer
	print   *kit.Button
	gift    *kit.Button
	none    *kit.Button
	job     int64 // the receipt's job while it can still be called off
	asked   int
}

func newDoneView(s *Screen) *doneView {
	v := &doneView{s: s}
	k, w := s.env.Keys, s.env.Words
	centre := func(t *kit.Text) *kit.Text { t.Align, t.Fit = fyne.TextAlignCenter, kit.Shrink; return t }
	v.caption = centre(kit.NewText("", kit.SizeHead, kit.Muted))
	v.figure = centre(kit.NewText("", kit.SizeTotal, kit.Proven))
	v.figure.Bold = true
	v.facts, v.slip = centre(kit.Label("")), centre(kit.Small(""))
	v.rest = kit.NewProse("").Small().Centred()
	v.print = kit.NewButton(k, kit.Plain, w("tender.print"), func() { v.again(app.PrintAsk{}) })
	v.gift = kit.NewButton(k, kit.Plain, w("tender.gift"), func() { v.again(app.PrintAsk{Gift: true}) })
	v.none = kit.NewButton(k, kit.Plain, w("tender.no_print"), v.callOff)
	next := kit.NewButton(k, kit.Main, w("tender.next"), func() { s.acts.Next("") }).Hint(k.Hint(kit.Pay))
	hint := centre(kit.Small(w("tender.next_text")))
	middle := container.NewVBox(layout.NewSpacer(), v.caption, v.figure, v.facts, v.slip, v.rest, layout.NewSpacer())
	bottom := container.NewVBox(container.NewGridWithColumns(3, v.print, v.gift, v.none), next, hint)
	v.content = container.NewPadded(container.NewBorder(nil, bottom, nil, nil, middle))
	return v
}

// set shows a finished sale.
func (v *doneView) set(sale app.Sale) {
	w, c, sum := v.s.env.Words, v.s.env.Currency, sale.Doc.Sum
	v.s.env.Sound("approved")
	total := money.Of(sum.Total, c).Format()
	v.caption.SetText(w("tender.state.paid"))
	v.figure.SetText(total)
	v.facts.SetText(w("tender.number", sale.No))
	if sum.Change != 0 {
		v.caption.SetText(w("tender.change"))
		v.figure.SetText(money.Of(sum.Change, c).Format())
		v.facts.SetText(w("tender.number_total", sale.No, total))
	}
	v.job = 0
	v.slip.SetText("")
	v.none.Disable()
	v.rest.SetText("")
	v.late()
	v.jobs()
}

// late says what becomes of the other ways of the offer that was paid, and of money that came by them all the same.
func (v *doneView) late() {
	id, sale := lastOffer(v.s.now.pays), v.s.sale
	if id == "" || sale == nil {
		return
	}
	kit.Call(v.s.verbs, v.s.env.Context, func(ctx context.Context) (app.Offer, error) { return v.s.shop.Offered(ctx, id) }, func(o app.Offer, err error) {
		if err != nil || v.s.sale != sale {
			return // the sale is done whatever this says
		}
		w, text, colour := v.s.env.Words, "", kit.Muted
		switch {
		case o.Late > 0:
			text, colour = "▲ "+w("tender.offer.late", o.Late), kit.Attention
		case !o.Clear:
			text = "◐ " + w("tender.offer.clearing")
		case len(o.Ways) > 1:
			text = "● " + w("tender.offer.clear")
		}
		v.rest.In(colour).SetText(text)
		v.content.Refresh()
	})
}

// jobs reads what became of the receipt.
func (v *doneView) jobs() {
	v.asked++
	mine, sale := v.asked, v.s.sale
	kit.Call(v.s.verbs, v.s.env.Context, func(ctx context.Context) (slip, error) { return v.s.slip(ctx, sale.ID) }, func(now slip, err error) {
		if mine != v.asked || v.s.sale != sale || err != nil {
			return
		}
		v.job = now.job
		v.slip.SetText(v.s.env.Words("tender.slip." + now.word))
		if v.job != 0 {
			v.none.Enable()
		} else {
			v.none.Disable()
		}
	})
}

// slip is what became of a sale's receipt: the job while it is under way, and the word for it.
type slip struct {
	job  int64
	word string
}

func (s *Screen) slip(ctx context.Context, sale string) (slip, error) {
	jobs, err := s.shop.Jobs(ctx)
	if err != nil {
		return slip{}, err
	}
	for _, j := range jobs {
		if j.Kind == device.Paper && j.Ref == sale {
			return slip{j.ID, string(j.State)}, nil
		}
	}
	devices, err := s.shop.Devices(ctx)
	if err != nil {
		return slip{}, err
	}
	now := slip{word: "no_printer"}
	for _, d := range devices {
		if d.ID == app.ReceiptPrinter {
			now.word = "printed"
		}
	}
	if now.word == "printed" && !s.shop.Info().Config.AutoPrint {
		now.word = "not_asked"
	}
	return now, nil
}

// again prints the receipt, or a gift slip.
func (v *doneView) again(ask app.PrintAsk) {
	ask.Sale = v.s.sale.ID
	kit.Call(v.s.verbs, v.s.env.Context, func(ctx context.Context) (device.Job, error) { return v.s.shop.Print(ctx, ask) }, func(_ device.Job, err error) {
		v.s.verbs.Say(err)
		v.jobs()
	})
}

// callOff stops a receipt that has not been printed yet.
func (v *doneView) callOff() {
	id := v.job
	kit.Call(v.s.verbs, v.s.env.Context, func(ctx context.Context) (bool, error) { return true, v.s.shop.CancelJob(ctx, id) }, func(_ bool, err error) {
		v.s.verbs.Say(err)
		v.jobs()
	})
}
