package store

import (
	"errors"
	"fmt"

	"suanpan/app"
	"suanpan/app/ledger"
)

// lastFacts is how many facts are looked at when a shop is opened: enough to find a torn end, and the same on every day.
const lastFacts = 200

// check looks at the shop in bounded time: the schema is readable, the newest facts follow each other, and no table
// speaks of facts that are not there. Everything else is verify's.
func check(v *view) error {
	head, _, err := v.Head()
	if err != nil {
		return damaged(err)
	}
	first, err := number(v.c, "SELECT coalesce(min(seq), 0) FROM fact")
	if err != nil {
		return err
	}
	if head > 0 && first != 1 {
		return fmt.Errorf("%w: the journal begins with fact %d", app.ErrDamaged, first)
	}
	if err := checkEnd(v, head); err != nil {
		return damaged(err)
	}
	for table, sql := range map[string]string{
		"posting":  "SELECT coalesce(max(seq), 0) FROM posting",
		"sale":     "SELECT coalesce(max(seq), 0) FROM sale",
		"bookmark": "SELECT coalesce(max(seq), 0) FROM bookmark",
	} {
		n, err := number(v.c, sql)
		if err != nil {
			return err
		}
		if n > head {
			return fmt.Errorf("%w: table %s speaks of fact %d, the journal ends with %d", app.ErrDamaged, table, n, head)
		}
	}
	return nil
}

// checkEnd follows the chain through the newest facts.
func checkEnd(v *view, head int64) error {
	from := max(0, head-lastFacts)
	var prev [32]byte
	if from > 0 {
		f, err := v.Fact(from)
		if err != nil {
			return fmt.Errorf("fact %d: %w", from, err)
		}
		prev = f.Hash
	}
	next := from + 1
	err := v.Facts(from, 0, func(f *ledger.Fact) error {
		if err := f.Follows(next, prev); err != nil {
			return err
		}
		next, prev = next+1, f.Hash
		return nil
	})
	if err == nil && next != head+1 {
		err = fmt.Errorf("%w: %d facts of the last %d are there", ledger.ErrBroken, next-from-1, head-from)
	}
	return err
}

// damaged names what the chain found.
func damaged(err error) error {
	if errors.Is(err, ledger.ErrBroken) || errors.Is(err, app.ErrNoFact) {
		return fmt.Errorf("%w: %w", app.ErrDamaged, err)
	}
	return err
}

func (v *view) integrity() ([]string, error) {
	s, err := v.c.query("PRAGMA integrity_check(100)")
	if err != nil {
		return nil, err
	}
	var found []string
	for s.next() {
		if text := s.text(0); text != "ok" {
			found = append(found, text)
		}
	}
	return found, s.end()
}
