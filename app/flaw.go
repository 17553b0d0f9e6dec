package app

import (
	"encoding/json"
	"errors"
	"fmt"

	"suanpan/app/ledger"
)

// FlawKind says in one word what verify found; the words "flaw.<kind>" say it to a manager.
type FlawKind string

// What can be wrong with the books.
const (
	FlawChanged    FlawKind = "changed"    // an entry or its postings are not what was written
	FlawPostings   FlawKind = "postings"   // the postings do not belong to their document, or do not balance
	FlawRemoved    FlawKind = "removed"    // entries before this one are gone
	FlawInserted   FlawKind = "inserted"   // an entry that the till never wrote
	FlawOrder      FlawKind = "order"      // entries stand in each other's place
	FlawCut        FlawKind = "cut"        // the end is gone: cut off, or an older copy was put in the place of the ledger
	FlawRewritten  FlawKind = "rewritten"  // whole in itself, but not the ledger that was seen before
	FlawDocument   FlawKind = "document"   // the parts of a document do not add up, or its number is out of turn
	FlawTotal      FlawKind = "total"      // a sum differs from its parts
	FlawIndex      FlawKind = "index"      // the list of receipts differs from the receipts
	FlawZ          FlawKind = "z"          // a Z differs from the one that was signed
	FlawSetting    FlawKind = "setting"    // the shop's settings are not those that somebody saved
	FlawUnreadable FlawKind = "unreadable" // a row cannot be read at all
)

// flaw is the first thing found wrong.
type flaw struct {
	seq  int64
	kind FlawKind
	what string // the receipt, total or Z that it is about; may be empty
	why  string // for support
}

func (f *flaw) Error() string { return fmt.Sprintf("entry %d: %s", f.seq, f.why) }

// unfollowed says what kind of break a fact is that does not follow the chain: the facts behind it tell removed from
// inserted and swapped ones. It reads at most one stretch on.
func (c *checker) unfollowed(f *ledger.Fact, why error) *flaw {
	out := &flaw{seq: c.seq + 1, kind: FlawChanged, why: why.Error()}
	switch {
	case f.Seq < c.seq+1:
		out.kind = FlawInserted
	case f.Seq > c.seq+1:
		out.kind = FlawRemoved
	case f.Prev == c.hash && ledger.Balanced(f.Postings) != nil:
		out.kind = FlawPostings
	case f.Prev == c.hash:
		out.what = c.names(f.Seq)
	case c.seq > 0 && f.Prev == c.before: // it followed the one before last: the last one came between
		out.seq, out.kind, out.what = c.seq, FlawInserted, ""
	default:
		out.kind = c.displaced(f)
	}
	return out
}

// displaced looks for the fact that should have stood in the place of f.
func (c *checker) displaced(f *ledger.Fact) FlawKind {
	heir, owner := false, false
	prev := f.Prev
	enough := errors.New("enough")
	err := c.v.Facts(f.Seq, stretchFacts, func(g *ledger.Fact) error {
		heir = heir || g.Prev == c.hash
		owner = owner || g.Hash == prev
		if heir && owner {
			return enough
		}
		return nil
	})
	switch {
	case err != nil && !errors.Is(err, enough): // what lies behind cannot be read: the nearest word
		return FlawRemoved
	case heir && owner:
		return FlawOrder
	case heir:
		return FlawInserted
	}
	return FlawRemoved
}

// names finds what a person calls the entry: the number of its receipt, as the index of sales has it.
func (c *checker) names(seq int64) (no string) {
	stop := errors.New("enough")
	err := c.v.EachSale(seq-1, func(r SaleRow) error {
		if r.Seq == seq {
			no = r.No
		}
		return stop
	})
	if err != nil && !errors.Is(err, stop) {
		return ""
	}
	return no
}

// frozen compares what was frozen beside the journal with the facts that froze it: each Z, and the shop's settings.
func (c *checker) frozen(f *ledger.Fact) *flaw {
	switch f.Kind {
	case factClosed:
		return c.signedZ(f)
	case factMade, factConfigured:
		c.conf, c.confAt = append(c.conf[:0], f.Body...), f.Seq
	case factEnrolled:
		return c.enrolled(f)
	}
	return nil
}

// signedZ compares the Z that the till shows and prints again with the one that was signed.
func (c *checker) signedZ(f *ledger.Fact) *flaw {
	doc, ok, err := c.v.Shelf(shiftShelf).Get(f.Shift)
	var kept struct {
		Z json.RawMessage `json:"z"`
	}
	var z struct {
		Number int64 `json:"number"`
	}
	if json.Unmarshal(f.Body, &z) != nil {
		return &flaw{f.Seq, FlawUnreadable, "", "the Z cannot be read"}
	}
	name := fmt.Sprintf("Z-%05d", z.Number)
	switch {
	case err != nil || !ok || json.Unmarshal(doc, &kept) != nil:
		return &flaw{f.Seq, FlawZ, name, "the Z that was signed is not among the shifts"}
	case !within(f.Body, kept.Z):
		return &flaw{f.Seq, FlawZ, name, "the Z among the shifts is not the one that was signed"}
	}
	return nil
}

// settings compares the shop's settings with those that were saved last.
func (c *checker) settings() *flaw {
	if c.conf == nil {
		return nil
	}
	doc, ok, err := c.v.Setting("shop")
	if err != nil || !ok || !within(c.conf, doc, "generation") {
		return &flaw{c.confAt, FlawSetting, "", "the settings are not those that were saved last"}
	}
	return nil
}

// within reports whether every field of signed stands in doc unchanged. Fields that a later program added are no change.
func within(signed, doc []byte, but ...string) bool {
	var a, b map[string]json.RawMessage
	if json.Unmarshal(signed, &a) != nil || json.Unmarshal(doc, &b) != nil {
		return false
	}
	for _, name := range but {
		delete(a, name)
	}
	for name, value := range a {
		if string(b[name]) != string(value) {
			return false
		}
	}
	return true
}
