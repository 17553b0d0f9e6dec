package app

import (
	"context"
	"errors"

	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/shift"
)

// RefundQuote is what a refund would give back, and over which tenders.
type RefundQuote struct {
	Total money.Amount // above zero
	Parts []RefundPart
}

// RefundPart is the share of one tender.
type RefundPart struct {
	Method string
	Minor  int64
}

// QuoteRefund works a refund out and does nothing (R4): the same path as Refund, rolled back.
func (s *Shop) QuoteRefund(ctx context.Context, ask RefundAsk) (RefundQuote, error) {
	var q RefundQuote
	_, err := change(ctx, s, "sale.quote", nil, func(t *turn) (bool, error) {
		if t.shift == nil {
			return false, refuse("no_shift", shift.ErrNone)
		}
		sold, err := sale(t, ask.Sale)
		if err != nil {
			return false, err
		}
		if sold.Kind != "sale" {
			return false, refuse("not_a_sale", nil, "sale", ask.Sale)
		}
		back, err := t.back(sold, ask)
		if err != nil {
			return false, err
		}
		q.Total = money.Of(-order.Calc(back).Total, back.Rules.Currency)
		left, _, err := t.sources(sold)
		if err != nil {
			return false, err
		}
		plan, err := share(left, nil, q.Total.Minor)
		if err != nil {
			return false, err
		}
		for _, p := range plan {
			q.Parts = append(q.Parts, RefundPart{p.method, p.minor})
		}
		return false, errDry
	})
	if errors.Is(err, errDry) {
		err = nil
	}
	return q, err
}

// Returnable is what is left to take back of a sale, in thousandths by line number.
func (s Sale) Returnable() map[int]money.Qty {
	if s.Kind != "sale" || s.Doc == nil {
		return nil
	}
	already := map[int]money.Qty{}
	for no, text := range s.Returned {
		if q, err := money.ParseQty(text); err == nil {
			already[no] = q
		}
	}
	return order.Whole(s.Doc.Order, already)
}
