// Package pay is one attempt to take or to give money: its states, the pure machine Step that moves it, the guards that
// keep it honest, its timing as data, and the ports that a payment provider implements. It has no clock and does no I/O.
//
// # The three rules
//
// A refusal is a result and never an error. Doubt is the zero value of Outcome. The only error a provider may answer is
// ErrNotSent, and it means that certainly no byte left this process.
//
// # How the shop runs an attempt
//
// The shop keeps three things per attempt, in the same store as everything else: the Attempt (JSON, one row, replaced at
// each step), the Observations (JSON, appended, never changed), and its Refund rows. It then does four things.
//
//  1. Begin. a := NewAttempt(provider, Plan{…}); check MayStart against the tender's other attempts; save.
//     Several attempts of one Offer may be begun together: the first that is paid sets the others aside (CashierCancel with
//     Aside, in the same transaction), and what they bring nevertheless goes back by itself.
//     a, fx := Step(a, Event{Kind: Submitted, At: now}); commit a. Only after the commit call Submit, or Present where
//     a.Flow is ByQR, on a goroutine and outside any lock or transaction. The code that the payer showed lives in a.Code,
//     which JSON does not carry: it exists in this process until the next Step and nowhere else.
//
//  2. Observe. Whatever a provider's method answers goes through Answered, which turns an error into NotSent or doubt:
//     ev := Answered(BySubmit, obs, err, begun, now). In one transaction: append ev.Obs to the observation log (also when
//     nothing changes), a, fx = Step(a, ev), save a, and carry out every effect for which Effect.Durable is true (Post,
//     PostLate, Unpost, OpenRefund, ProviderRefund, Review, Watch, Note). After the commit carry out the rest.
//     Step judges an observation itself (Judge); nobody needs to check a signature flag, an amount or a merchant first.
//
//  3. Wait. Query, Cancel, Capture and the deadlines need no durable queue, because they follow from the saved attempt:
//     due, ok := Next(a, provider.Timing(a.Flow)) says what comes next and when. Keep one timer per open attempt and set it
//     anew after every commit. When it fires:
//     DoQuery calls Query and observes; DoDeadline, DoWindow and DoDecide step with the event of the same name (Due.Event);
//     DoCancel first commits Step(a, Event{Kind: CancelSent}) and then calls Cancel, so that no crash can hide a cancel
//     that left; DoCapture calls Capture. The timer does not wait for a hanging Submit; otherwise one call at a time per
//     attempt. An effect CallQuery, CallCancel or
//     CallCapture says the same thing for at once, so an implementation may ignore these three and look at Next alone.
//
//  4. Resume. At start, for every attempt with State.Open (and every refund row with RefundState.Open): step with Startup,
//     commit, then look at Next. A submit is never repeated: an attempt found in Submitting is asked about by its own number.
//     Every Timing.Sweep the same look at Next finds what a lost timer forgot.
//
// A refund is a row of its own: a, r, err := StartRefund(a, rows, RefundPlan{…}) (guard G4 inside), commit both, call
// Refund, observe with StepRefund; NextRefund is its timer. When StepRefund answers an effect TellAttempt, step the attempt
// with RefundDone or RefundFailed in the same transaction.
//
// Late money: in LateSuccess the screen asks whether to keep it. PolicyAccept is refused by guard G5 where a cancel may
// still take the money back, that is, unless every cancel that left got a definite refusal and the provider said "paid" after that; PolicyRefund is always possible. An effect Accept means that no person needs to be asked: step
// with PolicyAccept at once if the order is still open, else with PolicyRefund.
package pay
