// Package report turns totals by business day into figures that people ask for: by hour, item, category, person, tender, tax,
// discount, margin and provider fee, beside those of an earlier period; and the journal into text that other programs check.
//
// It adds and sorts what it is given and knows no clock and no store. All amounts are minor units of the shop's currency.
package report

import (
	"cmp"
	"slices"
	"strings"

	"suanpan/app/money"
)

// By names what a report is broken down by.
type By string

// The dimensions. What a row's Minor says depends on it.
const (
	Day      By = "day"      // takings
	Hour     By = "hour"     // takings, by the hour of the till's clock: "00" … "23"
	Item     By = "item"     // net
	Category By = "category" // net
	Person   By = "person"   // takings
	Tender   By = "tender"   // what was kept, money put on cards included, as on the Z
	Tax      By = "tax"      // tax, by "code:rate"
	Discount By = "discount" // what was given away, by reason
	Margin   By = "margin"   // margin of lines whose cost is known, by category
	Fees     By = "fees"     // what a provider should pay out of what it took
)

// All lists the dimensions in the order in which people read them.
var All = []By{Day, Hour, Item, Category, Person, Tender, Tax, Discount, Margin, Fees}

// Row is one line of a breakdown.
type Row struct {
	Key     string    `json:"key"`
	Name    string    `json:"name,omitempty"`    // where the shop has a better word than the key
	Count   int64     `json:"count,omitempty"`   // documents; for discounts lines and documents; for fees payments
	Qty     money.Qty `json:"qty,omitempty"`     // thousandths; of items and categories
	Minor   int64     `json:"amount"`            // see By
	Net     int64     `json:"net,omitempty"`     // of tax: what it was worked out on; of margin: of lines whose cost is known
	Cost    int64     `json:"cost,omitempty"`    // where known
	Margin  int64     `json:"margin,omitempty"`  // of what has a known cost
	Gross   int64     `json:"gross,omitempty"`   // of fees
	Fee     int64     `json:"fee,omitempty"`     // of fees
	Unknown int64     `json:"unknown,omitempty"` // of fees: payments whose fee is not known
	Before  *int64    `json:"before,omitempty"`  // Minor of the period compared with
}

// Figures are the sums of a period; they are those of its Zs.
type Figures struct {
	SaleCount   int64 `json:"sale_count"`
	Sales       int64 `json:"sales"`
	RefundCount int64 `json:"refund_count"`
	Refunds     int64 `json:"refunds"` // as a positive number
	Takings     int64 `json:"takings"` // sales less refunds, tax and rounding included
	Average     int64 `json:"average"` // sales by their number
	Net         int64 `json:"net"`
	Tax         int64 `json:"tax"`
	Rounding    int64 `json:"rounding"`
	Discounts   int64 `json:"discounts"`
	Tenders     int64 `json:"tenders"` // takings and loads
	Loads       int64 `json:"loads"`   // put on cards or paid on account: no takings
	Costed      int64 `json:"costed"`  // net of lines whose cost is known
	Cost        int64 `json:"cost"`
	Margin      int64 `json:"margin"`
	Gross       int64 `json:"gross"`       // taken through providers
	Fee         int64 `json:"fee"`         // what they should keep of it, as far as known
	ExpectedNet int64 `json:"net_of_fees"` // what they should pay out
	FeeUnknown  int64 `json:"fee_unknown"` // payments whose fee is not known
}

// Report is the answer to one question.
type Report struct {
	Period      Period         `json:"period"`
	Currency    money.Currency `json:"currency"`
	Figures     Figures        `json:"figures"`
	Parts       map[By][]Row   `json:"parts"`
	Compared    *Period        `json:"compared,omitempty"`
	Before      *Figures       `json:"before,omitempty"`
	Provisional []string       `json:"provisional,omitempty"` // open, unknown, fees: why the figures may still change
}

// Sum is one total.
type Sum struct{ N, Minor int64 }

// Sums are the totals of a period by the keys of the scopes day: and items:.
type Sums map[string]Sum

