package alipay

import "suanpan/app/pay"

// declines is the whitelist: sub codes which, in a proven answer 40004 to a payment, mean that this own number never moves
// money. Everything else is doubt, and a query answers it: ACQ.TRADE_HAS_SUCCESS, ACQ.TRADE_HAS_CLOSE,
// ACQ.TRADE_STATUS_ERROR, ACQ.SYSTEM_ERROR, ACQ.CONTEXT_INCONSISTENT (our own fault: other parameters under one number; the
// query shows whose they are, and another amount is a mismatch), and whatever comes next year.
func declines(sub string) (why pay.Reason, definite bool) {
	switch sub {
	case "ACQ.PAYMENT_AUTH_CODE_INVALID", "ACQ.ILLEGAL_AUTH_CODE":
		return pay.CodeInvalid, true
	case "ACQ.AUTH_CODE_INVALID_OR_EXPIRE":
		return pay.CodeExpired, true
	case "ACQ.BUYER_BALANCE_NOT_ENOUGH":
		return pay.NoFunds, true
	}
	return pay.NoReason, false
}

// absent is the sub code of "no such trade".
func absent(sub string) bool { return sub == "ACQ.TRADE_NOT_EXIST" }

// refusesCancel lists the definite refusals of a cancel. Where the answer says retry_flag Y it is none.
func refusesCancel(sub string) bool {
	switch sub {
	case "ACQ.CANCEL_NOT_ALLOWED", "ACQ.TRADE_CANCEL_TIME_OUT", "ACQ.TRADE_HAS_FINISHED", "ACQ.REASON_TRADE_BEEN_FREEZEN",
		"ACQ.REASON_ILLEGAL_STATUS", "ACQ.SELLER_BALANCE_NOT_ENOUGH", "ACQ.INVALID_PARAMETER":
		return true
	}
	return false
}

// refusesRefund lists sub codes which, in a proven answer to a refund, mean that this refund number moves nothing.
func refusesRefund(sub string) (why pay.Reason, definite bool) {
	switch sub {
	case "ACQ.SELLER_BALANCE_NOT_ENOUGH":
		return pay.NoFunds, true
	case "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "ACQ.REASON_TRADE_REFUND_FEE_ERR":
		return pay.BadRequest, true
	case "ACQ.TRADE_HAS_FINISHED":
		return pay.Expired, true
	case "ACQ.TRADE_NOT_ALLOW_REFUND":
		return pay.NotAllowed, true
	case "ACQ.TRADE_NOT_EXIST":
		return pay.NeverArrived, true
	}
	return pay.NoReason, false
}

// fault lists what speaks of our settings or clock and of no payment. The attempt stays in doubt until a query answers.
func fault(sub string) pay.Reason {
	switch sub {
	case "isv.invalid-signature", "isv.missing-signature", "isv.invalid-timestamp", "isv.invalid-encrypt":
		return pay.BadSignature
	case "isv.invalid-app-id", "isv.insufficient-isv-permissions", "isv.app-call-limited", "aop.invalid-app-auth-token",
		"ACQ.ACCESS_FORBIDDEN", "ACQ.INVALID_STORE_ID", "ACQ.PARTNER_ERROR":
		return pay.NotAllowed
	case "ACQ.INVALID_PARAMETER", "isv.invalid-parameter", "isv.missing-method", "isv.invalid-method":
		return pay.BadRequest
	}
	return pay.NoReason
}
