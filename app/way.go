package app

import (
	"context"

	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/pay"
)

// Way is one key of the tender screen: a method and how the payer takes part. Cash has no flow; reading the payer's code has
// no method, for the code says whose it is.
type Way struct {
	Method string   `json:"method,omitempty"`
	Flow   pay.Flow `json:"flow,omitempty"`
}

// Ways lists what this till can take now, in the order of the keys: cash, their code, our codes, terminals. What no provider
// offers in the shop's currency is left out.
func (s *Shop) Ways() []Way {
	out, currency := []Way{{Method: order.Cash}}, s.config().Currency
	for _, flow := range []pay.Flow{pay.ByCode, pay.ByQR, pay.ByStatic, pay.ByCard} {
		for _, p := range s.offered() {
			if c := p.Caps(); !c.Offers(flow) || !c.Takes(currency) {
				continue
			}
			if flow == pay.ByCode {
				out = append(out, Way{Flow: flow})
				break
			}
			out = append(out, Way{p.ID(), flow})
		}
	}
	return out
}

// Due answers what may still be tendered by a method for an unfinished order, the current one where id is empty: what is due
// in that kind of money, less what open payments may still bring in.
func (s *Shop) Due(ctx context.Context, id order.ID, method string) (money.Amount, error) {
	b, err := s.Basket(id)
	if err != nil {
		return money.Amount{}, err
	}
	list, err := view(ctx, s, func(v View) ([]Attempt, error) { return v.AttemptsOf(b.Order.ID) })
	return order.DueBy(expecting(b.Order, list), method), err
}

// expecting returns the order as it will be when every open attempt has brought its money: what is due then is free to be
// tendered, and a rounding that is for cash alone does not join in where a wallet may still pay its part.
// Of an offer only one attempt ever pays.
func expecting(o *order.Order, list []Attempt) *order.Order {
	o = o.Clone()
	offers := map[string]bool{}
	for _, a := range list {
		if a.Wanted() && !offers[a.Offer] {
			offers[a.Offer] = a.Offer != ""
			o.Tenders = append(o.Tenders, order.Tender{Method: a.Provider, Minor: a.Amount.Minor, State: order.Succeeded})
		}
	}
	return o
}