// Add adds to the total of key.
func (s Sums) Add(key string, n, minor int64) {
	was := s[key]
	s[key] = Sum{was.N + n, was.Minor + minor}
}

// Figures works the period's sums out of its parts.
func (s Sums) Figures() Figures {
	var f Figures
	for key, d := range s {
		kind, _, _ := strings.Cut(key, ":")
		switch kind {
		case "sale":
			f.SaleCount += d.N
			f.Sales += d.Minor
		case "refund":
			f.RefundCount += d.N
			f.Refunds -= d.Minor
		case "category":
			f.Net += d.Minor
		case "tax":
			f.Tax += d.Minor
		case "rounding":
			f.Rounding += d.Minor
		case "discount":
			f.Discounts += d.Minor
		case "tender":
			f.Tenders += d.Minor
		case "loaded":
			f.Loads += d.Minor
		case "cost":
			f.Costed += d.N
			f.Cost += d.Minor
		case "gross":
			f.Gross += d.Minor
		case "fee":
			f.Fee += d.Minor
		case "fee_unknown":
			f.FeeUnknown += d.N
		}
	}
	f.Takings, f.Margin, f.ExpectedNet = f.Sales-f.Refunds, f.Costed-f.Cost, f.Gross-f.Fee
	if f.SaleCount > 0 {
		f.Average = money.Of(f.Sales, "").Share(1, f.SaleCount).Minor
	}
	return f
}

// Rows breaks the totals down. Days and hours come in their own order, everything else largest first.
func (s Sums) Rows(by By) []Row {
	rows := map[string]*Row{}
	for key, d := range s {
		kind, rest, _ := strings.Cut(key, ":")
		if !by.reads(kind) {
			continue
		}
		r := rows[rest]
		if r == nil {
			r = &Row{Key: rest}
			rows[rest] = r
		}
		r.take(kind, d, by)
	}
	out := make([]Row, 0, len(rows))
	for _, r := range rows {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b Row) int {
		if by == Day || by == Hour {
			return cmp.Compare(a.Key, b.Key)
		}
		return cmp.Or(cmp.Compare(b.Minor, a.Minor), cmp.Compare(a.Key, b.Key))
	})
	return out
}

// reads reports whether keys of a kind belong to the dimension.
func (by By) reads(kind string) bool {
	switch by {
	case Hour:
		return kind == "sale" || kind == "refund"
	case Item:
		return kind == "sku" || kind == "cost"
	case Category:
		return kind == "category" || kind == "cost"
	case Margin:
		return kind == "cost"
	case Fees:
		return kind == "gross" || kind == "fee" || kind == "fee_unknown"
	}
	return kind == string(by)
}

func (r *Row) take(kind string, d Sum, by By) {
	switch {
	case kind == "cost":
		r.Cost += d.Minor
		r.Margin += d.N - d.Minor
		if by == Margin {
			r.Net += d.N
			r.Minor += d.N - d.Minor
		}
	case by == Item || by == Category:
		r.Qty += money.Qty(d.N)
		r.Minor += d.Minor
	case by == Tax:
		r.Net += d.N
		r.Minor += d.Minor
	case kind == "gross":
		r.Count += d.N
		r.Gross += d.Minor
		r.Minor += d.Minor
	case kind == "fee":
		r.Fee += d.Minor
		r.Minor -= d.Minor
	case kind == "fee_unknown":
		r.Unknown += d.N
	default:
		r.Count += d.N
		r.Minor += d.Minor
	}
}

// Beside puts what the rows of an earlier period say beside these; keys that only the earlier one has are added at the end.
func Beside(now, before []Row) []Row {
	old := map[string]Row{}
	for _, r := range before {
		old[r.Key] = r
	}
	for i := range now {
		was := old[now[i].Key].Minor
		now[i].Before = &was
		delete(old, now[i].Key)
	}
	for _, r := range before {
		if _, alone := old[r.Key]; alone {
			was := r.Minor
			now = append(now, Row{Key: r.Key, Name: r.Name, Before: &was})
		}
	}
	return now
}
