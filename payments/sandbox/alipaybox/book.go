package alipaybox

import (
	"encoding/json"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"time"

	"suanpan/payments/sandbox"
)

// Names in the Keep.
const (
	keepKeys  = "alipay-keys"
	keepBooks = "alipay-books"
)

// beijing is the zone of Alipay's days and timestamps.
func beijing() *time.Location { return time.FixedZone("Beijing", 8*60*60) }

// record is one change of the books as it is kept: a trade as it is now, a movement of money, or both.
type record struct {
	Trade *trade        `json:"trade,omitempty"`
	Line  *sandbox.Line `json:"line,omitempty"`
}

// recall reads keys and books of earlier starts, and makes keys where there are none.
func (b *Box) recall() error {
	if b.opts.Keep != nil {
		err := b.opts.Keep.Lines(keepKeys, func(line []byte) (err error) {
			if b.opts.Keys == nil {
				b.keys, err = readKeys(line)
			}
			return err
		})
		if err == nil {
			err = b.opts.Keep.Lines(keepBooks, b.replay)
		}
		if err != nil {
			return err
		}
	}
	if b.keys != nil && (b.keys.papers.App != "" || !b.opts.Certificates) {
		return nil
	}
	var err error
	if b.keys == nil {
		b.keys, err = bareKeys()
	}
	if err == nil && b.opts.Certificates {
		err = b.keys.certify()
	}
	if err != nil {
		return err
	}
	if b.opts.Keep == nil {
		return nil
	}
	line, err := b.keys.line()
	if err != nil {
		return err
	}
	return b.opts.Keep.Append(keepKeys, line)
}

func (b *Box) replay(line []byte) error {
	var r record
	if err := json.Unmarshal(line, &r); err != nil {
		return err
	}
	if t := r.Trade; t != nil {
		b.trades[t.No], b.live[t.No], b.used[t.Code] = t, t, true
		if t.QR != "" {
			b.byQR[t.QR] = t
		}
	}
	if l := r.Line; l != nil && b.trades[l.No] != nil {
		b.balances[b.trades[l.No].Payer] -= l.Minor
		b.balances["merchant"] += l.Minor
		b.lines = append(b.lines, *l)
	}
	return nil
}

// keep writes a trade, and what moved, before anybody is answered. The caller holds mu.
func (b *Box) keep(t *trade, l *sandbox.Line) {
	if b.opts.Keep == nil {
		return
	}
	line, err := json.Marshal(record{t, l})
	if err == nil {
		err = b.opts.Keep.Append(keepBooks, line)
	}
	if err != nil && b.kept == nil {
		b.kept = err
	}
}

// move books minor from the payer to the merchant, or back where it is below zero. The caller holds mu.
func (b *Box) move(t *trade, kind, refundNo string, minor int64) {
	l := sandbox.Line{At: b.now(), Kind: kind, No: t.No, RefundNo: refundNo, Transaction: t.Txn, Minor: minor, Currency: "CNY"}
	b.balances[t.Payer] -= minor
	b.balances["merchant"] += minor
	b.lines = append(b.lines, l)
	b.keep(t, &l)
}

// Play implements sandbox.Book.
func (b *Box) Play(faults []string, seed uint64) error {
	parsed, err := parseScript(faults)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.script = parsed
	b.random = mathrand.New(mathrand.NewPCG(seed, 2))
	return nil
}

// Balances implements sandbox.Book. Their sum never changes.
func (b *Box) Balances() []sandbox.Account {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.catchUp()
	var out []sandbox.Account
	for name, minor := range b.balances {
		out = append(out, sandbox.Account{Name: name, Provider: Name, Minor: minor, Currency: "CNY"})
	}
	slices.SortFunc(out, func(a, b sandbox.Account) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Movements implements sandbox.Book. Days are Beijing's.
func (b *Box) Movements(date string) ([]sandbox.Line, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.catchUp()
	return b.movements(date), nil
}

func (b *Box) movements(date string) (out []sandbox.Line) {
	for _, l := range b.lines {
		if date == "" || l.At.In(beijing()).Format(time.DateOnly) == date {
			out = append(out, l)
		}
	}
	return out
}

// Net implements sandbox.Book.
func (b *Box) Net(no string) (sum int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.catchUp()
	for _, l := range b.lines {
		if l.No == no {
			sum += l.Minor
		}
	}
	return sum
}

// journalMax is how many requests are remembered.
const journalMax = 10_000

// Journal answers the requests so far, the last 10,000 at most. It holds no body: payer's codes are secrets here too.
func (b *Box) Journal() []sandbox.Entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.journal)
}

// note appends an entry. The caller holds mu.
func (b *Box) note(e sandbox.Entry) {
	if len(b.journal) >= journalMax {
		b.journal = slices.Delete(b.journal, 0, journalMax/10)
	}
	b.journal = append(b.journal, e)
}
