package sell

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/ui/kit"
)

// question is a panel that asks for a number.
type question struct {
	title, about string
	in           fyne.CanvasObject
	to           kit.Typist
	focus        func()
	beside       fyne.CanvasObject // choices under the number; may be nil
	width        float32           // of the panel; 520 where less
	give         func() bool       // takes the answer; false keeps the panel
}

// ask shows the panel.
func (s *Screen) ask(q question) {
	k, w := s.env.Keys, s.env.Words
	about := kit.NewText(q.about, kit.SizeBody, kit.Muted)
	about.Fit = kit.Clip
	top := container.NewVBox(q.in)
	if q.about != "" {
		top.Objects = []fyne.CanvasObject{about, q.in}
	}
	left := container.NewBorder(top, nil, nil, nil, q.beside)
	body := container.NewBorder(nil, nil, nil, kit.NewKeypad(k, q.to), left)
	panel := kit.NewPanel(q.title, body,
		kit.NewButton(k, kit.Plain, w("cancel"), s.uncover).Hint(k.Hint(kit.Back)),
		kit.NewButton(k, kit.Main, w("ok"), func() { s.answer(q) }).Hint(k.Hint(kit.Pay)))
	s.cover(container.New(roomy{max(q.width, 520)}, panel), kit.Bindings{Alone: true, Acts: map[kit.Act]func(){
		kit.Back: s.uncover, kit.Pay: func() { s.answer(q) }}})
	q.focus()
}

// answer takes the panel away where its answer is taken. An act that wants approval puts its own panel there afterwards.
func (s *Screen) answer(q question) {
	if q.give() {
		s.uncover()
	}
}

// roomy asks for a width, at scale 1.
type roomy struct{ width float32 }

// MinSize implements fyne.Layout.
func (r roomy) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(max(objects[0].MinSize().Width, r.width*unit(objects[0])), objects[0].MinSize().Height)
}

// Layout implements fyne.Layout.
func (roomy) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Move(fyne.NewPos(0, 0))
	objects[0].Resize(size)
}

// manyPieces is where a quantity is asked about once: it is more often a code typed into the wrong place.
const manyPieces = 999 * money.One

// askQuantity asks for the quantity of the selected line (F3).
func (s *Screen) askQuantity() {
	l, ok := s.need()
	if !ok {
		return
	}
	w, unit := s.env.Words, l.Unit
	if unit == "each" {
		unit = ""
	}
	in := kit.NewNumberEntry(s.env.Keys, money.QtyPlaces, unit)
	in.SetText(l.Qty.String())
	var sure money.Qty
	give := func() bool {
		q, err := money.ParseQty(in.Text())
		if err != nil || q == 0 {
			s.env.Sound("refused")
			s.env.Say(kit.Notice, w("sell.quantity_wrong"))
			return false
		}
		if q > manyPieces && q != sure {
			sure = q
			s.env.Sound("attention")
			s.env.Say(kit.Notice, w("sell.quantity_sure", q.String()))
			return false
		}
		s.change(l.No, app.Set{Qty: &q})
		return true
	}
	q := question{title: w("sell.quantity"), about: l.Name, in: in, to: in, focus: in.Focus, give: give}
	in.Submitted = func() { s.answer(q) }
	s.ask(q)
}

// askPrice asks for another price of the selected line and why (F4).
func (s *Screen) askPrice() {
	l, ok := s.need()
	if !ok {
		return
	}
	w := s.env.Words
	in := kit.NewMoneyEntry(s.env.Keys, s.env.Currency)
	in.SetHint(s.env.Currency.Sign() + l.Price.Decimal(s.env.Currency))
	why := s.reasons("sell.reason.shelf", "sell.reason.damaged", "sell.reason.expiring", "sell.reason.match", "sell.reason.manager")
	give := func() bool {
		a, typed := in.Value()
		if !typed {
			s.env.Sound("refused")
			return false
		}
		p := money.PriceOf(a.Minor, a.Currency)
		s.change(l.No, app.Set{Price: &p, Reason: why.Selected()})
		return true
	}
	q := question{title: w("sell.reprice"), about: l.Name + "  " + w("sell.was", l.Price.Decimal(s.env.Currency)), in: in, to: in, focus: in.Focus,
		beside: container.NewVBox(kit.Small(w("sell.reason")), why), give: give}
	in.Submitted = func() { s.answer(q) }
	s.ask(q)
}

// askOpenPrice asks what an item without a price of its own costs today.
func (s *Screen) askOpenPrice(item catalog.Item) {
	w := s.env.Words
	in := kit.NewMoneyEntry(s.env.Keys, s.env.Currency)
	give := func() bool {
		a, typed := in.Value()
		if !typed || a.Minor == 0 {
			s.env.Sound("refused")
			return false
		}
		p := money.PriceOf(a.Minor, a.Currency)
		s.add(app.Add{SKU: item.SKU, Price: &p, Reason: w("sell.open_price")})
		return true
	}
	q := question{title: w("sell.reprice"), about: item.Name, in: in, to: in, focus: in.Focus, give: give}
	in.Submitted = func() { s.answer(q) }
	s.ask(q)
}

