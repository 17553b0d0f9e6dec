package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/ledger"
	"suanpan/assets"
	"suanpan/store"
)

// examined opens a folder as the verify command does: whatever its newest entries say.
func examined(t *testing.T, dir string) app.Proof {
	t.Helper()
	s, err := store.Open(context.Background(), dir, store.Options{Sync: "OFF", Doubtful: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() // only read
	words, err := assets.Load()
	if err != nil {
		t.Fatal(err)
	}
	shop, err := app.New(context.Background(), app.Params{Store: s, Clock: &step{noon}, Words: words.In, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	p, err := shop.Verify(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// shopDir is a traded shop in a folder of its own, with the marks that were kept beside it.
func shopDir(t *testing.T, file []byte) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "shop.db"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	s, _, err := counter(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil { // writes the mark
		t.Fatal(err)
	}
	return dir
}

// renumber moves every entry from seq on by one place.
func renumber(db *sql.DB, from int64, by int) error {
	_, err := db.Exec(fmt.Sprintf(`UPDATE fact SET seq = -seq WHERE seq >= %[1]d; UPDATE fact SET seq = -seq + %[2]d WHERE seq < 0;
		UPDATE posting SET seq = -seq WHERE seq >= %[1]d; UPDATE posting SET seq = -seq + %[2]d WHERE seq < 0;
		UPDATE sale SET seq = -seq WHERE seq >= %[1]d; UPDATE sale SET seq = -seq + %[2]d WHERE seq < 0;
		UPDATE total SET n = n + %[2]d WHERE scope = 'journal'`, from, by))
	return err
}

// cutTail takes entries off the end, postings and index rows with them, and lets the program itself put the sums right.
func cutTail(db *sql.DB, from int64) error {
	for _, table := range []string{"posting", "sale", "fact"} {
		if _, err := db.Exec(fmt.Sprintf("DELETE FROM %s WHERE seq >= %d", table, from)); err != nil {
			return err
		}
	}
	_, err := db.Exec("UPDATE setting SET doc = '1' WHERE name = 'fold'")
	return err
}

// forge puts an entry of its own behind seq, with a hash that is right for its place.
func forge(db *sql.DB, seq int64) error {
	if err := renumber(db, seq+1, 1); err != nil {
		return err
	}
	var prev []byte
	if err := db.QueryRow("SELECT hash FROM fact WHERE seq = ?", seq).Scan(&prev); err != nil {
		return err
	}
	f := ledger.Fact{ID: app.NewID(), At: noon.Add(time.Minute), Kind: "drawer.opened", Staff: "2", Body: []byte(`{"reason":"x"}`)}
	f.Seal(seq+1, [32]byte(prev))
	_, err := db.Exec("INSERT INTO fact VALUES (?,?,?,?,?,?,?,?,?)", f.Seq, f.ID, f.At.UnixMilli(), string(f.Kind), f.Staff, f.Shift, f.Body, f.Prev[:], f.Hash[:])
	return err
}

func run(sql string) func(*sql1, int64) error {
	return func(db *sql1, _ int64) error { _, err := db.Exec(sql); return err }
}

// sql1 is the file in another program's hands.
type sql1 = sql.DB

// TestTenWaysToCheatAreFoundAndNamed edits the file in the ways that somebody with a SQLite program and an afternoon would
// try. Each is found, and said in words that name what was done.
func TestTenWaysToCheatAreFoundAndNamed(t *testing.T) {
	file := tradedFile(t)
	const sale = "(SELECT min(seq) FROM fact WHERE kind = 'sale')"
	for _, c := range []struct {
		name string
		do   func(db *sql1, sale int64) error
		want app.FlawKind
		at   int64  // relative to the first sale; a large number: any
		what string // a part of what is named
	}{
		{"the text of a sale", run("UPDATE fact SET body = CAST(replace(CAST(body AS TEXT), '龙井茶', '龙井X') AS BLOB) WHERE seq = " + sale), app.FlawChanged, 0, "A-000001"},
		{"the person of a sale", run("UPDATE fact SET staff = '2' WHERE seq = " + sale), app.FlawChanged, 0, "A-000001"},
		{"the amount of a posting, both sides", run("UPDATE posting SET minor = minor - sign(minor) WHERE seq = " + sale + " AND n < 2"), app.FlawChanged, 0, "A-000001"},
		{"one side of a posting", run("UPDATE posting SET minor = minor - 1 WHERE seq = " + sale + " AND n = 0"), app.FlawPostings, 0, ""},
		{"the last entries, with everything put right", func(db *sql1, at int64) error { return cutTail(db, at+20) }, app.FlawCut, 20, "20"},
		{"an entry in the middle, the others moved up", func(db *sql1, at int64) error {
			for _, table := range []string{"posting", "sale", "fact"} {
				if _, err := db.Exec(fmt.Sprintf("DELETE FROM %s WHERE seq = %d", table, at)); err != nil {
					return err
				}
			}
			return renumber(db, at+1, -1)
		}, app.FlawRemoved, 0, ""},
		{"two entries in each other's place", run("UPDATE fact SET seq = -1 WHERE seq = 3; UPDATE fact SET seq = 3 WHERE seq = 4; UPDATE fact SET seq = 4 WHERE seq = -1"), app.FlawOrder, 99, ""},
		{"an entry put in, with a hash of its own", forge, app.FlawInserted, 1, ""},
		{"a running total", run("UPDATE total SET minor = minor - 100 WHERE scope = 'account' AND key LIKE 'cash:A%'"), app.FlawTotal, 99, "cash:A"},
		{"the list of receipts", run("UPDATE sale SET total = total - 1 WHERE seq = " + sale), app.FlawIndex, 0, "A-000001"},
		{"a signed Z", run(`UPDATE shelf SET doc = replace(doc, '"counted":{"cash":9000', '"counted":{"cash":9001') WHERE room = 'shifts'`), app.FlawZ, 99, "Z-00001"},
		{"a Z taken away", run(`DELETE FROM shelf WHERE room = 'shifts'`), app.FlawZ, 99, "Z-00001"},
		{"a setting", run(`UPDATE setting SET doc = replace(doc, '"discount_cap":', '"discount_cap":9') WHERE name = 'shop'`), app.FlawSetting, 99, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := shopDir(t, file)
			db, err := sql.Open("sqlite", filepath.Join(dir, "shop.db"))
			if err != nil {
				t.Fatal(err)
			}
			for _, trigger := range []string{"fact_next", "fact_update", "fact_delete", "posting_insert", "posting_update", "posting_delete"} {
				if _, err := db.Exec("DROP TRIGGER " + trigger); err != nil {
					t.Fatal(err)
				}
			}
			var at int64
			err = db.QueryRow("SELECT " + sale).Scan(&at)
			if err = errors.Join(err, c.do(db, at), db.Close()); err != nil {
				t.Fatal(err)
			}
			named(t, examined(t, dir), c.want, c.what, func(p app.Proof) bool { return c.at == 99 || p.BrokenAt == at+c.at })
		})
	}
	t.Run("an older copy put in the place of the file", func(t *testing.T) {
		dir := shopDir(t, file)
		s, shop, err := counter(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := shop.Login(context.Background(), "1", "1234"); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if p := examined(t, dir); !p.OK || p.Marks == 0 {
			t.Fatal(p)
		}
		if err := os.WriteFile(filepath.Join(dir, "shop.db"), file, 0o600); err != nil {
			t.Fatal(err)
		}
		named(t, examined(t, dir), app.FlawCut, "20", func(p app.Proof) bool { return p.BrokenAt == p.Entries+1 })
	})
}

// named checks the finding and that each language has a sentence for it.
func named(t *testing.T, p app.Proof, want app.FlawKind, what string, at func(app.Proof) bool) {
	t.Helper()
	if p.OK || p.Kind != want || !at(p) || !strings.Contains(p.What, what) {
		t.Errorf("found %q about %q at %d (%s), want %q about %q", p.Kind, p.What, p.BrokenAt, p.Why, want, what)
	}
	words, err := assets.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, locale := range []string{"en", "zh-Hans", "zh-Hant"} {
		key := "flaw." + string(p.Kind)
		if said := words.In(locale)(key, p.BrokenAt, p.What); said == key || strings.Contains(said, "{") {
			t.Errorf("%s has no sentence for %s: %s", locale, p.Kind, said)
		}
	}
}
