package alipaybox

import (
	"strings"

	"suanpan/payments/sandbox"
)

// magic is how the codes of PayerCodes begin; the last four digits choose.
const magic = "28888800000000"

// poorCode is the code of the payer who has 0.50 only.
const poorCode = magic + "0005"

// PayerCodes is the table of codes for people who try the till. Any other Alipay code pays at once, or after a password above
// 1000.00, and works once. The last four digits mean what WeChat's do.
func PayerCodes() []sandbox.PayerCode {
	return []sandbox.PayerCode{
		{Code: magic + "0001", Does: "pays at once", DoesZh: "立即付款"},
		{Code: magic + "0002", Does: "asks for the password, then pays", DoesZh: "需输入密码，随后付款", Faults: "userpaying(2,SUCCESS)"},
		{Code: magic + "0003", Does: "the password is never typed", DoesZh: "一直不输密码", Faults: "userpaying(0,never)"},
		{Code: magic + "0004", Does: "the payer closes the password dialogue", DoesZh: "付款人取消", Faults: "userpaying(1,PAYERROR)"},
		{Code: poorCode, Does: "has 0.50 only", DoesZh: "余额不足"},
		{Code: magic + "0006", Does: "the code has expired", DoesZh: "付款码已过期", Faults: "decline(ACQ.AUTH_CODE_INVALID_OR_EXPIRE)"},
		{Code: magic + "0007", Does: "the code is not valid", DoesZh: "付款码无效", Faults: "decline(ACQ.PAYMENT_AUTH_CODE_INVALID)"},
		{Code: magic + "0008", Does: "pays; the answer is lost", DoesZh: "已付款，应答丢失", Faults: "commit_then_drop*1", Wire: true},
		{Code: magic + "0009", Does: "the request is lost", DoesZh: "请求丢失", Faults: "drop_before*1", Wire: true},
		{Code: magic + "0010", Does: "pays; the answer takes 8 s", DoesZh: "已付款，8秒后应答", Faults: "delay(8s)", Wire: true},
		{Code: magic + "0011", Does: "pays; the gateway says that it does not know", DoesZh: "已付款，应答系统未知", Faults: "commit_then_20000*1", Wire: true},
		{Code: magic + "0012", Does: "pays; an unsigned answer says refused", DoesZh: "已付款，无签名应答称失败", Faults: "unsigned_400*1", Wire: true},
		{Code: magic + "0013", Does: "pays; the answer is badly signed", DoesZh: "已付款，签名错误", Faults: "bad_sig*1", Wire: true},
		{Code: magic + "0014", Does: "a web page answers instead", DoesZh: "被上网认证页拦截", Faults: "html_captive_portal*1", Wire: true},
		{Code: magic + "0015", Does: "pays; the amount is changed on the way", DoesZh: "已付款，金额被篡改", Faults: "tampered_amount*1", Wire: true},
		{Code: magic + "0016", Does: "pays; the answer is about another order", DoesZh: "已付款，应答为他单", Faults: "other_order*1", Wire: true},
		{Code: magic + "0017", Does: "pays; the provider signs another amount", DoesZh: "已付款，官方应答金额不符", Faults: "any:wrong_amount", Wire: true},
		{Code: magic + "0018", Does: "no password; two cancels refused", DoesZh: "不输密码，撤销两次被拒", Faults: "userpaying(0,never) reverse_refused(2)", Wire: true},
		{Code: magic + "0019", Does: "pays while we cancel", DoesZh: "撤销时恰好付款", Faults: "userpaying(0,never) pay_wins_cancel_race", Wire: true},
		{Code: magic + "0020", Does: "the first cancel only says done", DoesZh: "首次撤销虚报成功", Faults: "userpaying(0,never) reverse_lies*1", Wire: true},
		{Code: magic + "0021", Does: "pays; a refund cannot reach the payer", DoesZh: "付款后退款异常", Faults: "refund_abnormal", Wire: true},
	}
}

// magicCode finds a code of the table.
func (b *Box) magicCode(code string) (sandbox.PayerCode, bool) {
	if !strings.HasPrefix(code, magic) {
		return sandbox.PayerCode{}, false
	}
	for _, c := range PayerCodes() {
		if c.Code == code {
			if c.Wire && !b.opts.Faults {
				c.Faults = ""
			}
			return c, true
		}
	}
	return sandbox.PayerCode{}, false
}

// payerCode reports whether text looks like an Alipay code: 25 to 30 and 14 to 22 digits more.
func payerCode(text string) bool {
	return len(text) >= 16 && len(text) <= 24 && strings.Trim(text, "0123456789") == "" && text[:2] >= "25" && text[:2] <= "30"
}

// FreshCode makes a payer's code that was never used, as a phone shows it.
func (b *Box) FreshCode() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return "27" + b.digits(16)
}
