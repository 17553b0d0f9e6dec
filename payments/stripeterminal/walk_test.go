package stripeterminal

import (
	"strings"
	"testing"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/app/pay/paytest"
)

// stripeWords says in Stripe's words what the suite says in those of a wallet. What strikes any call of a wallet strikes
// each of Stripe's.
func stripeWords(words []string) (out []string) {
	for _, w := range words {
		name, percent, has := strings.Cut(w, "%")
		if has {
			percent = "%" + percent
		}
		_, fault, named := strings.Cut(name, ":")
		if !named {
			fault = name
		}
		switch {
		case strings.HasPrefix(fault, "202_userpaying(0"):
			out = append(out, "never"+percent)
		case strings.HasPrefix(fault, "202_userpaying(1,SUCCESS"):
			out = append(out, "later(40s)"+percent)
		case strings.HasPrefix(fault, "202_userpaying"):
			out = append(out, "payer_cancels"+percent)
		case strings.HasPrefix(fault, "reverse_refused"):
			out = append(out, "stop_ignored", "cancel:commit_then_409*2")
		case strings.HasPrefix(fault, "reverse_l"):
			out = append(out, "cancel:drop_before*1")
		case fault == "pay_wins_cancel_race":
			out = append(out, fault+percent)
		case fault == "decline(NOTENOUGH)":
			out = append(out, "decline"+percent)
		case fault == "decline(WHO_KNOWS)":
			out = append(out, "reader_timeout_lies"+percent)
		}
		for theirs, ours := range map[string]string{
			"commit_then_drop": "any:commit_then_drop", "drop_before": "any:drop_before", "commit_then_500": "any:commit_then_500", "slow_body": "any:slow_body",
			"unsigned_200": "any:commit_then_409", "unsigned_400": "any:too_many", "bad_sig": "any:html_captive_portal", "other_order": "other_order",
			"wrong_serial": "live", "stale_ts": "reader_500", "html_captive_portal": "refund:commit_then_drop",
		} {
			if fault == theirs {
				out = append(out, ours+percent)
			}
		}
	}
	return out
}

func TestWholeTendersUnderFaultsAndCrashes(t *testing.T) {
	paytest.Walk(t, func(t *testing.T) paytest.Harness {
		r := newRig(t, nil)
		f := r.form()
		f.BaseURL = "https://127.0.0.1:1"
		return paytest.Harness{
			Provider: r.p, Dead: r.provider(f), Flow: pay.ByCard, Amount: money.Of(1310, "EUR"), Code: func() string { return "" },
			Now: r.clock.now, Advance: r.clock.advance, Fault: func(words ...string) { r.play(stripeWords(words)...) },
			Charges: func(no string) (n int) {
				lines, _ := r.Movements("")
				for _, l := range lines {
					if l.No == no && l.Kind == "pay" {
						n++
					}
				}
				return n
			},
			Net: r.Net,
		}
	})
}
