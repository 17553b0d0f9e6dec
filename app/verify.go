package app

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"suanpan/app/ledger"
)

// Proof is the result of a verification.
type Proof struct {
	OK       bool     `json:"ok"`
	Entries  int64    `json:"entries"`
	Rows     int64    `json:"rows"`                // facts, postings, index rows and totals looked at
	Head     string   `json:"head"`                // hash of the last fact, hex
	BrokenAt int64    `json:"broken_at,omitempty"` // first bad entry
	Kind     FlawKind `json:"kind,omitempty"`      // what is wrong with it
	What     string   `json:"what,omitempty"`      // the receipt, total, Z or time that it is about
	Why      string   `json:"why,omitempty"`       // for support
	Marks    int      `json:"marks"`               // heads kept outside the ledger's file that it was compared with
}

// Verify recomputes the hash chain, checks that every entry balances and that every document's parts add up, and that the
// totals and the index of sales are exactly what the facts fold to. It reads one snapshot, so selling goes on. progress may
// be nil; it gets rows done and an estimate of all rows.
func (s *Shop) Verify(ctx context.Context, progress func(done, total int64)) (Proof, error) {
	return view(ctx, s, func(v View) (Proof, error) {
		seq, hash, err := v.Head()
		if err != nil {
			return Proof{}, err
		}
		marks, err := s.knownHeads(v)
		if err != nil {
			return Proof{}, err
		}
		slices.SortFunc(marks, func(a, b KnownHead) int { return cmp.Compare(a.Seq, b.Seq) })
		c := &checker{v: v, totals: map[place]Delta{}, last: map[string]int64{}, settled: map[string]bool{}, holds: checkerHolds, checked: math.MinInt64, ends: seq, marks: marks, met: make([]bool, len(marks)), progress: progress}
		err = c.all(ctx, seq, hash)
		p := Proof{OK: err == nil, Entries: c.seq, Rows: c.rows, Head: hex.EncodeToString(c.hash[:]), Marks: len(marks)}
		var f *flaw
		switch {
		case errors.As(err, &f):
			p.BrokenAt, p.Kind, p.What, p.Why = f.seq, f.kind, f.what, f.why
			return p, nil
		case errors.Is(err, ledger.ErrBroken), errors.Is(err, ErrDamaged): // the store could not even read it
			p.BrokenAt, p.Kind, p.Why = c.seq+1, FlawUnreadable, err.Error()
			return p, nil
		}
		return p, err
	})
}

// all looks at everything, the nearest to the person first: what the chain says itself, then what is derived from it, then
// what was frozen beside it, then what others saw of it.
func (c *checker) all(ctx context.Context, seq int64, hash [32]byte) error {
	if err := c.facts(ctx); err != nil {
		return err
	}
	if c.seq != seq || c.hash != hash {
		return &flaw{c.seq + 1, FlawUnreadable, "", "the journal ends before its head"}
	}
	if f := c.outside(); f != nil { // before the totals: of a cut journal they differ too, and say less
		return f
	}
	if err := c.index(math.MaxInt64); err != nil {
		return err
	}
	if err := c.sums(); err != nil {
		return err
	}
	if c.stale != nil {
		return c.stale
	}
	if f := c.settings(); f != nil {
		return f
	}
	return nil
}

// checker walks the journal once and folds it anew. It reads and hashes one stretch while the documents of the one before
// are worked out on the other processors.
type checker struct {
	v        View
	seq      int64
	hash     [32]byte
	before   [32]byte // the hash of the fact before the last
	rows     int64
	ends     int64
	totals   map[place]Delta
	settled  map[string]bool  // scopes of days long past, compared already
	holds    int              // totals held before such scopes are compared
	last     map[string]int64 // the number last seen of each till's receipts
	sales    []SaleRow        // folded, waiting to be compared with the index
	checked  int64            // index rows compared up to this Seq
	progress func(done, total int64)
	first    time.Time   // of the journal
	marks    []KnownHead // in order of Seq
	met      []bool
	restored []restore
	conf     []byte // settings that were saved last, and in which entry
	confAt   int64
	stale    *flaw // the first frozen thing that differs
}

