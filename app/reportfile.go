package app

import (
	"context"
	"io"

	"suanpan/app/receipt"
	"suanpan/app/report"
)

// SaveReport writes a report to a file: csv, xlsx or pdf, in the shop's language.
func (s *Shop) SaveReport(ctx context.Context, ask ReportAsk, format, path string) (report.Report, error) {
	r, err := s.Report(ctx, ask)
	if err != nil {
		return r, err
	}
	w := report.Words(s.words(s.config().Locale))
	title, sheets := s.config().Shop+"  "+report.Title(r, w), report.Sheets(r, w)
	switch format {
	case "csv", "xlsx":
	case "pdf":
		if len(s.p.Font) == 0 {
			return r, refuse("format_unknown", nil, "format", format)
		}
	default:
		return r, refuse("format_unknown", nil, "format", format)
	}
	return saved(s, path, func(out io.Writer) (report.Report, error) {
		switch format {
		case "xlsx":
			return r, report.WriteXLSX(out, title, sheets, r.Currency)
		case "pdf":
			return r, report.WritePDF(out, s.p.Font, title, sheets)
		}
		return r, report.WriteCSV(out, title, sheets)
	})
}

// ReportPage lays a report out for the slip printer.
func (s *Shop) ReportPage(ctx context.Context, ask ReportAsk) (receipt.Page, error) {
	r, err := s.Report(ctx, ask)
	if err != nil {
		return receipt.Page{}, err
	}
	conf := s.config()
	words := s.words(conf.Locale)
	w := report.Words(words)
	page := receipt.Report{Title: w("reports.title"), Shop: conf.Shop, Number: report.Title(r, w), Printed: s.p.Clock.Now().Local().Format("2006-01-02 15:04"), Till: conf.Till}
	sums := receipt.Group{Title: w("reports.figures")}
	for _, l := range report.Lines(r) {
		e := amountEntry(w("reports."+l.Name), l.Minor, r.Currency)
		if l.Count {
			e = countEntry(w("reports."+l.Name), l.Minor, 0, r.Currency)
			e.Amount, e.Text, e.Count = nil, e.Count, ""
		}
		sums.Entries = append(sums.Entries, e)
	}
	page.Groups = append(page.Groups, sums)
	for _, by := range report.All {
		g := receipt.Group{Title: w("reports.by." + string(by))}
		for _, row := range r.Parts[by] {
			g.Entries = append(g.Entries, amountEntry(report.Label(by, row, w), row.Minor, r.Currency))
		}
		if len(g.Entries) > 0 {
			page.Groups = append(page.Groups, g)
		}
	}
	return receipt.LayoutReport(page, words, s.columns()), nil
}

// PrintReport queues a report for the slip printer and answers the page.
func (s *Shop) PrintReport(ctx context.Context, ask ReportAsk) (receipt.Page, error) {
	page, err := s.ReportPage(ctx, ask)
	if err != nil {
		return page, err
	}
	return change(ctx, s, "report.print", ask, func(t *turn) (receipt.Page, error) {
		return page, t.queuePage(page, "report:"+ask.From)
	})
}
