package nexobox

import "suanpan/payments/sandbox"

type hits = sandbox.Hits

// Faults is the table of what can go wrong at the terminal, in the grammar of sandbox.FaultTable.
func Faults() []sandbox.Fault {
	return []sandbox.Fault{
		{Name: "never", Op: "pay", Does: "the payer does nothing"},
		{Name: "later", Op: "pay", Does: "(duration) the payer takes so long"},
		{Name: "decline", Op: "pay", Does: "(condition) refused with this ErrorCondition; Refusal where none is named"},
		{Name: "payer_cancels", Op: "pay", Does: "the payer presses stop"},
		{Name: "partial", Op: "pay", Does: "(minor units) only so much is authorised"},
		{Name: "drop_before", Op: "pay", Does: "the connection breaks before the terminal has read anything"},
		{Name: "hangup", Op: "pay", Does: "accepted, and the connection breaks while the payer looks for a card"},
		{Name: "commit_then_drop", Op: "pay", Does: "done, and the connection breaks before the answer"},
		{Name: "commit_then_500", Op: "pay", Does: "done, and the answer is a server error"},
		{Name: "cut", Op: "pay", Does: "(n) done, and the connection breaks after n bytes of the answer"},
		{Name: "html_captive_portal", Op: "pay", Does: "somebody else's web page answers, nothing is done"},
		{Name: "plain", Op: "pay", Does: "done, and the answer is not sealed"},
		{Name: "wrong_key", Op: "pay", Does: "done, and sealed with another key"},
		{Name: "bad_hmac", Op: "pay", Does: "done, and the HMAC does not fit"},
		{Name: "bad_padding", Op: "pay", Does: "done, and the padding is none"},
		{Name: "tampered", Op: "pay", Does: "done, and a bit of the blob is turned"},
		{Name: "wrong_header", Op: "pay", Does: "done, and the header outside is not the one inside"},
		{Name: "other_question", Op: "pay", Does: "done, and the answer is to another message"},
		{Name: "other_order", Op: "pay", Does: "done, and the answer is about another sale"},
		{Name: "wrong_amount", Op: "pay", Does: "done, and the terminal names another amount"},
		{Name: "full_pan", Op: "pay", Does: "the answer holds the card's whole number"},
		{Name: "in_progress", Op: "query", Does: "the terminal says that it is still busy with it"},
		{Name: "abort_ignored", Op: "cancel", Does: "the abort is taken and does nothing"},
		{Name: "pay_wins_cancel_race", Op: "cancel", Does: "the payer pays just before the abort"},
		{Name: "refund_refused", Op: "refund", Does: "(condition) the reversal is refused; Refusal where none is named"},
		{Name: "refund_in_progress", Op: "refund_query", Does: "the terminal says that it is still busy with the reversal"},
		{Name: "tls_wrong_name", Op: "standing", Does: "the certificate is no terminal's"},
		{Name: "tls_live", Op: "standing", Does: "the certificate is a live terminal's"},
		{Name: "tls_legacy", Op: "standing", Does: "the certificate is a legacy one, which is good"},
		{Name: "tls_stranger", Op: "standing", Does: "the certificate is from another authority"},
	}
}

// silent are the payers' faults that come with the demo; the others break the wire and need Options.Faults.
func silent(name string) bool {
	switch name {
	case "never", "later", "decline", "payer_cancels", "partial", "refund_refused":
		return true
	}
	return false
}

// broken answers an answer that never arrives whole: how many bytes of it leave, and whether that is so.
func broken(h hits) (bytes int, is bool) {
	switch {
	case h.Has("cut"):
		return h["cut"].Int(0), true
	case h.Has("commit_then_drop"), h.Has("hangup"):
		return 0, true
	}
	return 0, false
}
