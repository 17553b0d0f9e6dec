package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"filippo.io/age"

	"suanpan/app"
	"suanpan/app/ledger"
)

// filled is a shop with n facts in dir.
func filled(t testing.TB, dir string, n int) *Store {
	t.Helper()
	s, err := Open(context.Background(), dir, Options{Sync: "OFF"})
	if err != nil {
		t.Fatal(err)
	}
	more(t, s, n)
	return s
}

func more(t testing.TB, s *Store, n int) {
	t.Helper()
	for range n {
		if err := s.Update(context.Background(), func(tx app.Tx) error {
			no, err := tx.Next("receipt")
			if err != nil {
				return err
			}
			return tx.Append(&ledger.Fact{ID: app.NewID(), At: time.UnixMilli(no * 1000).UTC(), Kind: "test", Body: fmt.Appendf(nil, `{"n":%d}`, no)}, app.Entry{})
		}); err != nil {
			t.Fatal(err)
		}
	}
}

func recoveryKey(t testing.TB) *age.X25519Identity {
	t.Helper()
	k, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func backedUp(t testing.TB, s *Store, k *age.X25519Identity) ([]byte, Manifest) {
	t.Helper()
	var out bytes.Buffer
	m, err := s.Backup(context.Background(), &out, Manifest{Shop: "小店", Till: "A", At: time.Unix(1, 0).UTC(), Why: "hand"}, []age.Recipient{k.Recipient()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), m
}

func head(t testing.TB, s *Store) (seq int64, hash [32]byte) {
	t.Helper()
	if err := s.View(context.Background(), func(v app.View) (err error) { seq, hash, err = v.Head(); return err }); err != nil {
		t.Fatal(err)
	}
	return seq, hash
}

func TestACopyIsASnapshotTakenWhileSelling(t *testing.T) {
	dir := t.TempDir()
	s := filled(t, dir, 30)
	defer func() { _ = s.Close() }()
	k := recoveryKey(t)
	var out bytes.Buffer
	sold := false
	m, err := s.Backup(context.Background(), &out, Manifest{Shop: "小店", Till: "A", Why: "day"}, []age.Recipient{k.Recipient()}, func(int64, int64) {
		if !sold {
			sold = true
			more(t, s, 5)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if m.Seq != 30 || !sold {
		t.Errorf("copy holds %d facts", m.Seq)
	}
	if got, err := ReadManifest(bytes.NewReader(out.Bytes())); err != nil || got.Seq != 30 || got.Shop != "小店" {
		t.Error(got, err)
	}
	if bytes.Contains(out.Bytes()[200:], []byte("CREATE TABLE")) {
		t.Error("the copy is not encrypted")
	}
	copied, _, err := OpenCopy(context.Background(), bytes.NewReader(out.Bytes()), []age.Identity{k}, filepath.Join(t.TempDir(), "proof"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = copied.Close() }()
	if seq, _ := head(t, copied); seq != 30 {
		t.Errorf("the copy opens with %d facts", seq)
	}
	more(t, copied, 1) // it is a whole shop
}

func TestRestore(t *testing.T) {
	k := recoveryKey(t)
	s := filled(t, t.TempDir(), 12)
	file, m := backedUp(t, s, k)
	_, want := head(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	restore := func(dir string, key age.Identity, file []byte) (string, error) {
		_, aside, err := Restore(context.Background(), bytes.NewReader(file), []age.Identity{key}, dir, time.Unix(1e9, 0), nil)
		return aside, err
	}
	whole := func(t *testing.T, dir string) {
		t.Helper()
		got, err := Open(context.Background(), dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = got.Close() }()
		if seq, hash := head(t, got); seq != m.Seq || hash != want {
			t.Errorf("restored to fact %d", seq)
		}
	}
	t.Run("into an empty folder", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "new")
		if aside, err := restore(dir, k, file); err != nil || aside != "" {
			t.Fatal(aside, err)
		}
		whole(t, dir)
	})
	t.Run("over an older shop, which is moved aside", func(t *testing.T) {
		dir := t.TempDir()
		if err := filled(t, dir, 3).Close(); err != nil {
			t.Fatal(err)
		}
		aside, err := restore(dir, k, file)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := size(filepath.Join(aside, fileName)); err != nil || n <= 0 {
			t.Error("what was there is gone")
		}
		whole(t, dir)
	})
	t.Run("over a damaged shop", func(t *testing.T) {
		dir := t.TempDir()
		if err := filled(t, dir, 40).Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, fileName), bytes.Repeat([]byte("x"), 5000), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := restore(dir, k, file); err != nil {
			t.Fatal(err)
		}
		whole(t, dir)
	})
	t.Run("never over a newer shop", func(t *testing.T) {
		dir := t.TempDir()
		newer := filled(t, dir, 13)
		if _, err := restore(dir, k, file); !errors.Is(err, app.ErrOwned) {
			t.Errorf("while it is open: %v", err)
		}
		if err := newer.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := restore(dir, k, file); !errors.Is(err, ErrNewer) {
			t.Fatal(err)
		}
		again, err := Open(context.Background(), dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = again.Close() }()
		if seq, _ := head(t, again); seq != 13 {
			t.Errorf("the newer shop has %d facts", seq)
		}
	})
	t.Run("another key", func(t *testing.T) {
		if _, err := restore(t.TempDir(), recoveryKey(t), file); !errors.Is(err, ErrBackupKey) {
			t.Error(err)
		}
	})
	t.Run("damaged or cut off anywhere, nothing is put in place", func(t *testing.T) {
		dir := t.TempDir()
		for at := 0; at < len(file); at += 1 + len(file)/60 {
			bad := bytes.Clone(file)
			bad[at] ^= 0x10
			for name, file := range map[string][]byte{"flipped": bad, "cut": file[:at]} {
				if _, err := restore(dir, k, file); err == nil {
					t.Fatalf("%s at %d of %d was taken", name, at, len(file))
				}
				if n, _ := size(filepath.Join(dir, fileName)); n >= 0 {
					t.Fatalf("%s at %d left a file", name, at)
				}
			}
		}
	})
	t.Run("something else", func(t *testing.T) {
		for _, text := range []string{"", "\n", "suanpan-backup {}\n", "PK\x03\x04"} {
			if _, err := restore(t.TempDir(), k, []byte(text)); !errors.Is(err, ErrNotBackup) {
				t.Errorf("%q: %v", text, err)
			}
		}
	})
}

func FuzzReadManifest(f *testing.F) {
	f.Add([]byte(`suanpan-backup {"format":1,"page_size":4096,"pages":3}` + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ReadManifest(bytes.NewReader(b))
		if err == nil && (m.PageSize < 512 || m.Pages < 1) {
			t.Errorf("%+v", m)
		}
	})
}

func BenchmarkBackup(b *testing.B) {
	s := filled(b, b.TempDir(), 2000)
	defer func() { _ = s.Close() }()
	k := recoveryKey(b)
	for b.Loop() {
		if _, err := s.Backup(context.Background(), io.Discard, Manifest{}, []age.Recipient{k.Recipient()}, nil); err != nil {
			b.Fatal(err)
		}
	}
}
