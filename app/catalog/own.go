package catalog

import (
	"fmt"
	"strings"
)

// The shop's own codes, for Code 128 and QR: a mark, the number, two check digits. Mark and number are read as a number in
// base 37 (0–9, A = 10 … Z = 35, hyphen = 36); times 100 plus the check digits it leaves 1 when divided by 97, as in ISO
// 7064 MOD 97-10. Every single wrong character and every swap of neighbours is found. (The letters of MOD 97-10 itself
// take two digits each, which lets a letter in place of a digit slip through.)
//
//	receipt of A-000123   SP + A-000123 + two digits
//	member 10086          M + 10086 + two digits
const (
	receiptMark = "SP"
	memberMark  = "M"
	ownMax      = 40 // characters of a number
)

// ReceiptCode returns the code that is printed on the receipt with the given number (letters, digits, hyphens).
func ReceiptCode(number string) (string, error) { return own(receiptMark, number) }

// MemberCode returns the code on the card of the member with the given number (letters, digits, hyphens).
func MemberCode(number string) (string, error) { return own(memberMark, number) }

func own(mark, number string) (string, error) {
	rest, ok := mod97(mark + number)
	if !ok || number == "" || len(number) > ownMax {
		return "", fmt.Errorf("%w: number %q cannot stand in a code", ErrBarcode, number)
	}
	return fmt.Sprintf("%s%s%02d", mark, number, 98-rest*100%97), nil
}

// readOwn returns the number inside a code with the given mark.
func readOwn(mark, code string) (number string, ok bool) {
	code = strings.ToUpper(code)
	end := len(code) - 2
	if !strings.HasPrefix(code, mark) || end <= len(mark) || end > len(mark)+ownMax || !digits(code[end:]) {
		return "", false
	}
	if rest, ok := mod97(code[:end]); !ok || (rest*100+small(code[end:]))%97 != 1 {
		return "", false
	}
	return code[len(mark):end], true
}

// mod97 returns the remainder by 97 of text, read in base 37.
func mod97(text string) (int, bool) {
	rest := 0
	for i := range len(text) {
		v := 36
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			v = int(c - '0')
		case c >= 'A' && c <= 'Z':
			v = int(c-'A') + 10
		case c != '-':
			return 0, false
		}
		rest = (rest*37 + v) % 97
	}
	return rest, true
}
