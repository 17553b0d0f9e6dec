package member

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// Kind says what a card is.
type Kind string

// The kinds. A member is known by a number, a gift card by a code that whoever holds it may spend.
const (
	Member  Kind = "member"
	Voucher Kind = "voucher"
)

// Card is a member, or a gift card, without its money. A gift card's code is not in it, only the end of it.
type Card struct {
	ID      string    `json:"card"`
	Kind    Kind      `json:"kind"`
	No      string    `json:"no"` // the member's number; of a gift card a mask of its code
	Name    string    `json:"name,omitempty"`
	Phone   string    `json:"phone,omitempty"`
	Blocked bool      `json:"blocked,omitempty"`
	Made    time.Time `json:"made"`
}

// alphabet has no letters that are read as figures.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// NewCode makes the code of a gift card: 16 characters, 80 bits, in groups of four.
func NewCode() (string, error) {
	raw := make([]byte, 16)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	var b strings.Builder
	for i, r := range raw {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(alphabet[r&31])
	}
	return b.String(), nil
}

// Plain is how a code is compared: upper case, without hyphens and spaces, O as 0, I and L as 1.
func Plain(code string) string {
	return strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(code))
}

// Hash is what is kept of a gift card's code, with the shop's salt: whoever reads the file cannot spend it.
func Hash(salt []byte, code string) string {
	sum := sha256.Sum256(append(append([]byte("suanpan gift card\n"), salt...), Plain(code)...))
	return hex.EncodeToString(sum[:])
}

// Mask shows the end of a code.
func Mask(code string) string {
	plain := Plain(code)
	return "****" + plain[max(len(plain)-4, 0):]
}

// Bill is one purchase on account, or a payment of one, with what is still open of it.
type Bill struct {
	ID     string    `json:"bill"` // the tender
	Order  string    `json:"order"`
	No     string    `json:"receipt_no,omitempty"`
	At     time.Time `json:"at"`
	Signed string    `json:"signed,omitempty"` // who signed for it
	Minor  int64     `json:"amount"`           // as it was; below zero on payments
	Left   int64     `json:"left"`             // still to be paid
	Paid   bool      `json:"payment,omitempty"`
}

// Customer buys on account (挂账).
type Customer struct {
	ID      string    `json:"customer"`
	No      string    `json:"no"`
	Name    string    `json:"name"`
	Phone   string    `json:"phone,omitempty"`
	Signers []string  `json:"signers,omitempty"` // who may sign; anybody where empty
	Limit   int64     `json:"limit"`             // minor units that may be open
	Days    int       `json:"days"`              // to pay
	Blocked bool      `json:"blocked,omitempty"`
	Made    time.Time `json:"made"`
}

// MaySign reports whether name may sign for the customer.
func (c Customer) MaySign(name string) bool {
	if len(c.Signers) == 0 {
		return strings.TrimSpace(name) != ""
	}
	for _, s := range c.Signers {
		if strings.EqualFold(strings.TrimSpace(s), strings.TrimSpace(name)) {
			return true
		}
	}
	return false
}

// Ages is what is open by how long it is overdue: not yet due, then 1–30, 31–60, 61–90 and more days, minor units.
type Ages [5]int64

// Age sorts open bills by age on now. What was paid in advance comes off the oldest.
func Age(bills []Bill, days int, now time.Time) (a Ages) {
	for _, b := range bills {
		over := now.Sub(b.At.AddDate(0, 0, days))
		switch day := 24 * time.Hour; {
		case over <= 0:
			a[0] += b.Left
		case over <= 30*day:
			a[1] += b.Left
		case over <= 60*day:
			a[2] += b.Left
		case over <= 90*day:
			a[3] += b.Left
		default:
			a[4] += b.Left
		}
	}
	return a
}

// Settle shares minor out over open bills, in their order, oldest first. rest is what no bill takes.
func Settle(bills []Bill, minor int64) (parts map[string]int64, rest int64) {
	parts = map[string]int64{}
	for _, b := range bills {
		if part := min(b.Left, minor); part > 0 {
			parts[b.ID] += part
			minor -= part
		}
	}
	return parts, minor
}
