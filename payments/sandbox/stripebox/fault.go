package stripebox

import "suanpan/payments/sandbox"

// Faults is the table of what can go wrong at Stripe, in the grammar of sandbox.FaultTable. The operations are create,
// process, query (of an intent, or a list), reader, cancel, stop, capture, refund and refund_query.
func Faults() []sandbox.Fault {
	out := []sandbox.Fault{
		{Name: "never", Op: "process", Does: "the payer does nothing"},
		{Name: "later", Op: "process", Does: "(duration) the payer takes so long"},
		{Name: "decline", Op: "process", Does: "(code) the card is refused; insufficient_funds where none is named"},
		{Name: "payer_cancels", Op: "process", Does: "the payer presses cancel"},
		{Name: "reader_error", Op: "process", Does: "(code) the reader does not take the action: terminal_reader_busy, terminal_reader_offline"},
		{Name: "reader_timeout_lies", Op: "process", Does: "the reader took the action, and Stripe says that it timed out"},
		{Name: "drop_before", Op: "process", Does: "the connection breaks before Stripe has done anything"},
		{Name: "commit_then_drop", Op: "process", Does: "done, and the connection breaks before the answer"},
		{Name: "commit_then_500", Op: "process", Does: "done, and the answer is a server error, also when asked again under the key"},
		{Name: "commit_then_409", Op: "process", Does: "done, and the answer is a conflict with a request under this key"},
		{Name: "slow_body", Op: "process", Does: "done, and half of the answer's body never comes"},
		{Name: "delay", Op: "process", Does: "(duration) the answer takes so long"},
		{Name: "html_captive_portal", Op: "process", Does: "somebody else's web page answers, nothing is done"},
		{Name: "too_many", Op: "process", Does: "429, nothing is done"},
		{Name: "other_order", Op: "query", Does: "the answer is about another order"},
		{Name: "wrong_amount", Op: "query", Does: "the intent's amount is another one"},
		{Name: "live", Op: "query", Does: "the answer is from the live side"},
		{Name: "stop_ignored", Op: "stop", Does: "the reader goes on"},
		{Name: "pay_wins_cancel_race", Op: "stop", Does: "the payer pays just before the reader is stopped"},
		{Name: "refund_pending", Op: "refund", Does: "(n) the refund is under way for n questions"},
		{Name: "refund_fails", Op: "refund", Does: "the refund cannot reach the payer"},
	}
	for _, op := range []string{"create", "reader", "cancel", "capture", "refund_query"} {
		out = append(out, sandbox.Fault{Name: op + "_500", Op: op, Does: "nothing is done, and the answer is a server error"})
	}
	return out
}

// silent are the payers' faults that come with the demo; the others break the wire and need Options.Faults.
func silent(name string) bool {
	switch name {
	case "never", "later", "decline", "payer_cancels", "reader_error", "refund_pending", "refund_fails":
		return true
	}
	return false
}
