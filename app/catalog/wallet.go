package catalog

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// WalletCode is one row of the table that tells payer codes (付款码) apart: so many digits that begin with a number between
// First and Last. First and Last have the same length.
type WalletCode struct {
	Wallet    string `json:"wallet"`
	First     string `json:"first"`
	Last      string `json:"last"`
	DigitsMin int    `json:"digits_min"`
	DigitsMax int    `json:"digits_max"`
}

// DefaultWallets is the table of a new shop: WeChat Pay 10–15 with 18 digits, Alipay 25–30 with 16–24, UnionPay
// 62 with 19. Issuers change their ranges, so it is a setting.
func DefaultWallets() []WalletCode {
	return []WalletCode{
		{"wechatpay", "10", "15", 18, 18},
		{"alipay", "25", "30", 16, 24},
		{"unionpay", "62", "62", 19, 19},
	}
}

// EMVWallet is the Wallet of an EMVCo consumer-presented code, which is known by its content and not by a range.
const EMVWallet = "emvco"

// CheckWallets answers ErrRules when a row cannot be used or two rows could claim one code.
func CheckWallets(rows []WalletCode) error {
	for i, r := range rows {
		if r.Wallet == "" || !digits(r.First) || !digits(r.Last) || len(r.First) != len(r.Last) || r.First > r.Last ||
			r.DigitsMin < 14 || r.DigitsMax < r.DigitsMin || r.DigitsMax > 32 || len(r.First) > r.DigitsMin {
			return fmt.Errorf("%w: payer codes of %q: %s to %s, %d to %d digits", ErrRules, r.Wallet, r.First, r.Last, r.DigitsMin, r.DigitsMax)
		}
		for _, s := range rows[:i] {
			n := min(len(r.First), len(s.First))
			if r.DigitsMin <= s.DigitsMax && s.DigitsMin <= r.DigitsMax && r.First[:n] <= s.Last[:n] && s.First[:n] <= r.Last[:n] {
				return fmt.Errorf("%w: payer codes of %s and %s overlap", ErrRules, s.Wallet, r.Wallet)
			}
		}
	}
	return nil
}

// Payer says whose payer code this is, by the given table. It asks nothing else: a loyalty card may look the same, so it is
// for the payment screen that waits for such a code. The code is as good as money for a minute: do not log or keep it.
func Payer(code string, rows []WalletCode) (wallet string, ok bool) {
	if !digits(code) {
		if cpm(code) {
			return EMVWallet, true
		}
		return "", false
	}
	for _, r := range rows {
		if n := len(r.First); len(code) >= r.DigitsMin && len(code) <= r.DigitsMax && code[:n] >= r.First && code[:n] <= r.Last {
			return r.Wallet, true
		}
	}
	return "", false
}

// cpm reports whether text is an EMVCo consumer-presented code: base64 of tag 85, length 5, "CPV01".
func cpm(text string) bool {
	if len(text) < 12 || len(text) > codeMax {
		return false
	}
	head, err := base64.StdEncoding.DecodeString(text[:12])
	return err == nil && strings.HasPrefix(string(head), "\x85\x05CPV01")
}

// mask hides what a payer code is worth: two digits at either end stay.
func mask(code string) string {
	if len(code) < 8 {
		return strings.Repeat("*", len(code))
	}
	return code[:2] + strings.Repeat("*", len(code)-4) + code[len(code)-2:]
}