// askWeight asks how much of a weighed item is sold, when it carries no label.
func (s *Screen) askWeight(item catalog.Item) {
	in := kit.NewNumberEntry(s.env.Keys, money.QtyPlaces, item.Unit)
	give := func() bool {
		q, err := money.ParseQty(in.Text())
		if err != nil || q == 0 {
			s.env.Sound("refused")
			s.env.Say(kit.Notice, s.env.Words("sell.quantity_wrong"))
			return false
		}
		s.goods.setTimes(q)
		s.add(app.Add{SKU: item.SKU})
		return true
	}
	q := question{title: s.env.Words("sell.weight"), about: item.Name + "  " + s.goods.price(item), in: in, to: in, focus: in.Focus, give: give}
	in.Submitted = func() { s.answer(q) }
	s.ask(q)
}

// askDiscount asks for a discount, of the selected line or of the whole basket, in per cent or as an amount (F5).
func (s *Screen) askDiscount() {
	if s.basket.Order == nil || len(s.basket.Order.Lines) == 0 || s.guest != nil {
		s.env.Sound("refused")
		return
	}
	k, w := s.env.Keys, s.env.Words
	l, selected := s.line()
	rate := kit.NewNumberEntry(k, 2, "%")
	amount := kit.NewMoneyEntry(k, s.env.Currency)
	amount.Hide()
	target := kit.NewTabs(k, []kit.Option{{Key: "line", Label: w("sell.discount_line")}, {Key: "all", Label: w("sell.discount_all")}}, nil).Least(88)
	if !selected {
		target.Select("all")
	}
	both := &either{box: container.NewStack(rate, amount), rate: rate, amount: amount}
	kind := kit.NewTabs(k, []kit.Option{{Key: "rate", Label: "%"}, {Key: "amount", Label: s.env.Currency.Sign()}}, both.pick).Least(88)
	quick := kit.NewNoteKeys(k, func(percent int64) {
		both.pick("rate")
		kind.Select("rate")
		rate.SetText(money.Rate(percent * int64(money.Whole) / 100).Percent())
	})
	quick.SetNotes([]kit.Note{{Minor: 5, Label: "5%"}, {Minor: 10, Label: "10%"}, {Minor: 20, Label: "20%"}, {Minor: 0, Label: w("sell.discount_none")}})
	why := s.reasons("sell.reason.member", "sell.reason.damaged", "sell.reason.expiring", "sell.reason.goodwill")
	give := func() bool {
		d, ok := both.value()
		if !ok {
			s.env.Sound("refused")
			s.env.Say(kit.Notice, w("sell.discount_wrong"))
			return false
		}
		if !d.Zero() {
			d.Reason = why.Selected()
		}
		if target.Selected() == "line" && selected {
			s.change(l.No, app.Set{Discount: &d})
		} else {
			s.discountAll(d)
		}
		return true
	}
	q := question{title: w("sell.discount"), width: 700, in: both.box, to: both, focus: both.focus,
		beside: container.NewVBox(target, kind, quick, kit.Small(w("sell.reason")), why), give: give}
	rate.Submitted, amount.Submitted = func() { s.answer(q) }, func() { s.answer(q) }
	s.ask(q)
}

func (s *Screen) discountAll(d order.Discount) {
	s.do(func(ctx context.Context) (app.Basket, error) { return s.shop.DiscountOrder(ctx, "", d) }, func(_ app.Basket, err error) {
		s.said(err)
	})
}

// reasons is a choice of why; the first is chosen, because it is the usual one.
func (s *Screen) reasons(keys ...string) *kit.Options {
	var options []kit.Option
	for _, key := range keys {
		text := s.env.Words(key)
		options = append(options, kit.Option{Key: text, Label: text})
	}
	return kit.NewTabs(s.env.Keys, options, nil).Least(88)
}

// either is one of two entries: a percentage or an amount.
type either struct {
	box    *fyne.Container
	rate   *kit.NumberEntry
	amount *kit.MoneyEntry
}

func (e *either) pick(kind string) {
	e.rate.Hidden, e.amount.Hidden = kind != "rate", kind == "rate"
	e.box.Refresh()
	e.focus()
}

func (e *either) focus() {
	if e.rate.Hidden {
		e.amount.Focus()
	} else {
		e.rate.Focus()
	}
}

// Type implements kit.Typist.
func (e *either) Type(key string) {
	if e.rate.Hidden {
		e.amount.Type(key)
	} else {
		e.rate.Type(key)
	}
}

// value reads the discount; ok is false while nothing is typed.
func (e *either) value() (d order.Discount, ok bool) {
	if e.rate.Hidden {
		a, typed := e.amount.Value()
		return order.Discount{Minor: a.Minor}, typed
	}
	r, err := money.ParsePercent(e.rate.Text())
	return order.Discount{Rate: r}, err == nil
}
