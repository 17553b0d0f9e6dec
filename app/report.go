package app

import (
	"context"
	"slices"
	"strings"

	"suanpan/app/report"
	"suanpan/app/shift"
)

// ReportAsk asks for the figures of a run of business days.
type ReportAsk struct {
	By      []report.By `json:"by,omitempty"`      // every dimension where empty
	From    string      `json:"from"`              // business day, 2006-01-02
	To      string      `json:"to"`                // included; From where empty
	Compare string      `json:"compare,omitempty"` // period, week, month, year: what is put beside it
	Limit   int         `json:"limit,omitempty"`   // rows of a dimension; all where zero
}

func (a ReportAsk) period() (report.Period, error) {
	p := report.Period{From: a.From, To: a.To}
	if p.To == "" {
		p.To = p.From
	}
	if err := p.Check(); err != nil {
		return p, refuse("period_invalid", err, "from", p.From, "to", p.To)
	}
	for _, by := range a.By {
		if !slices.Contains(report.All, by) {
			return p, refuse("report_unknown", nil, "by", string(by))
		}
	}
	return p, nil
}

// MayReport reports whether the person signed on may read reports.
func (s *Shop) MayReport() bool {
	i := s.Info()
	return i.Staff != nil && i.Staff.May(shift.SeeLedger)
}

// reads refuses unless the person signed on, or the one who approved, may see the ledger. An approval that was used is
// written down.
func (s *Shop) reads(ctx context.Context) error {
	if s.MayReport() && !slices.Contains(s.config().FourEyes, string(shift.SeeLedger)) {
		return nil
	}
	_, err := change(WithKey(ctx, ""), s, "report.read", nil, func(t *turn) (bool, error) { return true, t.need(shift.SeeLedger) })
	return err
}

// Today is the business day of the open shift; without one, of this moment.
func (s *Shop) Today() string { return s.today() }

// Report reads a period's figures from the totals that are kept with every fact, so that a year costs no more than its days
// (X57, B12). It needs the permission to see the ledger.
func (s *Shop) Report(ctx context.Context, ask ReportAsk) (report.Report, error) {
	p, err := ask.period()
	if err != nil {
		return report.Report{}, err
	}
	if err := s.reads(ctx); err != nil {
		return report.Report{}, err
	}
	if len(ask.By) == 0 {
		ask.By = report.All
	}
	return view(ctx, s, func(v View) (report.Report, error) {
		now, err := readPeriod(v, p, ask.By)
		if err != nil {
			return report.Report{}, err
		}
		r := report.Report{Period: p, Currency: s.config().Currency, Figures: now.sums.Figures(), Parts: map[report.By][]report.Row{}}
		var before *period
		if ask.Compare != "" {
			q, err := p.Before(ask.Compare)
			if err != nil {
				return r, refuse("period_invalid", err, "compare", ask.Compare)
			}
			if before, err = readPeriod(v, q, ask.By); err != nil {
				return r, err
			}
			f := before.sums.Figures()
			r.Compared, r.Before = &q, &f
		}
		for _, by := range ask.By {
			rows := now.rows(by)
			if before != nil && by != report.Day {
				rows = report.Beside(rows, before.rows(by))
			}
			if ask.Limit > 0 && len(rows) > ask.Limit {
				rows = rows[:ask.Limit]
			}
			if r.Parts[by], err = s.nameRows(v, by, rows); err != nil {
				return r, err
			}
		}
		r.Provisional, err = s.provisional(v, r)
		return r, err
	})
}

// period is what was read of one.
type period struct {
	sums  report.Sums
	days  report.Sums // takings by day
	items report.Sums // nil unless asked for
}

func (p *period) rows(by report.By) []report.Row {
	switch by {
	case report.Day:
		return p.days.Rows(by)
	case report.Item:
		return p.items.Rows(by)
	}
	return p.sums.Rows(by)
}

func readPeriod(v View, p report.Period, by []report.By) (*period, error) {
	out := &period{sums: report.Sums{}, days: report.Sums{}}
	err := v.TotalsFrom(dayScope+p.From, dayScope+p.To, func(d Delta) error {
		out.sums.Add(d.Key, d.N, d.Minor)
		if strings.HasPrefix(d.Key, "sale:") || strings.HasPrefix(d.Key, "refund:") {
			out.days.Add(d.Scope, d.N, d.Minor) // "day:2026-11-22"
		}
		return nil
	})
	if err != nil || !slices.Contains(by, report.Item) {
		return out, err
	}
	out.items = report.Sums{}
	for _, span := range p.Spans() {
		scope := itemsScope
		if span.Months {
			scope = monthScope
		}
		err := v.TotalsFrom(scope+span.First, scope+span.Last, func(d Delta) error {
			out.items.Add(d.Key, d.N, d.Minor)
			return nil
		})
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// nameRows gives items and people the names they have today.
func (s *Shop) nameRows(v View, by report.By, rows []report.Row) ([]report.Row, error) {
	for i := range rows {
		switch by {
		case report.Item:
			if item, err := v.Item(rows[i].Key); err == nil {
				rows[i].Name = item.Name
			}
		case report.Person:
			who, err := getStaff(v, rows[i].Key)
			if err != nil {
				return nil, err
			}
			rows[i].Name = who.Name
		}
	}
	return rows, nil
}

// provisional says why a period's figures may still change: a shift is open on one of its days, a payment is in doubt, a fee
// is not known.
func (s *Shop) provisional(v View, r report.Report) (why []string, err error) {
	i := s.Info()
	if i.Shift != nil && r.Period.Has(i.Shift.Day) {
		why = append(why, "open")
	}
	open, err := v.OpenAttempts()
	if err != nil {
		return nil, err
	}
	if r.Period.Has(s.today()) && slices.ContainsFunc(open, func(a Attempt) bool { return a.State.Open() }) {
		why = append(why, "unknown")
	}
	if r.Figures.FeeUnknown > 0 {
		why = append(why, "fees")
	}
	return why, nil
}
