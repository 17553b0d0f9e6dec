package rpc

import (
	"context"

	"suanpan/app"
)

func trailMethods() []Method {
	const g = "Trail"
	return []Method{
		def(g, "trail.list", "Lists who did what, newest first, for those who may see the ledger. A page looks at 20,000 entries at most; next, where there is one, is before of the next page.",
			func(ctx context.Context, f *Face, q app.TrailQuery) (app.Trail, error) { return f.Shop.Acts(ctx, q) }),
		def(g, "trail.entry", "One entry as it is stored, with its hashes and postings; personal data masked.", func(ctx context.Context, f *Face, p struct {
			Entry int64 `json:"entry"`
		}) (app.RawEntry, error) {
			return f.Shop.ActAt(ctx, p.Entry)
		}),
		def(g, "trail.signals", "Compares people over business days, both included: acts per 100 sales beside the median of the others. It ranks nobody, and judges nothing where documents are few.", func(ctx context.Context, f *Face, p struct {
			From string `json:"from"`
			To   string `json:"to"`
		}) (app.SignalReport, error) {
			return f.Shop.SignalReport(ctx, p.From, p.To)
		}),
		def(g, "trail.export", "Writes a part of the trail to a CSV file. That it was written is an entry itself.", func(ctx context.Context, f *Face, p struct {
			Query  app.TrailQuery `json:"query"`
			Path   string         `json:"path"`
			Locale string         `json:"locale,omitempty"`
		}) (map[string]int, error) {
			n, err := f.Shop.ExportActs(ctx, p.Query, p.Path, p.Locale)
			return map[string]int{"rows": n}, err
		}),
	}
}
