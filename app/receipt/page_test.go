package receipt_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"suanpan/app/money"

	"suanpan/app/receipt"
)

func line(text string) receipt.Row { return receipt.Row{Kind: receipt.Text, Text: text} }

func TestAStoredPageComesBackAsIssued(t *testing.T) {
	page := receipt.Layout(sale(), words(chinese), 48)
	page = page.Add(receipt.Row{Kind: receipt.Picture, Image: &receipt.Image{Width: 9, Height: 2, Bits: []byte{1, 0x80, 0xFF, 0}}})
	data, err := page.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := receipt.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(page, got); d != "" {
		t.Error(d)
	}
	again, _ := got.Encode()
	if !bytes.Equal(data, again) {
		t.Error("the bytes differ the second time")
	}
}

func TestOfADamagedPageTheCertainRowsRemain(t *testing.T) {
	page := receipt.Page{Columns: 32, Rows: []receipt.Row{line("一"), line("二"), line("三")}}
	data, err := page.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		data []byte
		rows int
	}{
		{"cut off in the last row", data[:len(data)-6], 2},
		{"an unknown kind", bytes.Replace(data, []byte(`{"k":"text","t":"二"}`), []byte(`{"k":"hologram"}`), 1), 2},
		{"a later version", bytes.Replace(data, []byte(`{"v":1`), []byte(`{"v":2`), 1), 3},
		{"nothing", nil, 0},
		{"noise", []byte("\x00\xff\"rows\":[{"), 0},
	} {
		got, err := receipt.Decode(c.data)
		if !errors.Is(err, receipt.ErrDamaged) {
			t.Errorf("%s: error %v", c.name, err)
		}
		if len(got.Rows) != c.rows {
			t.Errorf("%s: %d rows, want %d", c.name, len(got.Rows), c.rows)
		}
		if _, err := got.Encode(); err != nil {
			t.Errorf("%s: what remains cannot be stored: %v", c.name, err)
		}
	}
}

func TestImpossiblePagesAreNotStored(t *testing.T) {
	for name, row := range map[string]receipt.Row{
		"image too short": {Kind: receipt.Picture, Image: &receipt.Image{Width: 16, Height: 2, Bits: []byte{1}}},
		"no image":        {Kind: receipt.Picture},
		"no cells":        {Kind: receipt.Columns},
		"endless feed":    {Kind: receipt.Feed, N: 1000},
		"endless text":    line(strings.Repeat("长", 10_000)),
		"no kind":         {},
	} {
		if _, err := (receipt.Page{Columns: 48, Rows: []receipt.Row{row}}).Encode(); err == nil {
			t.Errorf("%s was stored", name)
		}
	}
}

