package rpc

import (
	"context"

	"suanpan/app"
	"suanpan/app/report"
)

// reportAsk is app.ReportAsk with a second person's word.
type reportAsk struct {
	app.ReportAsk
	Approval
}

type documentsAsk struct {
	app.DocumentsAsk
	Approval
}

type journalAsk struct {
	app.JournalAsk
	Path string `json:"path"`
	Approval
}

type reportFile struct {
	app.ReportAsk
	Format string `json:"format"` // csv, xlsx, pdf
	Path   string `json:"path"`
	Approval
}

// reportMethods are the figures of any period, what stands behind them, and the journal for accountants.
func reportMethods() []Method {
	const g = "Reports"
	return []Method{
		def(g, "report.get", "Figures of business days: day, hour, item, category, person, tender, tax, discount, margin, fees; compare: period, week, month, year. They are those of the Zs. provisional says why they may still change.",
			func(ctx context.Context, f *Face, p reportAsk) (report.Report, error) {
				ctx, err := p.Approval.in(ctx, f)
				if err != nil {
					return report.Report{}, err
				}
				return f.Shop.Report(ctx, p.ReportAsk)
			}),
		def(g, "report.documents", "The documents that a row of a report is made of; their amounts add up to it. after takes next of the page before.",
			func(ctx context.Context, f *Face, p documentsAsk) (app.Documents, error) {
				ctx, err := p.Approval.in(ctx, f)
				if err != nil {
					return app.Documents{}, err
				}
				return f.Shop.ReportDocuments(ctx, p.DocumentsAsk)
			}),
		def(g, "report.save", "Writes a report to a file: csv, xlsx or pdf, in the shop's language.", func(ctx context.Context, f *Face, p reportFile) (map[string]any, error) {
			ctx, err := p.Approval.in(ctx, f)
			if err != nil {
				return nil, err
			}
			r, err := f.Shop.SaveReport(ctx, p.ReportAsk, p.Format, p.Path)
			return map[string]any{"path": p.Path, "figures": r.Figures}, err
		}),
		def(g, "report.print", "Prints a report on the slip printer.", func(ctx context.Context, f *Face, p reportAsk) (map[string]any, error) {
			ctx, err := p.Approval.in(ctx, f)
			if err != nil {
				return nil, err
			}
			page, err := f.Shop.PrintReport(ctx, p.ReportAsk)
			return map[string]any{"columns": page.Columns}, err
		}),
		def(g, "report.journal", "Writes the journal of business days to a file: csv, beancount or hledger, tax by rate.",
			func(ctx context.Context, f *Face, p journalAsk) (app.JournalDone, error) {
				ctx, err := p.Approval.in(ctx, f)
				if err != nil {
					return app.JournalDone{}, err
				}
				return f.Shop.SaveJournal(ctx, p.JournalAsk, p.Path)
			}),
	}
}
