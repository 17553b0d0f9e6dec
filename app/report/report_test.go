package report_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"suanpan/app/report"
	"suanpan/assets"
)

func TestPeriodsBefore(t *testing.T) {
	for _, c := range []struct{ from, to, how, wantFrom, wantTo string }{
		{"2026-11-22", "2026-11-22", report.Previous, "2026-11-21", "2026-11-21"},
		{"2026-11-01", "2026-11-22", report.Previous, "2026-10-10", "2026-10-31"},
		{"2026-11-22", "2026-11-22", report.LastWeek, "2026-11-15", "2026-11-15"},
		{"2026-11-09", "2026-11-22", report.LastWeek, "2026-10-26", "2026-11-08"},
		{"2026-03-31", "2026-03-31", report.LastMonth, "2026-02-28", "2026-02-28"},
		{"2026-02-01", "2026-02-28", report.LastMonth, "2026-01-01", "2026-01-31"},
		{"2024-02-29", "2024-02-29", report.LastYear, "2023-02-28", "2023-02-28"},
		{"2026-01-05", "2026-01-20", report.LastMonth, "2025-12-05", "2025-12-20"},
	} {
		got, err := report.Period{From: c.from, To: c.to}.Before(c.how)
		if want := (report.Period{From: c.wantFrom, To: c.wantTo}); err != nil || got != want {
			t.Errorf("%s to %s, %s before: %v %v, want %v", c.from, c.to, c.how, got, err, want)
		}
	}
	if _, err := (report.Period{From: "2026-11-22", To: "2026-11-22"}).Before("moon"); !errors.Is(err, report.ErrPeriod) {
		t.Error(err)
	}
}

// TestSpansCoverAPeriodOnce: whole months and days around them are the period, each day once.
func TestSpansCoverAPeriodOnce(t *testing.T) {
	for _, p := range []report.Period{{From: "2026-01-01", To: "2026-12-31"}, {From: "2026-01-02", To: "2026-03-30"}, {From: "2026-02-01", To: "2026-02-28"},
		{From: "2026-01-31", To: "2026-02-01"}, {From: "2026-05-05", To: "2026-05-05"}, {From: "2025-12-15", To: "2026-02-28"}} {
		days := map[string]int{}
		for _, s := range p.Spans() {
			for _, day := range (report.Period{From: "2025-01-01", To: "2027-12-31"}).Days() {
				at := day
				if s.Months {
					at = day[:7]
				}
				if s.First <= at && at <= s.Last {
					days[day]++
				}
			}
		}
		want := map[string]int{}
		for _, day := range p.Days() {
			want[day] = 1
		}
		if d := cmp.Diff(want, days); d != "" {
			t.Errorf("%v: %s", p, d)
		}
	}
}

func sample(t *testing.T) (report.Report, []report.Sheet) {
	t.Helper()
	all, err := assets.Load()
	if err != nil {
		t.Fatal(err)
	}
	sums := report.Sums{}
	for key, d := range map[string]report.Sum{"sale:09": {N: 3, Minor: 4250}, "refund:10": {N: 1, Minor: -250}, "category:饮料": {N: 3000, Minor: 3540}, "cost:饮料": {N: 3540, Minor: 2000},
		"tax:13:0.13": {N: 3540, Minor: 460}, "tender:wechatpay": {N: 2, Minor: 4000}, "discount:熟客": {N: 1, Minor: 100}, "gross:wechatpay": {N: 2, Minor: 4000}, "fee:wechatpay": {N: 2, Minor: 24}} {
		sums.Add(key, d.N, d.Minor)
	}
	r := report.Report{Period: report.Period{From: "2026-11-01", To: "2026-11-30"}, Currency: "CNY", Figures: sums.Figures(), Parts: map[report.By][]report.Row{}, Provisional: []string{"open"}}
	for _, by := range report.All {
		r.Parts[by] = sums.Rows(by)
	}
	items := report.Sums{}
	for i, name := range strings.Split("龙井茶,矿泉水,方便面,=SUM(A1),酱油,大米,铅笔,笔记本,雨伞,电池", ",") {
		items.Add("sku:"+name, int64(i+1)*1000, int64(i)*12345)
	}
	r.Parts[report.Item] = items.Rows(report.Item)
	return r, report.Sheets(r, report.Words(all.In("zh-Hans")))
}

func TestFilesHoldTheFigures(t *testing.T) {
	r, sheets := sample(t)
	var text, book bytes.Buffer
	if err := report.WriteCSV(&text, "小店", sheets); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\ufeff小店", "营业额,40.00", "微信支付,2,40.00", "'=SUM(A1)"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text.String())
		}
	}
	if err := report.WriteXLSX(&book, "小店", sheets, "CNY"); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&book)
	if err != nil {
		t.Fatal(err)
	}
	kind, err := f.GetCellType("汇总", "B4")
	raw, err2 := f.GetCellValue("汇总", "B4", excelize.Options{RawCellValue: true})
	if err != nil || err2 != nil || raw != "40.00" || kind == excelize.CellTypeSharedString || kind == excelize.CellTypeInlineString {
		t.Error("takings are no number: ", raw, kind, err, err2)
	}
	if got := len(f.GetSheetList()); got != len(sheets) {
		t.Errorf("%d sheets of %d: %v", got, len(sheets), r.Figures)
	}
}

// TestPDFIsReadByOthers: the file holds Chinese that another program can read again.
func TestPDFIsReadByOthers(t *testing.T) {
	_, sheets := sample(t)
	path := filepath.Join(t.TempDir(), "report.pdf")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(report.WritePDF(f, assets.Regular, "算盘示范店 2026-11", sheets), f.Close()); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(path); err != nil || !bytes.HasPrefix(b, []byte("%PDF-1.4")) || len(b) > 400_000 {
		t.Fatal(len(b), err)
	}
	if to := os.Getenv("SUANPAN_KEEP_PDF"); to != "" {
		b, _ := os.ReadFile(path)
		_ = os.WriteFile(to, b, 0o600)
	}
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext (poppler-utils) is not installed: nobody but ourselves has read the file")
	}
	out, err := exec.Command(tool, "-layout", path, "-").CombinedOutput()
	for _, want := range []string{"算盘示范店", "营业额", "龙井茶", "40.00"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %s in %s: %v", want, out, err)
		}
	}
}
