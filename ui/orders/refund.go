package orders

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/ui/kit"
)

// refund takes lines of one sale back: how many of each, why, whether the goods can be sold again, and over which tenders
// the money goes.
type refund struct {
	s       *Screen
	box     fyne.CanvasObject
	title   *kit.Text
	lines   *fyne.Container
	quote   *fyne.Container
	total   *kit.Text
	reason  *kit.Field
	reasons *kit.Options
	restock *kit.Check
	do      *kit.Button
	sale    app.Sale
	want    map[int]money.Qty
	set     []func(money.Qty) // shows a quantity in each row
	nos     []int             // the lines of those rows
	grounds []*kit.Ground     // under them; the one in force is coloured
	at      int               // the row that the keys change
	left    map[int]money.Qty
	key     string
	asked   int
	busy    bool
	valid   bool
}

func newRefund(s *Screen) *refund {
	r := &refund{s: s, lines: container.NewVBox(), quote: container.NewVBox(), title: kit.Heading("")}
	k, w := s.env.Keys, s.env.Words
	r.title.Fit = kit.Shrink
	r.total = kit.NewText("", kit.SizeDue, kit.Stop)
	r.total.Bold, r.total.Fit, r.total.Align = true, kit.Shrink, fyne.TextAlignTrailing
	r.reason = kit.NewField(k, w("shift.reason"))
	r.reason.Changed = func(string) { r.check() }
	r.reason.Submitted = func(string) { r.main() }
	var options []kit.Option
	for _, key := range []string{"dislike", "broken", "quality", "wrong", "other"} {
		options = append(options, kit.Option{Key: key, Label: w("orders.reason." + key)})
	}
	r.reasons = kit.NewTabs(k, options, func(key string) {
		r.reason.SetText(w("orders.reason." + key))
		if key == "broken" {
			r.restock.SetChecked(false)
		}
		r.check()
	})
	r.restock = kit.NewCheck(k, w("orders.restock"), nil)
	r.do = kit.NewButton(k, kit.Main, "", r.main)
	r.do.Hint(k.Hint(kit.Pay))
	back := kit.NewActButton(k, kit.Plain, w("back"), kit.Back)
	all := kit.NewButton(k, kit.Plain, w("orders.all_lines"), r.all).Hint(k.Hint(kit.Quantity))
	head := container.NewBorder(nil, nil, back, all, r.title)
	left := container.NewBorder(head, nil, nil, nil, container.NewVScroll(r.lines))
	form := container.NewVBox(kit.Small(w("tender.to_return")), r.total, r.quote, kit.NewRule(), r.reasons, r.reason, r.restock)
	right := container.NewBorder(nil, r.do, nil, nil, container.NewVScroll(form))
	r.box = container.New(kit.Columns{Shares: []float32{1, 1}}, left, kit.Surfaced(right))
	return r
}

func (r *refund) content() fyne.CanvasObject { return r.box }
func (r *refund) begin()                     {}
func (r *refund) heard(app.Event)            {}

// step moves the row that the keys change.
func (r *refund) step(by int) {
	if len(r.set) == 0 {
		return
	}
	r.at = max(0, min(r.at+by, len(r.set)-1))
	for i, g := range r.grounds {
		g.SetFill(map[bool]fyne.ThemeColorName{true: kit.Chosen, false: kit.Paper}[i == r.at])
	}
}

// more takes one more of that row back, or one less; weighed goods come back whole.
func (r *refund) more(by money.Qty) {
	if len(r.set) == 0 {
		return
	}
	no := r.nos[r.at]
	q := max(0, min(r.want[no]+by, r.left[no]))
	if r.left[no]%money.One != 0 {
		q = map[bool]money.Qty{true: r.left[no]}[by > 0]
	}
	r.set[r.at](q)
	r.ask()
}

// scan opens another receipt instead.
func (r *refund) scan(string) bool { return false }

// start begins a return of a sale with nothing chosen.
func (r *refund) start(sale app.Sale) {
	w, cur := r.s.env.Words, sale.Doc.Order.Rules.Currency
	r.sale, r.want, r.set, r.left, r.key = sale, map[int]money.Qty{}, nil, sale.Returnable(), app.NewID()
	r.nos, r.grounds, r.at = nil, nil, 0
	r.title.SetText(w("orders.return_of", sale.No))
	r.reason.SetText("")
	r.reasons.Select("")
	r.restock.SetChecked(true)
	r.lines.Objects = nil
	for i := range sale.Doc.Order.Lines {
		r.lines.Add(r.row(&sale.Doc.Order.Lines[i], sale.Doc.Sum.Lines[i], cur))
	}
	r.step(0)
	r.s.turn("refund")
	r.ask()
}

