package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"suanpan/app"
	"suanpan/app/ledger"
	"suanpan/app/order"
	"suanpan/app/pay"
)

// judge looks at everything after the day: payments.md §15, properties 1 to 8. (6, no secret in any written byte, is looked
// for at every write by the light store.)
func (w *world) judge() error {
	var list []app.Attempt
	facts := map[string][]map[string]any{} // by payment
	clearing, contradicted := map[string]int64{}, map[string]bool{}
	sold := map[string]int{}
	err := w.store.View(context.Background(), func(v app.View) error {
		byOrder := map[string]bool{}
		return v.Facts(0, 1<<40, func(f *ledger.Fact) error {
			for _, p := range f.Postings {
				if name, ok := strings.CutPrefix(p.Account, "clearing:"); ok {
					clearing[name] += p.Minor
				}
			}
			if f.Kind == "sale" {
				var d struct {
					Order struct {
						ID string `json:"id"`
					} `json:"order"`
				}
				if err := json.Unmarshal(f.Body, &d); err != nil {
					return err
				}
				sold[d.Order.ID]++
			}
			if !strings.HasPrefix(string(f.Kind), "payment.") {
				return nil
			}
			body := map[string]any{}
			if err := json.Unmarshal(f.Body, &body); err != nil {
				return err
			}
			id := fmt.Sprint(body["payment"])
			body["kind"] = string(f.Kind)
			facts[id] = append(facts[id], body)
			if f.Kind == "payment.review" && body["reason"] == string(pay.Contradicted) {
				contradicted[id] = true
			}
			if o := fmt.Sprint(body["order"]); f.Kind == "payment.submitted" && !byOrder[o] {
				byOrder[o] = true
				more, err := v.AttemptsOf(order.ID(o))
				list = append(list, more...)
				return err
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	for id, n := range sold {
		if n > 1 {
			return fmt.Errorf("order %s was sold %d times", id, n)
		}
	}
	won := map[string]int{}
	for _, a := range list {
		if a.State == pay.Succeeded && a.Offer != "" {
			if won[a.Offer]++; won[a.Offer] > 1 {
				return fmt.Errorf("offer %s was paid twice", a.Offer)
			}
		}
		if err := w.attempt(a, facts[a.ID]); err != nil {
			return fmt.Errorf("payment %s (%s by %s, %s %s): %w", a.No, a.Provider, a.Flow, a.State, a.Reason, err)
		}
	}
	return w.money(list, clearing, contradicted)
}

// attempt checks what one attempt must be by itself.
func (w *world) attempt(a app.Attempt, facts []map[string]any) error {
	if !a.State.Final() && a.State != pay.NeedsReview {
		return fmt.Errorf("not decided after hours (4)")
	}
	for _, r := range a.Backs {
		if r.State.Open() && r.State != pay.RefundAbnormal {
			return fmt.Errorf("refund %s is %s after hours (4)", r.No, r.State)
		}
	}
	captured, done := 0, map[string]int{}
	past := pay.Created
	for _, f := range facts {
		switch f["kind"] {
		case "payment.captured":
			captured++
		case "payment.refunded":
			done[fmt.Sprint(f["refund"])]++
		case "payment.state":
			if past == pay.Succeeded {
				return fmt.Errorf("left SUCCEEDED (3, G2)")
			}
			past = pay.State(fmt.Sprint(f["to"]))
		}
	}
	if captured > 1 || (captured == 1) != (a.State == pay.Succeeded) {
		return fmt.Errorf("captured %d times (3)", captured)
	}
	for no, n := range done {
		if n > 1 {
			return fmt.Errorf("refund %s booked %d times (3)", no, n)
		}
	}
	if a.State == pay.Succeeded && !a.Manual && !a.Forced && !w.proven(a) {
		return fmt.Errorf("SUCCEEDED without proof (5)")
	}
	return nil
}

// proven looks for the verified observation that made an attempt succeed.
func (w *world) proven(a app.Attempt) (ok bool) {
	_ = w.store.View(context.Background(), func(v app.View) error {
		return v.Observations(a.ID, func(_ time.Time, o pay.Observation) error {
			ok = ok || (o.Verified && o.Outcome == pay.Success && o.OwnNo == a.No && o.Amount == a.Amount && o.Merchant == a.Merchant)
			return nil
		})
	})
	return ok
}

// money compares the providers' books with ours: in sum, and payment by payment.
func (w *world) money(list []app.Attempt, clearing map[string]int64, contradicted map[string]bool) error {
	charges := 0
	excuse := map[string]int64{}
	for _, a := range list {
		var m = w.models[0]
		for _, other := range w.models {
			if other.Name == a.Provider {
				m = other
			}
		}
		net, known := m.NetOf(a.No)
		if known {
			charges++
		}
		ours := int64(0)
		if a.Posted != pay.NotPosted {
			ours = a.Amount.Minor
			for _, r := range a.Backs {
				if r.State == pay.RefundPaid {
					ours -= r.Amount.Minor
				}
			}
		}
		switch {
		case net == ours:
		case a.State == pay.NeedsReview, contradicted[a.ID]:
			excuse[a.Provider] += net - ours // a person is asked, which is what the rules want
		default:
			return fmt.Errorf("payment %s (%s by %s) is %s %s: provider has %d, ours says %d (1, 2, 7)", a.No, a.Provider, a.Flow, a.State, a.Reason, net, ours)
		}
	}
	if charges > w.asked {
		return fmt.Errorf("%d own numbers reached providers for %d wishes (8)", charges, w.asked)
	}
	for _, m := range w.models {
		if net, _ := m.Net(); net != clearing[m.Name]+excuse[m.Name] {
			return fmt.Errorf("%s has %d, our ledger says %d (1)", m.Name, net, clearing[m.Name])
		}
	}
	return nil
}
