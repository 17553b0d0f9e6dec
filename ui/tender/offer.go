package tender

import (
	"context"

	"suanpan/app"
	"suanpan/app/pay"
	"suanpan/ui/kit"
)

// offers reports whether anything at this till waits for the payer: then one press puts the amount on all of it at once (N32).
func (v *payView) offers() bool {
	for _, w := range v.ways {
		if w.Flow == pay.ByCard || w.Flow == pay.ByQR {
			return true
		}
	}
	return false
}

// lastOffer names the newest offer of an order; "" where there is none.
func lastOffer(pays []app.Payment) string {
	for i := len(pays) - 1; i >= 0; i-- {
		if pays[i].Offer != "" {
			return pays[i].Offer
		}
	}
	return ""
}

// live is the offer that may still bring the money of this order, nil where there is none.
func (s *Screen) live() *app.Offer {
	o := s.now.offer
	if o == nil || o.State == app.OfferPaid || o.State == app.OfferOver {
		return nil
	}
	return o
}

// offer puts the amount on every way that waits for the payer; where that has happened, it shows how far it is.
func (s *Screen) offer() {
	switch {
	case s.sale != nil || s.busy || s.order == "" || !s.pay.offers():
		return
	case s.live() != nil:
		s.pay.toOffer()
		return
	}
	s.busy = true
	ask := app.OfferAsk{Order: s.order, Minor: s.pay.pad.amount()}
	ctx := app.WithKey(s.env.Context, s.key)
	kit.Call(s.verbs, ctx, func(ctx context.Context) (app.Offer, error) { return s.shop.Offer(ctx, ask) }, func(o app.Offer, err error) {
		s.busy = false
		if err == nil || code(err) == "key_reused" {
			s.key = app.NewID()
		}
		if err != nil {
			s.verbs.Say(err)
			s.refresh()
			return
		}
		s.pay.pad.begin()
		s.pay.then, s.now.offer = -1, &o
		s.pay.toOffer()
		s.refresh()
	})
}

// offerCode charges the code that the payer showed instead; the shop withdraws the other ways first.
func (s *Screen) offerCode(offer, text string) {
	code := pay.Hide(text)
	s.act(func(ctx context.Context) (app.Offer, error) { return s.shop.OfferCode(ctx, offer, code) })
}

// withdraw gives the offer up. What it shows until that is proven says that nobody may pay again.
func (s *Screen) withdraw() {
	if o := s.live(); o != nil {
		id := o.ID
		s.act(func(ctx context.Context) (app.Offer, error) { return s.shop.WithdrawOffer(ctx, id) })
	}
}

// act changes an offer and shows where it stands.
func (s *Screen) act(do func(context.Context) (app.Offer, error)) {
	kit.Call(s.verbs, s.env.Context, do, func(_ app.Offer, err error) {
		switch {
		case err == nil:
			s.pay.toOffer()
		case code(err) == "not_a_payment_code":
			s.env.Sound("unknown")
			s.env.Say(kit.Notice, s.verbs.Words(err))
		default:
			s.verbs.Say(err)
		}
		s.refresh()
	})
}

// instead takes the money in another way: at once where something is free, otherwise once the offer is proven withdrawn.
func (v *payView) instead(way int) {
	if v.s.live() == nil || !v.s.now.other.Zero() {
		v.onOffer, v.then = false, -1
		v.choose(way)
		return
	}
	v.then = way
	v.s.withdraw()
}

// toOffer shows the offer in the place of the desk.
func (v *payView) toOffer() {
	v.onOffer, v.focus, v.chosen = true, "", -1
	v.s.env.Window.Canvas().Unfocus()
	v.set()
}

// follow goes on where a person wanted to go, once the offer is proven to bring nothing any more.
func (v *payView) follow() {
	o := v.s.now.offer
	if o == nil || o.State != app.OfferOver || v.then < 0 {
		return
	}
	way := v.then
	v.onOffer, v.then = false, -1
	v.choose(way)
}

// folded are the payments as the list on the right shows them: the ways of one offer are one row, except the one that was
// paid and those that want to be seen.
func folded(pays []app.Payment) []app.Payment {
	won := map[string]bool{}
	for _, p := range pays {
		won[p.Offer] = won[p.Offer] || (p.Offer != "" && p.State == pay.Succeeded)
	}
	at := map[string]int{}
	var out []app.Payment
	for _, p := range pays {
		alone := p.State == pay.Succeeded || p.State == pay.Refunding || p.State == pay.Refunded || p.State == pay.LateSuccess || p.State == pay.NeedsReview
		switch i, there := at[p.Offer]; {
		case p.Offer == "" || alone:
			out = append(out, p)
		case won[p.Offer]:
		case !there:
			p.Method = ""
			at[p.Offer] = len(out)
			out = append(out, p)
		case p.State.Open() || !out[i].State.Open():
			p.Method = ""
			out[i] = p
		}
	}
	return out
}
