package rpc

import (
	"context"
	"time"

	"suanpan/app"
	"suanpan/app/order"
	"suanpan/app/pay"
)

type offerAsk struct {
	Key
	Basket string   `json:"basket,omitempty"`
	Amount *int64   `json:"amount,omitempty"` // what is due where left out
	Ways   []string `json:"ways,omitempty"`   // methods, "card", "qr"; all where left out
}

type refundByHand struct {
	Key
	Approval
	Payment string `json:"payment"`
	Refund  string `json:"refund"`          // own number or id
	Given   bool   `json:"given,omitempty"` // pay.refund_close only
	Reason  string `json:"reason"`
}

type refundOtherwise struct {
	Key
	Approval
	Payment string `json:"payment"`
	Refund  string `json:"refund"` // own number or id
	How     string `json:"how"`    // cash, bank
	Reason  string `json:"reason"`
}

type offer struct {
	Offer string `json:"offer"`
}

// Offer is the pay screen: one amount in several ways, of which the first to be paid wins.
type Offer struct {
	Offer  string     `json:"offer"`
	Basket string     `json:"basket"`
	Amount int64      `json:"amount"`
	State  string     `json:"state"`
	Since  string     `json:"since"`
	Clear  bool       `json:"clear"`
	Paid   string     `json:"paid,omitempty"`
	Sale   string     `json:"sale,omitempty"`
	Late   int        `json:"late,omitempty"`
	Ways   []OfferWay `json:"ways"`
	Code   *HeldCode  `json:"code,omitempty"`
}

// OfferWay is one way of an offer.
type OfferWay struct {
	Payment
	Flow      string `json:"flow"`
	Since     string `json:"since"`
	Say       string `json:"say,omitempty"` // words for the payer
	Text      string `json:"text,omitempty"`
	Withdrawn bool   `json:"withdrawn"`
}

// HeldCode is what became of a payer's code before it was charged.
type HeldCode struct {
	Method string `json:"method"`
	Since  string `json:"since"`
	Failed string `json:"failed,omitempty"`
}

func (f *Face) offer(o app.Offer, err error) (Offer, error) {
	if err != nil {
		return Offer{}, err
	}
	out := Offer{Offer: o.ID, Basket: string(o.Order), Amount: o.Minor, State: string(o.State), Since: o.Since.Format(time.RFC3339), Clear: o.Clear,
		Paid: o.Paid, Sale: o.Sale, Late: o.Late, Ways: []OfferWay{}}
	for _, w := range o.Ways {
		say := w.Say
		if say != "" {
			say = f.Words(f.Shop.Info().Config.Locale)(say)
		}
		out.Ways = append(out.Ways, OfferWay{paid(w.Payment), string(w.Flow), w.Since.Format(time.RFC3339), say, w.Text, w.Withdrawn})
	}
	if c := o.Code; c != nil {
		out.Code = &HeldCode{c.Method, c.Since.Format(time.RFC3339), c.Failed}
	}
	return out, nil
}

func offerMethods() []Method {
	const g = "A sale"
	return []Method{
		def(g, "pay.offer", "Puts one amount on the pay screen: a terminal and the wallets' QR at once. The first that is proven paid wins, the others are withdrawn.", func(ctx context.Context, f *Face, p offerAsk) (Offer, error) {
			return f.offer(f.Shop.Offer(p.in(ctx), app.OfferAsk{Order: order.ID(p.Basket), Minor: p.Amount, Ways: p.Ways}))
		}),
		def(g, "pay.offered", "Reads an offer: state is paid, late, review, charging, making_way, waiting, withdrawing or over; clear says that nothing else can come.", func(ctx context.Context, f *Face, p offer) (Offer, error) {
			return f.offer(f.Shop.Offered(ctx, p.Offer))
		}),
		def(g, "pay.offer_code", "The payer showed a code instead: it is charged when the other ways are proven withdrawn.", func(ctx context.Context, f *Face, p struct {
			Key
			offer
			AuthCode string `json:"auth_code"` // never stored, never logged
		}) (Offer, error) {
			return f.offer(f.Shop.OfferCode(p.in(ctx), p.Offer, pay.Hide(p.AuthCode)))
		}),
		def(g, "pay.offer_withdraw", "Gives an offer up; nothing is proven before clear.", func(ctx context.Context, f *Face, p struct {
			Key
			offer
		}) (Offer, error) {
			return f.offer(f.Shop.WithdrawOffer(p.in(ctx), p.Offer))
		}),
		def(g, "pay.refund_otherwise", "Ends a refund that cannot reach the payer: somebody gave the money back in cash or by transfer.", func(ctx context.Context, f *Face, p refundOtherwise) (Payment, error) {
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return Payment{}, err
			}
			got, err := f.Shop.RefundOtherwise(ctx, app.PaidOtherwise{Payment: p.Payment, Refund: p.Refund, How: p.How, Reason: p.Reason})
			return paid(got), err
		}),
		def(g, "pay.refund_retry", "Asks again about a refund that could not reach the payer.", byHand((*app.Shop).RetryRefund)),
		def(g, "pay.refund_to_merchant", "Brings a refund that cannot reach the payer into the shop's own account at the provider.", byHand((*app.Shop).RefundToMerchant)),
		def(g, "pay.refund_close", "Ends a card refund in doubt by a person's word: given says what the terminal's journal shows.", byHand((*app.Shop).CloseRefund)),
	}
}

// byHand is an act of a person on one refund.
func byHand(act func(*app.Shop, context.Context, app.RefundByHand) (app.Payment, error)) func(context.Context, *Face, refundByHand) (Payment, error) {
	return func(ctx context.Context, f *Face, p refundByHand) (Payment, error) {
		ctx, err := both(ctx, f, p.Key, p.Approval)
		if err != nil {
			return Payment{}, err
		}
		got, err := act(f.Shop, ctx, app.RefundByHand{Payment: p.Payment, Refund: p.Refund, Given: p.Given, Reason: p.Reason})
		return paid(got), err
	}
}
