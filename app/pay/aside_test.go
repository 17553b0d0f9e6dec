package pay

import (
	"errors"
	"testing"
	"time"
)

// TestWhatWasSetAsideIsNotWantedAndGoesBackByItself looks at every state: something else was paid, and this is paid as well.
func TestWhatWasSetAsideIsNotWantedAndGoesBackByItself(t *testing.T) {
	for _, s := range States() {
		a, fx := Step(attempt(s), Event{Kind: CashierCancel, At: noon, Aside: true})
		if !a.Aside || a.Wanted() || MayStart([]Attempt{a}, "") != nil || !errors.Is(MayAccept(a, true), ErrOrderClosed) {
			t.Errorf("%s is still wanted", s)
		}
		if a.State != LateSuccess {
			a, fx = Step(a, said(ObsSuccess, noon.Add(time.Second)))
		}
		if late := a.State == LateSuccess; late != has(fx, Accept, "") {
			t.Errorf("%s became %s with %v", s, a.State, fx)
		}
	}
}

func TestAttemptsOfOneOfferMayBeOpenTogetherAndNothingElse(t *testing.T) {
	a := attempt(AwaitingPayer)
	a.Offer = "o1"
	for offer, want := range map[string]error{"o1": nil, "o2": ErrAttemptOpen, "": ErrAttemptOpen} {
		if err := MayStart([]Attempt{a}, offer); !errors.Is(err, want) {
			t.Errorf("offer %q: %v, want %v", offer, err, want)
		}
	}
}

func TestAProviderThatDoesNotKnowWhatIsStillOnItsWayProvesNothing(t *testing.T) {
	a := attempt(CancelPending)
	a.Answered = false
	for i := range 5 {
		if a, _ = Step(a, said(ObsNotFound, noon.Add(time.Duration(10*i)*time.Second))); a.State != CancelPending {
			t.Fatalf("%s after %d s", a.State, 10*i)
		}
	}
	for i := range 2 {
		a, _ = Step(a, said(ObsNotFound, noon.Add(flight+time.Duration(10*i)*time.Second)))
	}
	if a.State != Canceled || a.Reason != NeverArrived {
		t.Fatal(a.State, a.Reason)
	}
}

func TestATerminalThatMayNotHaveHeardIsAskedOnceMore(t *testing.T) {
	e := said(ObsSuccess, noon.Add(time.Second))
	e.Via, e.Settling = BySubmit, true
	a, _ := Step(attempt(Submitting), e)
	due, ok := Next(a, Timing{Every: time.Second})
	if a.State != Succeeded || !ok || due.Do != DoQuery {
		t.Fatal(a.State, due, ok)
	}
	if heard, _ := Step(a, said(ObsSuccess, noon.Add(time.Minute))); heard.Unacked {
		t.Error("asked again although the terminal agrees")
	}
	if back, fx := Step(a, said(ObsClosed, noon.Add(time.Minute))); back.Unacked || back.State != Succeeded || !has(fx, Review, Contradicted) {
		t.Error(back.State, fx)
	}
}
