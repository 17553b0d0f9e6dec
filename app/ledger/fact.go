// Package ledger holds the journal's nouns and laws: facts chained by hash, postings that sum to zero, the chart of
// accounts, and the rules that turn orders and payments into postings.
//
// The journal is the truth. What happened is appended; what was wrong is corrected by a further fact that points back.
package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"suanpan/app/money"
)

// ErrBroken marks a journal that is not what was written. The text names the first bad row.
var ErrBroken = errors.New("ledger: the chain is broken")

// Kind is what a fact says happened: "sale", "refund", "line.voided", "shift.closed" …
type Kind string

// Fact is one thing that happened. Facts are never changed or removed.
type Fact struct {
	Seq      int64     // position, from 1 without gaps
	ID       string    // UUIDv7, by which receivers drop what they have
	At       time.Time // wall clock, stored in milliseconds; order is by Seq
	Kind     Kind
	Staff    string
	Shift    string
	Body     []byte // JSON, hashed as stored
	Postings []Posting
	Prev     [32]byte
	Hash     [32]byte
}

// Posting moves money to (positive) or from (negative) an account. A fact's postings sum to zero per currency.
type Posting struct {
	Account  string
	Minor    int64 // minor units of Currency
	Currency money.Currency
}

// Seal sets the fact's place in the chain and its hash. It panics when the postings do not balance: that is a programming
// mistake and must never reach the disk.
func (f *Fact) Seal(seq int64, prev [32]byte) {
	if err := Balanced(f.Postings); err != nil {
		panic(err)
	}
	f.Seq, f.Prev = seq, prev
	f.Hash = f.Sum()
}

// Sum works out the hash over everything stored in the fact's rows. Every field carries its length, so that no two
// different facts give the same bytes.
func (f *Fact) Sum() [32]byte {
	buf := make([]byte, 0, 256+len(f.Body)+48*len(f.Postings))
	buf = append(buf, "suanpan.fact.1"...)
	buf = append(buf, f.Prev[:]...)
	buf = binary.BigEndian.AppendUint64(buf, uint64(f.Seq))
	buf = binary.BigEndian.AppendUint64(buf, uint64(f.At.UnixMilli()))
	for _, s := range []string{f.ID, string(f.Kind), f.Staff, f.Shift} {
		buf = text(buf, s)
	}
	buf = binary.BigEndian.AppendUint32(buf, uint32(len(f.Body)))
	buf = append(buf, f.Body...)
	buf = binary.BigEndian.AppendUint32(buf, uint32(len(f.Postings)))
	for _, p := range f.Postings {
		buf = text(buf, p.Account)
		buf = binary.BigEndian.AppendUint64(buf, uint64(p.Minor))
		buf = text(buf, string(p.Currency))
	}
	return sha256.Sum256(buf)
}

func text(buf []byte, s string) []byte {
	buf = binary.BigEndian.AppendUint32(buf, uint32(len(s)))
	return append(buf, s...)
}

// Follows checks that f is what was sealed, directly after prev. The error wraps ErrBroken and names the row.
func (f *Fact) Follows(seq int64, prev [32]byte) error {
	switch {
	case f.Seq != seq:
		return fmt.Errorf("%w: fact %d stands where %d belongs", ErrBroken, f.Seq, seq)
	case f.Prev != prev:
		return fmt.Errorf("%w: fact %d does not point at the one before it", ErrBroken, f.Seq)
	}
	if sum := f.Sum(); !bytes.Equal(sum[:], f.Hash[:]) {
		return fmt.Errorf("%w: fact %d or its postings were changed", ErrBroken, f.Seq)
	}
	if err := Balanced(f.Postings); err != nil {
		return fmt.Errorf("%w: fact %d: %w", ErrBroken, f.Seq, err)
	}
	return nil
}

// Balanced checks that postings sum to zero per currency.
func Balanced(postings []Posting) error {
	for i, p := range postings {
		if !first(postings, i) {
			continue
		}
		sum := int64(0)
		for _, q := range postings[i:] {
			if q.Currency == p.Currency {
				sum += q.Minor
			}
		}
		if sum != 0 {
			return fmt.Errorf("ledger: postings in %s are off by %d", p.Currency, sum)
		}
	}
	return nil
}

// first reports whether postings[i] is the first of its currency.
func first(postings []Posting, i int) bool {
	for _, p := range postings[:i] {
		if p.Currency == postings[i].Currency {
			return false
		}
	}
	return true
}
