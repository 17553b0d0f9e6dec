package catalog

import (
	"fmt"
	"strings"
)

// The shop's own codes, for Code 128 and QR: a mark, the number, two check digits. The check digits are ISO 7064 MOD 97-10
// over mark and number, with A = 10 … Z = 35 and the hyphen as 36, so that a wrong character, a swap of neighbours and
// a lost hyphen are all found.
//
//	receipt of A-000123   SPA-00012388
//	member 10086          M1008681
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
	rest, ok := mod97(mark + number + "00")
	if !ok || number == "" || len(number) > ownMax {
		return "", fmt.Errorf("%w: number %q cannot stand in a code", ErrBarcode, number)
	}
	return fmt.Sprintf("%s%s%02d", mark, number, 98-rest), nil
}

// readOwn returns the number inside a code with the given mark.
func readOwn(mark, code string) (number string, ok bool) {
	code = strings.ToUpper(code)
	if !strings.HasPrefix(code, mark) || len(code) < len(mark)+3 || len(code) > len(mark)+ownMax+2 || !digits(code[len(code)-2:]) {
		return "", false
	}
	if rest, ok := mod97(code); !ok || rest != 1 {
		return "", false
	}
	return code[len(mark) : len(code)-2], true
}

// mod97 returns the remainder of text, read as a number, by 97.
func mod97(text string) (int, bool) {
	rest := 0
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			rest = (rest*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z':
			rest = (rest*100 + int(c-'A') + 10) % 97
		case c == '-':
			rest = (rest*100 + 36) % 97
		default:
			return 0, false
		}
	}
	return rest, true
}
