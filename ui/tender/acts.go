package tender

import (
	"context"

	"suanpan/app"
	"suanpan/ui/kit"
)

// takeBack returns cash that was taken by mistake.
func (s *Screen) takeBack(payment string) {
	id := s.order
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (app.Basket, error) { return s.shop.TakeBack(ctx, id, payment) }, func(_ app.Basket, err error) {
		s.verbs.Say(err)
		s.refresh()
	})
}

// askAgain asks the providers about every open payment.
func (s *Screen) askAgain() {
	kit.Call(s.verbs, s.env.Context, s.shop.Sweep, func(_ []app.Payment, err error) {
		s.verbs.Say(err)
		s.refresh()
	})
}

// cancel asks for a payment to be undone; its state says when that is proven.
func (s *Screen) cancel(payment string) {
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (app.Payment, error) { return s.shop.CancelPayment(ctx, payment) }, func(_ app.Payment, err error) {
		s.verbs.Say(err)
		s.refresh()
	})
}
