package app

import (
	"context"
	"slices"
	"time"

	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/pay"
	"suanpan/app/shift"
)

// OfferAsk puts one amount on the pay screen in every way that waits for the payer (N32).
type OfferAsk struct {
	Order order.ID `json:"order,omitempty"`  // the current one where empty
	Minor *int64   `json:"amount,omitempty"` // minor units; what is due where nil
	Ways  []string `json:"ways,omitempty"`   // providers' IDs, "card", "qr"; every configured one where nil
}

// OfferState says where the pay screen stands as a whole.
type OfferState string

// The states, the first that fits.
const (
	OfferPaid        OfferState = "paid"        // one is proven paid; the others are being withdrawn or are (Clear)
	OfferLate        OfferState = "late"        // paid after it was withdrawn; a person or the clock decides
	OfferReview      OfferState = "review"      // one of them wants a person
	OfferCharging    OfferState = "charging"    // the code that the payer showed is being charged
	OfferMaking      OfferState = "making_way"  // a code waits until the other ways are proven withdrawn
	OfferWaiting     OfferState = "waiting"     // for the payer
	OfferWithdrawing OfferState = "withdrawing" // given up; not proven yet
	OfferOver        OfferState = "over"        // proven: nothing was taken
)

// Offer is one amount for which the payer may insert, tap, swipe, scan or show a code. The first way that is proven paid
// wins; the others are withdrawn, and what they bring nevertheless goes back by itself.
type Offer struct {
	ID    string     `json:"offer"`
	Order order.ID   `json:"order"`
	Minor int64      `json:"amount"`
	State OfferState `json:"state"`
	Since time.Time  `json:"since"`          // when State began, as far as it is known: for the clock on the screen
	Clear bool       `json:"clear"`          // no attempt of it can bring money any more, except the one that won
	Paid  string     `json:"paid,omitempty"` // the payment that won
	Sale  string     `json:"sale,omitempty"` // the sale, when it settled a parked order by itself (S13)
	Late  int        `json:"late,omitempty"` // payments that came although another had won: given back, or on their way
	Ways  []OfferWay `json:"ways"`           // oldest first; a charged code is among them
	Code  *HeldCode  `json:"code,omitempty"` // what became of the code that the payer showed, before it was charged

}

// OfferWay is one way of an offer.
type OfferWay struct {
	Payment
	Say       string `json:"say,omitempty"`  // key of the words for the payer: "offer.say.card"; empty where nothing is to be done
	Text      string `json:"text,omitempty"` // what a terminal shows by itself
	Withdrawn bool   `json:"withdrawn"`      // proven: this way brings no money, or gave it back
}

// Offer begins an attempt with each way, all committed before the first byte leaves. Refused where other payments may still
// bring the money (G3), or where no way waits for the payer: then only a code or cash can be taken.
func (s *Shop) Offer(ctx context.Context, ask OfferAsk) (Offer, error) {
	if ask.Minor != nil && (*ask.Minor <= 0 || *ask.Minor > money.MaxMinor) {
		return Offer{}, refuse("amount_invalid", nil, "amount", *ask.Minor)
	}
	ways, err := s.waiting(ask.Ways)
	if err != nil {
		return Offer{}, err
	}
	var made []Attempt
	id, err := change(ctx, s, "pay.offer", ask, func(t *turn) (string, error) {
		o, due, err := t.tendering(ask.Order, ways[0].Method)
		if err != nil {
			return "", err
		}
		amount := due
		if ask.Minor != nil {
			amount = *ask.Minor
		}
		if amount > due {
			return "", refuse("above_due", nil, "due", due)
		}
		offer := NewID()
		for i, w := range ways {
			plan := pay.Plan{ID: offer, Offer: offer, Amount: money.Of(amount, o.Rules.Currency), Flow: w.Flow}
			if i > 0 {
				plan.ID = NewID() // the first attempt lends the offer its name
			}
			p := s.provider(w.Method)
			if p == nil {
				return "", s.absent(w.Method)
			}
			a, err := t.begin(p, o, plan)
			if err != nil {
				return "", err
			}
			made = append(made, a)
		}
		_, err = t.save(o, 0, headOnly)
		return offer, err
	})
	if err != nil {
		return Offer{}, err
	}
	for _, a := range made {
		s.submit(context.WithoutCancel(ctx), s.provider(a.Provider), a)
	}
	return s.Offered(ctx, id)
}

// waiting lists the ways that wait for the payer: one terminal, and the QR of every wallet.
func (s *Shop) waiting(names []string) ([]Way, error) {
	var out []Way
	card, busy := false, false
	for _, w := range s.Ways() {
		if w.Flow != pay.ByCard && w.Flow != pay.ByQR {
			continue
		}
		if names != nil && !slices.Contains(names, w.Method) && !slices.Contains(names, string(w.Flow)) {
			continue
		}
		if w.Flow == pay.ByCard && card {
			continue // a till has one terminal in front of the payer
		}
		if p := s.provider(w.Method); p != nil && s.occupied(p, "") != "" {
			busy = true // the other ways are open nevertheless
			continue
		}
		card = card || w.Flow == pay.ByCard
		out = append(out, w)
	}
	if len(out) == 0 && busy {
		return nil, refuse("terminal_busy", nil, "method", string(pay.ByCard))
	}
	if len(out) == 0 {
		return nil, refuse("no_ways", nil)
	}
	return out, nil
}

