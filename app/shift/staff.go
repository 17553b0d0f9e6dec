package shift

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"slices"
	"time"

	"golang.org/x/crypto/argon2"
)

// Errors of sign-on and of permission. A wrong PIN and an unknown person give the same error.
var (
	ErrPIN     = errors.New("shift: unknown staff or wrong PIN")
	ErrWait    = errors.New("shift: too many wrong PINs, wait")
	ErrWeakPIN = errors.New("shift: PIN is too simple")
	ErrDenied  = errors.New("shift: not permitted")
)

// Act names one thing that needs a permission.
type Act string

// The acts that are not open to everyone.
const (
	Sell       Act = "sell"
	Refund     Act = "refund"
	LooseBack  Act = "refund_without_receipt"
	Discount   Act = "discount" // up to the role's limit
	Override   Act = "price_override"
	VoidLine   Act = "void_line"
	VoidOrder  Act = "void_order"
	OpenDrawer Act = "open_drawer"
	Reprint    Act = "reprint"
	CashMove   Act = "cash_move"
	Close      Act = "close_shift"
	SeeCash    Act = "see_expected_cash"
	EditItems  Act = "edit_catalogue"
	EditStaff  Act = "edit_staff"
	EditShop   Act = "edit_settings"
	SeeLedger  Act = "see_ledger"
	Resolve    Act = "resolve_payment"
	Unproven   Act = "finish_unproven"       // a sale whose static code nobody has seen paid (X18)
	SecondLook Act = "second_look"           // another person than the first one; nobody has it alone
	OverLimit  Act = "over_limit"            // on account, above the customer's limit (X22)
	EditCards  Act = "edit_cards"            // members, gift cards, accounts and their limits
	Reconcile  Act = "reconcile"             // bills, fees, bank lines, and what becomes of differences
	ChargeOver Act = "override_open_payment" // take money although an earlier payment may still bring it (G3)
	InReview   Act = "close_in_review"       // the shift ends over payments that want a person
	PayOther   Act = "refund_other_way"      // money goes back by another way than it came
	CloseOver  Act = "close_unreconciled"    // the day ends over differences that nobody has settled
	OverShort  Act = "close_over_short"      // the count is off by more than the shop lets pass (X32)
	SecondSign Act = "second_signature"      // of a pick-up: another person than the one who makes it; nobody has it alone (S16)
	RefundOver Act = "refund_above_limit"    // above the role's limit
)

// roles is the table of who may do what, kept small enough to read. A shop adds its own beside it (Roles).
var roles = map[string][]Act{
	"cashier":    {Sell, Refund, Discount, VoidLine, VoidOrder, CashMove, Close, Reprint},
	"waiter":     {Sell, VoidLine, Reprint},
	"registrar":  {Sell, Refund, VoidLine, VoidOrder, CashMove, Close, Reprint},
	"supervisor": {Sell, Refund, LooseBack, Discount, Override, VoidLine, VoidOrder, OpenDrawer, Reprint, CashMove, Close, SeeCash, Resolve, Unproven, OverLimit, InReview, OverShort, RefundOver},
	"manager": {Sell, Refund, LooseBack, Discount, Override, VoidLine, VoidOrder, OpenDrawer, Reprint, CashMove, Close, SeeCash,
		EditItems, EditStaff, EditShop, SeeLedger, Resolve, Unproven, OverLimit, EditCards, Reconcile, CloseOver, ChargeOver, InReview, PayOther, OverShort, RefundOver},
	"accountant": {SeeCash, SeeLedger, Reprint, Reconcile},
	"technician": {EditShop},
}

// Staff is one person who may sign on.
type Staff struct {
	ID      string    `json:"staff"`
	Name    string    `json:"name"`
	Roles   []string  `json:"roles"`
	Hash    string    `json:"hash"`              // argon2id, salted
	Initial bool      `json:"initial,omitempty"` // PIN is the template's and must be changed
	Left    bool      `json:"left,omitempty"`
	Wrong   int       `json:"wrong,omitempty"` // wrong PINs in a row
	Wait    time.Time `json:"wait,omitzero"`   // no attempt before, as the clock said; what counts is time that no clock can shorten
	Card    string    `json:"card,omitempty"`  // mark of the person's card, never its number

	own Roles
}

// May reports whether any of the person's roles permits act.
func (s Staff) May(act Act) bool {
	return !s.Left && slices.ContainsFunc(s.Roles, func(r string) bool {
		return slices.Contains(roles[r], act) || slices.Contains(s.own[r].Acts, act)
	})
}

// Public is the person without what only the shop needs.
func (s Staff) Public() Staff {
	s.Hash, s.Card = "", ""
	return s
}

// Cost of one PIN check: 19 MiB and two passes (OWASP's argon2id minimum), about 25 ms on a weak till.
const (
	passes  = 2
	memory  = 19 * 1024
	threads = 1
	keyLen  = 32
)

// HashPIN returns the salted argon2id hash of pin. A PIN of fewer than four digits, of one repeated digit or of a plain
// run is ErrWeakPIN, unless initial says that it is a template's and will be changed.
func HashPIN(pin string, initial bool) (string, error) {
	if !initial && weak(pin) {
		return "", ErrWeakPIN
	}
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	return base64.RawStdEncoding.EncodeToString(append(salt, argon2.IDKey([]byte(pin), salt, passes, memory, threads, keyLen)...)), nil
}

// Matches reports whether pin is the one that was hashed. It takes the same time whatever the answer.
func Matches(hash, pin string) bool {
	raw, err := base64.RawStdEncoding.DecodeString(hash)
	if err != nil || len(raw) != 16+keyLen {
		return false
	}
	return subtle.ConstantTimeCompare(raw[16:], argon2.IDKey([]byte(pin), raw[:16], passes, memory, threads, keyLen)) == 1
}

// CardHash is what is kept of a sign-on card's number, under the shop's salt. It costs as much as a PIN's hash.
func CardHash(number string, salt []byte) []byte {
	return argon2.IDKey([]byte(number), salt, passes, memory, threads, keyLen)
}

// Delay is how long the next attempt must wait after n wrong PINs in a row: nothing for three, then 5 s doubling to 15 min.
func Delay(n int) time.Duration {
	if n < 3 {
		return 0
	}
	return min(5*time.Second<<min(n-3, 10), 15*time.Minute)
}

func weak(pin string) bool {
	if len(pin) < 4 || len(pin) > 12 {
		return true
	}
	same, up, down := true, true, true
	for i := range len(pin) {
		if pin[i] < '0' || pin[i] > '9' {
			return true
		}
		if i > 0 {
			same = same && pin[i] == pin[i-1]
			up = up && pin[i] == pin[i-1]+1
			down = down && pin[i] == pin[i-1]-1
		}
	}
	return same || up || down
}
