package wechatpay

import "suanpan/app/pay"

// declines is the whitelist: codes which, in a proven answer to codepay, mean that this own number never moves money.
// Some names are v2's, which v3 has been seen to use; both spellings stand here. Everything else is doubt, and a query
// answers it: ORDERPAID, ORDERREVERSED, ORDERCLOSED, OUT_TRADE_NO_USED, USERPAYING, SYSTEM_ERROR, BANKERROR, RULE_LIMIT,
// TRADE_ERROR, INVALID_REQUEST, and whatever comes next year.
func declines(code string) (why pay.Reason, definite bool) {
	switch code {
	case "AUTH_CODE_INVALID", "AUTHCODE_INVALID":
		return pay.CodeInvalid, true
	case "AUTHCODEEXPIRE", "AUTH_CODE_EXPIRED", "AUTHCODE_EXPIRE":
		return pay.CodeExpired, true
	case "NOTENOUGH", "NOT_ENOUGH":
		return pay.NoFunds, true
	case "NOTSUPORTCARD", "NOT_SUPPORT_CARD":
		return pay.NotAllowed, true
	case "NO_AUTH", "APPID_NOT_EXIST", "APPID_MCHID_NOT_MATCH":
		return pay.NotAllowed, true
	case "PARAM_ERROR":
		return pay.BadRequest, true
	case "SIGN_ERROR":
		return pay.BadSignature, true
	}
	return pay.NoReason, false
}

// absent lists the codes of "no such order" and "no such refund".
func absent(code string) bool {
	switch code {
	case "ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS", "RESOURCE_NOT_EXIST":
		return true
	}
	return false
}

// refusesReverse lists the definite refusals of a reversal.
func refusesReverse(code string) bool {
	switch code {
	case "USERPAYING", "REVERSE_EXPIRE", "PARAM_ERROR", "SIGN_ERROR", "NO_AUTH":
		return true
	}
	return false
}

// refusesClose lists the definite refusals of a close. "Paid" and "closed" are states that the next query tells.
func refusesClose(code string) bool {
	switch code {
	case "ORDERPAID", "ORDER_PAID", "USERPAYING", "ORDERCLOSED", "ORDER_CLOSED", "PARAM_ERROR", "SIGN_ERROR", "NO_AUTH", "NOAUTH":
		return true
	}
	return false
}

// refusesRefund lists codes which, in a proven answer to a refund, mean that this refund number moves nothing.
func refusesRefund(code string) (why pay.Reason, definite bool) {
	switch code {
	case "NOT_ENOUGH", "NOTENOUGH":
		return pay.NoFunds, true
	case "USER_ACCOUNT_ABNORMAL", "NO_AUTH", "MCH_NOT_EXISTS":
		return pay.NotAllowed, true
	case "TRADE_OVERDUE":
		return pay.Expired, true
	case "PARAM_ERROR":
		return pay.BadRequest, true
	case "SIGN_ERROR":
		return pay.BadSignature, true
	}
	if absent(code) {
		return pay.NeverArrived, true
	}
	return pay.NoReason, false
}
