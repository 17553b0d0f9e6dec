package store_test

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/assets"
	"suanpan/store"
)

var flips = flag.Int("flips", 300, "bits that the tamper test flips in rows, one at a time")

type step struct{ at time.Time }

func (s *step) Now() time.Time { s.at = s.at.Add(time.Second); return s.at }

// counter opens a shop on what lies in a folder.
func counter(dir string) (*store.Store, *app.Shop, error) {
	words, err := assets.Load()
	if err != nil {
		return nil, nil, err
	}
	s, err := store.Open(context.Background(), dir, store.Options{Sync: "OFF"})
	if err != nil {
		return nil, nil, err
	}
	shop, err := app.New(context.Background(), app.Params{Store: s, Clock: &step{noon}, Words: words.In, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	return s, shop, nil
}

// tradedFile is a shop's file after two shifts of every kind of document, closed in order.
func tradedFile(t *testing.T) []byte {
	t.Helper()
	dir, ctx := t.TempDir(), context.Background()
	s, shop, err := counter(dir)
	if err != nil {
		t.Fatal(err)
	}
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(shop.Setup(ctx, app.Setup{Template: "retail", Name: "小店", Currency: "CNY"}))
	must(shop.Login(ctx, "1", "1234"))
	must(shop.PutItems(ctx, []catalog.Item{{SKU: "tea", Name: "龙井茶", Price: 131000}, {SKU: "pen", Name: "圆珠笔", Price: 19900, Taxes: []string{"9"}}}))
	must(shop.ReceiveStock(ctx, []app.StockLine{{SKU: "tea", Qty: 50000}}))
	for range 2 {
		must(shop.OpenShift(ctx, 10000))
		for n := range 4 {
			must(shop.AddItem(ctx, "", app.Add{SKU: "tea", Qty: money.Pieces(int64(n + 1))}))
			must(shop.AddItem(ctx, "", app.Add{SKU: "pen"}))
			must(shop.DiscountOrder(ctx, "", order.Discount{Rate: 50_000, Reason: "会员"}))
			must(shop.AddItem(ctx, "", app.Add{SKU: "pen"}))
			must(shop.RemoveLine(ctx, "", 3, "不要了"))
			must(shop.Tender(ctx, app.TenderAsk{Method: order.Cash, Minor: new(int64(10000))}))
			sold, err := shop.Complete(ctx, "")
			must(sold, err)
			if n%2 == 1 {
				must(shop.Refund(ctx, app.RefundAsk{Sale: sold.No, Lines: map[int]money.Qty{1: money.One}, Reason: "坏了", Restock: true}))
			}
		}
		must(shop.MoveCash(ctx, -500, "买水"))
		must(nil, shop.OpenDrawer(ctx, "换零钱"))
		must(shop.CloseShift(ctx, app.Count{Counted: map[string]int64{order.Cash: 9000}}))
	}
	must(nil, shop.Logout(ctx)) // the last entry moves neither money nor goods
	if p, err := shop.Verify(ctx, nil); err != nil || !p.OK {
		t.Fatal(p, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(dir, "shop.db"))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// tampered changes the file with a program that is not ours, past the triggers, and answers what is then found: by the
// start or by verify. at is the entry that verify names.
func tampered(t *testing.T, file []byte, edit func(*sql.DB) error) (found string, at int64, err error) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "shop.db")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, trigger := range []string{"fact_next", "fact_update", "fact_delete", "posting_insert", "posting_update", "posting_delete"} {
		if _, err := db.Exec("DROP TRIGGER " + trigger); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(edit(db), db.Close()); err != nil {
		return "", 0, err
	}
	s, shop, err := counter(dir)
	if err != nil {
		return "at the start: " + err.Error(), 0, nil
	}
	defer s.Close() // only read
	p, err := shop.Verify(context.Background(), nil)
	switch {
	case err != nil:
		return "by verify: " + err.Error(), 0, nil
	case p.OK:
		return "", 0, nil
	}
	return "by verify: " + p.Why, p.BrokenAt, nil
}

// TestEveryEditIsFoundAndNamed does by hand what somebody might want to do to the books.
func TestEveryEditIsFoundAndNamed(t *testing.T) {
	file := tradedFile(t)
	const sale = "(SELECT min(seq) FROM fact WHERE kind = 'sale')"
	for name, c := range map[string]struct {
		sql string
		at  string // an expression for the entry that must be named; empty: any
	}{
		"a smaller total in a document":     {"UPDATE fact SET body = CAST(replace(CAST(body AS TEXT), '\"total\"', '\"totaL\"') AS BLOB) WHERE seq = " + sale, sale},
		"another cashier":                   {"UPDATE fact SET staff = '2' WHERE seq = " + sale, sale},
		"another day":                       {"UPDATE fact SET at = at + 86400000 WHERE seq = " + sale, sale},
		"another kind":                      {"UPDATE fact SET kind = 'order.voided' WHERE seq = " + sale, sale},
		"another shift":                     {"UPDATE fact SET shift = 'x' WHERE seq = " + sale, sale},
		"another id":                        {"UPDATE fact SET id = 'x' WHERE seq = " + sale, sale},
		"another hash":                      {"UPDATE fact SET hash = zeroblob(32) WHERE seq = " + sale, sale},
		"a hash that is too short":          {"UPDATE fact SET hash = zeroblob(31) WHERE seq = " + sale, sale},
		"another link":                      {"UPDATE fact SET prev = zeroblob(32) WHERE seq = " + sale, sale},
		"a sale taken out":                  {"DELETE FROM posting WHERE seq = " + sale + "; DELETE FROM fact WHERE seq = " + sale, ""},
		"the newest entry taken out":        {"DELETE FROM fact WHERE seq = (SELECT max(seq) FROM fact)", ""},
		"the newest Z taken out":            {"DELETE FROM posting WHERE seq >= (SELECT max(seq) FROM fact WHERE kind = 'shift.closed'); DELETE FROM fact WHERE seq >= (SELECT max(seq) FROM fact WHERE kind = 'shift.closed')", ""},
		"the first entry taken out":         {"DELETE FROM fact WHERE seq = 1", ""},
		"two entries in each other's place": {"UPDATE fact SET seq = -1 WHERE seq = 3; UPDATE fact SET seq = 3 WHERE seq = 4; UPDATE fact SET seq = 4 WHERE seq = -1", "3"},
		"a forged entry at the end":         {"INSERT INTO fact SELECT seq + 1, 'x', at, kind, staff, shift, body, hash, hash FROM fact ORDER BY seq DESC LIMIT 1", ""},
		"an entry before the first":         {"INSERT INTO fact SELECT 0, 'x', at, kind, staff, shift, body, hash, hash FROM fact WHERE seq = 1", ""},
		"less cash on both sides":           {"UPDATE posting SET minor = minor - sign(minor) WHERE seq = " + sale + " AND n < 2", sale},
		"cash that became rounding":         {"UPDATE posting SET account = 'rounding' WHERE n = 0 AND seq = " + sale, sale},
		"another currency":                  {"UPDATE posting SET currency = 'USD' WHERE seq = " + sale, sale},
		"postings in another order":         {"UPDATE posting SET n = n + 10 WHERE n = 0 AND seq = " + sale, sale},
		"a posting taken out":               {"DELETE FROM posting WHERE n = 0 AND seq = " + sale, sale},
		"a pair of postings put in":         {"INSERT INTO posting VALUES (" + sale + ", 8, 'cash:A', -5, 'CNY'), (" + sale + ", 9, 'over-short', 5, 'CNY')", sale},
		"postings for an entry without":     {"INSERT INTO posting VALUES (1, 0, 'cash:A', -5, 'CNY'), (1, 1, 'over-short', 5, 'CNY')", "1"},
		"a posting before the first entry":  {"INSERT INTO posting VALUES (0, 0, 'cash:A', 0, 'CNY')", ""},
		"a posting beyond the last":         {"INSERT INTO posting VALUES (99999, 0, 'cash:A', 0, 'CNY')", ""},
		"a smaller sale in the index":       {"UPDATE sale SET total = total - 1 WHERE seq = " + sale, sale},
		"another number in the index":       {"UPDATE sale SET no = 'A-999999' WHERE seq = " + sale, sale},
		"a refund of another sale":          {"UPDATE sale SET of = 'x' WHERE kind = 'refund'", "(SELECT min(seq) FROM fact WHERE kind = 'refund')"},
		"a sale taken out of the index":     {"DELETE FROM sale WHERE seq = " + sale, sale},
		"the newest sale out of the index":  {"DELETE FROM sale WHERE seq = (SELECT max(seq) FROM sale)", "(SELECT max(seq) FROM fact WHERE kind IN ('sale','refund'))"},
		"a sale put into the index":         {"INSERT INTO sale SELECT 2, 'x', 'x', at, kind, of, shift, staff, total, label FROM sale LIMIT 1", ""},
		"a sale before the first entry":     {"INSERT INTO sale SELECT -2, 'x', 'x', at, kind, of, shift, staff, total, label FROM sale LIMIT 1", ""},
		"a sale beyond the last entry":      {"INSERT INTO sale SELECT 99999, 'x', 'x', at, kind, of, shift, staff, total, label FROM sale LIMIT 1", ""},
		"another sum":                       {"UPDATE total SET minor = minor + 1 WHERE key LIKE 'cash:%'", ""},
		"another count":                     {"UPDATE total SET n = n - 1 WHERE scope = 'series'", ""},
		"more stock":                        {"UPDATE total SET n = n + 1000 WHERE scope = 'stock' AND key = 'tea'", ""},
		"a sum taken out":                   {"DELETE FROM total WHERE key = 'over-short CNY'", ""},
		"a sum put in":                      {"INSERT INTO total VALUES ('account', 'bank CNY', 0, 0)", ""},
		"a sum under another name":          {"UPDATE total SET key = 'void2' WHERE key = 'void'", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var want int64
			found, at, err := tampered(t, file, func(db *sql.DB) error {
				if c.at != "" {
					if err := db.QueryRow("SELECT " + c.at).Scan(&want); err != nil {
						return err
					}
				}
				_, err := db.Exec(c.sql)
				return err
			})
			if err != nil || found == "" {
				t.Fatal("not found", err)
			}
			if want != 0 && at != want && !strings.Contains(found, fmt.Sprintf("fact %d", want)) {
				t.Errorf("entry %d is named, want %d: %s", at, want, found)
			}
		})
	}
}

// TestEveryFlippedBitOfARowIsFound flips bits at random in rows of the journal, the index and the totals.
func TestEveryFlippedBitOfARowIsFound(t *testing.T) {
	file := tradedFile(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	columns := map[string][]string{
		"fact":    {"seq", "id", "at", "kind", "staff", "shift", "body", "prev", "hash"},
		"posting": {"seq", "n", "account", "minor", "currency"},
		"sale":    {"seq", "id", "no", "at", "kind", "of", "shift", "staff", "total", "label"},
		"total":   {"scope", "key", "n", "minor"},
	}
	tables := []string{"fact", "fact", "posting", "posting", "sale", "total"}
	most := *flips
	if testing.Short() {
		most = min(most, 60)
	}
	for done := 0; done < most; {
		table := tables[random.IntN(len(tables))]
		column := columns[table][random.IntN(len(columns[table]))]
		what := ""
		found, _, err := tampered(t, file, func(db *sql.DB) (err error) { what, err = flip(db, random, table, column); return err })
		if err != nil {
			continue // the file itself refused: a key that is there already, or a value with nothing to flip
		}
		if done++; found == "" {
			t.Errorf("%s is not found", what)
		}
	}
}

// flip turns one bit of one value around.
func flip(db *sql.DB, random *rand.Rand, table, column string) (what string, err error) {
	var rows int
	if err := db.QueryRow("SELECT count(*) FROM " + table).Scan(&rows); err != nil {
		return "", err
	}
	first := rowKeys[table]
	n := random.IntN(rows)
	var keys [2]any
	var value any
	err = db.QueryRow(fmt.Sprintf("SELECT %s, %s, %s FROM %s ORDER BY 1, 2 LIMIT 1 OFFSET %d", first[0], first[1], column, table, n)).Scan(&keys[0], &keys[1], &value)
	if err != nil {
		return "", err
	}
	was := fmt.Sprint(value)
	cast := "?"
	switch v := value.(type) {
	case int64:
		value = v ^ 1<<random.IntN(64)
	case []byte:
		v[random.IntN(len(v))] ^= 1 << random.IntN(8)
		value = v
	case string:
		b := []byte(v)
		if len(b) == 0 {
			return "", errors.New("nothing to flip")
		}
		b[random.IntN(len(b))] ^= 1 << random.IntN(8)
		value, cast = b, "CAST(? AS TEXT)"
	}
	what = fmt.Sprintf("%s %v %s: %.60s became %.60s", table, keys, column, was, fmt.Sprint(value))
	_, err = db.Exec(fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s = ? AND %s = ?", table, column, cast, first[0], first[1]), value, keys[0], keys[1])
	return what, err
}

// rowKeys name a row of a table.
var rowKeys = map[string][2]string{"fact": {"seq", "id"}, "posting": {"seq", "n"}, "sale": {"seq", "id"}, "total": {"scope", "key"}}
