package app_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/order"
)

// TestEveryKindOfEntryHasWords reads the shop's own source for the kinds of entries that it writes: a manager reads each of
// them in every language, and finds it in a group.
func TestEveryKindOfEntryHasWords(t *testing.T) {
	w, err := words()
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`\.fact\("([a-z_.]+)"[,)]|ledger\.Kind\("([a-z_.]+)"\)|ledger\.Kind += +"([a-z_.]+)"|"(provider\.[a-z_]+)"|\bkind = "([a-z_]+\.[a-z_.]+)"`)
	effects := []string{"provider_refund", "review", "note", "alarm", "refund_review", "refund_note", "refund_alarm", "refund_offer_new"}
	kinds := map[string]string{}
	for _, e := range effects {
		kinds["payment."+e] = "attempt.go"
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range found.FindAllStringSubmatch(string(src), -1) {
			kinds[m[1]+m[2]+m[3]+m[4]+m[5]] = f
		}
	}
	if len(kinds) < 70 {
		t.Errorf("only %d kinds were found: has the way of writing entries changed?", len(kinds))
	}
	for kind, f := range kinds {
		for _, locale := range []string{"zh-Hans", "zh-Hant", "en"} {
			if key := "fact." + kind; w.In(locale)(key) == key {
				t.Errorf("%s: entries of kind %s have no words in %s", f, kind, locale)
			}
		}
	}
}

// TestTheTrailIsFilteredPagedAndDrilled does a cashier's and a manager's acts and looks for each.
func TestTheTrailIsFilteredPagedAndDrilled(t *testing.T) {
	r, ctx := newRig(t, &ticking{}, nil), context.Background()
	done := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	done(r.shop.Setup(ctx, app.Setup{Template: "retail", Name: "小店", Currency: "CNY"}))
	done(r.shop.Login(ctx, "1", "1234"))
	done(r.shop.PutItems(ctx, []catalog.Item{{SKU: "tea", Name: "龙井茶", Price: 131000}, {SKU: "pen", Name: "圆珠笔", Price: 19900, Taxes: []string{"9"}}}))
	done(r.shop.OpenShift(ctx, 10000))
	begun := r.clock.Now()
	for range 7 {
		done(r.shop.AddItem(ctx, "", app.Add{SKU: "tea"}))
		done(r.shop.AddItem(ctx, "", app.Add{SKU: "pen"}))
		done(r.shop.RemoveLine(ctx, "", 2, "不要了"))
		done(r.shop.Tender(ctx, app.TenderAsk{Method: order.Cash, Minor: new(int64(20000))}))
		done(r.shop.Complete(ctx, ""))
	}
	done(true, r.shop.OpenDrawer(ctx, "换零钱"))
	sold := read(t)(r.shop.Acts(ctx, app.TrailQuery{Kinds: []string{"sale"}, Limit: 3}))
	if len(sold.Rows) != 3 || sold.Next == 0 || sold.Rows[0].About != "A-000007" || sold.Rows[0].Sale == "" || sold.Rows[0].Amount <= 0 {
		t.Errorf("first page: %+v", sold)
	}
	seen := map[int64]bool{}
	for q, pages := (app.TrailQuery{Limit: 5}), 0; ; pages++ {
		page := read(t)(r.shop.Acts(ctx, q))
		for _, row := range page.Rows {
			if seen[row.Seq] {
				t.Errorf("entry %d twice", row.Seq)
			}
			seen[row.Seq] = true
		}
		if q.Before = page.Next; page.Next == 0 || pages > 100 {
			break
		}
	}
	if p, err := r.shop.Verify(ctx, nil); err != nil || int64(len(seen)) != p.Entries {
		t.Errorf("pages show %d entries of %d", len(seen), p.Entries)
	}
	for name, c := range map[string]struct {
		q    app.TrailQuery
		want int
	}{
		"corrections":        {app.TrailQuery{Group: "corrections"}, 7},
		"a reason":           {app.TrailQuery{Text: "换零钱"}, 1},
		"a receipt":          {app.TrailQuery{Text: "a-000003", Group: "sales"}, 1},
		"a large sum":        {app.TrailQuery{Kinds: []string{"sale"}, Least: 1_000_000_00}, 0},
		"since it began":     {app.TrailQuery{Kinds: []string{"sale"}, From: begun}, 7},
		"before it began":    {app.TrailQuery{Kinds: []string{"sale"}, To: begun}, 0},
		"of nobody":          {app.TrailQuery{Staff: "77"}, 0},
		"approved by nobody": {app.TrailQuery{By: "77"}, 0},
	} {
		if got := read(t)(r.shop.Acts(ctx, c.q)); len(got.Rows) != c.want {
			t.Errorf("%s: %d rows, want %d", name, len(got.Rows), c.want)
		}
	}
	raw, err := r.shop.ActAt(ctx, sold.Rows[0].Seq)
	if err != nil || raw.Hash != sold.Rows[0].Hash || len(raw.Postings) < 2 || !strings.Contains(string(raw.Body), "A-000007") {
		t.Errorf("raw entry: %+v", raw)
	}
	day := r.shop.Info().Shift.Day
	report, err := r.shop.SignalReport(ctx, day, day)
	if err != nil || len(report.People) != 1 || report.People[0].Sales != 7 || report.People[0].Signals["void"].Count != 7 || report.People[0].Signals["drawer"].Count != 1 || report.People[0].Signals["void"].Judged {
		t.Errorf("signals: %+v %v", report, err)
	}
	path := filepath.Join(t.TempDir(), "trail.csv")
	n, err := r.shop.ExportActs(ctx, app.TrailQuery{Group: "corrections"}, path, "en")
	b, lost := os.ReadFile(path)
	if err != nil || lost != nil || n != 7 || !strings.Contains(string(b), "Line taken off") {
		t.Error(n, err, lost, string(b))
	}
}

// read takes a page or fails.
func read(t *testing.T) func(app.Trail, error) app.Trail {
	return func(page app.Trail, err error) app.Trail {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return page
	}
}
