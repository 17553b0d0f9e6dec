package sell

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/ui/kit"
)

// bill is the right side: lines, figures, total, and what can be done with them.
type bill struct {
	s       *Screen
	box     *fyne.Container
	title   *kit.Text
	left    *fyne.Container // title or lamps
	inner   *fyne.Container
	extra   *fyne.Container // the title, where the lamps took its place and it says something special
	recall  *kit.Button
	drop    *kit.Button
	lines   *kit.Lines
	empty   *fyne.Container
	figures *kit.Text
	total   *kit.Total
	pay     *kit.Button
	acts    []*kit.Button // need a selected line
	whole   []*kit.Button // need a basket
}

func newBill(s *Screen) *bill {
	k, w := s.env.Keys, s.env.Words
	b := &bill{s: s, lines: kit.NewLines(k), title: kit.NewText("", kit.SizeBody, kit.Muted), figures: kit.NewText("", kit.SizeSmall, kit.Muted)}
	b.title.Fit, b.figures.Fit = kit.Clip, kit.Shrink
	b.lines.OnOpen = func(int) { s.askQuantity() }
	b.lines.OnSelect = func(int) { b.able() }
	b.total = kit.NewTotal(w("sell.total"))
	b.empty = kit.NewEmpty(w("sell.empty"), w("sell.empty_hint"), nil)
	b.recall = kit.NewButton(k, kit.Quiet, w("sell.recall"), s.openHeld).Small()
	b.drop = kit.NewButton(k, kit.Quiet, w("sell.void_basket"), s.askDrop).Small()
	act := func(kind kit.Kind, word string, a kit.Act, tapped func()) *kit.Button {
		return kit.NewButton(k, kind, w(word), tapped).Hint(k.Hint(a))
	}
	b.acts = []*kit.Button{act(kit.Plain, "sell.quantity", kit.Quantity, s.askQuantity).Small(), act(kit.Plain, "sell.reprice", kit.Price, s.askPrice).Small(),
		act(kit.Plain, "sell.discount", kit.Discount, s.askDiscount).Small(), act(kit.Danger, "sell.void_line", kit.Void, s.voidLine).Small()}
	hold := act(kit.Plain, "sell.hold", kit.Hold, s.hold)
	back := kit.NewButton(k, kit.Plain, w("sell.return"), func() { s.calls.Return("") })
	b.pay = act(kit.Main, "sell.pay", kit.Pay, s.payNow)
	b.whole = []*kit.Button{b.pay, hold, b.drop}
	b.left, b.extra = container.NewStack(b.title), container.NewStack()
	b.extra.Hide()
	top := container.NewVBox(container.NewBorder(nil, nil, nil, container.NewHBox(b.drop, b.recall), b.left), b.extra)
	row := container.NewGridWithColumns(len(b.acts))
	for _, a := range b.acts {
		row.Add(a)
	}
	foot := container.NewVBox(row, kit.NewRule(), b.figures, b.total, kit.Row(hold, back, b.pay))
	b.inner = container.NewBorder(container.NewVBox(top, kit.NewRule()), foot, nil, nil, container.NewStack(b.empty, b.lines))
	b.box = container.NewStack(kit.NewGround(kit.Surface, ""), &fyne.Container{Layout: kit.Inset{Share: 0.5}, Objects: []fyne.CanvasObject{b.inner}})
	return b
}

// show brings the lines and figures of an open order up to date. Only what differs is drawn again.
func (b *bill) show(basket app.Basket, touched int) {
	w := b.s.env.Words
	if basket.Order == nil {
		b.lines.SetLines(nil)
		b.figures.SetText("")
		b.total.SetCaption(w("sell.total"))
		b.total.Set(money.Of(0, b.s.env.Currency).Format(), false)
		b.entitle(w("sell.basket"))
		b.able()
		return
	}
	o, sum := basket.Order, basket.Sum
	b.lines.SetLines(rows(o, sum, w))
	b.reach(o, touched)
	b.entitle(heading(o, w))
	b.figures.SetText(figures(o, sum, w))
	caption, amount := "sell.total", sum.Total
	if sum.Paid != 0 {
		caption, amount = "sell.due", sum.Due
	}
	b.total.SetCaption(w(caption))
	b.total.Set(money.Of(amount, o.Rules.Currency).Format(), amount < 0)
	b.able()
}

// entitle shows whose order it is; where the lamps have the place, only when there is something to say.
func (b *bill) entitle(text string) {
	b.title.SetText(text)
	special := b.s.narrow && text != b.s.env.Words("sell.basket")
	if special {
		b.extra.Objects = []fyne.CanvasObject{b.title}
	} else {
		b.extra.Objects = nil
	}
	if b.extra.Hidden == special {
		b.extra.Hidden = !special
		b.inner.Refresh()
	}
}

// settled keeps the finished sale in view, said to be paid, until the next one begins.
func (b *bill) settled(sale app.Sale) {
	w, d := b.s.env.Words, sale.Doc
	b.lines.SetLines(rows(d.Order, d.Sum, w))
	b.lines.Unselect()
	b.entitle(d.No)
	b.figures.SetText(figures(d.Order, d.Sum, w))
	b.total.SetCaption(w("sell.paid"))
	b.total.SetIn(money.Of(d.Sum.Total, d.Order.Rules.Currency).Format(), kit.Proven)
	b.able()
}

