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
	"suanpan/payments/sandbox"
	"suanpan/store"
)

// judge compares the books.
func (m *morgue) judge() {
	s, err := store.Open(context.Background(), m.dir, store.Options{Sync: "OFF"})
	if err != nil {
		m.t.Fatal(err)
	}
	defer s.Close()
	list, clearing, contradicted, err := attemptsAndClearing(s)
	if err != nil {
		m.t.Fatal(err)
	}
	nameless := int64(0)
	states, open, won := map[string]int{}, map[string]int64{}, map[string]int{}
	for _, a := range list {
		states[fmt.Sprint(a.Provider, " ", a.State)]++
		if a.State == pay.Succeeded && a.Offer != "" {
			if won[a.Offer]++; won[a.Offer] > 1 {
				m.t.Errorf("offer %s was paid twice", a.Offer)
			}
		}
		if unclear(a) {
			nameless += a.Amount.Minor
		}
		net, ours := m.net(a), a.Posted != pay.NotPosted
		expect := int64(0)
		if ours {
			expect = a.Amount.Minor
		}
		doubt := a.State == pay.NeedsReview || contradicted[a.ID] // a person is asked, which is what the rules want
		for _, r := range a.Backs {
			states[fmt.Sprint(a.Provider, " ", r.State)]++
			if r.State == pay.RefundPaid {
				expect -= r.Amount.Minor
			}
			doubt = doubt || r.State.Open()
		}
		switch {
		case doubt:
			open[a.Provider] += net - expect
		case net != expect:
			m.t.Errorf("payment %s by %s is %s %s: the provider has %d, the till says %d\n%s", a.No, a.Provider, a.State, a.Reason, net, expect, told(s, a))
		}
	}
	w, z := movements(m.wechat), m.card.Net("")
	lost := z - clearing["zvt"] - open["zvt"] // taken by a terminal that can no longer say for whom: a person is asked at the end of its day
	if w != clearing["wechatpay"]+open["wechatpay"] || lost < 0 || lost > nameless {
		m.t.Errorf("WeChat Pay has %d and the ledger %v, the terminal %d; in doubt %v", w, clearing, z, open)
	}
	m.t.Logf("%d payments %v; killed %v; WeChat Pay %d, terminal %d, in doubt %v", len(list), states, m.deaths, w, z, open)
}

// told is everything that was ever said about a payment.
func told(s app.Store, a app.Attempt) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%+v\n", a)
	_ = s.View(context.Background(), func(v app.View) error {
		return v.Observations(a.ID, func(at time.Time, o pay.Observation) error {
			o.Raw = nil
			_, err := fmt.Fprintf(&b, "%s %s %s %s %s\n", at.Format(time.RFC3339), o, o.OwnNo, o.ProviderTxn, o.Memo)
			return err
		})
	})
	return b.String()
}

// net is what a provider has of one payment.
func (m *morgue) net(a app.Attempt) int64 {
	if a.Provider == "wechatpay" {
		return m.wechat.Net(a.No)
	}
	if a.ProviderTxn == "" {
		return 0
	}
	return m.card.Net(a.ProviderTxn)
}

func movements(b sandbox.Book) (sum int64) {
	lines, _ := b.Movements("")
	for _, l := range lines {
		sum += l.Minor
	}
	return sum
}

// attemptsAndClearing reads all attempts, the clearing accounts by provider, and which payments a review was opened for; an order that was sold twice is an error.
func attemptsAndClearing(s app.Store) (list []app.Attempt, clearing map[string]int64, contradicted map[string]bool, err error) {
	clearing, contradicted = map[string]int64{}, map[string]bool{}
	seen, sold := map[string]bool{}, map[string]int{}
	err = s.View(context.Background(), func(v app.View) error {
		return v.Facts(0, 1<<40, func(f *ledger.Fact) error {
			for _, p := range f.Postings {
				if name, ok := strings.CutPrefix(p.Account, "clearing:"); ok {
					clearing[name] += p.Minor
				}
			}
			var body struct {
				Order   json.RawMessage `json:"order"`
				Payment string          `json:"payment"`
				Reason  pay.Reason      `json:"reason"`
			}
			if f.Kind != "payment.submitted" && f.Kind != "sale" && f.Kind != "payment.review" {
				return nil
			}
			if err := json.Unmarshal(f.Body, &body); err != nil {
				return err
			}
			if f.Kind == "payment.review" {
				contradicted[body.Payment] = contradicted[body.Payment] || body.Reason == pay.Contradicted
				return nil
			}
			id := string(body.Order)
			if f.Kind == "sale" {
				var o struct {
					ID string `json:"id"`
				}
				if err := json.Unmarshal(body.Order, &o); err != nil {
					return err
				}
				if sold[o.ID]++; sold[o.ID] > 1 {
					return fmt.Errorf("order %s was sold twice", o.ID)
				}
				return nil
			}
			if seen[id] {
				return nil
			}
			seen[id] = true
			more, err := v.AttemptsOf(order.ID(strings.Trim(id, `"`)))
			list = append(list, more...)
			return err
		})
	})
	return list, clearing, contradicted, err
}