// row is one line of the sale with how many of it come back.
func (r *refund) row(l *order.Line, sum order.LineSum, cur money.Currency) fyne.CanvasObject {
	w, k := r.s.env.Words, r.s.env.Keys
	name := kit.Label(l.Name)
	name.Fit = kit.Clip
	left := r.left[l.No]
	facts := w("orders.sold_left", l.Qty.String(), left.String(), money.Of(sum.Total, cur).Format())
	about := kit.Small(facts)
	about.Fit = kit.Shrink
	var choice fyne.CanvasObject
	no := l.No
	switch {
	case left <= 0:
		choice = kit.Small(w("orders.all_returned"))
	case left%money.One == 0:
		s := kit.NewStepper(k, 0, 0, int(left/money.One), func(n int) { r.choose(no, money.Pieces(int64(n))) })
		r.set = append(r.set, func(q money.Qty) { s.SetValue(int(q / money.One)); r.want[no] = q })
		choice = s
	default: // weighed goods come back whole
		c := kit.NewCheck(k, left.String()+" "+l.Unit, nil)
		c.OnChanged = func(on bool) { r.choose(no, map[bool]money.Qty{true: left}[on]) }
		r.set = append(r.set, func(q money.Qty) { r.want[no] = q; c.SetChecked(q > 0) })
		choice = c
	}
	row := container.NewBorder(nil, nil, nil, container.NewCenter(choice), container.NewVBox(name, about))
	ground := kit.NewGround(kit.Paper, "")
	if left > 0 {
		r.nos, r.grounds = append(r.nos, no), append(r.grounds, ground)
	}
	return container.NewVBox(container.NewStack(ground, row), kit.NewRule())
}

func (r *refund) choose(no int, q money.Qty) {
	r.want[no] = q
	r.ask()
}

// all chooses everything that is left.
func (r *refund) all() {
	for i, no := range r.nos {
		r.set[i](r.left[no])
	}
	r.ask()
}

// lines asked for are those above zero.
func (r *refund) wanted() map[int]money.Qty {
	out := map[int]money.Qty{}
	for no, q := range r.want {
		if q > 0 {
			out[no] = q
		}
	}
	return out
}

// ask lets the shop work out what goes back and over which tenders.
func (r *refund) ask() {
	r.asked++
	r.valid = false
	mine, want, sale := r.asked, r.wanted(), r.sale.ID
	r.check()
	if len(want) == 0 {
		r.total.SetText("")
		r.quote.Objects = nil
		r.quote.Refresh()
		return
	}
	kit.Call(r.s.verbs, r.s.env.Context, func(ctx context.Context) (app.RefundQuote, error) {
		return r.s.shop.QuoteRefund(ctx, app.RefundAsk{Sale: sale, Lines: want})
	}, func(q app.RefundQuote, err error) {
		if mine != r.asked {
			return
		}
		r.s.verbs.Say(err)
		r.valid = err == nil
		r.total.SetText(q.Total.Neg().Format())
		r.quote.Objects = nil
		for _, p := range q.Parts {
			text := kit.NewText(r.s.env.Words("orders.back_to", r.s.env.Words("receipt.method."+p.Method), r.s.amount(p.Minor)), kit.SizeBody, kit.Muted)
			text.Fit, text.Align = kit.Shrink, fyne.TextAlignTrailing
			r.quote.Add(text)
		}
		r.quote.Refresh()
		r.box.Refresh()
		r.do.SetText(r.s.env.Words("orders.give_back", q.Total.Format()))
		r.check()
	})
}

func (r *refund) check() {
	if len(r.wanted()) == 0 {
		r.do.SetText(r.s.env.Words("orders.choose_lines"))
	}
	able(r.do, r.valid && !r.busy)
}

// main gives the money back.
func (r *refund) main() {
	if !r.valid || r.busy {
		return
	}
	if r.reason.Text == "" {
		r.s.env.Sound("refused")
		r.s.env.Say(kit.Notice, r.s.env.Words("error.reason_missing"))
		r.reason.Focus()
		return
	}
	r.busy = true
	r.check()
	s := r.s
	ask := app.RefundAsk{Sale: r.sale.ID, Lines: r.wanted(), Reason: r.reason.Text, Restock: r.restock.Checked}
	kit.Call(s.verbs, app.WithKey(s.env.Context, r.key), func(ctx context.Context) (app.Sale, error) { return s.shop.Refund(ctx, ask) }, func(back app.Sale, err error) {
		r.busy = false
		if err != nil {
			s.verbs.Say(err)
			r.check()
			return
		}
		s.env.Sound("approved")
		s.env.Say(kit.Ready, s.env.Words("orders.returned_"+back.State, back.No, s.amount(-back.Total)))
		if s.shown {
			s.find.open(back)
		}
	})
}
