package app

import (
	"strings"

	"suanpan/app/ledger"
	"suanpan/app/order"
)

// Scopes of the totals by business day, which reports read. What a day's scope does not hold follows from its parts: net is
// the sum of its categories, takings are the sum of its hours, so that no figure is kept twice.
//
//	day:2026-11-22     sale:HH, refund:HH   documents, takings; the hour as the till's clock showed it
//	                   person:ID            documents, takings
//	                   tender:METHOD        as in the shift's figures
//	                   tax:CODE:RATE        net, tax
//	                   discount:REASON      lines and documents, amount
//	                   rounding             documents, amount
//	                   category:NAME        quantity, net
//	                   cost:CATEGORY        net of lines whose cost is known, that cost
//	                   loaded:KIND          money put on cards or paid on account: no takings
//	                   gross:, fee:, fee_unknown:PROVIDER as in the shift's figures
//	items:2026-11-22   sku:SKU, cost:SKU    as category and cost; the same for the month under month:2026-11
const (
	dayScope   = "day:"
	itemsScope = "items:"
	monthScope = "month:"
)

// day adds what reports by business day read of a document.
func (e *Entry) day(f *ledger.Fact, d *core) {
	scope, o, s := dayScope+d.Day, &d.Order, &d.Sum
	value := int64(0)
	for _, p := range d.valueParts() {
		e.add(scope, "loaded:"+p.Kind, 1, p.Minor)
		value += p.Minor
	}
	e.put(scope, d.Kind+":"+d.hour(), 1, s.Total-value)
	e.put(scope, "person:"+f.Staff, 1, s.Total-value)
	if s.Rounding != 0 {
		e.put(scope, "rounding", 1, s.Rounding)
	}
	for _, t := range s.Taxes {
		e.add(scope, "tax:"+t.Code+":"+t.Rate.String(), t.Net, t.Tax)
	}
	for _, t := range o.Tenders {
		if t.State == order.Succeeded {
			e.add(scope, "tender:"+t.Method, 1, t.Minor)
		}
	}
	for i := range min(len(o.Lines), len(s.Lines)) {
		e.dayLine(scope, d, &o.Lines[i], &s.Lines[i])
	}
}

// dayLine adds one line: its category, its item, its discounts and its cost. The same total of many lines is put down many
// times; who takes the entry adds them up.
func (e *Entry) dayLine(scope string, d *core, l *coreLine, s *order.LineSum) {
	if s.Discount != 0 {
		e.put(scope, "discount:"+l.Discount.Reason, 1, s.Discount)
	}
	if s.Share != 0 {
		e.put(scope, "discount:"+d.Order.Discount.Reason, 1, s.Share)
	}
	if l.value() {
		return
	}
	items, month := itemsScope+d.Day, monthScope+d.Day[:min(7, len(d.Day))]
	e.put(scope, "category:"+l.Category, int64(l.Qty), s.Net)
	e.put(items, "sku:"+l.SKU, int64(l.Qty), s.Net)
	e.put(month, "sku:"+l.SKU, int64(l.Qty), s.Net)
	if l.Cost == 0 {
		return
	}
	cost := int64(0)
	if d.Kind != "refund" || d.Restock { // goods that came back broken have cost what they cost
		qty := l.Qty
		if l.Factor != 0 {
			qty = qty.Times(l.Factor)
		}
		cost = l.Cost.Times(qty, d.Order.Rules.Currency).Minor
	}
	e.put(scope, "cost:"+l.Category, s.Net, cost)
	e.put(items, "cost:"+l.SKU, s.Net, cost)
	e.put(month, "cost:"+l.SKU, s.Net, cost)
}

// hour is that of the till's own clock when the document was issued, as it stands in the stored bytes.
func (d *core) hour() string {
	if _, clock, ok := strings.Cut(d.At, "T"); ok && len(clock) >= 2 {
		return clock[:2]
	}
	return "00"
}

// dayFee adds what a provider took and should keep; facts of before these totals know no day and are left out.
func (e *Entry) dayFee(c capturedFee) {
	if c.Day == "" {
		return
	}
	scope := dayScope + c.Day
	e.put(scope, "gross:"+c.Provider, 1, c.Amount.Minor)
	if c.Fee.Known {
		e.put(scope, "fee:"+c.Provider, 1, c.Fee.Minor)
	} else {
		e.put(scope, "fee_unknown:"+c.Provider, 1, c.Amount.Minor)
	}
}

// put is add for totals that need not be looked for among those that are there.
func (e *Entry) put(scope, key string, n, minor int64) {
	e.Totals = append(e.Totals, Delta{scope, key, n, minor})
}

// coreReason is what is read of a discount.
type coreReason struct {
	Reason string `json:"reason"`
}
