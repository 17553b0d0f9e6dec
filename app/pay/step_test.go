package pay

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"suanpan/app/money"
)

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

func attempt(s State) Attempt {
	return Attempt{
		ID: "a1", No: "own0001", Provider: "wechatpay", Merchant: "1900000109", Flow: ByCode, Tender: "t1",
		Amount: money.Of(1310, "CNY"), CanCancel: true, NotFoundCount: 3, NotFoundGap: 10 * time.Second,
		Answered: true,
		State:    s, Made: noon, ChangedAt: noon, SubmittedAt: noon,
	}
}

// said is an event whose verified observation Judge takes for k.
func said(k EventKind, at time.Time) Event {
	o := Observation{Verified: true, OwnNo: "own0001", Merchant: "1900000109", Amount: money.Of(1310, "CNY")}
	via := ByQuery
	switch k {
	case ObsUnknown:
		o.Outcome = Unknown
	case ObsPending:
		o.Outcome = Pending
	case ObsNotFound:
		o.Outcome = NotFound
	case ObsAuthorized:
		o.Outcome = Authorized
	case ObsSuccess:
		o.Outcome = Success
	case ObsDeclined:
		o.Outcome = Declined
	case ObsClosed:
		o.Outcome = Closed
	case CancelOK:
		o.Outcome, via = Accepted, ByCancel
	case CancelRefused:
		o.Outcome, via = Refused, ByCancel
	case Mismatch:
		o.Outcome, o.Amount = Success, money.Of(1, "CNY")
	case ProviderRefunded:
		o.Outcome, o.Refunds = Success, true
	default:
		return Event{Kind: k, At: at, OrderOpen: true, To: Canceled, Staff: "manager"}
	}
	return Event{Kind: k, Via: via, Obs: o, Begun: at, At: at}
}

// grid is the whole machine for a wallet: every state by every event, in the order of Events. "=" keeps the state, "!" is a
// pair that cannot happen and opens a review.
const grid = `
submit           SUBMITTING ! ! ! ! ! = = = = = = =
not_sent         ! DECLINED ! ! ! ! = = = = = = =
obs.unknown      ! UNKNOWN = = = = = = = = = = =
obs.pending      ! AWAITING_PAYER = AWAITING_PAYER = = = = = = = = =
obs.notfound     ! UNKNOWN UNKNOWN = NEEDS_REVIEW = = = = = = = =
obs.authorized   ! AUTHORIZED AUTHORIZED AUTHORIZED = = = = = = = = =
obs.success      ! SUCCEEDED SUCCEEDED SUCCEEDED SUCCEEDED LATE_SUCCESS = = LATE_SUCCESS = LATE_SUCCESS LATE_SUCCESS =
obs.declined     ! DECLINED DECLINED DECLINED NEEDS_REVIEW DECLINED = = DECLINED = = = =
obs.closed       ! CANCELED CANCELED CANCELED CANCELED CANCELED CANCELED = CANCELED = = = =
cancel_ok        ! ! ! ! ! = = = = = = = =
cancel_refused   ! ! ! ! ! = = = = = = = =
mismatch         ! NEEDS_REVIEW NEEDS_REVIEW NEEDS_REVIEW NEEDS_REVIEW NEEDS_REVIEW NEEDS_REVIEW NEEDS_REVIEW = = = = =
provider_refund  ! NEEDS_REVIEW NEEDS_REVIEW NEEDS_REVIEW NEEDS_REVIEW NEEDS_REVIEW NEEDS_REVIEW NEEDS_REVIEW = = = = =
cancel_sent      ! ! ! ! ! = = = = = = = =
cashier_cancel   CANCELED CANCEL_PENDING CANCEL_PENDING CANCEL_PENDING CANCEL_PENDING = = = = = = = =
deadline         ! CANCEL_PENDING CANCEL_PENDING CANCEL_PENDING CANCEL_PENDING = = = = = = = =
window_over      ! ! ! ! ! NEEDS_REVIEW = = = = = = =
startup          CANCELED UNKNOWN = = = = = = = = = = =
policy_accept    ! ! ! ! ! ! SUCCEEDED = = = = = =
policy_refund    ! ! ! ! ! ! REFUNDING = = = = = =
refund_done      ! ! ! ! ! ! = REFUNDED REFUNDED = = = =
refund_failed    ! ! ! ! ! ! = NEEDS_REVIEW = = = = =
manual_confirm   ! ! ! ! ! ! = = = = = = =
resolve          ! ! ! ! ! ! = = CANCELED = = = =
`

