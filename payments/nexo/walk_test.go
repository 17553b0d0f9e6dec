package nexo

import (
	"strings"
	"testing"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/app/pay/paytest"
)

// terminalWords says in the words of this terminal what the suite says in those of a wallet. A payer who does nothing has
// hung up on the till, too: a call that waits for him for ever would hold the walk.
func terminalWords(words []string) (out []string) {
	for _, w := range words {
		name, percent, has := strings.Cut(w, "%")
		if has {
			percent = "%" + percent
		}
		op, fault, named := strings.Cut(name, ":")
		if !named {
			op, fault = "", name
		} else {
			op += ":"
		}
		switch {
		case strings.HasPrefix(fault, "202_userpaying(0"):
			out = append(out, "hangup", "never")
		case strings.HasPrefix(fault, "202_userpaying(1,SUCCESS"):
			out = append(out, "hangup", "later(40s)"+percent)
		case strings.HasPrefix(fault, "202_userpaying"):
			out = append(out, "payer_cancels"+percent)
		case strings.HasPrefix(fault, "reverse_refused"):
			out = append(out, "abort_ignored*2")
		case fault == "reverse_lies":
			out = append(out, "abort_ignored"+percent)
		case fault == "pay_wins_cancel_race":
			out = append(out, fault+percent)
		case fault == "decline(NOTENOUGH)":
			out = append(out, "decline(Refusal)"+percent)
		case fault == "decline(WHO_KNOWS)":
			// a condition that nobody lists stays open until a person decides, which is no end for a walk
			out = append(out, "decline(UnreachableHost)"+percent)
		}
		for theirs, ours := range map[string]string{
			"commit_then_drop": "commit_then_drop", "drop_before": "drop_before", "commit_then_500": "commit_then_500", "slow_body": "cut(300)",
			"unsigned_200": "plain", "bad_sig": "bad_hmac", "wrong_serial": "wrong_key", "tampered_amount": "tampered", "other_order": "other_question",
			"html_captive_portal": "html_captive_portal", "unsigned_400": "bad_padding", "stale_ts": "wrong_header", "wrong_amount": "other_order",
		} {
			if fault == theirs {
				out = append(out, op+ours+percent)
			}
		}
	}
	return out
}

func TestWholeTendersUnderFaultsAndCrashes(t *testing.T) {
	paytest.Walk(t, func(t *testing.T) paytest.Harness {
		r := newRig(t, nil)
		f := r.form()
		f.Address = "127.0.0.1:1"
		return paytest.Harness{
			Provider: r.p, Dead: r.provider(f), Flow: pay.ByCard, Amount: money.Of(1310, "EUR"), Code: func() string { return "" },
			Now: r.clock.now, Advance: r.clock.advance, Fault: func(words ...string) { r.play(terminalWords(words)...) },
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
