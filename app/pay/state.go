package pay

// State is where an attempt stands. The text is stored, so it never changes.
type State string

// The states of an attempt.
const (
	Created       State = "CREATED"        // planned; nothing left the process
	Submitting    State = "SUBMITTING"     // committed; the request may be on its way
	AwaitingPayer State = "AWAITING_PAYER" // the provider holds it; payer or terminal busy
	InDoubt       State = "UNKNOWN"        // money may have moved
	Reserved      State = "AUTHORIZED"     // funds reserved; capture or void must follow
	CancelPending State = "CANCEL_PENDING" // we want it undone and have not yet proven that it is
	LateSuccess   State = "LATE_SUCCESS"   // paid after we gave up on it
	Refunding     State = "REFUNDING"      // late money on its way back
	NeedsReview   State = "NEEDS_REVIEW"   // a person must decide; blocks the shift's close
	Succeeded     State = "SUCCEEDED"      // paid and proven
	Canceled      State = "CANCELED"       // net zero
	Failed        State = "DECLINED"       // this own number never moves money
	Refunded      State = "REFUNDED"       // late money given back
)

// States lists every state, in the order of the table in Step's test.
func States() []State {
	return []State{Created, Submitting, AwaitingPayer, InDoubt, Reserved, CancelPending, LateSuccess, Refunding,
		NeedsReview, Succeeded, Canceled, Failed, Refunded}
}

// Open reports whether money may still move or a decision is missing. A shift does not close over an open attempt unseen.
func (s State) Open() bool {
	switch s {
	case Submitting, AwaitingPayer, InDoubt, Reserved, CancelPending, LateSuccess, Refunding, NeedsReview:
		return true
	}
	return false
}

// Final reports whether the attempt is over. Late facts may still move a final attempt to LateSuccess.
func (s State) Final() bool {
	return s == Succeeded || s == Canceled || s == Failed || s == Refunded
}

// RefundState is where a refund row stands.
type RefundState string

// The states of a refund row.
const (
	RefundRequested  RefundState = "REFUND_REQUESTED"
	RefundInDoubt    RefundState = "REFUND_UNKNOWN"
	RefundProcessing RefundState = "REFUND_PROCESSING" // accepted, which is not done
	RefundAbnormal   RefundState = "REFUND_ABNORMAL"   // cannot reach the payer; a person must act
	RefundPaid       RefundState = "REFUNDED"
	RefundRejected   RefundState = "REFUND_FAILED"
)

// RefundStates lists every state of a refund row.
func RefundStates() []RefundState {
	return []RefundState{RefundRequested, RefundInDoubt, RefundProcessing, RefundAbnormal, RefundPaid, RefundRejected}
}

// Open reports whether the refund may still give money back. Open refunds count against what is left to refund (G4).
func (s RefundState) Open() bool {
	switch s {
	case RefundRequested, RefundInDoubt, RefundProcessing, RefundAbnormal:
		return true
	}
	return false
}
