package app

import (
	"context"
	"fmt"
	"sort"

	"suanpan/app/money"
	"suanpan/app/receipt"
	"suanpan/app/shift"
)

// XPage lays out the X of the open shift, to be shown or printed.
func (s *Shop) XPage(ctx context.Context) (receipt.Page, error) {
	f, err := s.X(ctx)
	if err != nil {
		return receipt.Page{}, err
	}
	i := s.Info()
	r := s.report(f, *i.Shift)
	r.Title, r.Open = s.words(i.Config.Locale)("report.x"), true
	r.Printed = s.p.Clock.Now().Local().Format("2006-01-02 15:04")
	return receipt.LayoutReport(r, s.words(i.Config.Locale), s.columns()), nil
}

// zPage lays out a closed shift's frozen Z.
func (s *Shop) zPage(sh shift.Shift) receipt.Page {
	w := s.words(s.config().Locale)
	r := s.report(sh.Z.Figures, sh)
	r.Title, r.Number, r.Closed, r.Sign = w("report.z"), fmt.Sprintf("Z-%05d", sh.Z.Number), sh.Z.ClosedAt.Local().Format("2006-01-02 15:04"), true
	count := receipt.Group{Title: w("report.count")}
	for _, m := range sortedKeys(sh.Z.Counted) {
		name := w("receipt.method." + m)
		count.Entries = append(count.Entries, amountEntry(name+" "+w("report.expected"), sh.Z.Expected[m], sh.Currency),
			amountEntry(name+" "+w("report.counted"), sh.Z.Counted[m], sh.Currency), amountEntry(name+" "+w("report.difference"), sh.Z.Difference[m], sh.Currency))
	}
	for _, e := range []receipt.Entry{{Label: w("report.approved"), Text: sh.Z.Approved}, {Label: w("report.handed_to"), Text: sh.Z.HandedTo}} {
		if e.Text != "" {
			count.Entries = append(count.Entries, e)
		}
	}
	r.Groups = append(r.Groups, count)
	if sh.Z.Carried {
		r.Footer = append(r.Footer, w("report.was_carried"))
	}
	if sh.Z.Note != "" {
		r.Footer = append(r.Footer, sh.Z.Note)
	}
	r.Footer = append(r.Footer, "# "+sh.Z.Head[:16])
	return receipt.LayoutReport(r, w, s.columns())
}

// report groups the figures of X and Z.
func (s *Shop) report(f shift.Figures, sh shift.Shift) receipt.Report {
	conf := s.config()
	w, c := s.words(conf.Locale), f.Currency
	r := receipt.Report{Shop: conf.Shop, Header: conf.Header, Opened: sh.Opened.Local().Format("2006-01-02 15:04"), Staff: sh.Name, Till: sh.Drawer}
	sales := receipt.Group{Title: w("report.sales") + " " + f.Day, Entries: []receipt.Entry{
		countEntry(w("report.sales"), f.SaleCount, f.Sales, c), countEntry(w("report.refunds"), f.RefundCount, -f.Refunds, c),
		amountEntry(w("report.takings"), f.Sales-f.Refunds, c), amountEntry(w("report.net"), f.Net, c),
		amountEntry(w("report.discounts"), f.Discounts, c), amountEntry(w("report.rounding"), f.Rounding, c)}}
	if f.First != "" {
		sales.Entries = append(sales.Entries, receipt.Entry{Label: w("report.numbers"), Text: f.First + " - " + f.Last})
	}
	r.Groups = append(r.Groups, sales)
	taxes := receipt.Group{Title: w("report.taxes")}
	for _, t := range f.Taxes {
		taxes.Entries = append(taxes.Entries, amountEntry(t.Rate.Percent()+"%", t.Tax, c))
	}
	tenders := receipt.Group{Title: w("report.tenders")}
	for _, m := range sortedKeys(f.Tenders) {
		tenders.Entries = append(tenders.Entries, amountEntry(w("receipt.method."+m), f.Tenders[m], c))
	}
	drawer := receipt.Group{Title: w("report.drawer"), Entries: []receipt.Entry{amountEntry(w("report.float"), f.Float, c),
		amountEntry(w("report.cash_in"), f.CashIn, c), amountEntry(w("report.cash_out"), -f.CashOut, c),
		{Label: w("report.openings"), Text: fmt.Sprint(f.Drawer)}, {Label: w("report.voids"), Text: fmt.Sprint(f.Voids)}}}
	for _, g := range []receipt.Group{taxes, tenders, feeGroup(f, w), apart(w, "report.loads", f.Loads, c), apart(w, "report.by_hand", f.ByHand, c), apart(w, "report.to_verify", f.ToVerify, c), drawer} {
		if len(g.Entries) > 0 {
			r.Groups = append(r.Groups, g)
		}
	}
	if len(f.Unknown) > 0 {
		doubt := receipt.Group{Title: w("report.unknown")}
		for _, d := range f.Unknown {
			doubt.Entries = append(doubt.Entries, amountEntry(w("receipt.method."+d.Method), d.Minor, c))
		}
		r.Groups = append(r.Groups, doubt)
	}
	return r
}

func amountEntry(label string, minor int64, c money.Currency) receipt.Entry {
	a := money.Of(minor, c)
	return receipt.Entry{Label: label, Amount: &a}
}

func countEntry(label string, n, minor int64, c money.Currency) receipt.Entry {
	e := amountEntry(label, minor, c)
	e.Count = fmt.Sprint(n)
	return e
}

func sortedKeys(m map[string]int64) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
