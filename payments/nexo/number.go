package nexo

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// A ServiceID has ten characters: its kind, and nine of 0-9 and A-Z. Each must be new to its terminal for 48 hours.

const digits36 = 36

// paymentID is a payment's ServiceID, made of the till's persisted count of attempts. The two characters before it tell the
// tills apart that share a terminal. Where no count is kept it is made of the attempt's own number, which is as persistent.
// A ServiceID that was used before all the same does no harm: the answer names the own number of the other payment.
func (p *Provider) paymentID(seq int64, no string) string {
	if seq <= 0 {
		return "H" + hash36(no, 9)
	}
	return "P" + hash36(p.s.SaleID, 2) + pad36(uint64(seq), 7)
}

func refundID(no string) string { return "R" + hash36(no, 9) }

// freshID is the ServiceID of a message that is no payment: the clock's microseconds, which never stand still.
func (p *Provider) freshID() string {
	return "S" + pad36(uint64(p.ticks.next(p.client.SigningTime())), 9)
}

// ticks counts microseconds and never gives one twice, also where the clock is set back.
type ticks struct{ last atomic.Int64 }

func (t *ticks) next(now time.Time) int64 {
	for {
		was := t.last.Load()
		if n := max(now.UnixMicro(), was+1); t.last.CompareAndSwap(was, n) {
			return n
		}
	}
}

// pad36 writes the last places digits of n.
func pad36(n uint64, places int) string {
	text := strings.ToUpper(strconv.FormatUint(n, digits36))
	if len(text) > places {
		return text[len(text)-places:]
	}
	return strings.Repeat("0", places-len(text)) + text
}

func hash36(text string, places int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "suanpan nexo\n%s", text))
	return pad36(binary.BigEndian.Uint64(sum[:]), places)
}
