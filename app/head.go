package app

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"suanpan/app/ledger"
)

// KnownHead is an end of the journal that was seen at a time and is kept outside the ledger's file. A chain alone cannot
// know that its end was cut off, or that it was made anew from the first entry: such marks can.
type KnownHead struct {
	Seq   int64     `json:"entries"`
	Head  string    `json:"head"` // hash of that entry, hexadecimal
	At    time.Time `json:"at"`
	Where string    `json:"where,omitempty"` // besideLedger, or the folder of a copy
}

// besideLedger is where the till itself keeps marks.
const besideLedger = "till"

// HeadKeeper keeps heads beside the ledger's file; asked of a Store by assertion.
type HeadKeeper interface {
	KnownHeads() ([]KnownHead, error)
	KeepHead(KnownHead) error
}

// keepHead writes the head down after an act that people sign or rely on. What cannot be kept is logged: the act happened.
func (s *Shop) keepHead(f *ledger.Fact) {
	keeper, ok := s.p.Store.(HeadKeeper)
	if !ok {
		return
	}
	if err := keeper.KeepHead(KnownHead{Seq: f.Seq, Head: hex.EncodeToString(f.Hash[:]), At: f.At}); err != nil {
		s.p.Log.Error("the head of the chain was not kept beside the ledger", "err", err)
	}
}

// heads that are worth keeping: after these acts somebody holds a paper or a copy.
func keepsHead(kind ledger.Kind) bool {
	return kind == factClosed || kind == factCopied || kind == factEnrolled
}

// knownHeads gathers the marks that can be reached now: beside the ledger, and in the copies of every place of the plan. A
// stick that is not there is no fault.
func (s *Shop) knownHeads(v View) ([]KnownHead, error) {
	var out []KnownHead
	if keeper, ok := s.p.Store.(HeadKeeper); ok {
		list, err := keeper.KnownHeads()
		if err != nil {
			return nil, err
		}
		for _, h := range list {
			h.Where = besideLedger
			out = append(out, h)
		}
	}
	if s.p.Copier == nil {
		return out, nil
	}
	state, err := s.backupState(v)
	if err != nil {
		return nil, err
	}
	for _, target := range state.Plan.Targets {
		list, err := s.p.Copier.Copies(target)
		if err != nil {
			continue
		}
		for _, c := range list {
			out = append(out, KnownHead{Seq: c.Seq, Head: c.Head, At: c.At, Where: target})
		}
	}
	return out, nil
}

// enrolled is what the fact of an enrolment says about the journal: behind the copy that was restored it may go another way
// than the one that was seen before.
func (c *checker) enrolled(f *ledger.Fact) *flaw {
	var body struct {
		Restored *restore `json:"restored"`
	}
	if json.Unmarshal(f.Body, &body) != nil {
		return &flaw{f.Seq, FlawUnreadable, "", "the enrolment cannot be read"}
	}
	if body.Restored != nil {
		c.restored = append(c.restored, *body.Restored)
	}
	return nil
}

// meet notes whether the marks at this entry are met.
func (c *checker) meet(f *ledger.Fact) {
	if c.first.IsZero() {
		c.first = f.At
	}
	hash := ""
	for i, ok := slices.BinarySearchFunc(c.marks, f.Seq, func(h KnownHead, seq int64) int { return int(h.Seq - seq) }); ok && i < len(c.marks) && c.marks[i].Seq == f.Seq; i++ {
		if hash == "" {
			hash = hex.EncodeToString(f.Hash[:])
		}
		if c.marks[i].Head == hash {
			c.met[i] = true
		}
	}
}

// outside compares the journal with the marks. Copies from before its first entry are of another shop in the same place;
// marks that a restored copy left behind are excused by the enrolment that followed.
func (c *checker) outside() *flaw {
	o, err := originOf(c.v)
	if err == nil && o.Restored != nil {
		c.restored = append(c.restored, *o.Restored)
	}
	var worst *flaw
	for i, h := range c.marks {
		excused := slices.ContainsFunc(c.restored, func(r restore) bool { return h.Seq > r.Entries && !h.At.After(r.Put) })
		if c.met[i] || excused || h.Where != besideLedger && h.At.Before(c.first.Truncate(time.Second)) {
			continue
		}
		at := h.At.Local().Format("2006-01-02 15:04")
		if h.Seq <= c.seq {
			return &flaw{h.Seq, FlawRewritten, at, fmt.Sprintf("%s saw another entry %d at %s", h.Where, h.Seq, at)}
		}
		worst = &flaw{c.seq + 1, FlawCut, at, fmt.Sprintf("%s saw entry %d at %s; the journal ends with %d", h.Where, h.Seq, at, c.seq)}
	}
	return worst
}
