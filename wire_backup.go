package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"filippo.io/age"

	"suanpan/app"
	"suanpan/payments"
	"suanpan/store"
)

// copier implements app.Copier with age and the till's vault. Copies are files of one folder, named by till and time.
type copier struct {
	desk  *desk
	store *store.Store
	mu    sync.Mutex
}

const (
	copyTail = ".suanpan"
	keyFile  = "backup.key" // the secret half, sealed by the vault, and the public half in clear
)

// kept is what backup.key holds. Older keys stay: the copies that were made with them want to be proven too.
type kept struct {
	Public string   `json:"public"`
	Sealed [][]byte `json:"sealed"` // newest first
}

func (c *copier) kept() (k kept, err error) {
	b, err := os.ReadFile(filepath.Join(c.store.Dir(), keyFile))
	if errors.Is(err, os.ErrNotExist) {
		return k, nil
	}
	if err != nil {
		return k, err
	}
	return k, json.Unmarshal(b, &k)
}

// Key implements app.Copier.
func (c *copier) Key() (string, bool) {
	k, err := c.kept()
	return k.Public, err == nil && k.Public != ""
}

var backupUse = payments.Use{Provider: "backup", Name: "key"}

// NewKey implements app.Copier.
func (c *copier) NewKey() (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, err := c.kept()
	if err != nil {
		return "", err
	}
	fresh, err := age.GenerateX25519Identity()
	if err != nil {
		return "", err
	}
	vault, err := c.desk.open()
	if err != nil {
		return "", err
	}
	sealed, err := vault.Seal(backupUse, []byte(fresh.String()))
	if err != nil {
		return "", err
	}
	b, err := json.Marshal(kept{Public: fresh.Recipient().String(), Sealed: append([][]byte{sealed}, k.Sealed...)})
	if err != nil {
		return "", err
	}
	w, err := store.Files{}.Create(filepath.Join(c.store.Dir(), keyFile))
	if err != nil {
		return "", err
	}
	if _, err := w.Write(b); err != nil {
		return "", errors.Join(err, w.Close())
	}
	return fresh.String(), w.Close()
}