func TestEveryPairOfStateAndEventIsListed(t *testing.T) {
	listed := map[EventKind]map[State]string{}
	for _, line := range strings.Split(strings.TrimSpace(grid), "\n") {
		cells := strings.Fields(line)
		if len(cells) != 1+len(States()) {
			t.Fatalf("%s lists %d of %d states", cells[0], len(cells)-1, len(States()))
		}
		row := map[State]string{}
		for i, s := range States() {
			row[s] = cells[i+1]
		}
		listed[EventKind(cells[0])] = row
	}
	for _, k := range Events() {
		if listed[k] == nil {
			t.Errorf("event %s is not in the grid: what it does to each state must be decided", k)
			continue
		}
		for _, s := range States() {
			want, review := State(listed[k][s]), listed[k][s] == "!"
			if want == "=" || review {
				want = s
			}
			got, fx := Step(attempt(s), said(k, noon.Add(time.Second)))
			if got.State != want {
				t.Errorf("%s + %s became %s, want %s", s, k, got.State, want)
			}
			if unknown := has(fx, Review, Unlisted); unknown != review {
				t.Errorf("%s + %s: review of an unlisted pair is %v, want %v", s, k, unknown, review)
			}
		}
	}
}

func has(fx []Effect, k EffectKind, r Reason) bool {
	for _, e := range fx {
		if e.Kind == k && (r == "" || e.Reason == r) {
			return true
		}
	}
	return false
}

