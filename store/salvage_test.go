package store

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"filippo.io/age"

	"suanpan/app"
	"suanpan/app/ledger"
)

// TestWhatADamagedFileStillHoldsIsBroughtOver restores an old copy over a shop with a hole in its newest pages.
func TestWhatADamagedFileStillHoldsIsBroughtOver(t *testing.T) {
	k := recoveryKey(t)
	dir := t.TempDir()
	s := filled(t, dir, 300)
	file, _ := backedUp(t, s, k)
	more(t, s, 500)
	if err := s.Update(context.Background(), func(tx app.Tx) error { return tx.PutSetting("shop", []byte(`{"new":true}`)) }); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, fileName)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, hole := range map[string]bool{"nothing damaged": false, "a hole in the facts": true} {
		t.Run(name, func(t *testing.T) {
			aside := t.TempDir()
			now := bytes.Clone(whole)
			if hole {
				at := bytes.LastIndex(now, []byte(`{"n":650}`))
				if at < 0 {
					t.Fatal("no such fact")
				}
				now[at+5]++
			}
			if err := os.WriteFile(filepath.Join(aside, fileName), now, 0o600); err != nil {
				t.Fatal(err)
			}
			fresh := filepath.Join(t.TempDir(), "shop")
			if _, _, err := Restore(context.Background(), bytes.NewReader(file), []age.Identity{k}, fresh, time.Unix(1e9, 0), nil); err != nil {
				t.Fatal(err)
			}
			r, err := Open(context.Background(), fresh, Options{Sync: "OFF"})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = r.Close() }()
			got, err := r.Salvage(context.Background(), aside, func(*ledger.Fact) (app.Entry, error) { return app.Entry{}, nil })
			if err != nil {
				t.Fatal(err)
			}
			want := int64(800)
			if hole {
				want = 649
			}
			if got.From != 301 || got.To != want || (got.Ends != "") != hole {
				t.Errorf("%+v", got)
			}
			if seq, _ := head(t, r); seq != want {
				t.Errorf("the shop has %d facts", seq)
			}
			if got.Rows["setting"] != 1 || len(got.Lost) != 0 {
				t.Errorf("%+v", got)
			}
		})
	}
}
