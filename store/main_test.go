//go:build unix

package store

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/ledger"
)

// TestMain lets the test binary be the second process that some tests start, kill and read from.
func TestMain(m *testing.M) {
	if what := os.Getenv("SUANPAN_CHILD"); what != "" {
		if err := child(what, os.Getenv("SUANPAN_CHILD_DIR")); err != nil {
			fmt.Println("error", err)
			os.Exit(3)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(what, dir string) error {
	opt := Options{}
	if what == "migrate" {
		opt.scripts = longScripts()
	}
	s, err := Open(context.Background(), dir, opt)
	if err != nil {
		return err
	}
	switch what {
	case "own":
		s.OnNudge(func() { fmt.Println("nudged") })
		fmt.Println("ready")
		select {}
	case "sell":
		for n := s.w.head.seq + 1; ; n++ {
			if err := s.Update(context.Background(), func(tx app.Tx) error { return sell(tx, int(n)) }); err != nil {
				return err
			}
			fmt.Println("sold", n)
		}
	case "doubt":
		return doubtful(s)
	}
	return s.Close()
}

var noon = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

// testFact is a small balanced fact with number n in it.
func testFact(n int) *ledger.Fact {
	return &ledger.Fact{ID: fmt.Sprintf("01990000-0000-7000-8000-%012d", n), At: noon.Add(time.Duration(n) * time.Second), Kind: "test", Staff: "amy",
		Shift: "s1", Body: fmt.Appendf(nil, `{"n":%d,"text":"青岛啤酒 600ml"}`, n),
		Postings: []ledger.Posting{{Account: "cash:till1", Minor: int64(n), Currency: "CNY"}, {Account: "sales:retail", Minor: -int64(n), Currency: "CNY"}}}
}

// sell writes what one sale writes: number, fact, postings, totals, index row.
func sell(tx app.Tx, n int) error {
	no, err := tx.Next("receipt")
	if err != nil {
		return err
	}
	row := &app.SaleRow{ID: fmt.Sprintf("01990000-0000-7000-9000-%012d", n), No: fmt.Sprintf("T1-%06d", no), At: noon.Add(time.Duration(n) * time.Minute),
		Kind: "sale", Shift: "s1", Staff: "amy", Total: int64(n)}
	return tx.Append(testFact(n), app.Entry{Sale: row, Totals: []app.Delta{{Scope: "account", Key: "cash:till1 CNY", N: 1, Minor: int64(n)}}})
}

// follow walks the whole chain and counts it.
func follow(v app.View) (n int64, err error) {
	var prev [32]byte
	err = v.Facts(0, 0, func(f *ledger.Fact) error {
		if err := f.Follows(n+1, prev); err != nil {
			return err
		}
		n, prev = n+1, f.Hash
		return nil
	})
	return n, err
}
