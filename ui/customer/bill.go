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
	code     *kit.QR
	side     *fyne.Container
	thanking bool
}

func newBill(s *Screen) *bill {
	k := s.env.Keys
	b := &bill{s: s, lines: kit.NewLines(k), saved: kit.NewText("", kit.SizeHead, kit.Proven), pieces: kit.NewText("", kit.SizeHead, kit.Muted),
		todo: kit.NewText("", kit.SizeDue, kit.Ink), figure: kit.NewText("", kit.SizeTotal, kit.Do), code: kit.NewQR(240),
		mark: kit.NewMark(kit.Icon("bead"), kit.Rule, 120)}
	b.total = kit.NewTotal(s.env.Words("customer.total"))
	for _, t := range []*kit.Text{b.todo, b.figure} {
		t.Align, t.Fit = fyne.TextAlignCenter, kit.Shrink
	}
	b.todo.Bold, b.figure.Bold = true, true
	b.saved.Fit, b.pieces.Fit = kit.Shrink, kit.Shrink
	sums := container.NewBorder(nil, nil, b.pieces, nil, b.saved)
	left := container.NewBorder(nil, container.NewVBox(kit.NewRule(), sums, b.total), nil, nil, b.lines)
	b.side = container.New(&advice{b}, b.mark, b.todo, b.figure, b.code)
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

// advice stands in the middle of its side: mark or code, words, figure.
type advice struct{ b *bill }

// MinSize implements fyne.Layout.
func (a *advice) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, 200) }

// Layout implements fyne.Layout.
func (a *advice) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	b := a.b
	words, figure := b.todo.MinSize().Height, b.figure.MinSize().Height
	if b.figure.Hidden {
		figure = 0
	}
	side := float32(0)
	var top fyne.CanvasObject
	switch {
	case !b.code.Hidden:
		top, side = b.code, min(size.Width, size.Height-words-figure-16)
	case !b.mark.Hidden:
		top, side = b.mark, 120
	}
	y := max(0, (size.Height-side-16-words-figure)/2)
	if top != nil {
		top.Resize(fyne.NewSize(side, side))
		top.Move(fyne.NewPos((size.Width-side)/2, y))
	}
	b.todo.Move(fyne.NewPos(0, y+side+16))
	b.todo.Resize(fyne.NewSize(size.Width, words))
	b.figure.Move(fyne.NewPos(0, y+side+16+words))
	b.figure.Resize(fyne.NewSize(size.Width, figure))
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
func (b *bill) ask(list []app.Payment, owed bool) {
	w := b.s.env.Words
	p, waits := open(list)
	code, todo, figure := "", "", ""
	switch {
	case waits && p.QR != "" && p.State == pay.AwaitingPayer:
		code, todo, figure = p.QR, w("customer.scan_ours"), amount(p.Minor, b.s.env.Currency)
	case waits && p.State == pay.AwaitingPayer:
		todo, figure = w("customer.confirm"), amount(p.Minor, b.s.env.Currency)
	case waits:
		todo = w("customer.wait")
	case owed:
		todo = w("customer.to_pay")
		if basket, err := b.s.shop.Basket(""); err == nil {
			figure = amount(basket.Sum.Due, basket.Order.Rules.Currency)
		}
	}
	b.advise(code, todo, figure, kit.Do)
}

// thank shows what was paid and what goes back.
func (b *bill) thank(sale app.Sale) {
	w, o, sum := b.s.env.Words, sale.Doc.Order, sale.Doc.Sum
	b.thanking = true
	b.write(o, sum)
	b.total.SetCaption(w("customer.paid"))
	b.total.SetIn(amount(sum.Total, o.Rules.Currency), kit.Proven)
	if sum.Change != 0 {
		b.advise("", w("customer.change"), amount(sum.Change, o.Rules.Currency), kit.Ink)
		return
	}
	b.advise("", w("customer.thanks"), "", kit.Ink)
}

func (b *bill) advise(code, todo, figure string, colour fyne.ThemeColorName) {
	b.code.SetText(code)
	b.code.Hidden, b.mark.Hidden = code == "", code != ""
	b.todo.SetText(todo)
	b.figure.Colour = colour
	b.figure.Hidden = figure == ""
	b.figure.Text = figure
	b.figure.Refresh()
	b.side.Refresh()
}
