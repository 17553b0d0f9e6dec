package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"suanpan/app"
	"suanpan/payments"
)

// safe is the till's vault: opened once, by the system's keyring, by a passphrase that a person or a file gives, or bare.
type safe struct {
	folder string
	file   string                                        // holds the passphrase of a till that nobody sits at; may be empty
	pause  func(ctx context.Context, long time.Duration) // nil: really

	mu    sync.Mutex // held while a passphrase is tried, so that two wrong ones take twice as long
	vault payments.Vault
	err   error // of the last look, not asked again before retry
	retry time.Time
	wrong int
}

// A keyring that does not answer is left alone for keyringRest; a wrong passphrase waits twice as long each time.
const (
	keyringRest = 30 * time.Second
	wrongWait   = time.Second
	wrongMost   = 30 * time.Second
	phraseMost  = 4 << 10 // bytes of a passphrase file
)

// open finds the vault; one that was shut is tried again.
func (s *safe) open() (payments.Vault, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.vault != nil {
		return s.vault, nil
	}
	if s.err != nil && time.Now().Before(s.retry) {
		return nil, s.err
	}
	return s.look(phraseOf(s.file))
}

func (s *safe) look(phrase string, err error) (payments.Vault, error) {
	if err == nil {
		s.vault, err = payments.OpenVault(s.folder, s.folder, phrase)
	}
	if err != nil {
		s.vault, s.retry = nil, time.Now().Add(keyringRest)
	}
	s.err = err
	return s.vault, err
}

// phraseOf reads the first line of a file; no file is no passphrase.
func phraseOf(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	line, err := bufio.NewReader(io.LimitReader(f, phraseMost)).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// Vault implements app.Safe.
func (s *safe) Vault() app.VaultState {
	v, err := s.open()
	if err == nil {
		return app.VaultState{Home: string(v.Home()), Open: true, Warn: v.Home().Warn()}
	}
	out := app.VaultState{}
	out.Why, _, _ = app.Explain(locked(err))
	if errors.Is(err, payments.ErrVaultPassphrase) || errors.Is(err, payments.ErrPassphrase) {
		out.Home = string(payments.UnderPassphrase)
	}
	return out
}

// Unlock implements app.Safe.
func (s *safe) Unlock(ctx context.Context, passphrase string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.vault != nil {
		return nil
	}
	_, err := s.look(passphrase, nil)
	return s.judge(ctx, err)
}

// Protect implements app.Safe.
func (s *safe) Protect(ctx context.Context, old, passphrase string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.vault != nil && s.vault.Home() == payments.InKeyring {
		return &app.Error{Code: "vault_in_keyring"}
	}
	v, err := payments.SealVault(s.folder, old, passphrase)
	if err == nil {
		s.vault, s.err = v, nil
	}
	return s.judge(ctx, err)
}

// judge answers a wrong passphrase late.
func (s *safe) judge(ctx context.Context, err error) error {
	if err == nil || !errors.Is(err, payments.ErrPassphrase) {
		s.wrong = 0
		return locked(err)
	}
	long := min(wrongWait<<min(s.wrong, 8), wrongMost)
	s.wrong++
	if s.pause != nil {
		s.pause(ctx, long)
		return locked(err)
	}
	select {
	case <-ctx.Done():
	case <-time.After(long):
	}
	return locked(err)
}

// locked says in the shop's words that the vault is shut.
func locked(err error) error {
	code := "vault_sealed"
	var lost *fs.PathError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, payments.ErrPassphrase):
		code = "vault_wrong"
	case errors.Is(err, payments.ErrVaultPassphrase):
		code = "vault_passphrase"
	case errors.Is(err, payments.ErrVaultLocked):
		code = "vault_locked"
	case errors.As(err, &lost):
		code = "vault_file"
	}
	return &app.Error{Code: code, Err: err}
}

// warn says what is wrong with where a passphrase file lies: beside the data it protects nothing.
func (s *safe) warn(j job) {
	if s.file == "" {
		return
	}
	at, err := filepath.Abs(s.file)
	within, err2 := filepath.Abs(s.folder)
	if err == nil && err2 == nil && strings.HasPrefix(at, within+string(filepath.Separator)) {
		j.log.Warn("the passphrase file lies in the till's own folder: whoever copies one has both")
	}
	if info, err := os.Stat(s.file); err == nil && info.Mode().Perm()&0o077 != 0 {
		j.log.Warn("others on this machine may read the passphrase file", "mode", info.Mode().Perm())
	}
}

var _ app.Safe = (*safe)(nil)