func FuzzDecode(f *testing.F) {
	data, _ := receipt.Layout(sale(), words(chinese), 32).Encode()
	f.Add(data)
	f.Add([]byte(`{"v":1,"columns":32,"rows":[{"k":"columns","c":[{"t":"a\nb","w":3},{"w":40}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		page, err := receipt.Decode(data)
		if err != nil && !errors.Is(err, receipt.ErrDamaged) {
			t.Fatal(err)
		}
		if _, err := page.Encode(); err != nil {
			t.Fatalf("what was read cannot be stored: %v", err)
		}
		receipt.Plain(page, 32)
	})
}

func TestCopiesAreMarkedTwiceAndKeepTheDrawerShut(t *testing.T) {
	page := receipt.Layout(sale(), words(chinese), 48)
	page.Rows = append([]receipt.Row{{Kind: receipt.Kick}}, page.Rows...)
	before, _ := json.Marshal(page)
	got := page.Marked("补打 COPY 3")
	if n := strings.Count(receipt.Plain(got, 48), "补打 COPY 3"); n != 2 {
		t.Errorf("%d marks", n)
	}
	for _, row := range got.Rows {
		if row.Kind == receipt.Kick {
			t.Error("the copy opens the drawer")
		}
	}
	if got.Rows[len(got.Rows)-1].Kind != receipt.Cut {
		t.Error("the mark stands below the cut")
	}
	if after, _ := json.Marshal(page); !bytes.Equal(before, after) {
		t.Error("the frozen page changed")
	}
}

// layoutText has everything that breaks columns elsewhere: wide, narrow, ambiguous and combining characters, blanks, breaks.
func layoutText() *rapid.Generator[string] {
	alphabet := []rune("ab 12.50-/ 农夫山泉，。（）¥ é ạ̈ 𠮷 \n\t\x1b")
	return rapid.Map(rapid.SliceOfN(rapid.SampledFrom(alphabet), 0, 80), func(r []rune) string { return string(r) })
}

func TestLinesFitThePaperAndLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.SampledFrom([]receipt.Measure{receipt.Narrow, receipt.Broad}).Draw(t, "measure")
		columns := rapid.IntRange(2, 64).Draw(t, "columns")
		style := receipt.Style{Wide: rapid.IntRange(0, 8).Draw(t, "wide")}
		row := receipt.Row{Kind: receipt.Text, Text: layoutText().Draw(t, "text"), Style: style}
		if rapid.Bool().Draw(t, "in columns") {
			row = receipt.Row{Kind: receipt.Columns, Style: style}
			for range rapid.IntRange(1, 5).Draw(t, "cells") {
				row.Cells = append(row.Cells, receipt.Cell{Text: layoutText().Draw(t, "cell"), Width: rapid.IntRange(0, 30).Draw(t, "width"),
					Align: rapid.SampledFrom([]receipt.Align{receipt.Left, receipt.Center, receipt.Right}).Draw(t, "align")})
			}
		}
		var in, out strings.Builder
		in.WriteString(row.Text)
		for _, c := range row.Cells {
			in.WriteString(c.Text)
		}
		lines := (receipt.Page{Rows: []receipt.Row{row}}).Lines(columns, m)
		for _, l := range lines {
			at := 0
			for _, run := range l.Runs {
				wide, _ := run.Style.Times()
				if run.Column < at || run.Width != m.Of(run.Text)*wide || run.Column+run.Width > columns || !utf8.ValidString(run.Text) {
					t.Fatalf("run %+v starts before %d or ends behind %d", run, at, columns)
				}
				at = run.Column + run.Width
				out.WriteString(run.Text)
			}
		}
		bare := func(s string) string {
			return norm.NFD.String(strings.NewReplacer(" ", "", "\n", "").Replace(receipt.Clean(s)))
		}
		// Cells that wrap beside others mix their lines, so the order is compared for text alone.
		if a, b := bare(in.String()), bare(out.String()); len(row.Cells) == 0 && a != b || len(a) != len(b) {
			t.Fatalf("in %q, out %q", a, b)
		}
	})
}

func TestAFigureIsNeverBrokenOnNarrowerPaper(t *testing.T) {
	page := receipt.Layout(sale(), words(chinese), 48)
	for columns := 12; columns <= 48; columns++ {
		text := receipt.Plain(page, columns)
		for _, figure := range []string{"1234.50", "¥1,263.36", "1300.00", "-0.04", "1.250 kg", "A-000123"} {
			if !strings.Contains(text, figure) {
				t.Fatalf("%s is broken on %d columns:\n%s", figure, columns, text)
			}
		}
	}
}

func TestLinesBreakWherePeopleBreakThem(t *testing.T) {
	for _, c := range []struct {
		text string
		want string
	}{
		{"hello big world", "hello big|world"},
		{"hello  big  wide", "hello  big|wide"},
		{"abcdefghijklmnop", "abcdefghij|klmnop"},
		{"农夫山泉有点甜", "农夫山泉有|点甜"},
		{"农夫山泉水，甜", "农夫山泉|水，甜"},              // no comma at the beginning of a line
		{"农夫山泉（天然水）", "农夫山泉|（天然水）"},          // no bracket at its end
		{"  two in front", "  two in|front"}, // indents stay
		{"1234567890 x", "1234567890|x"},
		{"a\nb", "a|b"},
		{"", ""},
	} {
		var got []string
		for _, l := range (receipt.Page{Rows: []receipt.Row{line(c.text)}}).Lines(10, receipt.Broad) {
			text := ""
			for _, run := range l.Runs {
				text += run.Text
			}
			got = append(got, text)
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%q breaks as %q, want %q", c.text, strings.Join(got, "|"), c.want)
		}
	}
}

func TestEveryPhraseOfALayoutIsListed(t *testing.T) {
	known := map[string]bool{}
	for _, k := range receipt.Keys() {
		known[k] = true
	}
	strict := func(key string, args ...any) string {
		if !known[key] {
			t.Errorf("Keys does not list %s", key)
		}
		return words(chinese)(key, args...)
	}
	for _, kind := range []receipt.DocumentKind{receipt.Sale, receipt.Refund, receipt.Gift, receipt.Bill} {
		for _, in := range []bool{true, false} {
			d := sale()
			d.Kind, d.TaxIn, d.Copy, d.Training, d.Damaged, d.Of, d.Reason, d.Member, d.Source = kind, in, 1, true, true, "x", "y", "m", "桌 7"
			d.Tenders[0].Ref = "42"
			receipt.Layout(d, strict, 48)
		}
	}
	receipt.LayoutReport(report(), strict, 48)
}

func report() receipt.Report {
	amount := func(n int64) *money.Amount { a := cny(n); return &a }
	return receipt.Report{
		Title: "Z 日结报表", Shop: "算盘便利店", Number: "Z-0042", Opened: "2026-11-22 08:00", Closed: "2026-11-22 22:05", Printed: "2026-11-22 22:06",
		Staff: "李敏", Till: "1", Open: true, Sign: true, QR: "SPZ:42", Copy: 1,
		Groups: []receipt.Group{
			{Title: "销售", Entries: []receipt.Entry{
				{Label: "商品", Count: "132", Amount: amount(1234567)}, {Label: "退货", Count: "2", Amount: amount(-5000)},
				{Label: "净额", Amount: amount(1229567), Strong: true}}},
			{Title: "现金", Entries: []receipt.Entry{
				{Label: "备用金", Amount: amount(20000)}, {Label: "应有", Amount: amount(320000)}, {Label: "盘点", Amount: amount(319500)},
				{Label: "差额", Amount: amount(-500), Strong: true}, {Label: "说明", Text: "少五元，已告知店长"}}},
		},
	}
}

func TestReportsLookAsTheyShould(t *testing.T) {
	for _, columns := range []int{32, 48} {
		golden(t, "report"+map[int]string{32: "32", 48: "48"}[columns], receipt.Plain(receipt.LayoutReport(report(), words(chinese), columns), columns))
	}
}
