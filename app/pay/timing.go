package pay

import (
	"fmt"
	"time"
)

// Timing is how patient the shop is with a provider in one flow. It is data, and all of it can be set.
type Timing struct {
	FirstQuery    time.Duration   `json:"first_query"`    // after the submit
	Every         time.Duration   `json:"every"`          // between queries
	SlowAfter     time.Duration   `json:"slow_after"`     // age of the attempt from which SlowEvery counts
	SlowEvery     time.Duration   `json:"slow_every"`     // between queries
	Deadline      time.Duration   `json:"deadline"`       // age at which we give up and cancel
	MinCancelAge  time.Duration   `json:"min_cancel_age"` // no cancel before this age
	CancelBackoff []time.Duration `json:"cancel_backoff"` // waits between cancels; the last one repeats
	CancelWindow  time.Duration   `json:"cancel_window"`  // age from which the provider takes no cancel
	NotFoundGap   time.Duration   `json:"not_found_gap"`  // answers "not found" count when this far apart
	NotFoundCount int             `json:"not_found_count"`
	Sweep         time.Duration   `json:"sweep"`  // between looks at what is stuck
	Decide        time.Duration   `json:"decide"` // time for a person to keep late money; then it goes back
}

// Check answers ErrTimingWrong where t would leave an attempt open for ever or ask without pause.
func (t Timing) Check() error {
	for name, d := range map[string]time.Duration{
		"first_query": t.FirstQuery, "every": t.Every, "slow_every": t.SlowEvery, "deadline": t.Deadline,
		"cancel_window": t.CancelWindow, "not_found_gap": t.NotFoundGap, "sweep": t.Sweep, "decide": t.Decide,
	} {
		if d <= 0 {
			return fmt.Errorf("%w: %s is %s", ErrTimingWrong, name, d)
		}
	}
	if t.NotFoundCount < 1 || len(t.CancelBackoff) == 0 || t.MinCancelAge < 0 || t.CancelWindow < t.Deadline {
		return fmt.Errorf("%w: cancel rules", ErrTimingWrong)
	}
	for _, d := range t.CancelBackoff {
		if d <= 0 {
			return fmt.Errorf("%w: cancel_backoff holds %s", ErrTimingWrong, d)
		}
	}
	return nil
}

// NextQuery is how long to wait, from now, before the query after the first n.
func NextQuery(t Timing, submittedAt, now time.Time, n int) time.Duration {
	age := now.Sub(submittedAt)
	switch {
	case n == 0:
		return max(t.FirstQuery-age, 0)
	case age >= 2*t.Deadline:
		return t.Sweep
	case age >= t.SlowAfter:
		return t.SlowEvery
	}
	return t.Every
}

// CancelDue is when cancel number n+1 may leave, where n have left and the last one did so at lastSent.
func CancelDue(t Timing, submittedAt, lastSent time.Time, n int) time.Time {
	due := submittedAt.Add(t.MinCancelAge)
	if n == 0 || len(t.CancelBackoff) == 0 {
		return due
	}
	again := lastSent.Add(t.CancelBackoff[min(n, len(t.CancelBackoff))-1])
	if again.After(due) {
		return again
	}
	return due
}

// Act is what a timer is for.
type Act string

// The acts.
const (
	DoQuery     Act = "query"
	DoCancel    Act = "cancel"
	DoCapture   Act = "capture"
	DoDeadline  Act = "deadline"
	DoWindow    Act = "window_over"
	DoDecide    Act = "decide"
	DoRefund    Act = "refund"       // NextRefund only
	DoAskRefund Act = "query_refund" // NextRefund only
)

// Due is the next thing to do about an attempt or refund, and when. At may lie in the past.
type Due struct {
	Do Act
	At time.Time
}

// Event is what to step with where the act is an event and not a call; ok is false for calls. now is the till's time.
// DoCancel is both: step with the event, commit, then call.
func (d Due) Event(now time.Time) (e Event, ok bool) {
	switch d.Do {
	case DoDeadline:
		return Event{Kind: Deadline, At: now}, true
	case DoWindow:
		return Event{Kind: WindowOver, At: now}, true
	case DoDecide:
		return Event{Kind: PolicyRefund, At: now}, true
	case DoCancel:
		return Event{Kind: CancelSent, At: now}, true
	}
	return Event{}, false
}

