package app

import (
	"fmt"
	"slices"
	"strings"
)

// checkerHolds is how many totals verify holds before it compares those of days long past: a shop of ten years has millions
// of them, and its proof must not need more memory than its first month's.
const checkerHolds = 300_000

// settle compares the scopes of items whose time is past, and lets them go. One that differs is kept: it may still get what
// it lacks, and the end says so if it does not. What comes for one that was let go must come to nothing, for it was whole.
func (c *checker) settle() error {
	if len(c.totals) < c.holds {
		return nil
	}
	scopes := map[string]map[string]Delta{}
	for k, d := range c.totals {
		if !strings.HasPrefix(k.scope, itemsScope) && !strings.HasPrefix(k.scope, monthScope) || c.settled[k.scope] {
			continue
		}
		if scopes[k.scope] == nil {
			scopes[k.scope] = map[string]Delta{}
		}
		scopes[k.scope][k.key] = d
	}
	names := make([]string, 0, len(scopes))
	for name := range scopes {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		last := i+1 == len(names) || name[:len(monthScope)] != names[i+1][:len(monthScope)]
		if last { // still growing
			continue
		}
		if err := c.letGo(name, scopes[name]); err != nil {
			return err
		}
	}
	c.holds = max(checkerHolds, 2*len(c.totals))
	return nil
}

func (c *checker) letGo(scope string, folded map[string]Delta) error {
	stored, err := c.v.Totals(scope)
	if err != nil || len(stored) != len(folded) {
		return err
	}
	for key, want := range folded {
		if got, ok := stored[key]; !ok || got.N != want.N || got.Minor != want.Minor {
			return nil
		}
	}
	for key := range folded {
		delete(c.totals, place{scope, key})
	}
	c.settled[scope] = true
	c.rows += int64(len(stored))
	return nil
}

// sums compares the folded totals with the stored ones, row by row: one that folds to nothing is still a row.
func (c *checker) sums() error {
	err := c.v.EachTotal(func(d Delta) error {
		if c.settled[d.Scope] {
			return nil
		}
		c.rows++
		k := place{d.Scope, d.Key}
		want, known := c.totals[k]
		if !known {
			return &flaw{c.seq, FlawTotal, d.Scope + " " + d.Key, fmt.Sprintf("total %s %s belongs to no entry", d.Scope, d.Key)}
		}
		if want.N != d.N || want.Minor != d.Minor {
			return &flaw{c.seq, FlawTotal, d.Scope + " " + d.Key, fmt.Sprintf("total %s %s is %d/%d, its parts make %d/%d", d.Scope, d.Key, d.N, d.Minor, want.N, want.Minor)}
		}
		delete(c.totals, k)
		return nil
	})
	if err != nil {
		return err
	}
	for k, d := range c.totals {
		switch {
		case !c.settled[k.scope]:
			return &flaw{c.seq, FlawTotal, k.scope + " " + k.key, "total " + k.scope + " " + k.key + " is missing"}
		case d.N != 0 || d.Minor != 0:
			return &flaw{c.seq, FlawTotal, k.scope + " " + k.key, fmt.Sprintf("total %s %s lacks %d/%d", k.scope, k.key, d.N, d.Minor)}
		}
	}
	return nil
}
