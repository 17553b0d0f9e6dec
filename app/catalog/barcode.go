package catalog

import (
	"fmt"
	"strings"

	"suanpan/app/money"
)

// ScanKind says what a code is.
type ScanKind string

// The kinds of codes. Unknown covers the shop's own item codes in Code 128 too: whatever the kind, an item that carries
// exactly this code as a barcode is meant first.
const (
	EAN13   ScanKind = "ean13"
	EAN8    ScanKind = "ean8"
	UPCA    ScanKind = "upca" // UPC-E as well, expanded
	ITF14   ScanKind = "itf14"
	Code18  ScanKind = "code18"
	GS1     ScanKind = "gs1"
	Wallet  ScanKind = "wallet"
	Member  ScanKind = "member"
	Cashier ScanKind = "cashier"
	Receipt ScanKind = "receipt"
	Unknown ScanKind = "unknown"
)

// Scan is what a code was understood as. Pointers are nil where the code does not say.
type Scan struct {
	Kind     ScanKind          `json:"kind"`
	Valid    bool              `json:"valid"`
	Code     string            `json:"code,omitempty"` // what to look up as a barcode; of a payer code only a mask
	PLU      string            `json:"plu,omitempty"`  // item digits of a weighed label, as printed; look up PLUKey
	Weight   *money.Qty        `json:"weight,omitempty"`
	Qty      *money.Qty        `json:"qty,omitempty"`
	Price    *money.Price      `json:"price,omitempty"`    // the whole label's amount, not a unit price
	Discount *money.Price      `json:"discount,omitempty"` // an amount off
	Currency money.Currency    `json:"currency,omitempty"` // of Price, where the code names one (AI 393n)
	AI       map[string]string `json:"ai,omitempty"`
	Wallet   string            `json:"wallet,omitempty"`
	Number   string            `json:"number,omitempty"` // of a receipt, member or cashier
	Rule     *Rule             `json:"rule,omitempty"`   // the row of the table that read a weighed label
	Why      string            `json:"why,omitempty"`    // what is wrong with it, for the log
	Err      error             `json:"-"`                // the same as an error: ErrBarcode or nothing
}

// Grammar is what a shop takes codes for. The zero Grammar knows no weighed labels and no payer codes.
type Grammar struct {
	Rules     []Rule
	Wallets   []WalletCode
	Separator string // what a keyboard scanner types for the GS1 separator, where it cannot type 1D
}

// codeMax bounds what is looked at: the longest GS1 DataMatrix has 3116 digits, a label at a counter far fewer.
const codeMax = 1024

// Parse reads a code with the given table of weighed labels and the default table of payer codes.
func Parse(code string, rules []Rule) Scan {
	return Grammar{Rules: rules, Wallets: DefaultWallets()}.Parse(code)
}

// Parse says what code is. It never fails: a code that breaks its own rules has Valid false and says why, and must not be
// sold as anything but an item with exactly this barcode. Several goroutines may call it.
//
// A weighed label of 18 digits and a payer code can look alike; the label table goes first. The payment screen asks Payer.
func (g Grammar) Parse(code string) Scan {
	code = strings.Trim(money.Narrow(code), " \t\r\n")
	if len(code) > codeMax {
		return Scan{Kind: Unknown}.failed(fmt.Errorf("%w: %d characters, at most %d", ErrBarcode, len(code), codeMax))
	}
	aim := ""
	if len(code) >= 3 && code[0] == ']' && code[1]|0x20 >= 'a' && code[1]|0x20 <= 'z' && code[2] >= '0' && code[2] <= '9' {
		aim, code = code[:3], code[3:]
	}
	if g.Separator != "" {
		if marked := strings.ReplaceAll(code, g.Separator, gs); aim != "" || strings.HasPrefix(marked, gs) || rawGS1(code) {
			code = marked
		}
	}
	switch {
	case aim == "]C1" || aim == "]e0" || aim == "]d2" || aim == "]Q3" || strings.Contains(code, gs) || rawGS1(code):
		return elementString(code)
	case strings.HasPrefix(code, "(") && strings.Contains(code, ")"):
		return elementString(readBracketed(code))
	case digits(code):
		return g.number(code)
	}
	if number, ok := readOwn(receiptMark, code); ok {
		return Scan{Kind: Receipt, Valid: true, Code: code, Number: number}
	}
	if number, ok := readOwn(memberMark, code); ok {
		return Scan{Kind: Member, Valid: true, Code: code, Number: number}
	}
	if wallet, ok := Payer(code, g.Wallets); ok && len(g.Wallets) > 0 {
		return Scan{Kind: Wallet, Valid: true, Code: mask(code), Wallet: wallet}
	}
	return Scan{Kind: Unknown, Code: code}
}

// rawGS1 reports whether a code without any mark can only be an element string: (01) or (02) with a right GTIN, and more. No
// other code of a shop has sixteen characters with a check digit there.
func rawGS1(code string) bool {
	return len(code) >= 16 && code[0] == '0' && (code[1] == '1' || code[1] == '2') && digits(code[2:16]) && checked(code[2:16]) == nil
}

func elementString(text string) Scan {
	ai, err := readGS1(text)
	s := Scan{Kind: GS1, Valid: true, AI: ai}
	if err == nil {
		err = s.takeGS1()
	}
	return s.failed(err)
}

// number reads a code of digits alone, by its length.
func (g Grammar) number(code string) Scan {
	s := Scan{Valid: true, Code: code}
	switch len(code) {
	case 8:
		s.Kind = EAN8
		if upca, ok := expandUPCE(code); ok && checked(code) != nil {
			s.Kind, s.Code = UPCA, upca
		}
		return s.failed(checked(s.Code))
	case 12, 13:
		return g.retail(code)
	case 14:
		s.Kind = ITF14
		return s.failed(checked(code))
	case 18:
		if r := ruleFor(code, g.Rules); r != nil {
			s.Kind = r.kind(Code18)
			return s.failed(s.readLabel(code, *r))
		}
	}
	if wallet, ok := Payer(code, g.Wallets); ok {
		return Scan{Kind: Wallet, Valid: true, Code: mask(code), Wallet: wallet}
	}
	return Scan{Kind: Unknown, Code: code}
}

// retail reads EAN-13 and UPC-A, weighed labels among them. The prefixes 02 and 20–29 belong to shops: without a row in the
// table such a code is unknown, never an item number (S4).
func (g Grammar) retail(code string) Scan {
	s := Scan{Kind: EAN13, Valid: true, Code: code}
	full := code
	if len(code) == 12 {
		s.Kind, full = UPCA, "0"+code
	}
	if r := ruleFor(full, g.Rules); r != nil {
		s.Kind = r.kind(s.Kind)
		return s.failed(s.readLabel(full, *r))
	}
	if err := checked(full); err != nil {
		return s.failed(err)
	}
	if full[0] == '2' || full[:2] == "02" {
		s.Kind = Unknown
		return s.failed(fmt.Errorf("%w: no rule for labels with prefix %s", ErrBarcode, full[:2]))
	}
	return s
}

// kind is k, or the person whose code r describes.
func (r Rule) kind(k ScanKind) ScanKind {
	switch r.Value {
	case MemberValue:
		return Member
	case CashierValue:
		return Cashier
	}
	return k
}

// failed marks s as not valid where err says so.
func (s Scan) failed(err error) Scan {
	if err != nil {
		s.Valid, s.Err, s.Why = false, err, err.Error()
	}
	return s
}
