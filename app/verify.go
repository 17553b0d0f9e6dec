package app

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"suanpan/app/ledger"
	"suanpan/app/order"
)

// Proof is the result of a verification.
type Proof struct {
	OK       bool   `json:"ok"`
	Entries  int64  `json:"entries"`
	Rows     int64  `json:"rows"`                // facts, postings, index rows and totals looked at
	Head     string `json:"head"`                // hash of the last fact, hex
	BrokenAt int64  `json:"broken_at,omitempty"` // first bad entry
	Why      string `json:"why,omitempty"`
}

// flaw is the first thing found wrong.
type flaw struct {
	seq int64
	why string
}

func (f *flaw) Error() string { return fmt.Sprintf("entry %d: %s", f.seq, f.why) }

// Verify recomputes the hash chain, checks that every entry balances and that every document's parts add up, and that the
// totals and the index of sales are exactly what the facts fold to. It reads one snapshot, so selling goes on. progress may
// be nil; it gets rows done and an estimate of all rows.
func (s *Shop) Verify(ctx context.Context, progress func(done, total int64)) (Proof, error) {
	return view(ctx, s, func(v View) (Proof, error) {
		seq, hash, err := v.Head()
		if err != nil {
			return Proof{}, err
		}
		c := &checker{v: v, totals: map[[2]string]Delta{}, last: map[string]int64{}, till: s.config().Till, ends: seq, progress: progress}
		err = c.facts(ctx)
		if err == nil && (c.seq != seq || c.hash != hash) {
			err = &flaw{c.seq + 1, "the journal ends before its head"}
		}
		if err == nil {
			err = c.index()
		}
		if err == nil {
			err = c.sums()
		}
		p := Proof{OK: err == nil, Entries: c.seq, Rows: c.rows, Head: hex.EncodeToString(c.hash[:])}
		var f *flaw
		if errors.As(err, &f) {
			p.BrokenAt, p.Why = f.seq, f.why
			return p, nil
		}
		return p, err
	})
}

// checker walks the journal once and folds it anew.
type checker struct {
	v        View
	seq      int64
	hash     [32]byte
	rows     int64
	ends     int64
	till     string
	totals   map[[2]string]Delta
	last     map[string]int64 // the number last seen of each till's receipts
	sales    []SaleRow        // folded, waiting to be compared with the index
	checked  int64            // index rows compared up to this Seq
	progress func(done, total int64)
}

func (c *checker) facts(ctx context.Context) error {
	for {
		n := 0
		err := c.v.Facts(c.seq, 5000, func(f *ledger.Fact) error { n++; return c.fact(f) })
		if err != nil {
			return err
		}
		if c.progress != nil {
			c.progress(c.seq, c.ends)
		}
		if n == 0 {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := c.index(); err != nil {
			return err
		}
	}
}

func (c *checker) fact(f *ledger.Fact) error {
	if err := f.Follows(c.seq+1, c.hash); err != nil {
		return &flaw{c.seq + 1, err.Error()}
	}
	c.seq, c.hash = f.Seq, f.Hash
	c.rows += 1 + int64(len(f.Postings))
	e, err := Fold(f)
	if err != nil {
		return &flaw{f.Seq, err.Error()}
	}
	for _, d := range e.Totals {
		k := [2]string{d.Scope, d.Key}
		sum := c.totals[k]
		sum.N += d.N
		sum.Minor += d.Minor
		c.totals[k] = sum
	}
	if e.Sale != nil {
		c.sales = append(c.sales, *e.Sale)
		return c.document(f)
	}
	return nil
}

// document checks a sale's own arithmetic, its postings against it, and its number.
func (c *checker) document(f *ledger.Fact) error {
	var d Document
	if err := json.Unmarshal(f.Body, &d); err != nil {
		return &flaw{f.Seq, err.Error()}
	}
	if err := order.Check(d.Sum); err != nil {
		return &flaw{f.Seq, err.Error()}
	}
	want := d.postings()
	if len(want) != len(f.Postings) {
		return &flaw{f.Seq, "postings do not belong to the document"}
	}
	for i := range want {
		if want[i] != f.Postings[i] {
			return &flaw{f.Seq, "posting to " + f.Postings[i].Account + " does not belong to the document"}
		}
	}
	c.last[d.Till]++
	if n := c.last[d.Till]; d.No != receiptNo(d.Till, n) {
		return &flaw{f.Seq, fmt.Sprintf("receipt %s stands where %s belongs", d.No, receiptNo(d.Till, n))}
	}
	return nil
}

// index compares the folded documents with the stored index, in order.
func (c *checker) index() error {
	i := 0
	stop := errors.New("enough")
	err := c.v.EachSale(c.checked, func(r SaleRow) error {
		if r.Seq > c.seq {
			return stop
		}
		c.rows++
		if i >= len(c.sales) {
			return &flaw{r.Seq, "the index of sales has a row too many: " + r.No}
		}
		want := c.sales[i]
		want.At, r.At = want.At.UTC(), r.At.UTC()
		if want != r {
			return &flaw{want.Seq, "the index of sales differs from " + want.No}
		}
		i++
		c.checked = r.Seq
		return nil
	})
	if err != nil && !errors.Is(err, stop) {
		return err
	}
	if i < len(c.sales) {
		return &flaw{c.sales[i].Seq, "the index of sales lacks " + c.sales[i].No}
	}
	c.sales = c.sales[:0]
	return nil
}

// sums compares the folded totals with the stored ones; what folds to nothing may be absent.
func (c *checker) sums() error {
	err := c.v.EachTotal(func(d Delta) error {
		c.rows++
		k := [2]string{d.Scope, d.Key}
		want := c.totals[k]
		if want.N != d.N || want.Minor != d.Minor {
			return &flaw{c.seq, fmt.Sprintf("total %s %s is %d/%d, its parts make %d/%d", d.Scope, d.Key, d.N, d.Minor, want.N, want.Minor)}
		}
		delete(c.totals, k)
		return nil
	})
	if err != nil {
		return err
	}
	for k, d := range c.totals {
		if d.N != 0 || d.Minor != 0 {
			return &flaw{c.seq, "total " + k[0] + " " + k[1] + " is missing"}
		}
	}
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