func TestOnlyVerifiedWordsAboutOurOwnMoneyCount(t *testing.T) {
	good := said(ObsSuccess, noon).Obs
	for name, tc := range map[string]struct {
		change func(*Observation)
		want   EventKind
	}{
		"as it should be":       {func(*Observation) {}, ObsSuccess},
		"unverified":            {func(o *Observation) { o.Verified = false }, ObsUnknown},
		"another order":         {func(o *Observation) { o.OwnNo = "own0002" }, ObsUnknown},
		"no order":              {func(o *Observation) { o.OwnNo = "" }, ObsUnknown},
		"another merchant":      {func(o *Observation) { o.Merchant = "1" }, ObsUnknown},
		"no merchant":           {func(o *Observation) { o.Merchant = "" }, ObsUnknown},
		"no amount":             {func(o *Observation) { o.Amount = money.Amount{} }, ObsUnknown},
		"another amount":        {func(o *Observation) { o.Amount.Minor++ }, Mismatch},
		"another currency":      {func(o *Observation) { o.Amount.Currency = "USD" }, Mismatch},
		"less by coupons":       {func(o *Observation) { o.Payer = money.Of(1, "CNY") }, ObsSuccess},
		"given back unasked":    {func(o *Observation) { o.Refunds = true }, ProviderRefunded},
		"unsigned decline":      {func(o *Observation) { o.Outcome, o.Verified = Declined, false }, ObsUnknown},
		"signed decline":        {func(o *Observation) { o.Outcome, o.OwnNo, o.Amount = Declined, "", money.Amount{} }, ObsDeclined},
		"closed, whose?":        {func(o *Observation) { o.Outcome, o.OwnNo = Closed, "" }, ObsUnknown},
		"accepted by no cancel": {func(o *Observation) { o.Outcome = Accepted }, ObsUnknown},
		"abnormal payment":      {func(o *Observation) { o.Outcome = Abnormal }, ObsUnknown},
	} {
		o := good
		tc.change(&o)
		if got := Judge(attempt(Submitting), ByQuery, o); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}

func TestAStaticCodeIsPaidByAPersonOnly(t *testing.T) {
	a := attempt(Submitting)
	a.Flow = ByStatic
	a, _ = Step(a, said(ObsUnknown, noon))
	if a.State != AwaitingPayer {
		t.Fatalf("a static code waits in %s", a.State)
	}
	if _, ok := Next(a, wallet); ok {
		t.Error("a static code has a timer")
	}
	paid, fx := Step(a, Event{Kind: ManualConfirm, At: noon, Staff: "s1", Note: "phone shown"})
	if paid.State != Succeeded || !paid.Manual || !has(fx, Post, "") || !has(fx, Watch, "") {
		t.Errorf("confirmed: %s manual=%v %v", paid.State, paid.Manual, fx)
	}
	given, fx := Step(a, Event{Kind: CashierCancel, At: noon})
	if given.State != Canceled || !has(fx, Watch, "") {
		t.Errorf("given up: %s %v", given.State, fx)
	}
}

func TestAbsenceCountsOnlyWhenFarApart(t *testing.T) {
	a := attempt(InDoubt)
	for i, gap := range []time.Duration{0, 3, 11, 12, 22} {
		a, _ = Step(a, said(ObsNotFound, noon.Add(gap*time.Second)))
		if done := a.State == CancelPending; done != (i == 4) {
			t.Fatalf("answer %d: %s after %d absences", i, a.State, a.Absences.Count)
		}
	}
	for i, gap := range []time.Duration{23, 25, 40} {
		a, _ = Step(a, said(ObsNotFound, noon.Add(gap*time.Second)))
		if done := a.State == Canceled; done != (i == 2) {
			t.Fatalf("undo answer %d: %s", i, a.State)
		}
	}
	if a.Reason != NeverArrived {
		t.Errorf("reason %s", a.Reason)
	}
	a, fx := Step(a, said(ObsSuccess, noon.Add(time.Hour)))
	if a.State != LateSuccess || !has(fx, Alarm, "") {
		t.Errorf("money after all: %s %v", a.State, fx)
	}
}

func TestLateMoneyIsKeptOnlyWhenNothingCanTakeItBack(t *testing.T) {
	at := func(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }
	accept := func(a Attempt) State {
		a, _ = Step(a, Event{Kind: PolicyAccept, OrderOpen: true, At: at(100)})
		return a.State
	}
	give := func(kinds ...EventKind) Attempt {
		a := attempt(AwaitingPayer)
		for i, k := range kinds {
			a, _ = Step(a, said(k, at(i)))
		}
		return a
	}
	auto := give(Deadline, ObsSuccess)
	if !auto.Undo.Auto || accept(auto) != Succeeded {
		t.Error("the deadline alone gave up and nothing left: acceptance is automatic")
	}
	if person := give(CashierCancel, ObsSuccess); person.Undo.Auto || accept(person) != Succeeded {
		t.Error("a person gave up and nothing left: acceptance is asked for, and allowed")
	}
	if got := accept(give(Deadline, ObsPending, CancelSent, ObsSuccess)); got != LateSuccess {
		t.Errorf("a cancel is under way: %s", got)
	}
	if got := accept(give(Deadline, ObsPending, CancelSent, CancelOK, ObsSuccess)); got != LateSuccess {
		t.Errorf("a cancel was taken: %s", got)
	}
	if got := accept(give(Deadline, ObsPending, CancelSent, CancelRefused, ObsSuccess)); got != Succeeded {
		t.Errorf("the cancel was refused and a later query says paid: %s", got)
	}
	if got := accept(give(Deadline, ObsPending, CancelSent, ObsUnknown, ObsPending, CancelSent, CancelRefused, ObsSuccess)); got != LateSuccess {
		t.Errorf("the second cancel was refused, and the first one may still be on its way: %s", got)
	}
	if got := accept(give(Deadline, ObsPending, CancelSent, CancelRefused, ObsPending, CancelSent, CancelRefused, ObsSuccess)); got != Succeeded {
		t.Errorf("both cancels were refused: %s", got)
	}
	stale := give(Deadline, ObsPending, CancelSent, ObsSuccess, CancelRefused)
	if got := accept(stale); got != LateSuccess {
		t.Errorf("paid was said before the cancel was refused: %s", got)
	}
	if due, _ := Next(stale, wallet); due.Do != DoQuery {
		t.Errorf("nobody asks again: %v", due)
	}
	asked, _ := Step(stale, said(ObsSuccess, at(50)))
	if got := accept(asked); got != Succeeded {
		t.Errorf("paid was said again after the refusal: %s", got)
	}
	closed, _ := Step(auto, Event{Kind: PolicyAccept, OrderOpen: false, At: at(100)})
	if closed.State != LateSuccess {
		t.Errorf("the order is closed: %s", closed.State)
	}
	back, fx := Step(auto, Event{Kind: PolicyRefund, At: at(100)})
	if back.State != Refunding || !has(fx, PostLate, "") || !has(fx, OpenRefund, "") {
		t.Errorf("back: %s %v", back.State, fx)
	}
}

func TestSecretsAreWrittenNowhere(t *testing.T) {
	a := attempt(Created)
	a.Code = Hide("134567890123456789")
	a, _ = Step(a, Event{Kind: Submitted, At: noon})
	if a.Code.Reveal() == "" {
		t.Fatal("the code is gone before it was sent")
	}
	text, err := json.Marshal(a)
	if err != nil || strings.Contains(string(text), "1345678") {
		t.Errorf("stored: %s %v", text, err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q"} {
		if got := sprintf(verb, a); strings.Contains(got, "1345678") || strings.Contains(got, "31333435") {
			t.Errorf("%s shows it: %s", verb, got)
		}
	}
	if a, _ = Step(a, said(ObsUnknown, noon)); !a.Code.Empty() {
		t.Error("the code outlives the submit")
	}
}

func TestStoredAttemptsComeBackAsTheyWere(t *testing.T) {
	a := attempt(Submitting)
	a.Made = noon
	for i, k := range []EventKind{ObsPending, Deadline, ObsPending, CancelSent, CancelRefused, ObsSuccess, PolicyRefund} {
		a, _ = Step(a, said(k, noon.Add(time.Duration(i)*time.Second)))
		text, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var back Attempt
		if err := json.Unmarshal(text, &back); err != nil || back != a {
			t.Fatalf("after %s:\n%+v\n%+v %v", k, a, back, err)
		}
	}
	o := said(ObsSuccess, noon).Obs
	text, _ := json.Marshal(o)
	var back Observation
	if err := json.Unmarshal(text, &back); err != nil || back.Outcome != Success || back.Amount != o.Amount {
		t.Errorf("%s: %+v %v", text, back, err)
	}
	if err := json.Unmarshal([]byte(`{"outcome":"paid-ish"}`), &back); err != nil || back.Outcome != Unknown {
		t.Errorf("an outcome of a later program proves nothing here: %v %v", back.Outcome, err)
	}
}