// keys are the secret halves that this till holds.
func (c *copier) keys() ([]age.Identity, error) {
	k, err := c.kept()
	if err != nil {
		return nil, err
	}
	vault, err := c.desk.open()
	if err != nil {
		return nil, err
	}
	var out []age.Identity
	for _, sealed := range k.Sealed {
		text, err := vault.Open(backupUse, sealed)
		if err != nil {
			return nil, err
		}
		id, err := age.ParseX25519Identity(string(text))
		if err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, nil
}

// Copy implements app.Copier: the file is written whole beside its place, named, read back from the disk it lies on, and
// opened. A target folder that is not there is not made: it is a stick that was pulled out.
func (c *copier) Copy(ctx context.Context, target string, about app.Copied, progress func(done, all int64)) (app.Copied, error) {
	if info, err := os.Stat(target); err != nil || !info.IsDir() {
		return about, errors.Join(err, fmt.Errorf("no folder %s", target))
	}
	k, err := c.kept()
	if err != nil {
		return about, err
	}
	to, err := age.ParseX25519Recipient(k.Public)
	if err != nil {
		return about, err
	}
	about.Name = fmt.Sprintf("%s-%s-%s%s", plainName(about.Shop), about.Till, about.At.UTC().Format("20060102T150405Z"), copyTail)
	path := filepath.Join(target, about.Name)
	w, err := store.Files{}.Create(path)
	if err != nil {
		return about, err
	}
	m := store.Manifest{Shop: about.Shop, Till: about.Till, At: about.At, Why: about.Why}
	if m, err = c.store.Backup(ctx, w, m, []age.Recipient{to}, progress); err != nil {
		return about, errors.Join(err, w.Close(), os.Remove(path))
	}
	if err := w.Close(); err != nil {
		return about, err
	}
	if err := c.opens(ctx, path, m); err != nil {
		return about, errors.Join(fmt.Errorf("the copy does not open: %w", err), os.Remove(path))
	}
	return copiedOf(path, m)
}

// opens reads a copy back and compares it with what was written.
func (c *copier) opens(ctx context.Context, path string, want store.Manifest) error {
	return c.apart(ctx, path, func(s *store.Store, m store.Manifest) error {
		if m.Seq != want.Seq || m.Head != want.Head {
			return store.ErrBackupBad
		}
		return nil
	}, nil)
}

// apart opens a copy as a shop of its own in a folder that is removed afterwards.
func (c *copier) apart(ctx context.Context, path string, look func(*store.Store, store.Manifest) error, progress func(done, all int64)) (err error) {
	keys, err := c.keys()
	if err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	dir, err := os.MkdirTemp(c.store.Dir(), "proof-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s, m, err := store.OpenCopy(ctx, f, keys, dir, progress)
	if err != nil {
		return err
	}
	return errors.Join(look(s, m), s.Close())
}

// Prove implements app.Prover.
func (c *copier) Prove(ctx context.Context, target, name string, check func(app.Store) error, progress func(done, all int64)) error {
	if filepath.Base(name) != name {
		return fmt.Errorf("%q is no name of a copy", name)
	}
	return c.apart(ctx, filepath.Join(target, name), func(s *store.Store, _ store.Manifest) error { return check(s) }, progress)
}

// Copies implements app.Copier. Copies of other shops in the same folder are not listed.
func (c *copier) Copies(target string) ([]app.Copied, error) {
	entries, err := os.ReadDir(target)
	if err != nil {
		return nil, err
	}
	doc, err := c.own()
	if err != nil {
		return nil, err
	}
	var out []app.Copied
	for _, e := range entries {
		if e.IsDir() || !strings.HasSuffix(e.Name(), copyTail) || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		path := filepath.Join(target, e.Name())
		m, err := manifest(path)
		if err != nil || m.Shop != doc.Shop || m.Till != doc.Till {
			continue // somebody else's, or cut off: the newest whole one counts
		}
		one, err := copiedOf(path, m)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b app.Copied) int { return b.At.Compare(a.At) })
	return out, nil
}

// own reads whose shop this is.
func (c *copier) own() (conf app.Config, err error) {
	err = c.store.View(context.Background(), func(v app.View) error {
		doc, ok, err := v.Setting("shop")
		if err != nil || !ok {
			return err
		}
		return json.Unmarshal(doc, &conf)
	})
	return conf, err
}

func manifest(path string) (store.Manifest, error) {
	f, err := os.Open(path)
	if err != nil {
		return store.Manifest{}, err
	}
	m, err := store.ReadManifest(f)
	return m, errors.Join(err, f.Close())
}

func copiedOf(path string, m store.Manifest) (app.Copied, error) {
	info, err := os.Stat(path)
	if err != nil {
		return app.Copied{}, err
	}
	return app.Copied{Name: filepath.Base(path), Shop: m.Shop, Till: m.Till, At: m.At, Why: m.Why, Seq: m.Seq, Head: m.Head, Bytes: info.Size()}, nil
}

// Drop implements app.Copier.
func (c *copier) Drop(target, name string) error {
	if filepath.Base(name) != name || !strings.HasSuffix(name, copyTail) {
		return fmt.Errorf("%q is no name of a copy", name)
	}
	return os.Remove(filepath.Join(target, name))
}

// plainName is a shop's name as every file system takes it.
func plainName(shop string) string {
	keep := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|.`, r) || r < ' ' {
			return -1
		}
		return r
	}, strings.ReplaceAll(strings.TrimSpace(shop), " ", "_"))
	if r := []rune(keep); len(r) > 20 {
		keep = string(r[:20])
	}
	if keep == "" {
		return "shop"
	}
	return keep
}

// recoveryKey reads a secret half as people type it: blanks and the case of letters do not matter.
func recoveryKey(text string) (age.Identity, error) {
	id, err := age.ParseX25519Identity(strings.ToUpper(strings.Join(strings.Fields(text), "")))
	if err != nil {
		return nil, fmt.Errorf("this is no recovery key: %w", err)
	}
	return id, nil
}

// machine tells one computer from another, and says nothing else about it.
func machine() string {
	id, err := os.ReadFile("/etc/machine-id")
	if err != nil || len(bytes.TrimSpace(id)) == 0 {
		name, err := os.Hostname()
		if err != nil {
			return ""
		}
		id = []byte(name)
	}
	sum := sha256.Sum256(append([]byte("suanpan machine "), bytes.TrimSpace(id)...))
	return hex.EncodeToString(sum[:8])
}
