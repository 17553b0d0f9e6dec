// Package reconcile compares a provider's bill with what the shop's attempts say (对账): every row is agreed or belongs to
// one class of difference. It also holds the table of fees, and the rules by which money arrives at the bank. It is pure:
// rows and attempts come through callbacks, and nothing is kept but 12 bytes for each movement and the differences.
package reconcile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
)

// Class says how a movement of money stands in our books and in the provider's.
type Class string

// The classes. All but Agreed are work for a person.
const (
	Agreed        Class = "agreed"
	OursOnly      Class = "ours_only"      // we have the money as taken, the bill does not
	TheirsOnly    Class = "theirs_only"    // the bill has it, and we know nothing of it or hold it for not taken
	AmountDiffers Class = "amount"         // both have it, with other amounts
	Twice         Class = "twice"          // the bill has one of ours more than once
	FeeDiffers    Class = "fee"            // both agree, but the fee is not what the contract says
	RefundMissing Class = "refund_missing" // we gave it back, and the bill does not know it
	StateDiffers  Class = "state"          // both have it, in states that cannot both be true
	Arrival       Class = "arrival"        // the bank got more or less than was expected, or nothing
)

// Classes lists every class that a bill can bring, in the order in which people read them.
func Classes() []Class {
	return []Class{Agreed, OursOnly, TheirsOnly, AmountDiffers, Twice, FeeDiffers, RefundMissing, StateDiffers}
}

// Standing is what we hold of a movement.
type Standing uint8

// The standings.
const (
	Nothing  Standing = iota // it never moved money, or net zero
	Doubtful                 // it may have
	Moved                    // it did
)

// Ours is one payment or refund of ours, as the attempts have it.
type Ours struct {
	No       string // own number
	Refund   bool
	Attempt  string // the attempt's id, of a refund the payment's
	Txn      string // the provider's number; empty while unknown
	Provider string
	Merchant string
	Amount   money.Amount
	Standing Standing
	State    string // literal
	At       time.Time
	Flow     pay.Flow
	Fee      int64 // expected, minor units; NoFee while unknown
}

// NoFee says that no rule gives a fee. It is not zero: zero is a fee.
const NoFee int64 = -1

// Index finds what we have. Its methods answer false where there is nothing.
type Index interface {
	ByNo(no string, refund bool) (Ours, bool, error)
	ByTxn(txn string, refund bool) (Ours, bool, error)
	// OfDay visits everything with standing Moved whose time lies in the bill's day, for the bill's merchant.
	OfDay(each func(Ours) error) error
}

// Options are what a comparison goes by.
type Options struct {
	From, To time.Time // the bill's day in the provider's zone
	Currency money.Currency
	Fee      func(o Ours, l pay.BillLine) Expected // nil: fees are not compared
	Stray    func(no string, refund bool) bool     // the number was found in another day's bill; nil: none was
	Max      int                                   // differences beyond which the bill is refused; 50,000 where zero
}

// ErrStrange says that so little fits that the bill must be another shop's.
var ErrStrange = errors.New("reconcile: too many differences")

// Difference is one movement that is not agreed.
type Difference struct {
	Class   Class     `json:"class"`
	Refund  bool      `json:"refund,omitempty"`
	No      string    `json:"own_no,omitempty"`
	Txn     string    `json:"provider_txn,omitempty"`
	Attempt string    `json:"payment,omitempty"`
	Row     int       `json:"row,omitempty"`  // of the bill, the last that spoke of it
	Rows    int       `json:"rows,omitempty"` // how many did
	Ours    int64     `json:"ours"`           // minor units; 0 where we have nothing
	Theirs  int64     `json:"theirs"`
	State   string    `json:"our_state,omitempty"`
	Said    string    `json:"their_state,omitempty"` // literal
	Fee     FeeGap    `json:"fee,omitzero"`
	At      time.Time `json:"at,omitzero"`
	Channel string    `json:"channel,omitempty"`
	Rate    string    `json:"rate,omitempty"`
}

// FeeGap is a fee that is not what was expected, minor units.
type FeeGap struct {
	Ours   int64  `json:"ours"`
	Theirs int64  `json:"theirs"`
	Rule   string `json:"rule,omitempty"`   // of the table, by which ours was worked out
	Likely string `json:"likely,omitempty"` // the rule that would give theirs
}

// Stray is a movement of another day by our clock that this bill has.
type Stray struct {
	No     string `json:"own_no"`
	Refund bool   `json:"refund,omitempty"`
}

