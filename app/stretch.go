package app

import (
	"encoding/hex"
	"encoding/json"
	"runtime"
	"slices"

	"suanpan/app/ledger"
	"suanpan/app/order"
)

// stretchFacts is how many facts verify holds in memory at a time, twice.
const stretchFacts = 4000

// place names a total.
type place struct{ scope, key string }

// stretch is a run of facts that follow each other, waiting to be folded.
type stretch struct {
	n     int
	ends  int64
	facts []ledger.Fact
	parts []*part
}

// part is what some facts of a stretch fold to, in order, up to the first flaw.
type part struct {
	totals map[place]Delta
	sales  []SaleRow
	tills  []string // of sales
	flaw   *flaw
	done   chan struct{}
}

// keep copies a fact that the store will use again.
func (s *stretch) keep(f *ledger.Fact) {
	c := *f
	c.Body, c.Postings = slices.Clone(f.Body), slices.Clone(f.Postings)
	s.facts = append(s.facts, c)
	s.n++
}

// work begins to fold the facts, in as many parts as there are processors.
func (s *stretch) work() {
	each := max(1, (len(s.facts)+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))
	for facts := range slices.Chunk(s.facts, each) {
		p := &part{totals: map[place]Delta{}, done: make(chan struct{})}
		s.parts = append(s.parts, p)
		go func() {
			defer close(p.done)
			for i := range facts {
				if p.flaw = p.take(&facts[i]); p.flaw != nil {
					return
				}
			}
		}()
	}
	s.facts = nil
}

func (p *part) wait() { <-p.done }

// take folds one fact and checks what it says about itself: a document's arithmetic and its postings, and the head of the
// chain on a Z.
func (p *part) take(f *ledger.Fact) *flaw {
	e, d, err := fold(f)
	if err != nil {
		return &flaw{f.Seq, FlawUnreadable, "", err.Error()}
	}
	for _, t := range e.Totals {
		k := place{t.Scope, t.Key}
		sum := p.totals[k]
		sum.N += t.N
		sum.Minor += t.Minor
		p.totals[k] = sum
	}
	if f.Kind == factClosed {
		return headOf(f)
	}
	if d == nil {
		return nil
	}
	if err := order.Check(d.Sum); err != nil {
		return &flaw{f.Seq, FlawDocument, d.No, err.Error()}
	}
	want := d.postings()
	if len(want) != len(f.Postings) {
		return &flaw{f.Seq, FlawPostings, d.No, "postings do not belong to the document"}
	}
	for i := range want {
		if want[i] != f.Postings[i] {
			return &flaw{f.Seq, FlawPostings, d.No, "posting to " + f.Postings[i].Account + " does not belong to the document"}
		}
	}
	p.sales, p.tills = append(p.sales, *e.Sale), append(p.tills, d.Till)
	return nil
}

// headOf checks that a Z carries the head of the chain as it stood: the figure that was printed (X39).
func headOf(f *ledger.Fact) *flaw {
	var z struct {
		Head string `json:"head"`
	}
	if err := json.Unmarshal(f.Body, &z); err != nil || z.Head != hex.EncodeToString(f.Prev[:]) {
		return &flaw{f.Seq, FlawRewritten, "", "the Z names another head of the chain"}
	}
	return nil
}
