package app

import (
	"context"
	"errors"
	"strings"
	"time"

	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/pay"
	"suanpan/app/shift"
)

// TenderAsk is money offered for an order.
type TenderAsk struct {
	Order    order.ID      `json:"order,omitempty"`    // the current one where empty
	Method   string        `json:"method"`             // cash, "card" or "qr" (the first that offers it) or a provider's ID; where empty, the payer's code says it
	Flow     pay.Flow      `json:"flow,omitempty"`     // how the payer takes part, where a method has several ways
	Minor    *int64        `json:"amount,omitempty"`   // minor units; what is due where nil; for cash, what was handed over
	Code     pay.Secret    `json:"-"`                  // what the payer showed: never stored, never logged
	Wait     time.Duration `json:"wait,omitempty"`     // answer when the attempt is decided, or after this long
	Card     string        `json:"card,omitempty"`     // member, voucher, account: whose; a gift card's code goes into Code
	Signed   string        `json:"signed,omitempty"`   // account: who signs
	Override string        `json:"override,omitempty"` // a manager's reason to take money although an earlier payment may still bring it (G3)
	Certain  bool          `json:"certain,omitempty"`  // cash far above the total was asked about and confirmed (X12)
}

// Payment is one tender as people and programs see it.
type Payment struct {
	ID      string    `json:"payment"`
	Order   order.ID  `json:"order"`
	Method  string    `json:"method"`
	State   pay.State `json:"state"`
	Minor   int64     `json:"amount"`
	Change  int64     `json:"change,omitempty"`
	Ref     string    `json:"provider_ref,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	QR      string    `json:"qr,omitempty"`
	Words   string    `json:"words,omitempty"` // what the provider or terminal says at the moment, for the cashier
	Since   time.Time `json:"since,omitzero"`
	Flow    pay.Flow  `json:"flow,omitempty"`
	Aside   bool      `json:"aside,omitempty"`  // given up because something else was paid: what it brings goes back by itself
	Offer   string    `json:"offer,omitempty"`  // the pay screen's set to which it belongs; see Offered
	Manual  bool      `json:"manual,omitempty"` // a person, not a machine, said that it is paid
	Looked  string    `json:"looked,omitempty"` // the reference of a first look that wants a second
	Settled string    `json:"sale,omitempty"`   // the sale, when this payment settled a parked order by itself (S13)
}

// Tender takes money for an order. Cash is taken at once. For a provider the attempt is committed under its own number
// before the first byte leaves, and the answer comes when it is decided or Wait is over: until it is proven, nothing is paid.
func (s *Shop) Tender(ctx context.Context, ask TenderAsk) (Payment, error) {
	var err error
	switch ask.Method {
	case "", "code":
		ask.Method, err = s.whoseCode(ask.Code)
	case string(pay.ByCard), string(pay.ByQR):
		ask.Flow = pay.Flow(ask.Method)
		ask.Method, err = s.first(ask.Flow)
	}
	if err != nil {
		return Payment{}, err
	}
	if ask.Minor != nil && (*ask.Minor < 0 || *ask.Minor > money.MaxMinor || (*ask.Minor == 0 && ask.Method != order.Cash)) {
		return Payment{}, refuse("amount_invalid", nil, "amount", *ask.Minor)
	}
	if ask.Method == order.Cash {
		return change(ctx, s, "pay.tender", ask, func(t *turn) (Payment, error) { return t.cash(ask) })
	}
	if house(ask.Method) {
		return change(ctx, s, "pay.tender", ask, func(t *turn) (Payment, error) { return t.spend(ask) })
	}
	return s.charge(ctx, ask)
}

// tendering returns the order to be paid and what is still free to be tendered by method: what is due less what open
// attempts may still bring in, so that no two of them are ever for the same money (X11).
func (t *turn) tendering(id order.ID, method string) (*order.Order, int64, error) {
	if err := t.selling(); err != nil {
		return nil, 0, err
	}
	o, err := t.open(id, false)
	if err != nil {
		return nil, 0, err
	}
	if len(o.Lines) == 0 {
		return nil, 0, refuse("order_empty", nil)
	}
	if o.State == order.Held {
		return nil, 0, refuse("order_held", nil, "order", string(o.ID))
	}
	list, err := t.AttemptsOf(o.ID)
	if err != nil {
		return nil, 0, err
	}
	then := expecting(o, list)
	free := order.DueBy(then, method).Minor
	switch left := order.Calc(then).Due; {
	case free > 0, left > 0 && method == order.Cash: // in cash, what is left may round to nothing
		return o, free, nil
	case len(then.Tenders) > len(o.Tenders):
		return nil, 0, refuse("payment_open", pay.ErrAttemptOpen, "order", string(o.ID))
	}
	return nil, 0, refuse("nothing_due", nil)
}

// cash takes notes and coins: what is above the due goes back as change.
func (t *turn) cash(ask TenderAsk) (Payment, error) {
	if err := t.setAside(ask); err != nil {
		return Payment{}, err
	}
	o, due, err := t.tendering(ask.Order, order.Cash)
	if err != nil {
		return Payment{}, err
	}
	given := due
	if ask.Minor != nil {
		given = *ask.Minor
	}
	if given == 0 && due != 0 {
		return Payment{}, refuse("amount_invalid", nil, "amount", given)
	}
	conf := t.s.config()
	if given-due > max(conf.TenderCap, due) && !ask.Certain {
		return Payment{}, refuse("tender_far_above", nil, "given", given, "due", due)
	}
	p := Payment{ID: NewID(), Order: o.ID, Method: order.Cash, State: pay.Succeeded, Minor: min(given, due), Change: max(given-due, 0), Since: t.now}
	o.Tenders = append(o.Tenders, order.Tender{ID: p.ID, Method: order.Cash, Minor: p.Minor, Given: given, Change: p.Change, State: order.Succeeded})
	o.State = order.Paying
	if _, err := t.fact("tender.cash", map[string]any{"order": o.ID, "amount": p.Minor, "given": given}); err != nil {
		return Payment{}, err
	}
	_, err = t.save(o, 0, headOnly)
	t.tell(Event{Kind: PaymentChanged, Order: o.ID, Payment: p.ID})
	return p, err
}

// TakeBack returns cash that was taken for an unfinished order. What a provider captured is only taken off by a refund.
func (s *Shop) TakeBack(ctx context.Context, id order.ID, payment string) (Basket, error) {
	return change(ctx, s, "pay.take_back", [2]any{id, payment}, func(t *turn) (Basket, error) {
		if err := t.selling(); err != nil {
			return Basket{}, err
		}
		o, err := t.open(id, false)
		if err != nil {
			return Basket{}, err
		}
		for i, tender := range o.Tenders {
			if tender.ID != payment {
				continue
			}
			if house(tender.Method) {
				if err := t.unspend(o, tender); err != nil {
					return Basket{}, err
				}
			} else if tender.Method != order.Cash {
				return Basket{}, refuse("captured", nil, "method", tender.Method, "amount", tender.Minor)
			}
			o.Tenders = append(o.Tenders[:i:i], o.Tenders[i+1:]...)
			if len(o.Tenders) == 0 {
				o.State = order.Open
			}
			if _, err := t.fact("tender.taken_back", map[string]any{"order": o.ID, "amount": tender.Minor}); err != nil {
				return Basket{}, err
			}
			return t.save(o, 0, headOnly)
		}
		return Basket{}, refuse("payment_not_found", ErrNoPayment, "payment", payment)
	})
}

// charge begins an attempt with a provider and waits for it as long as the caller wants.
func (s *Shop) charge(ctx context.Context, ask TenderAsk) (Payment, error) {
	p := s.provider(ask.Method)
	if p == nil {
		return Payment{}, s.absent(ask.Method)
	}
	if !s.offers(p.ID()) {
		return Payment{}, refuse("provider_suspended", nil, "method", ask.Method)
	}
	flow, err := flowFor(p, ask.Flow, ask.Code)
	if err != nil {
		return Payment{}, err
	}
	fresh := false
	var a Attempt
	begun, err := change(ctx, s, "pay.tender", ask, func(t *turn) (Payment, error) {
		if err := t.setAside(ask); err != nil {
			return Payment{}, err
		}
		o, due, err := t.tendering(ask.Order, ask.Method)
		if err != nil {
			return Payment{}, err
		}
		amount := due
		if ask.Minor != nil {
			amount = *ask.Minor
		}
		if amount > due {
			return Payment{}, refuse("above_due", nil, "due", due)
		}
		if !p.Caps().Takes(o.Rules.Currency) {
			return Payment{}, refuse("currency_refused", nil, "method", ask.Method, "currency", string(o.Rules.Currency))
		}
		if a, err = t.begin(p, o, pay.Plan{ID: NewID(), Amount: money.Of(amount, o.Rules.Currency), Flow: flow, Code: ask.Code}); err != nil {
			return Payment{}, err
		}
		fresh = true
		_, err = t.save(o, 0, headOnly)
		return paymentOf(a), err
	})
	if err != nil {
		return Payment{}, err
	}
	if fresh {
		s.submit(context.WithoutCancel(ctx), p, a)
	}
	return s.await(ctx, begun.ID, ask.Wait)
}

// flowFor picks what was asked for, or else what the provider's abilities allow.
func flowFor(p pay.Provider, want pay.Flow, code pay.Secret) (pay.Flow, error) {
	switch {
	case !code.Empty():
		want = pay.ByCode
	case want == "" && p.Caps().Offers(pay.ByCard):
		want = pay.ByCard
	case want == "" && !p.Caps().Offers(pay.ByQR) && p.Caps().Offers(pay.ByStatic):
		want = pay.ByStatic
	case want == "":
		want = pay.ByQR
	}
	if !p.Caps().Offers(want) || (want == pay.ByCode && code.Empty()) {
		return "", refuse("flow_unavailable", nil, "method", p.ID(), "flow", string(want))
	}
	return want, nil
}

// whoseCode answers the method that a payer's code belongs to.
func (s *Shop) whoseCode(code pay.Secret) (string, error) {
	wallet, ok := catalog.Payer(strings.TrimSpace(code.Reveal()), s.config().Payers())
	if !ok {
		return "", refuse("not_a_payment_code", nil)
	}
	return wallet, nil
}

// first answers the first method that offers a flow in the shop's currency.
func (s *Shop) first(flow pay.Flow) (string, error) {
	for _, w := range s.Ways() {
		if w.Flow == flow && w.Method != "" {
			return w.Method, nil
		}
	}
	return "", s.absent(string(flow))
}

func (s *Shop) provider(id string) pay.Provider {
	for _, p := range s.providers() {
		if p.ID() == id {
			return p
		}
	}
	return nil
}

// Methods lists the tenders that this till can take now, cash first.
func (s *Shop) Methods() []string {
	out := []string{order.Cash}
	for _, p := range s.offered() {
		out = append(out, p.ID())
	}
	return out
}

func paymentOf(a Attempt) Payment {
	return Payment{ID: a.ID, Order: order.ID(a.Order), Method: a.Provider, State: a.State, Minor: a.Amount.Minor, Ref: a.ProviderTxn,
		Reason: string(a.Reason), QR: a.QR, Words: a.WireMsg, Since: a.SubmittedAt, Flow: a.Flow, Offer: a.Offer, Manual: a.Manual, Aside: a.Aside}
}

// await answers when the attempt is decided, when the time is over, or when ctx ends; the attempt goes on regardless.
func (s *Shop) await(ctx context.Context, id string, wait time.Duration) (Payment, error) {
	events, stop := s.Watch()
	defer stop()
	over := time.After(max(wait, 0))
	for {
		p, err := s.Payment(context.WithoutCancel(ctx), id)
		if err != nil || p.State.Final() || wait <= 0 {
			return p, err
		}
		select {
		case <-events:
		case <-over:
			return s.Payment(context.WithoutCancel(ctx), id)
		case <-ctx.Done():
			return p, nil
		}
	}
}

// Payment reads one tender: an attempt, or cash on an unfinished order.
func (s *Shop) Payment(ctx context.Context, id string) (Payment, error) {
	return view(ctx, s, func(v View) (Payment, error) {
		a, err := v.Attempt(id)
		if err == nil {
			p := paymentOf(a)
			if _, err := v.Sale(a.Order); err == nil && a.State == pay.Succeeded {
				p.Settled = a.Order
			}
			return p, nil
		}
		if !errors.Is(err, ErrNoPayment) {
			return Payment{}, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, o := range s.orders {
			for _, t := range o.Tenders {
				if t.ID == id {
					return Payment{ID: id, Order: o.ID, Method: t.Method, State: pay.State(t.State), Minor: t.Minor, Change: t.Change, Ref: t.Ref}, nil
				}
			}
		}
		return Payment{}, refuse("payment_not_found", ErrNoPayment, "payment", id)
	})
}

// OpenPayments is the "to check" list: every payment that is not decided, oldest first (X15).
func (s *Shop) OpenPayments(ctx context.Context) ([]Payment, error) {
	return view(ctx, s, func(v View) ([]Payment, error) {
		open, err := v.OpenAttempts()
		var out []Payment
		for _, a := range open {
			out = append(out, paymentOf(a))
		}
		return out, err
	})
}

// PaymentsOf lists the attempts of an order, oldest first.
func (s *Shop) PaymentsOf(ctx context.Context, id order.ID) ([]Payment, error) {
	return view(ctx, s, func(v View) ([]Payment, error) {
		list, err := v.AttemptsOf(id)
		var out []Payment
		for _, a := range list {
			out = append(out, paymentOf(a))
		}
		return out, err
	})
}

// CancelPayment asks for an attempt to be undone. The answer says where it stands: a cancel is a job that is repeated until
// the provider proves its end, and the payer may still win.
func (s *Shop) CancelPayment(ctx context.Context, id string) (Payment, error) {
	return change(ctx, s, "pay.cancel", id, func(t *turn) (Payment, error) {
		if err := t.need(shift.Sell); err != nil {
			return Payment{}, err
		}
		a, err := t.Attempt(id)
		if err != nil {
			return Payment{}, err
		}
		a, err = t.step(a, pay.Event{Kind: pay.CashierCancel, At: t.now, Staff: t.staff.ID})
		return paymentOf(a), err
	})
}
