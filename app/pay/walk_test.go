package pay

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"suanpan/app/money"
)

func sprintf(verb string, v any) string { return fmt.Sprintf(verb, v) }

var wallet = Timing{
	FirstQuery: 5 * time.Second, Every: 5 * time.Second, SlowAfter: 30 * time.Second, SlowEvery: 10 * time.Second,
	Deadline: 45 * time.Second, MinCancelAge: 15 * time.Second, CancelWindow: 7 * 24 * time.Hour,
	CancelBackoff: []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second, time.Hour},
	NotFoundGap:   10 * time.Second, NotFoundCount: 3, Sweep: time.Minute, Decide: 10 * time.Minute,
}

// Whatever happens in whatever order, money is believed only on proof, the ledger gets each entry once, and nothing that
// was paid becomes unpaid.
func TestNoOrderOfEventsBreaksTheBooks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := attempt(Created)
		a.CanCancel = rapid.Bool().Draw(t, "cancels")
		if rapid.Bool().Draw(t, "static") {
			a.Flow = ByStatic
		}
		sale, late, now, proof := 0, 0, noon, false
		steps := rapid.SliceOfN(rapid.SampledFrom(Events()), 1, 40).Draw(t, "events")
		for _, k := range steps {
			now = now.Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "seconds")) * time.Second)
			e := said(k, now)
			switch rapid.IntRange(0, 5).Draw(t, "doctored") {
			case 0:
				e.Obs.Verified = false
			case 1:
				e.Obs.OwnNo = "foreign"
			}
			e.To = rapid.SampledFrom([]State{Succeeded, Canceled, Refunding, Created}).Draw(t, "to")
			before := a
			var fx []Effect
			a, fx = Step(a, e)
			proof = proof || (k == ObsSuccess && e.Obs.Verified && e.Obs.OwnNo == a.No && before.State != Created)
			for _, f := range fx {
				switch f.Kind {
				case Post:
					sale++
				case PostLate:
					late++
				case Unpost:
					late--
				}
			}
			check(t, before, a, sale, late, proof)
		}
	})
}

func check(t *rapid.T, before, a Attempt, sale, late int, proof bool) {
	if a.State == Succeeded && !proof && !a.Manual && !a.Forced {
		t.Fatalf("%s became paid without proof", before.State)
	}
	if before.State == Succeeded && a.State != Succeeded {
		t.Fatalf("paid became %s", a.State)
	}
	if sale > 1 || late > 1 || late < 0 || sale+late > 1 {
		t.Fatalf("%d sale and %d late entries", sale, late)
	}
	if (a.State == Succeeded) != (sale == 1) {
		t.Fatalf("%s with %d sale entries", a.State, sale)
	}
	if (a.State == Canceled || a.State == Failed) && late != 0 {
		t.Fatalf("%s keeps a late entry", a.State)
	}
	if before.State.Final() && a.State != before.State && a.State != LateSuccess {
		t.Fatalf("final %s became %s", before.State, a.State)
	}
	if again := (Attempt{}); a == again {
		t.Fatal("attempt lost")
	}
}

// Run by nothing but Next, against a provider that answers as it likes, every attempt ends, and calls are never frantic.
func TestEveryAttemptEndsInBoundedTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := attempt(Created)
		a.CanCancel = rapid.Bool().Draw(t, "cancels")
		now := noon
		a, _ = Step(a, Event{Kind: Submitted, At: now})
		answers := []EventKind{ObsUnknown, ObsPending, ObsNotFound, ObsUnknown, ObsPending}
		calm := rapid.IntRange(0, 60).Draw(t, "until")
		last := rapid.SampledFrom([]EventKind{ObsSuccess, ObsDeclined, ObsClosed, ObsNotFound, ObsPending, ObsUnknown}).Draw(t, "last")
		for n := 0; ; n++ {
			due, ok := Next(a, wallet)
			if !ok || a.State == NeedsReview {
				break
			}
			if n > 12_000 || now.Sub(noon) > 9*24*time.Hour {
				t.Fatalf("still %s after %d steps and %s", a.State, n, now.Sub(noon))
			}
			now = later(now, due.At).Add(20 * time.Millisecond)
			if rapid.IntRange(0, 200).Draw(t, "crash") == 0 && n < 100 {
				a, _ = Step(a, Event{Kind: Startup, At: now})
				continue
			}
			if e, isEvent := due.Event(now); isEvent {
				a, _ = Step(a, e)
			}
			k := last
			if n < calm {
				k = rapid.SampledFrom(answers).Draw(t, "answer")
			}
			switch due.Do {
			case DoQuery:
				a, _ = Step(a, said(k, now))
			case DoCancel:
				if due.At.Before(a.SubmittedAt.Add(wallet.MinCancelAge)) {
					t.Fatalf("cancel %s after the submit", due.At.Sub(a.SubmittedAt))
				}
				a, _ = Step(a, said(rapid.SampledFrom([]EventKind{CancelOK, CancelRefused}).Draw(t, "cancel"), now))
			}
		}
		if a.State.Open() && a.State != NeedsReview && a.State != Refunding {
			t.Fatalf("nothing moves %s any more", a.State)
		}
	})
}

func TestRefundsNeverExceedWhatWasPaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := attempt(Succeeded)
		var rows []Refund
		now := noon
		for n := range rapid.IntRange(1, 12).Draw(t, "rounds") {
			now = now.Add(time.Second)
			amount := money.Of(int64(rapid.IntRange(-5, 900).Draw(t, "amount")), "CNY")
			next, r, err := StartRefund(a, rows, RefundPlan{ID: fmt.Sprint("r", n), Amount: amount, At: now, Gap: time.Minute})
			if err == nil {
				a, rows = next, append(rows, r)
			}
			if len(rows) == 0 {
				continue
			}
			i := rapid.IntRange(0, len(rows)-1).Draw(t, "row")
			k := rapid.SampledFrom(RefundEvents()).Draw(t, "event")
			if k == RefundRetry && rows[i].State == RefundRejected {
				continue // a row that gave its share back asks G4 again, as a new row
			}
			if k == ObsSuccess && rows[i].State == RefundRejected {
				continue
			}
			rows[i], _ = StepRefund(rows[i], refundSaid(rows[i], k, now))
			sum := int64(0)
			for _, r := range rows {
				if r.State.Open() || r.State == RefundPaid {
					sum += r.Amount.Minor
				}
			}
			if sum > a.Amount.Minor || Refundable(a, rows).Minor != a.Amount.Minor-sum {
				t.Fatalf("%d of %d", sum, a.Amount.Minor)
			}
		}
	})
}