// Next says what an attempt waits for; ok is false where only a person or another row moves it. It follows from the saved
// attempt alone, so that a restart needs no queue. The caller makes one call at a time per attempt, its Submit aside, and
// asks again after each commit.
func Next(a Attempt, t Timing) (due Due, ok bool) {
	switch a.State {
	case Submitting, AwaitingPayer, InDoubt:
		if a.Static() {
			return Due{}, false
		}
		return earlier(nextQuery(a, t), Due{DoDeadline, a.SubmittedAt.Add(t.Deadline)}), true
	case Reserved:
		due = nextQuery(a, t)
		if !a.Asked.Now && (a.Asked.Fresh || a.ChangedAt.Equal(a.Asked.At)) {
			due = Due{DoCapture, a.Asked.At}
		}
		return earlier(due, Due{DoDeadline, a.ChangedAt.Add(t.CancelWindow)}), true
	case CancelPending:
		return earlier(nextUndo(a, t), Due{DoWindow, a.SubmittedAt.Add(t.CancelWindow)}), true
	case LateSuccess:
		due = Due{DoDecide, a.ChangedAt.Add(t.Decide)}
		if a.Undo.Refusals > 0 && a.Undo.Refusals == a.Undo.Sent && !a.Asked.PaidAsOf.After(a.Undo.RefusedAt) {
			due = earlier(nextQuery(a, t), due)
		}
		return due, true
	case Succeeded:
		return Due{DoQuery, later(a.ChangedAt, a.Asked.At).Add(t.Every)}, a.Unacked
	case NeedsReview:
		if a.Asked.Now {
			return Due{DoQuery, a.ChangedAt}, true
		}
		return Due{DoQuery, later(a.ChangedAt, a.Asked.At).Add(t.Sweep)}, true
	}
	return Due{}, false
}

func nextQuery(a Attempt, t Timing) Due {
	if a.Asked.Now {
		return Due{DoQuery, a.ChangedAt}
	}
	from := later(a.SubmittedAt, a.Asked.At)
	return Due{DoQuery, from.Add(NextQuery(t, a.SubmittedAt, from, a.Asked.Queries))}
}

// nextUndo alternates: a query before each cancel and after it, without a gap.
func nextUndo(a Attempt, t Timing) Due {
	absent := Due{DoQuery, a.Absences.At.Add(t.NotFoundGap)}
	switch {
	case a.Asked.Now && a.Absences.Count > 0:
		return absent
	case a.Asked.Now:
		return Due{DoQuery, later(a.ChangedAt, a.Asked.At)}
	case a.Asked.Fresh && a.Asked.Absent && (a.Undo.Sent > 0 || !a.CanCancel):
		return absent
	case a.Asked.Fresh && a.CanCancel:
		return Due{DoCancel, later(a.Asked.At, CancelDue(t, a.SubmittedAt, a.Undo.SentAt, a.Undo.Sent))}
	}
	from := later(later(a.Asked.At, a.Undo.SentAt), a.ChangedAt)
	return Due{DoQuery, from.Add(NextQuery(t, a.SubmittedAt, from, a.Asked.Queries+1))}
}

// NextRefund says what a refund row waits for; ok is false where it is over or a person must act.
func NextRefund(r Refund, t Timing) (due Due, ok bool) {
	wait := t.Every << min(r.Tries, 16)
	if wait <= 0 || wait > t.Sweep {
		wait = t.Sweep
	}
	switch r.State {
	case RefundRequested:
		at := later(r.Made, r.NotBefore)
		if r.Tries > 0 {
			at = later(at, r.AskedAt.Add(wait))
		}
		return Due{DoRefund, at}, true
	case RefundInDoubt, RefundProcessing:
		if r.Now {
			return Due{DoAskRefund, r.ChangedAt}, true
		}
		return Due{DoAskRefund, later(r.ChangedAt, r.AskedAt).Add(wait)}, true
	}
	return Due{}, false
}

func earlier(a, b Due) Due {
	if b.At.Before(a.At) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
