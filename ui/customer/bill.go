package customer

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/pay"
	"suanpan/ui/kit"
)

// bill is the order as the payer sees it: lines on one side, on the other what to do, and below both the total.
type bill struct {
	s        *Screen
	box      *fyne.Container
	lines    *kit.Lines
	saved    *kit.Text
	pieces   *kit.Text
	total    *kit.Total
	mark     *kit.Mark
	todo     *kit.Text
	figure   *kit.Text
	tick     *kit.Mark
	codes    [2]*kit.QR   // two beside each other at most, each with whose it is
	names    [2]*kit.Text // under them; empty for one alone
	said     *kit.Text    // what the terminal says by itself
	side     *fyne.Container
	thanking bool
}

func newBill(s *Screen) *bill {
	k := s.env.Keys
	b := &bill{s: s, lines: kit.NewLines(k), saved: kit.NewText("", kit.SizeHead, kit.Proven), pieces: kit.NewText("", kit.SizeHead, kit.Muted),
		todo: kit.NewText("", kit.SizeDue, kit.Ink), figure: kit.NewText("", kit.SizeTotal, kit.Do), said: kit.NewText("", kit.SizeHead, kit.Muted),
		mark: kit.NewMark(kit.Icon("bead"), kit.Rule, markSide), tick: kit.NewMark(kit.Icon("check"), kit.Proven, markSide)}
	for i := range b.codes {
		b.codes[i], b.names[i] = kit.NewQR(120), kit.NewText("", kit.SizeBody, kit.Ink)
	}
	b.total = kit.NewTotal(s.env.Words("customer.total"))
	for _, t := range []*kit.Text{b.todo, b.figure, b.said, b.names[0], b.names[1]} {
		t.Align, t.Fit = fyne.TextAlignCenter, kit.Shrink
	}
	b.todo.Bold, b.figure.Bold = true, true
	b.saved.Fit, b.pieces.Fit = kit.Shrink, kit.Shrink
	sums := container.NewBorder(nil, nil, b.pieces, nil, b.saved)
	left := container.NewBorder(nil, container.NewVBox(kit.NewRule(), sums, b.total), nil, nil, b.lines)
	b.side = container.New(&advice{b}, b.mark, b.tick, b.todo, b.figure, b.said, b.codes[0], b.codes[1], b.names[0], b.names[1])
	b.box = container.New(half{}, container.NewStack(kit.NewGround(kit.Surface, ""), kit.Padded(left)), kit.Padded(b.side))
	return b
}

// half gives the lines three fifths of the width.
type half struct{}

// MinSize implements fyne.Layout.
func (half) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, 240) }

// Layout implements fyne.Layout. A narrow display has the advice below the lines.
func (half) Layout(o []fyne.CanvasObject, size fyne.Size) {
	if size.Width < size.Height {
		h := size.Height * 0.55
		o[0].Resize(fyne.NewSize(size.Width, h))
		o[1].Move(fyne.NewPos(0, h))
		o[1].Resize(fyne.NewSize(size.Width, size.Height-h))
		return
	}
	w := size.Width * 0.58
	o[0].Resize(fyne.NewSize(w, size.Height))
	o[1].Move(fyne.NewPos(w, 0))
	o[1].Resize(fyne.NewSize(size.Width-w, size.Height))
}

// show brings the open order up to date.
func (b *bill) show(basket app.Basket) {
	b.thanking = false
	b.write(basket.Order, basket.Sum)
	b.total.SetCaption(b.s.env.Words("customer.total"))
	b.total.Set(amount(basket.Sum.Total, basket.Order.Rules.Currency), basket.Sum.Total < 0)
}

func (b *bill) write(o *order.Order, sum order.Sum) {
	w, c := b.s.env.Words, o.Rules.Currency
	lines := make([]kit.Line, 0, len(o.Lines))
	for i := range o.Lines {
		if i >= len(sum.Lines) {
			break
		}
		own := sum.Lines[i].Own()
		lines = append(lines, kit.Line{Key: o.Lines[i].No, Name: o.Lines[i].Name, Count: count(&o.Lines[i], c), Amount: money.Of(own, c).Decimal(), Negative: own < 0})
	}
	b.lines.SetLines(lines)
	if n := len(lines); n > 0 {
		b.lines.Select(lines[n-1].Key)
		b.lines.Unselect()
	}
	b.pieces.SetText(w("customer.items", sum.Items.String()))
	b.saved.SetText("")
	if sum.Discount > 0 {
		b.saved.SetText("   " + w("customer.saved", amount(sum.Discount, c)))
	}
}

func count(l *order.Line, c money.Currency) string {
	if catalog.Weighed(l.Unit) {
		return l.Qty.Weight() + " " + l.Unit + " × " + l.Price.Decimal(c)
	}
	return l.Qty.String() + " × " + l.Price.Decimal(c)
}

// ask says what the payer must do. A payment in doubt is never called paid, and never asked for again.
func (b *bill) ask(n news, owed bool) {
	w := b.s.env.Words
	if n.offer != nil && b.offered(*n.offer) {
		return
	}
	p, waits := open(n.list)
	now := orders{colour: kit.Do}
	switch {
	case waits && p.QR != "" && p.State == pay.AwaitingPayer:
		now.codes, now.todo, now.figure = []code{{text: p.QR}}, w("customer.scan_ours"), amount(p.Minor, b.s.env.Currency)
	case waits && p.State == pay.AwaitingPayer && p.Flow == pay.ByCard:
		now.todo, now.figure, now.said = w("customer.do.card"), amount(p.Minor, b.s.env.Currency), p.Words
	case waits && p.State == pay.AwaitingPayer:
		now.todo, now.figure = w("customer.confirm"), amount(p.Minor, b.s.env.Currency)
	case waits && p.State == pay.CancelPending:
		now.todo, now.colour = w("customer.do.stop"), kit.Attention
	case waits:
		now.todo = w("customer.wait")
	case owed:
		now.todo = w("customer.to_pay")
		if basket, err := b.s.shop.Basket(""); err == nil {
			now.figure = amount(basket.Sum.Due, basket.Order.Rules.Currency)
		}
	}
	b.advise(now)
}

// thank shows what was paid and what goes back.
func (b *bill) thank(sale app.Sale) {
	w, o, sum := b.s.env.Words, sale.Doc.Order, sale.Doc.Sum
	b.thanking = true
	b.write(o, sum)
	b.total.SetCaption(w("customer.paid"))
	b.total.SetIn(amount(sum.Total, o.Rules.Currency), kit.Proven)
	now := orders{paid: true, todo: w("customer.thanks"), colour: kit.Ink}
	if sum.Change != 0 {
		now.todo, now.figure = w("customer.change"), amount(sum.Change, o.Rules.Currency)
	}
	b.advise(now)
}
