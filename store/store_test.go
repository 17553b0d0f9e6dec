package store_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/ledger"
	"suanpan/store"
)

func open(t testing.TB, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func update(t testing.TB, s *store.Store, fn func(app.Tx) error) {
	t.Helper()
	if err := s.Update(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func look(t testing.TB, s *store.Store, fn func(app.View) error) {
	t.Helper()
	if err := s.View(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

var noon = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

// fact is a small balanced fact with number n in its id.
func fact(n int) *ledger.Fact {
	return &ledger.Fact{ID: fmt.Sprintf("01990000-0000-7000-8000-%012d", n), At: noon.Add(time.Duration(n) * time.Second), Kind: "sale", Staff: "amy",
		Shift: "s1", Body: fmt.Appendf(nil, `{"n":%d,"text":"青岛啤酒"}`, n),
		Postings: []ledger.Posting{{Account: "cash:till1", Minor: int64(n), Currency: "CNY"}, {Account: "sales:retail", Minor: -int64(n), Currency: "CNY"}}}
}

func TestWhatIsCommittedIsThereAfterReopening(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(context.Background(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 5; n++ {
		update(t, s, func(tx app.Tx) error {
			no, err := tx.Next("receipt")
			if err != nil {
				return err
			}
			row := &app.SaleRow{ID: fmt.Sprint("o", n), No: fmt.Sprintf("T1-%06d", no), At: noon, Kind: "sale", Shift: "s1", Staff: "amy", Total: int64(n)}
			return tx.Append(fact(n), app.Entry{Sale: row, Totals: []app.Delta{{Scope: "account", Key: "cash", N: 1, Minor: int64(n)}, {Scope: "account", Key: "cash", N: 1}}})
		})
	}
	boom := errors.New("boom")
	err = s.Update(context.Background(), func(tx app.Tx) error {
		if err := tx.Append(fact(6), app.Entry{}); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	look(t, s, func(v app.View) error {
		var prev [32]byte
		n := int64(0)
		err := v.Facts(0, 0, func(f *ledger.Fact) error {
			n++
			if err := f.Follows(n, prev); err != nil {
				return err
			}
			prev = f.Hash
			return nil
		})
		if err != nil || n != 5 {
			t.Errorf("%d facts, %v", n, err)
		}
		d, err := v.Total("account", "cash")
		if d.N != 10 || d.Minor != 15 {
			t.Errorf("total %+v", d)
		}
		return err
	})
}

func TestAPanicInTheMiddleChangesNothingAndTheNextOneWrites(t *testing.T) {
	s := open(t, t.TempDir())
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		update(t, s, func(tx app.Tx) error {
			f := fact(1)
			f.Postings[0].Minor++ // does not balance: a programmer's mistake
			return tx.Append(f, app.Entry{})
		})
	}()
	update(t, s, func(tx app.Tx) error { return tx.Append(fact(1), app.Entry{}) })
	look(t, s, func(v app.View) error {
		seq, _, err := v.Head()
		if seq != 1 {
			t.Errorf("head %d", seq)
		}
		return err
	})
}

func TestAViewSeesOneMomentWhileTheShopSellsOn(t *testing.T) {
	s := open(t, t.TempDir())
	update(t, s, func(tx app.Tx) error { return tx.Append(fact(1), app.Entry{}) })
	look(t, s, func(v app.View) error {
		before, _, err := v.Head()
		if err != nil {
			return err
		}
		update(t, s, func(tx app.Tx) error { return tx.Append(fact(2), app.Entry{}) })
		after, _, err := v.Head()
		if before != 1 || after != 1 {
			t.Errorf("head %d, then %d", before, after)
		}
		return err
	})
}

func TestWaitingForTheTurnEndsWithTheContext(t *testing.T) {
	s := open(t, t.TempDir())
	ctx, cancel := context.WithCancel(context.Background())
	update(t, s, func(app.Tx) error {
		cancel()
		if err := s.Update(ctx, func(app.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		return nil
	})
}

func TestAClosedStoreSaysSo(t *testing.T) {
	s, err := store.Open(context.Background(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Error(err)
	}
	if s.Update(context.Background(), func(app.Tx) error { return nil }) == nil || s.View(context.Background(), func(app.View) error { return nil }) == nil {
		t.Error("a closed store went on")
	}
}

func TestTheLogIsReusedAndStaysBelow16MB(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	body := make([]byte, 100_000)
	for n := 1; n <= 400; n++ { // 40 MB in all
		update(t, s, func(tx app.Tx) error {
			f := fact(n)
			f.Body = append([]byte(`{"n":1,"pad":"`), body...)
			return tx.Append(f, app.Entry{})
		})
	}
	info, err := os.Stat(filepath.Join(dir, "shop.db-wal"))
	if err != nil || info.Size() > 16<<20 || info.Size() == 0 {
		t.Errorf("%v, %v", info, err)
	}
}

func TestFilesAreThereWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "items.csv")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := store.Files{}.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("new")); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "old" {
		t.Errorf("before Close: %q, %v", text, err)
	}
	if err := errors.Join(w.Close(), w.Close()); err != nil {
		t.Fatal(err)
	}
	r, err := store.Files{}.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil || string(text) != "new" {
		t.Errorf("%q, %v", text, err)
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) != 1 {
		t.Errorf("left over: %v, %v", names, err)
	}
	if _, err := (store.Files{}).Create(filepath.Join(dir, "nowhere", "x")); err == nil {
		t.Error("created in a folder that is not there")
	}
}
