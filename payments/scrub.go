package payments

import "bytes"

// Bounds of card numbers (ISO/IEC 7812).
const (
	panMin = 13
	panMax = 19
)

// Scrub returns a copy of wire bytes fit to be kept: each secret is replaced, and each run of 13 to 19 digits, single blanks
// or dashes between them included, that passes the Luhn check keeps its first six and last four digits only. Own numbers
// can look like card numbers; they stand in fields of their own and never need to be read back from wire bytes.
func Scrub(wire []byte, secrets ...string) []byte {
	kept := bytes.Clone(wire)
	for _, s := range secrets {
		if len(s) >= 4 {
			kept = bytes.ReplaceAll(kept, []byte(s), bytes.Repeat([]byte("*"), len(s)))
		}
	}
	for at := 0; at < len(kept); {
		if !isDigit(kept[at]) {
			at++
			continue
		}
		end, digits := number(kept, at)
		if len(digits) >= panMin && len(digits) <= panMax && luhn(kept, digits) {
			for _, i := range digits[6 : len(digits)-4] {
				kept[i] = '*'
			}
		}
		at = end
	}
	return kept
}

// number finds the digits of the run that begins at at, and where the run ends.
func number(b []byte, at int) (end int, digits []int) {
	for i := at; i < len(b); i++ {
		switch {
		case isDigit(b[i]):
			digits = append(digits, i)
			end = i + 1
		case (b[i] == ' ' || b[i] == '-') && i+1 < len(b) && isDigit(b[i+1]):
		default:
			return end, digits
		}
	}
	return end, digits
}

func luhn(b []byte, digits []int) bool {
	sum := 0
	for i, at := range digits {
		d := int(b[at] - '0')
		if (len(digits)-i)%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
