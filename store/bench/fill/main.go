// Command fill makes a shop of any size for benchmarks: go run ./store/bench/fill -dir DIR -items 1000000 -sales 2000000
//
// Each sale has five lines and two tenders and is written by the store's own code, so the journal's chain, the totals and
// the index of sales are what a till would have written. A folder that is filled already is filled up.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"suanpan/store"
	"suanpan/store/bench"
)

func main() {
	dir := flag.String("dir", "", "folder of the shop; made where it is not there")
	items := flag.Int("items", 1_000_000, "items in the catalogue")
	sales := flag.Int("sales", 2_000_000, "sales of five lines each")
	flag.Parse()
	if err := run(*dir, *items, *sales); err != nil {
		fmt.Fprintln(os.Stderr, "fill:", err)
		os.Exit(1)
	}
}

func run(dir string, items, sales int) (err error) {
	if dir == "" {
		return fmt.Errorf("-dir names no folder")
	}
	ctx := context.Background()
	s, err := store.Open(ctx, dir, store.Options{Sync: "NORMAL"})
	if err != nil {
		return err
	}
	defer func() {
		if e := s.Close(); err == nil {
			err = e
		}
	}()
	began, last := time.Now(), time.Time{}
	return bench.Fill(ctx, s, items, sales, func(what string, done, all int) {
		if now := time.Now(); done == all || now.Sub(last) > 5*time.Second {
			last = now
			fmt.Printf("%s %d of %d after %s\n", what, done, all, now.Sub(began).Round(time.Second))
		}
	})
}