func (c *checker) facts(ctx context.Context) error {
	var before *stretch
	after := int64(math.MinInt64) // rows before the first are rows too many
	for {
		s, err := c.read(after)
		if before != nil {
			if e := c.merge(before); e != nil {
				return e
			}
		}
		s.work()
		if err != nil || s.n == 0 {
			if e := c.merge(s); e != nil {
				return e
			}
			if err != nil {
				return err
			}
			return c.v.Facts(c.seq, 0, func(f *ledger.Fact) error { return &flaw{f.Seq, FlawInserted, "", "stands beyond the end"} }) // finds postings that have no fact
		}
		if err := c.settle(); err != nil {
			return err
		}
		before, after = s, c.seq
		if c.progress != nil {
			c.progress(c.seq, c.ends)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// read follows the chain through the next stretch and keeps what is to be folded.
func (c *checker) read(after int64) (*stretch, error) {
	s := &stretch{}
	err := c.v.Facts(after, stretchFacts, func(f *ledger.Fact) error {
		if err := f.Follows(c.seq+1, c.hash); err != nil {
			return c.unfollowed(f, err)
		}
		c.meet(f)
		if c.stale == nil {
			c.stale = c.frozen(f)
		}
		c.seq, c.before, c.hash = f.Seq, c.hash, f.Hash
		c.rows += 1 + int64(len(f.Postings))
		s.keep(f)
		return nil
	})
	s.ends = c.seq
	return s, err
}

// merge takes over what a stretch folded to, in order: the first flaw is the one with the lowest number.
func (c *checker) merge(s *stretch) error {
	for _, p := range s.parts {
		p.wait()
		for k, d := range p.totals {
			sum := c.totals[k]
			sum.N += d.N
			sum.Minor += d.Minor
			c.totals[k] = sum
		}
		for i := range p.sales {
			row, till := &p.sales[i], p.tills[i]
			c.last[till]++
			if n := c.last[till]; row.No != receiptNo(till, n) {
				return &flaw{row.Seq, FlawDocument, row.No, fmt.Sprintf("receipt %s stands where %s belongs", row.No, receiptNo(till, n))}
			}
		}
		if p.flaw != nil {
			return p.flaw
		}
		c.sales = append(c.sales, p.sales...)
	}
	return c.index(s.ends)
}

// index compares the folded documents with the stored index, in order, as far as the facts were read.
func (c *checker) index(upTo int64) error {
	i := 0
	stop := errors.New("enough")
	err := c.v.EachSale(c.checked, func(r SaleRow) error {
		if r.Seq > upTo {
			return stop
		}
		c.rows++
		if i >= len(c.sales) {
			return &flaw{r.Seq, FlawIndex, r.No, "the index of sales has a row too many: " + r.No}
		}
		want := c.sales[i]
		want.At, r.At = want.At.UTC(), r.At.UTC()
		if want != r {
			return &flaw{want.Seq, FlawIndex, want.No, "the index of sales differs from " + want.No}
		}
		i++
		c.checked = r.Seq
		return nil
	})
	if err != nil && !errors.Is(err, stop) {
		return err
	}
	if i < len(c.sales) {
		return &flaw{c.sales[i].Seq, FlawIndex, c.sales[i].No, "the index of sales lacks " + c.sales[i].No}
	}
	c.sales = c.sales[:0]
	return nil
}

// Facts lists journal entries after seq, for programs and the trail.
func (s *Shop) Facts(ctx context.Context, after int64, limit int) ([]ledger.Fact, error) {
	if limit <= 0 || limit > 1000 {
		limit = 100
	}
	return view(ctx, s, func(v View) ([]ledger.Fact, error) {
		var out []ledger.Fact
		err := v.Facts(after, limit, func(f *ledger.Fact) error {
			c := *f
			c.Body = append([]byte(nil), f.Body...)
			c.Postings = append([]ledger.Posting(nil), f.Postings...)
			out = append(out, c)
			return nil
		})
		return out, err
	})
}