// Result is what a comparison found.
type Result struct {
	Counts      map[Class]int64
	Differences []Difference // in order of class, then row
	Strays      []Stray
	Ours        Side
	Theirs      Side
	Unmatched   int64 // rows of the bill that speak of no payment: fees, payouts, others
}

// Side is one party's sums, minor units, fees in Micros.
type Side struct {
	Payments   int64      `json:"payments"` // number
	Refunds    int64      `json:"refunds"`
	Paid       int64      `json:"paid"`
	Back       int64      `json:"back"`
	Fee        pay.Micros `json:"fee"`
	FeeUnknown int64      `json:"fee_unknown,omitempty"` // movements without an expected fee
	Payouts    int64      `json:"payouts,omitempty"`
}

// key is 96 bits of a movement's number: two of a million movements share it by a chance of one in 10¹⁷. It has no words, so
// that the table of them has no holes.
type key [12]byte

// heard is how often the bill spoke of one movement.
type heard struct{ in, reversed uint8 }

func (h heard) net() int { return max(int(h.in)-int(h.reversed), 0) }

// hear counts one more row; what is said 250 times is said often enough.
func (h heard) hear(kind pay.LineKind) heard {
	if kind == pay.LineReversed {
		h.reversed = min(h.reversed+1, 250)
	} else {
		h.in = min(h.in+1, 250)
	}
	return h
}

// undone reports whether the row that was just heard closes a pair of one that brought money and one that took it away.
func (h heard) undone(kind pay.LineKind) bool {
	if kind == pay.LineReversed {
		return h.in >= h.reversed
	}
	return h.reversed >= h.in
}

// Match compares one bill, row by row. It belongs to one goroutine.
type Match struct {
	index Index
	opt   Options
	seeds [2]maphash.Seed
	seen  map[key]heard
	held  map[key]Difference
	out   Result
}

// New begins a comparison.
func New(index Index, opt Options) *Match {
	if opt.Max <= 0 {
		opt.Max = 50_000
	}
	return &Match{index: index, opt: opt, seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, seen: map[key]heard{},
		held: map[key]Difference{}, out: Result{Counts: map[Class]int64{}}}
}

// Line takes the next row of the bill. What it thinks of a movement may change until Finish.
func (m *Match) Line(l pay.BillLine) error {
	refund := false
	no, txn := l.No, l.Txn
	switch l.Kind {
	case pay.LinePaid:
		m.out.Theirs.Payments++
		m.out.Theirs.Paid += l.Amount.Minor
	case pay.LineReversed:
	case pay.LineRefund:
		m.out.Theirs.Refunds++
		m.out.Theirs.Back += l.Amount.Minor
		refund, no, txn = true, l.RefundNo, l.RefundTxn
	case pay.LinePayout:
		m.out.Theirs.Payouts += l.Amount.Minor
		m.out.Unmatched++
		return nil
	default:
		m.out.Theirs.Fee += l.Fee
		m.out.Unmatched++
		return nil
	}
	m.out.Theirs.Fee += l.Fee
	ours, found, err := m.find(no, txn, refund)
	if err != nil {
		return err
	}
	name := no
	if found {
		name = ours.No
	}
	k := m.key(name, txn, l, refund)
	h, again := m.seen[k]
	if h = h.hear(l.Kind); !refund && h.undone(l.Kind) {
		m.out.Theirs.Back += l.Amount.Minor
	}
	m.seen[k] = h
	if found && !again && (ours.At.Before(m.opt.From) || !ours.At.Before(m.opt.To)) && ours.Standing == Moved {
		m.out.Strays = append(m.out.Strays, Stray{ours.No, refund})
		if len(m.out.Strays) > m.opt.Max {
			return fmt.Errorf("%w: more than %d belong to other days", ErrStrange, m.opt.Max)
		}
	}
	return m.judge(k, h, l, ours, found, refund)
}

// find looks by own number first: the provider's number of one payment may change, ours never does.
func (m *Match) find(no, txn string, refund bool) (Ours, bool, error) {
	if no != "" {
		if o, ok, err := m.index.ByNo(no, refund); ok || err != nil {
			return o, ok, err
		}
	}
	if txn == "" {
		return Ours{}, false, nil
	}
	return m.index.ByTxn(txn, refund)
}

// key names a movement. A row that carries neither number stands for itself alone.
func (m *Match) key(no, txn string, l pay.BillLine, refund bool) key {
	text := "n" + no
	switch {
	case no != "":
	case txn != "":
		text = "t" + txn
	default:
		text = fmt.Sprintf("r%d", l.Row)
	}
	if refund {
		text = "back " + text
	}
	var k key
	binary.LittleEndian.PutUint64(k[:], maphash.String(m.seeds[0], text))
	binary.LittleEndian.PutUint32(k[8:], uint32(maphash.String(m.seeds[1], text)))
	return k
}

