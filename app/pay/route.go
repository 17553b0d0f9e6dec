package pay

import (
	"fmt"
	"strings"
)

// Route sends a scanned payer's code to a wallet. A code fits when its length lies in MinLen..MaxLen and its first
// len(From) characters lie in From..To; Digits wants digits only. Issuers change their ranges, so routes are settings.
type Route struct {
	Wallet string `json:"wallet"`
	From   string `json:"from"`
	To     string `json:"to"` // as long as From
	MinLen int    `json:"min_len"`
	MaxLen int    `json:"max_len"`
	Digits bool   `json:"digits"`
}

// DefaultRoutes is what issuers are known to use: WeChat Pay 18 digits from 10 to 15, Alipay 16 to 24 digits from 25 to 30,
// UnionPay 19 digits from 62, and EMVCo consumer codes, which are base64 of a TLV that begins 85 05 "CPV01".
func DefaultRoutes() []Route {
	return []Route{
		{Wallet: "wechatpay", From: "10", To: "15", MinLen: 18, MaxLen: 18, Digits: true},
		{Wallet: "alipay", From: "25", To: "30", MinLen: 16, MaxLen: 24, Digits: true},
		{Wallet: "unionpay", From: "62", To: "62", MinLen: 19, MaxLen: 19, Digits: true},
		{Wallet: "emvqr", From: "hQVDUFYwM", To: "hQVDUFYwM", MinLen: 12, MaxLen: 512},
	}
}

// RouteCode names the wallet of a code. ok is false for what is no payer's code: an article number has 13 digits and never
// fits. An 18-digit loyalty card can fit, so ask only while the payment screen waits for a payer's code.
func RouteCode(routes []Route, code string) (wallet string, ok bool) {
	code = strings.TrimSpace(code)
	for _, r := range routes {
		if r.fits(code) {
			return r.Wallet, true
		}
	}
	return "", false
}

// CheckRoutes answers ErrRouteOverlap where one code could fit two rows, and an error for a row that no code can fit.
func CheckRoutes(routes []Route) error {
	for i, r := range routes {
		if len(r.From) != len(r.To) || r.From > r.To || r.MinLen > r.MaxLen || r.MaxLen < len(r.From) || r.Wallet == "" {
			return fmt.Errorf("pay: scan route %d (%s) fits no code", i+1, r.Wallet)
		}
		for _, other := range routes[:i] {
			if r.meets(other) {
				return fmt.Errorf("%w: %s and %s", ErrRouteOverlap, other.Wallet, r.Wallet)
			}
		}
	}
	return nil
}

func (r Route) fits(code string) bool {
	if len(code) < r.MinLen || len(code) > r.MaxLen || len(code) < len(r.From) || (r.Digits && !digits(code)) {
		return false
	}
	head := code[:len(r.From)]
	return head >= r.From && head <= r.To
}

// meets compares the ranges on their common length: "62" meets "621" to "629".
func (r Route) meets(o Route) bool {
	n := min(len(r.From), len(o.From))
	return r.MinLen <= o.MaxLen && o.MinLen <= r.MaxLen && r.From[:n] <= o.To[:n] && o.From[:n] <= r.To[:n]
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
