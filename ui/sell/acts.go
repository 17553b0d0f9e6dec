package sell

import (
	"context"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/ui/kit"
)

// bindings is what the keys mean at the counter.
func (s *Screen) bindings() kit.Bindings {
	lines := s.bill.lines
	return kit.Bindings{
		Scan:  s.Scan,
		Enter: s.Scan,
		Times: s.multiply,
		Typed: s.goods.typed,
		Text:  func(text string) { s.goods.find.begin(text) },
		Acts: map[kit.Act]func(){
			kit.Search: s.goods.find.open, kit.Quantity: s.askQuantity, kit.Price: s.askPrice, kit.Discount: s.askDiscount,
			kit.Hold: s.hold, kit.Void: s.voidLine, kit.Pay: s.payNow, kit.Back: s.back, kit.Undo: s.undo,
			kit.Previous: func() { lines.Step(-1) }, kit.Next: func() { lines.Step(1) },
			kit.PageUp: func() { lines.Step(-6) }, kit.PageDown: func() { lines.Step(6) },
			kit.First: func() { lines.Step(-order.LinesMax) }, kit.Last: func() { lines.Step(order.LinesMax) },
			kit.More: func() { s.step(money.One) }, kit.Less: func() { s.step(-money.One) },
		},
	}
}

// Scan puts what a code names on the counter. It is what the scanner, the search line and a typed code have in common.
func (s *Screen) Scan(code string) {
	s.begin()
	times := s.times
	s.goods.setTimes(0)
	s.do(func(ctx context.Context) (app.Basket, error) { return s.shop.Scan(ctx, "", code, times) }, func(_ app.Basket, err error) {
		s.scanned(code, times, err)
	})
}

// scanned says what came of a scan: a line is heard, an unknown code is heard differently and opens the search.
func (s *Screen) scanned(code string, times money.Qty, err error) {
	if err == nil {
		s.env.Sound("line")
		s.goods.find.close()
		return
	}
	fault, data, _ := app.Explain(err)
	switch fault {
	case "unknown_code":
		s.goods.setTimes(times)
		s.env.Sound("unknown")
		s.goods.find.unknown(code)
	case "payment_code_here":
		s.goods.find.close()
		s.pay(code)
	case "receipt_code_here":
		s.goods.find.close()
		no, _ := data["receipt_no"].(string)
		s.calls.Return(no)
	default:
		s.goods.find.close()
		s.env.Sound("unknown")
		s.env.Say(kit.Notice, s.verbs.Words(err))
	}
}

// sell puts an item on the counter by hand. style opens the choice among its variants.
func (s *Screen) sell(item catalog.Item, style bool) {
	s.begin()
	switch {
	case style:
		s.openVariants(item.Style)
	case item.Price == 0:
		s.askOpenPrice(item)
	case catalog.Weighed(item.Unit) && s.times == 0:
		s.askWeight(item)
	default:
		s.add(app.Add{SKU: item.SKU, Count: true})
	}
}

func (s *Screen) add(a app.Add) {
	a.Qty = s.times
	s.goods.setTimes(0)
	s.do(func(ctx context.Context) (app.Basket, error) { return s.shop.AddItem(ctx, "", a) }, func(_ app.Basket, err error) {
		if s.said(err) {
			s.env.Sound("line")
		}
	})
}

// multiply keeps "3 ×" for the next item; Enter gives it to the selected line instead.
func (s *Screen) multiply(text string) {
	q, err := money.ParseQty(text)
	if err != nil || q <= 0 || q > order.QtyMax {
		s.env.Sound("refused")
		s.env.Say(kit.Notice, s.env.Words("sell.times_wrong", text))
		return
	}
	s.begin()
	s.goods.setTimes(q)
}

// change sets something of a line.
func (s *Screen) change(no int, set app.Set) {
	s.do(func(ctx context.Context) (app.Basket, error) { return s.shop.SetLine(ctx, "", no, set) }, func(_ app.Basket, err error) {
		s.said(err)
	})
}

// step makes the selected line one more or one less; the last one goes by voiding, not by accident.
func (s *Screen) step(by money.Qty) {
	l, ok := s.line()
	if !ok || catalog.Weighed(l.Unit) {
		s.env.Sound("refused")
		return
	}
	q := l.Qty + by
	if q <= 0 {
		s.env.Sound("refused")
		s.env.Say(kit.Notice, s.env.Words("sell.last_piece", s.env.Keys.Hint(kit.Void)))
		return
	}
	s.change(l.No, app.Set{Qty: &q})
}

// line returns the selected line of the open order.
func (s *Screen) line() (order.Line, bool) {
	no, ok := s.bill.lines.Selected()
	if !ok || s.basket.Order == nil || s.guest != nil {
		return order.Line{}, false
	}
	l, ok := s.basket.Order.Line(no)
	if !ok {
		return order.Line{}, false
	}
	return *l, true
}

// need returns the selected line and says when there is none.
func (s *Screen) need() (order.Line, bool) {
	l, ok := s.line()
	if !ok {
		s.env.Sound("refused")
		s.env.Say(kit.Notice, s.env.Words("sell.no_line"))
	}
	return l, ok
}

func (s *Screen) voidLine() {
	l, ok := s.need()
	if !ok {
		return
	}
	s.do(func(ctx context.Context) (app.Basket, error) { return s.shop.RemoveLine(ctx, "", l.No, "") }, func(_ app.Basket, err error) {
		if s.said(err) {
			s.env.Say(kit.Ready, s.env.Words("sell.voided", l.Name, s.env.Keys.Hint(kit.Undo)))
		}
	})
}

func (s *Screen) undo() {
	if s.guest != nil || s.paid != nil {
		return
	}
	did := false
	s.do(func(ctx context.Context) (app.Basket, error) {
		b, ok, err := s.shop.Undo(ctx)
		did = ok
		return b, err
	}, func(_ app.Basket, err error) {
		if s.said(err) && !did {
			s.env.Say(kit.Ready, s.env.Words("sell.nothing_undone"))
		}
	})
}

// back leaves what is closest: results, the waiting quantity, the paid sale. It never loses anything of the order.
func (s *Screen) back() {
	switch {
	case s.goods.find.active():
		s.goods.find.close()
	case s.times != 0:
		s.goods.setTimes(0)
	case s.paid != nil:
		s.begin()
	}
}

// payNow opens the tender; with a quantity waiting it goes to the selected line first.
func (s *Screen) payNow() {
	if q := s.times; q != 0 {
		if l, ok := s.line(); ok {
			s.goods.setTimes(0)
			s.change(l.No, app.Set{Qty: &q})
		}
		return
	}
	s.pay("")
}

func (s *Screen) pay(code string) {
	if s.paid != nil {
		s.begin()
		return
	}
	// The act goes through the desk, so that a scan that is still on its way is on the order that is paid.
	s.do(func(context.Context) (app.Basket, error) { return s.shop.Basket("") }, func(b app.Basket, err error) {
		if err != nil || len(b.Order.Lines) == 0 {
			s.env.Sound("refused")
			s.env.Say(kit.Notice, s.env.Words("sell.nothing_to_pay"))
			return
		}
		s.uncover()
		s.goods.find.close()
		s.calls.Pay(code)
	})
}