// judge holds or drops the difference that the rows of one movement make so far.
func (m *Match) judge(k key, h heard, l pay.BillLine, o Ours, found, refund bool) error {
	d := Difference{Refund: refund, No: o.No, Txn: o.Txn, Attempt: o.Attempt, Row: l.Row, Rows: int(h.in) + int(h.reversed), State: o.State, Said: l.State,
		At: l.At, Channel: l.Channel, Rate: l.Rate, Theirs: l.Amount.Minor}
	if d.No == "" {
		d.No = l.No
		if refund {
			d.No = l.RefundNo
		}
	}
	if d.Txn == "" {
		d.Txn = l.Txn
		if refund {
			d.Txn = l.RefundTxn
		}
	}
	if o.Standing == Moved {
		d.Ours = o.Amount.Minor
	}
	d.Class = class(h, o, found, l)
	if d.Class == StateDiffers && h.net() == 0 {
		d.Theirs = 0
	}
	if d.Class == Agreed && m.opt.Fee != nil && l.Kind != pay.LineReversed {
		if gap, differs := feeGap(m.opt.Fee(o, l), l.Fee, m.opt.Currency); differs {
			d.Class, d.Fee = FeeDiffers, gap
		}
	}
	if d.Class == Agreed {
		delete(m.held, k)
		return nil
	}
	m.held[k] = d
	if len(m.held) > m.opt.Max {
		return fmt.Errorf("%w: more than %d by row %d", ErrStrange, m.opt.Max, l.Row)
	}
	return nil
}

// class is the rule: what we hold against how often the bill says that money moved, net of what it says was undone.
func class(h heard, o Ours, found bool, l pay.BillLine) Class {
	n := h.net()
	switch {
	case !found:
		if n > 1 {
			return Twice
		}
		return TheirsOnly
	case n > 1:
		return Twice
	case o.Standing == Moved && n == 0:
		return StateDiffers // they undid what we hold for paid
	case o.Standing == Moved && l.Kind != pay.LineReversed && (l.Amount.Minor != o.Amount.Minor || l.Amount.Currency != o.Amount.Currency):
		return AmountDiffers
	case o.Standing == Moved || n == 0:
		return Agreed
	case o.Refund:
		return StateDiffers
	}
	return TheirsOnly
}

// Finish looks for what the bill lacks and answers everything. The Match is used up.
func (m *Match) Finish() (Result, error) {
	err := m.index.OfDay(func(o Ours) error {
		if o.Refund {
			m.out.Ours.Refunds++
			m.out.Ours.Back += o.Amount.Minor
		} else {
			m.out.Ours.Payments++
			m.out.Ours.Paid += o.Amount.Minor
		}
		switch {
		case o.Refund: // what comes back with it depends on its payment
		case o.Fee == NoFee:
			m.out.Ours.FeeUnknown++
		default:
			m.out.Ours.Fee += pay.Micros(o.Fee * perMinor(o.Amount.Currency))
		}
		if _, there := m.seen[m.key(o.No, "", pay.BillLine{}, o.Refund)]; there || (m.opt.Stray != nil && m.opt.Stray(o.No, o.Refund)) {
			return nil
		}
		d := Difference{Class: OursOnly, Refund: o.Refund, No: o.No, Txn: o.Txn, Attempt: o.Attempt, Ours: o.Amount.Minor, State: o.State, At: o.At}
		if o.Refund {
			d.Class = RefundMissing
		}
		m.out.Differences = append(m.out.Differences, d)
		if len(m.out.Differences) > m.opt.Max {
			return fmt.Errorf("%w: more than %d of ours are not in it", ErrStrange, m.opt.Max)
		}
		return nil
	})
	if err != nil {
		return Result{}, err
	}
	m.out.Counts[Agreed] = int64(len(m.seen) - len(m.held))
	for _, d := range m.held {
		m.out.Differences = append(m.out.Differences, d)
	}
	for _, d := range m.out.Differences {
		m.out.Counts[d.Class]++
	}
	order := Classes()
	slices.SortFunc(m.out.Differences, func(a, b Difference) int {
		if a.Class != b.Class {
			return slices.Index(order, a.Class) - slices.Index(order, b.Class)
		}
		if a.Row != b.Row {
			return a.Row - b.Row
		}
		return a.At.Compare(b.At)
	})
	return m.out, nil
}
