package zvt

import (
	"fmt"

	"suanpan/app/pay"
)

// Result codes (27).
const (
	resultOK         = 0x00
	resultUnreadable = 0x64
	resultAborted    = 0x6C
	resultSystem     = 0xFF
)

// reasonOf maps a result code to our word for it. A code that is not listed keeps its number in Observation.Code.
func reasonOf(code byte) pay.Reason {
	switch code {
	case resultAborted:
		return pay.PayerRefused
	case resultUnreadable:
		return pay.CardUnreadable
	}
	return pay.OtherReason
}

func literal(code byte) string { return fmt.Sprintf("%02X", code) }

// hints are the intermediate states (04 FF) of the paper that a cashier can act on. A terminal that sends its own text is
// shown with that instead; the number is in Observation.Code either way (check).
var hints = map[byte]string{
	0x01: "watch the PIN pad", 0x02: "watch the PIN pad", 0x04: "terminal asks the bank", 0x05: "terminal reverses",
	0x07: "card not admitted", 0x08: "card unknown", 0x09: "card expired", 0x0A: "insert card", 0x0B: "remove card",
	0x0C: "card not readable", 0x0D: "transaction interrupted", 0x0E: "please wait", 0x10: "card invalid", 0x12: "system fault",
	0x13: "payment not possible", 0x15: "wrong PIN", 0x17: "please wait", 0x18: "too many wrong PINs", 0x1C: "approved",
	0x1D: "declined", 0x41: "watch the PIN pad and remove card",
}

func hint(code byte, lines []string) string {
	for _, l := range lines {
		if l != "" {
			return l
		}
	}
	return hints[code]
}
