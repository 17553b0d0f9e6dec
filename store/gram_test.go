//go:build linux

package store

import (
	"context"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"suanpan/app"
	"suanpan/app/ledger"
)

// TestListsHoldWhatWasAdded adds ids in batches of every size and order, and reads and intersects the lists.
func TestListsHoldWhatWasAdded(t *testing.T) {
	s := reopen(t, t.TempDir())
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	undo := errors.New("undo")
	rapid.Check(t, func(rt *rapid.T) {
		err := s.Update(context.Background(), func(app.Tx) error {
			c := s.w.c
			want := map[string][]int64{}
			for range rapid.IntRange(1, 6).Draw(rt, "batches") {
				for _, g := range []string{"ab", "可乐"} {
					var l list
					at := rapid.Int64Range(1, 20_000).Draw(rt, "from")
					for range rapid.IntRange(0, 1500).Draw(rt, "ids") {
						l.add(at)
						want[g] = append(want[g], at)
						at += rapid.SampledFrom([]int64{0, 1, 1, 2, 7, 300, -5}).Draw(rt, "gap")
						at = max(at, 1)
					}
					empty, err := number(c, "SELECT NOT EXISTS (SELECT 1 FROM gram)")
					if err == nil {
						err = writeGram(c, g, l.ids(nil), empty == 1)
					}
					if err != nil {
						return err
					}
				}
			}
			for g := range want {
				slices.Sort(want[g])
				want[g] = slices.Compact(want[g])
				got := collect(rt, c, g)
				if !slices.Equal(got, want[g]) {
					rt.Errorf("%s: %d ids, want %d", g, len(got), len(want[g]))
				}
			}
			var both []int64
			for _, id := range want["ab"] {
				if _, ok := slices.BinarySearch(want["可乐"], id); ok {
					both = append(both, id)
				}
			}
			if got := collect(rt, c, "ab", "可乐"); !slices.Equal(got, both) {
				rt.Errorf("both: %d ids, want %d", len(got), len(both))
			}
			return undo
		})
		if !errors.Is(err, undo) {
			rt.Fatal(err)
		}
	})
}

func collect(rt *rapid.T, c *conn, grams ...string) (ids []int64) {
	err := intersect(c, grams, func(id int64) (bool, error) {
		ids = append(ids, id)
		return true, nil
	})
	if err != nil {
		rt.Fatal(err)
	}
	return ids
}

func TestAPanicWhileReadingDoesNotHoldTheSnapshot(t *testing.T) {
	s := reopen(t, traded(t, 3))
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	for range 2 * s.opt.Readers {
		func() {
			defer func() { _ = recover() }()
			_ = s.View(context.Background(), func(v app.View) error {
				return v.Facts(0, 0, func(*ledger.Fact) error {
					return v.Facts(1, 0, func(*ledger.Fact) error { panic("a reader's mistake") })
				})
			})
		}()
	}
	for n := int64(4); n < 8; n++ {
		if err := s.Update(context.Background(), func(tx app.Tx) error { return sell(tx, int(n)) }); err != nil {
			t.Fatal(err)
		}
		for range s.opt.Readers {
			if err := s.View(context.Background(), func(v app.View) error { return complete(v, n) }); err != nil {
				t.Error(err)
			}
		}
	}
}
