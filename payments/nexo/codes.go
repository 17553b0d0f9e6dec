package nexo

import "suanpan/app/pay"

// declines says whether a proven failure means that this own number never moves money. An answer straight to the request
// counts only for causes that the terminal decides alone or hears from the bank. Faults of the line to the host, and
// NotAllowed (which may be about a ServiceID that was used before), count only when the terminal repeats them as the kept
// result (settled). What is not listed is doubt.
func declines(condition string, settled bool) (why pay.Reason, definite bool) {
	switch condition {
	case "Aborted":
		return pay.ByCashier, true
	case "Cancel":
		return pay.PayerRefused, true
	case "Refusal", "PaymentRestriction":
		return pay.NotAllowed, true
	case "InvalidCard", "InsertedCard", "WrongPIN":
		return pay.NotAllowed, true
	case "Busy":
		return pay.Busy, true
	case "MessageFormat", "LoggedOut":
		return pay.BadRequest, true
	case "DeviceOut", "UnavailableDevice":
		return pay.Busy, true
	case "UnreachableHost", "UnavailableService":
		return pay.Busy, settled
	case "NotAllowed":
		return pay.NotAllowed, settled
	}
	return pay.NoReason, false
}

// refusesRefund is the same for reversals. NotFound is about the payment that should be reversed.
func refusesRefund(condition string, settled bool) (why pay.Reason, definite bool) {
	if condition == "NotFound" {
		return pay.NeverArrived, true
	}
	return declines(condition, settled)
}
