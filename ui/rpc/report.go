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
