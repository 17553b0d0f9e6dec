package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"suanpan/payments/sandbox"
)

// sandboxCommand serves every stand-in and the panel that steers them, and prints the settings that reach them.
func sandboxCommand() command {
	return command{"serve the payment providers' side of the wire on loopback, and print the settings that a till needs", func(set *flag.FlagSet) func(context.Context, job) error {
		addr := set.String("panel", "", "loopback address and port of the control page; a free port without")
		keep := set.Bool("keep", false, "keep keys and books in the till's folder, so that tomorrow has yesterday's bill")
		merchant := set.String("merchant", "", "JSON file of your own settings by provider; private_key may be the public half of your key, which is then left out of what is printed")
		return func(ctx context.Context, j job) error {
			t := tryout{faults: true, plain: true}
			own, err := merchants(*merchant)
			if err != nil {
				return err
			}
			if *keep {
				t.keep = shelfIn(j.data)
			}
			return playAll(ctx, j, t, *addr, own)
		}
	}}
}

// merchants reads the settings of people who bring their own; no file is nobody.
func merchants(path string) (map[string]json.RawMessage, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for name := range all {
		if kinds()[name].trial == nil {
			return nil, fmt.Errorf("%s: no stand-in for %q", path, name)
		}
	}
	return all, nil
}

// withoutHalf leaves a public half out that stands where a till needs the private key: the merchant has that himself.
func withoutHalf(settings json.RawMessage) (any, error) {
	var all map[string]any
	if err := json.Unmarshal(settings, &all); err != nil {
		return nil, err
	}
	if text, _ := all["private_key"].(string); strings.Contains(text, "PUBLIC KEY") {
		delete(all, "private_key")
	}
	return all, nil
}

// playAll starts every kind that has a stand-in. Their wires are plain where a till could not know their authority.
func playAll(ctx context.Context, j job, t tryout, addr string, own map[string]json.RawMessage) (err error) {
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
		t.as = own[name]
		up, err := all[name].trial(ctx, t)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		books[name] = up.book
		if shown[name], err = withoutHalf(up.settings); err != nil {
			return errors.Join(err, up.book.Close())
		}
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