// offered returns the attempts of an offer, oldest first.
func offered(v View, id string) ([]Attempt, error) {
	head, err := v.Attempt(id)
	if err != nil || head.Offer != id {
		return nil, refuse("offer_not_found", ErrNoPayment, "offer", id)
	}
	list, err := v.AttemptsOf(order.ID(head.Order))
	return slices.DeleteFunc(list, func(a Attempt) bool { return a.Offer != id }), err
}

// Offered reads an offer.
func (s *Shop) Offered(ctx context.Context, id string) (Offer, error) {
	return view(context.WithoutCancel(ctx), s, func(v View) (Offer, error) {
		list, err := offered(v, id)
		if err != nil {
			return Offer{}, err
		}
		s.mu.Lock()
		held := s.codes[id]
		s.mu.Unlock()
		o := offerOf(list, held)
		if o.State == OfferPaid {
			if _, err := v.Sale(string(o.Order)); err == nil {
				o.Sale = string(o.Order)
			}
		}
		return o, nil
	})
}

func offerOf(list []Attempt, held *heldCode) Offer {
	o := Offer{ID: list[0].Offer, Order: order.ID(list[0].Order), Minor: list[0].Amount.Minor, State: OfferOver, Clear: true}
	if held != nil {
		code := held.HeldCode
		o.Code = &code
	}
	for _, a := range list {
		w := OfferWay{Payment: paymentOf(a), Withdrawn: a.State.Final() && a.State != pay.Succeeded}
		o.Clear = o.Clear && a.State.Final()
		state := OfferOver
		switch a.State {
		case pay.Succeeded:
			state, o.Paid = OfferPaid, a.ID
		case pay.LateSuccess:
			state = OfferLate
		case pay.NeedsReview:
			state = OfferReview
		case pay.Submitting, pay.AwaitingPayer, pay.InDoubt, pay.Reserved:
			state, w.Say, w.Text = OfferWaiting, "offer.say."+string(a.Flow), a.WireMsg
			if a.Flow == pay.ByCode {
				state = OfferCharging
			}
		case pay.CancelPending:
			state = OfferWithdrawing
		}
		if a.Aside {
			if !a.PaidAt.IsZero() {
				o.Late++
			}
			state = OfferOver // the one that won decides
		}
		if rank(state) < rank(o.State) {
			o.State, o.Since = state, a.ChangedAt
		}
		if o.State == OfferOver && a.ChangedAt.After(o.Since) {
			o.Since = a.ChangedAt
		}
		o.Ways = append(o.Ways, w)
	}
	if o.Code != nil && o.Code.Failed == "" && rank(OfferMaking) < rank(o.State) {
		o.State, o.Since = OfferMaking, o.Code.Since
	}
	return o
}

// rank is the place of a state among the OfferStates: the first that fits is shown.
func rank(s OfferState) int {
	return slices.Index([]OfferState{OfferPaid, OfferLate, OfferReview, OfferCharging, OfferMaking, OfferWaiting, OfferWithdrawing, OfferOver}, s)
}

// WithdrawOffer gives the offer up. The answer says where it stands: nothing is proven before Clear.
func (s *Shop) WithdrawOffer(ctx context.Context, id string) (Offer, error) {
	_, err := change(ctx, s, "pay.offer_withdraw", id, func(t *turn) (string, error) {
		if err := t.need(shift.Sell); err != nil {
			return "", err
		}
		list, err := offered(t, id)
		if err != nil {
			return "", err
		}
		t.after = append(t.after, func() { delete(s.codes, id) })
		return id, t.withdraw(list)
	})
	if err != nil {
		return Offer{}, err
	}
	return s.Offered(ctx, id)
}

// withdraw gives up every attempt that waits for its payer.
func (t *turn) withdraw(list []Attempt) error {
	for _, a := range list {
		if a.State.Open() {
			if _, err := t.step(a, pay.Event{Kind: pay.CashierCancel, At: t.now, Staff: t.staff.ID}); err != nil {
				return err
			}
		}
	}
	return nil
}

// won sets the other attempts of an offer aside, in the transaction in which one of them was proven paid.
func (t *turn) won(winner Attempt) error {
	list, err := offered(t, winner.Offer)
	if err != nil {
		return err
	}
	for _, a := range list {
		if a.ID == winner.ID || a.Aside || a.State == pay.Succeeded {
			continue
		}
		if _, err := t.step(a, pay.Event{Kind: pay.CashierCancel, At: t.now, Aside: true, Note: "another way was paid"}); err != nil {
			return err
		}
	}
	return nil
}
