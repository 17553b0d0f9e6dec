package orders

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/ui/kit"
)

// loose takes an item back without a receipt: in cash, at the lowest price of the shop's period, with a name and a reason.
type loose struct {
	s      *Screen
	box    fyne.CanvasObject
	code   *kit.Field
	name   *kit.Text
	price  *kit.Text
	qty    *kit.NumberEntry
	reason *kit.Field
	person *kit.Field
	do     *kit.Button
	sku    string
	key    string
	asked  int
	busy   bool
}

func newLoose(s *Screen) *loose {
	l := &loose{s: s}
	k, w := s.env.Keys, s.env.Words
	l.code = kit.NewField(k, w("orders.loose_code"))
	l.code.Submitted = func(text string) { l.look(text) }
	l.name, l.price = kit.Heading(""), kit.NewText("", kit.SizeBody, kit.Muted)
	l.name.Fit, l.price.Fit = kit.Clip, kit.Clip
	l.qty = kit.NewNumberEntry(k, money.QtyPlaces, "")
	l.qty.SetHint(w("orders.quantity"))
	l.reason = kit.NewField(k, w("shift.reason"))
	l.person = kit.NewField(k, w("orders.person"))
	l.qty.Submitted = l.reason.Focus
	l.reason.Submitted = func(string) { l.person.Focus() }
	l.person.Submitted = func(string) { l.main() }
	l.do = kit.NewButton(k, kit.Main, w("orders.loose_do"), l.main).Hint(k.Hint(kit.Pay))
	form := container.NewVBox(kit.NewProse(w("orders.loose_text")).In(kit.Muted), l.code, l.name, l.price, l.qty, l.reason, l.person)
	left := container.NewBorder(nil, l.do, nil, nil, container.NewVScroll(form))
	l.box = container.New(kit.Columns{Shares: []float32{3, 2}}, left, container.NewVScroll(container.NewCenter(kit.NewKeypad(k, l.qty))))
	return l
}

func (l *loose) content() fyne.CanvasObject { return l.box }
func (l *loose) heard(app.Event)            {}
func (l *loose) step(int)                   {}

func (l *loose) begin() {
	l.key, l.sku = app.NewID(), ""
	for _, f := range []*kit.Field{l.code, l.reason, l.person} {
		f.SetText("")
	}
	l.qty.SetText("1")
	l.name.SetText("")
	l.price.SetText("")
	able(l.do, false)
	l.code.Focus()
}

// scan names the item.
func (l *loose) scan(code string) bool {
	l.look(code)
	return true
}

// look asks the shop what a code is.
func (l *loose) look(code string) {
	l.asked++
	mine, s := l.asked, l.s
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (app.Price, error) { return s.shop.CheckPrice(ctx, code) }, func(p app.Price, err error) {
		if mine != l.asked || !s.shown {
			return
		}
		if isCode(err, "receipt_code_here") { // there is a receipt after all
			s.turn("history")
			s.scan(code)
			return
		}
		if err != nil {
			s.env.Sound("unknown")
			s.verbs.Say(err)
			return
		}
		l.sku = p.Item.SKU
		l.code.SetText(code)
		l.name.SetText(p.Item.Name)
		l.price.SetText(s.env.Words("orders.loose_price", p.Price.Decimal(s.env.Currency)))
		able(l.do, true)
		l.qty.Focus()
	})
}

// main gives the cash back.
func (l *loose) main() {
	s := l.s
	q, err := money.ParseQty(l.qty.Text())
	switch {
	case l.sku == "":
		l.code.Focus()
		return
	case err != nil || q <= 0:
		l.qty.Focus()
		return
	case l.reason.Text == "":
		l.reason.Focus()
		return
	case l.person.Text == "":
		l.person.Focus()
		return
	case l.busy:
		return
	}
	l.busy = true
	ask := app.LooseAsk{SKU: l.sku, Qty: q, Reason: l.reason.Text, Person: l.person.Text}
	kit.Call(s.verbs, app.WithKey(s.env.Context, l.key), func(ctx context.Context) (app.Sale, error) { return s.shop.RefundLoose(ctx, ask) }, func(back app.Sale, err error) {
		l.busy = false
		if err != nil {
			s.verbs.Say(err)
			return
		}
		s.env.Sound("approved")
		s.env.Say(kit.Ready, s.env.Words("orders.returned_done", back.No, s.amount(-back.Total)))
		if s.shown {
			s.find.open(back)
		}
	})
}
