package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"time"

	"suanpan/app"
	"suanpan/assets"
	"suanpan/store"
	"suanpan/ui/rpc"
)

// house is everything that a till consists of, introduced to each other. It decides nothing.
type house struct {
	shop  *app.Shop
	store *store.Store
	words *assets.Words
}

// open builds the till in the order in which the parts need each other.
func open(ctx context.Context, j job) (*house, error) {
	words, err := assets.Load()
	if err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, j.data, store.Options{Sync: j.sync})
	if err != nil {
		return nil, err
	}
	h := &house{store: s, words: words}
	h.shop, err = app.New(ctx, app.Params{Store: s, Files: store.Files{}, Clock: wall{}, Words: words.In, Log: j.log, Version: version, Schema: s.Schema()})
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return h, h.shop.Resume(ctx)
}

func (h *house) close() error { return h.store.Close() }

// wall is the till's clock.
type wall struct{}

func (wall) Now() time.Time { return time.Now() }

func rpcCommand() command {
	return command{"answer JSON-RPC on standard input and output", func(set *flag.FlagSet) func(context.Context, job) error {
		doc := set.Bool("doc", false, "print docs/rpc.md instead")
		return func(ctx context.Context, j job) error {
			if *doc {
				return rpc.Document(j.out)
			}
			return serve(ctx, j)
		}
	}}
}

func serve(ctx context.Context, j job) error {
	if j.data == ":memory:" {
		return errors.New("the ledger is never in memory only: name a folder with --data")
	}
	h, err := open(ctx, j)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { h.shop.Run(ctx); close(done) }()
	face := &rpc.Face{Shop: h.shop, Words: h.words.In}
	err = face.Serve(ctx, j.in, j.out)
	stop()
	<-done
	return errors.Join(err, h.close())
}

func verifyCommand(ctx context.Context, j job) error {
	h, err := open(ctx, j)
	if err != nil {
		return err
	}
	defer h.close()
	begun := time.Now()
	p, err := h.shop.Verify(ctx, func(done, total int64) {
		if time.Since(begun) > time.Second {
			fmt.Fprintf(j.out, "\r%d / %d", done, total)
		}
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(j.out, "\r%d entries, %d rows in %s, head %s\n", p.Entries, p.Rows, time.Since(begun).Truncate(time.Millisecond), p.Head)
	if !p.OK {
		return fmt.Errorf("entry %d: %s", p.BrokenAt, p.Why)
	}
	fmt.Fprintln(j.out, "the chain is whole, every entry balances, every total agrees with its parts")
	return nil
}