// reach selects and flashes the touched line; where it went away, the last one is selected.
func (b *bill) reach(o *order.Order, touched int) {
	if touched == 0 {
		if _, ok := b.lines.Selected(); !ok && len(o.Lines) > 0 {
			b.lines.Select(o.Lines[len(o.Lines)-1].No)
		}
		return
	}
	if _, ok := o.Line(touched); ok {
		b.lines.Add(touched)
	} else if len(o.Lines) > 0 {
		b.lines.Select(o.Lines[len(o.Lines)-1].No)
	}
}

// able switches the keys by what there is to act on.
func (b *bill) able() {
	_, selected := b.lines.Selected()
	full := b.s.basket.Order != nil && len(b.s.basket.Order.Lines) > 0
	free := b.s.guest == nil && b.s.paid == nil
	for _, k := range b.acts {
		enable(k, selected && full && free)
	}
	for _, k := range b.whole {
		enable(k, full && free)
	}
	b.empty.Hidden = full || b.s.paid != nil
}

func enable(k *kit.Button, on bool) {
	switch {
	case on && k.Disabled():
		k.Enable()
	case !on && !k.Disabled():
		k.Disable()
	}
}

// recount says on the key how many baskets are held.
func (b *bill) recount() {
	go func() {
		held, err := b.s.shop.Unfinished(b.s.env.Context)
		if err != nil {
			return // the list itself says what is the matter when it is opened
		}
		b.s.env.Post(func() {
			text := b.s.env.Words("sell.recall")
			if len(held) > 0 {
				text = b.s.env.Words("sell.recall_count", len(held))
			}
			b.recall.SetText(text)
		})
	}()
}

// heading says whose order it is and what is special about it.
func heading(o *order.Order, w func(string, ...any) string) string {
	parts := []string{w("sell.basket")}
	if o.Return {
		parts[0] = w("sell.return_title")
	}
	if o.No != "" {
		parts = append(parts, o.No)
	}
	if o.Source.Label != "" {
		parts = append(parts, o.Source.Label)
	}
	if o.Member != "" {
		parts = append(parts, w("sell.member_of", o.Member))
	}
	return strings.Join(parts, " · ")
}

// figures are the small sums above the total; those that are nothing are left out.
func figures(o *order.Order, sum order.Sum, w func(string, ...any) string) string {
	parts := []string{w("sell.sum_pieces", sum.Items.String())}
	add := func(key string, minor int64) {
		if minor != 0 {
			parts = append(parts, w(key, money.Of(minor, o.Rules.Currency).Decimal()))
		}
	}
	add("sell.sum_off", sum.Discount)
	add("sell.sum_tax", sum.Tax)
	add("sell.sum_rounding", sum.Rounding)
	add("sell.sum_taken", sum.Paid)
	return strings.Join(parts, "    ")
}

// rows puts the lines of an order into words.
func rows(o *order.Order, sum order.Sum, w func(string, ...any) string) []kit.Line {
	out := make([]kit.Line, 0, len(o.Lines))
	for i := range o.Lines {
		if i >= len(sum.Lines) {
			break
		}
		l, c := &o.Lines[i], o.Rules.Currency
		own := sum.Lines[i].Own()
		out = append(out, kit.Line{Key: l.No, Name: l.Name, Count: count(l, c, w), Amount: money.Of(own, c).Decimal(),
			Note: note(l, c, w), Negative: own < 0})
	}
	return out
}

// count reads "2 × 2.50", for a weighed line "1.250 kg × 7.96".
func count(l *order.Line, c money.Currency, w func(string, ...any) string) string {
	price := l.Price.Decimal(c)
	switch {
	case catalog.Weighed(l.Unit):
		return l.Qty.Weight() + " " + l.Unit + " × " + price
	case l.Unit != "" && l.Unit != "each":
		return l.Qty.String() + " " + l.Unit + " × " + price
	}
	return l.Qty.String() + " × " + price
}

// note is the second row: discount, another price, modifiers, remarks.
func note(l *order.Line, c money.Currency, w func(string, ...any) string) string {
	var parts []string
	if d := l.Discount; !d.Zero() {
		off := "-" + money.Of(d.Minor, c).Decimal()
		if d.Rate != 0 {
			off = "-" + d.Rate.Percent() + "%"
		}
		parts = append(parts, strings.TrimSpace(off+" "+said(w, d.Reason)))
	}
	if l.Override != "" {
		parts = append(parts, w("sell.was", l.List.Decimal(c))+" "+said(w, l.Override))
	}
	for _, m := range l.Modifiers {
		parts = append(parts, m.Name)
	}
	if l.Note != "" {
		parts = append(parts, l.Note)
	}
	return strings.Join(parts, " · ")
}

// said turns the key of a known reason into words; what a person wrote stays as it is.
func said(w func(string, ...any) string, reason string) string {
	if reason == "label" {
		return w("sell.reason.label")
	}
	return reason
}
