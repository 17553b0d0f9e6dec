package app

import (
	"context"
	"time"

	"suanpan/app/order"
	"suanpan/app/pay"
)

// codeLife is how long a payer's code may wait for the other ways to be withdrawn: wallets change it about once a minute.
const codeLife = 50 * time.Second

// shownLong is how long it is remembered why a code was not charged.
const shownLong = 10 * time.Minute

// HeldCode is what may be known of a code that waits: never the code.
type HeldCode struct {
	Method string    `json:"method"`
	Since  time.Time `json:"since"`
	Failed string    `json:"failed,omitempty"` // code of the error for which it was dropped; the payer must show a new one
}

// heldCode is a payer's code in memory: a stop forgets it, and the payer shows another.
type heldCode struct {
	HeldCode
	offer string
	code  pay.Secret
}

// OfferCode charges the code that the payer showed instead. The other ways are withdrawn first, and the code waits in memory
// until each of them is proven withdrawn; if one of them is paid meanwhile, that one counts and the code is dropped.
func (s *Shop) OfferCode(ctx context.Context, id string, code pay.Secret) (Offer, error) {
	method, err := s.whoseCode(code)
	if err != nil {
		return Offer{}, err
	}
	p := s.provider(method)
	if p == nil {
		return Offer{}, s.absent(method)
	}
	if !s.offers(method) {
		return Offer{}, refuse("provider_suspended", nil, "method", method)
	}
	if _, err := flowFor(p, pay.ByCode, code); err != nil {
		return Offer{}, err
	}
	held := &heldCode{HeldCode: HeldCode{Method: method}, offer: id, code: code}
	fresh := false
	_, err = change(ctx, s, "pay.offer_code", [2]string{id, method}, func(t *turn) (string, error) {
		if err := t.selling(); err != nil {
			return "", err
		}
		list, err := offered(t, id)
		if err != nil {
			return "", err
		}
		for _, a := range list {
			if a.State == pay.Succeeded {
				return "", refuse("offer_paid", nil, "payment", a.ID)
			}
			if a.Flow == pay.ByCode && a.Wanted() {
				return "", refuse("payment_open", pay.ErrAttemptOpen, "order", a.Order)
			}
		}
		if _, err := t.fact("offer.code", map[string]string{"offer": id, "method": method}); err != nil {
			return "", err
		}
		held.Since, fresh = t.now, true
		return id, t.withdraw(list)
	})
	if err != nil {
		return Offer{}, err
	}
	if fresh {
		s.mu.Lock()
		s.codes[id] = held
		s.mu.Unlock()
		time.AfterFunc(codeLife, func() { s.dropCode(held, "code_expired") })
		s.chargeCode(held)
	}
	return s.Offered(ctx, id)
}

// chargeCode begins the attempt with a code that waits, once every other attempt of its offer is proven to bring nothing.
func (s *Shop) chargeCode(held *heldCode) {
	p, fresh := s.provider(held.Method), false
	var a Attempt
	_, err := change(context.Background(), s, "pay.offer_code", nil, func(t *turn) (string, error) {
		s.mu.Lock()
		waits, code := s.codes[held.offer] == held && held.Failed == "", held.code
		s.mu.Unlock()
		if !waits {
			return "", nil
		}
		list, err := offered(t, held.offer)
		if err != nil {
			return "", err
		}
		plain := make([]pay.Attempt, len(list))
		for i, a := range list {
			if plain[i] = a.Attempt; a.State == pay.Succeeded {
				return "", refuse("offer_paid", nil, "payment", a.ID)
			}
		}
		if pay.MayStart(plain, "") != nil {
			return "", nil // the next change of the offer asks again
		}
		if t.now.Sub(held.Since) > codeLife {
			return "", refuse("code_expired", nil)
		}
		o, due, err := t.tendering(order.ID(list[0].Order), held.Method)
		if err != nil {
			return "", err
		}
		if due < list[0].Amount.Minor {
			return "", refuse("above_due", nil, "due", due)
		}
		if a, err = t.begin(p, o, pay.Plan{ID: NewID(), Offer: held.offer, Amount: list[0].Amount, Flow: pay.ByCode, Code: code}); err != nil {
			return "", err
		}
		fresh = true
		_, err = t.save(o, 0, headOnly)
		t.after = append(t.after, func() { delete(s.codes, held.offer) })
		return a.ID, err
	})
	if err != nil {
		code, _, _ := Explain(err)
		s.dropCode(held, code)
		return
	}
	if fresh {
		s.submit(context.Background(), p, a)
	}
}

// dropCode forgets a code that was not charged, and keeps why.
func (s *Shop) dropCode(held *heldCode, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	held.code = pay.Secret{}
	if s.codes[held.offer] != held || held.Failed != "" {
		return
	}
	failed := &heldCode{HeldCode: HeldCode{held.Method, held.Since, why}, offer: held.offer}
	s.codes[held.offer] = failed
	s.tell(Event{Kind: OfferChanged, Offer: held.offer})
	time.AfterFunc(shownLong, func() { // nobody asks any more
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.codes[held.offer] == failed {
			delete(s.codes, held.offer)
		}
	})
}
