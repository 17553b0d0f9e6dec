package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"suanpan/app"
	"suanpan/store"
)

// TestAPassphraseIsAskedForAfterEveryStart drives the roof's vault, and the copies' key that is sealed by it.
func TestAPassphraseIsAskedForAfterEveryStart(t *testing.T) {
	keyring.MockInitWithError(errors.New("no keyring here"))
	folder, ctx := t.TempDir(), context.Background()
	var waits []time.Duration
	pause := func(_ context.Context, long time.Duration) { waits = append(waits, long) }
	code := func(err error) string { c, _, _ := app.Explain(err); return c }

	s := &safe{folder: folder, pause: pause}
	if got := s.Vault(); !got.Open || !got.Warn || got.Home != "file" {
		t.Fatal(got)
	}
	db, err := store.Open(ctx, folder, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	log := slog.New(slog.DiscardHandler)
	secret, err := (&copier{desk: &desk{safe: s, job: job{log: log}}, store: db}).NewKey()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Protect(ctx, "", "correct horse battery"); err != nil || s.Vault().Home != "passphrase" || s.Vault().Warn {
		t.Fatal(err, s.Vault())
	}

	s = &safe{folder: folder, pause: pause} // the next start
	backup := &copier{desk: &desk{safe: s, job: job{log: log}}, store: db}
	if got := s.Vault(); got.Open || got.Why != "vault_passphrase" || got.Home != "passphrase" {
		t.Error(got)
	}
	if _, err := backup.keys(); err == nil {
		t.Error("the copies' key opens while the vault is shut")
	}
	for range 3 {
		if err := s.Unlock(ctx, "wrong"); code(err) != "vault_wrong" {
			t.Error(err)
		}
	}
	if len(waits) != 3 || waits[0] != time.Second || waits[2] != 4*time.Second {
		t.Errorf("wrong ones wait %v", waits)
	}
	if err := s.Protect(ctx, "wrong", "staple staple"); code(err) != "vault_wrong" || len(waits) != 4 {
		t.Error(err)
	}
	if err := s.Unlock(ctx, "correct horse battery"); err != nil || !s.Vault().Open {
		t.Fatal(err)
	}
	if ids, err := backup.keys(); err != nil || len(ids) != 1 || !strings.Contains(secret, "AGE-SECRET-KEY-") {
		t.Error(err)
	}
	if err := s.Protect(ctx, "correct horse battery", "staple staple"); err != nil {
		t.Error(err)
	}

	file := filepath.Join(t.TempDir(), "passphrase")
	if err := os.WriteFile(file, []byte("staple staple\r\nnot this\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{file: "", file + "x": "vault_file", os.DevNull: "vault_passphrase"} {
		s = &safe{folder: folder, file: path}
		if got := s.Vault(); got.Why != want || got.Open != (want == "") {
			t.Errorf("%s: %v", path, got)
		}
	}
}

func TestThePassphraseFileBesideTheDataIsWarnedAbout(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "passphrase")
	if err := os.WriteFile(file, []byte("correct horse battery\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	(&safe{folder: folder, file: file}).warn(job{log: slog.New(slog.NewTextHandler(&said, nil))})
	if got := said.String(); !strings.Contains(got, "own folder") || !strings.Contains(got, "others on this machine") || strings.Contains(got, "horse") {
		t.Error(got)
	}
}

func TestAKeyringNeedsNoPassphraseAndOneThatIsSilentIsSaid(t *testing.T) {
	keyring.MockInit()
	folder, ctx := t.TempDir(), context.Background()
	s := &safe{folder: folder}
	if got := s.Vault(); !got.Open || got.Home != "keyring" || got.Warn {
		t.Fatal(got)
	}
	if code, _, _ := app.Explain(s.Protect(ctx, "", "correct horse battery")); code != "vault_in_keyring" {
		t.Error(code)
	}
	keyring.MockInitWithError(errors.New("locked"))
	s = &safe{folder: folder}
	if got := s.Vault(); got.Open || got.Why != "vault_locked" {
		t.Error(got)
	}
	if code, _, _ := app.Explain(s.Unlock(ctx, "")); code != "vault_locked" {
		t.Error(code)
	}
}
