package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"

	"suanpan/payments/sandbox"
)

// sandboxCommand serves every stand-in and the panel that steers them, and prints the settings that reach them.
func sandboxCommand() command {
	return command{"serve the payment providers' side of the wire on loopback, and print the settings that a till needs", func(set *flag.FlagSet) func(context.Context, job) error {
		addr := set.String("panel", "", "loopback address and port of the control page; a free port without")
		keep := set.Bool("keep", false, "keep keys and books in the till's folder, so that tomorrow has yesterday's bill")
		return func(ctx context.Context, j job) error {
			t := tryout{faults: true, plain: true}
			if *keep {
				t.keep = shelfIn(j.data)
			}
			return playAll(ctx, j, t, *addr)
		}
	}}
}

// playAll starts every kind that has a stand-in. Their wires are plain where a till could not know their authority.
func playAll(ctx context.Context, j job, t tryout, addr string) (err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	shown, books := map[string]any{}, map[string]sandbox.Book{}
	defer func() {
		for _, b := range books {
			err = errors.Join(err, b.Close())
		}
	}()
	all := kinds()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if all[name].trial == nil {
			continue
		}
		up, err := all[name].trial(ctx, t)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		books[name], shown[name] = up.book, up.settings
	}
	panel, err := sandbox.OpenPanel(ctx, addr, books)
	if err != nil {
		return err
	}
	shown["control"], shown["payer_codes"] = panel.URL(), sandbox.PayerCodes()
	enc := json.NewEncoder(j.out)
	enc.SetIndent("", "  ")
	if err := enc.Encode(shown); err != nil {
		return errors.Join(err, panel.Close())
	}
	<-ctx.Done()
	return panel.Close()
}

// controls opens the panel for the stand-ins of a till, and writes its address beside their books: a till prints nothing.
func (s *stand) controls(ctx context.Context, j job, on *shelf) *stand {
	if len(s.books) == 0 {
		return s
	}
	panel, err := sandbox.OpenPanel(ctx, "", s.books)
	if err == nil {
		err = on.write("control.url", panel.URL())
	}
	if err != nil {
		j.log.Error("sandbox: no control page", "err", err)
	}
	return s
}
