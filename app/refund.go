package app

import (
	"context"
	"maps"
	"strings"

	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/pay"
	"suanpan/app/shift"
)

// RefundAsk takes lines of a sale back.
type RefundAsk struct {
	Sale    string            `json:"sale"`              // id or receipt number
	Lines   map[int]money.Qty `json:"lines,omitempty"`   // quantity by line of the sale; all that is left where nil
	Tenders map[string]int64  `json:"tenders,omitempty"` // by method, minor units above zero; to source where nil
	Reason  string            `json:"reason"`
	Restock bool              `json:"restock"`
}

// Refund gives money and goods back against a receipt (R4): at most what was sold and not yet returned, over the original
// tenders and never above what each brought in (X17). Cash leaves the drawer at once; a provider's part is owed to the
// customer until the provider has proven it, and the answer's State says which.
func (s *Shop) Refund(ctx context.Context, ask RefundAsk) (Sale, error) {
	return change(ctx, s, "sale.refund", ask, func(t *turn) (Sale, error) {
		if err := t.need(shift.Refund); err != nil {
			return Sale{}, err
		}
		if t.shift == nil {
			return Sale{}, refuse("no_shift", shift.ErrNone)
		}
		if strings.TrimSpace(ask.Reason) == "" {
			return Sale{}, refuse("reason_missing", nil)
		}
		sold, err := sale(t, ask.Sale)
		if err != nil {
			return Sale{}, err
		}
		if sold.Kind != "sale" {
			return Sale{}, refuse("not_a_sale", nil, "sale", ask.Sale)
		}
		back, err := t.back(sold, ask)
		if err != nil {
			return Sale{}, err
		}
		if err := t.refundCap(-order.Calc(back).Total); err != nil {
			return Sale{}, err
		}
		rows, err := t.giveBack(sold, back, ask)
		if err != nil {
			return Sale{}, err
		}
		out, err := t.issue(&Document{Kind: "refund", Order: back, Sum: order.Calc(back), Restock: ask.Restock, By: t.by})
		if err != nil {
			return Sale{}, err
		}
		out.State = "done"
		for _, a := range rows {
			if err := t.PutAttempt(a); err != nil {
				return Sale{}, err
			}
			out.State = "processing"
		}
		t.after = append(t.after, s.poke)
		return out, nil
	})
}

// back makes the return order of what was asked for.
func (t *turn) back(sold Sale, ask RefundAsk) (*order.Order, error) {
	already, err := returned(t, sold.Refunds)
	if err != nil {
		return nil, err
	}
	want := ask.Lines
	if want == nil {
		want = order.Whole(sold.Doc.Order, already)
	}
	if len(want) == 0 {
		return nil, refuse("nothing_left", nil, "sale", sold.No)
	}
	o, err := order.ReturnLines(sold.Doc.Order, sold.Doc.Sum, already, want)
	if err != nil {
		return nil, err
	}
	o.ID, o.State, o.Staff, o.Shift, o.Made, o.Changed, o.Reason = order.ID(NewID()), order.Settled, t.staff.ID, t.shift.ID, t.now, t.now, strings.TrimSpace(ask.Reason)
	return o, nil
}

// returned sums up what earlier refunds took back, by line of the sale.
func returned(v View, refunds []SaleRow) (map[int]money.Qty, error) {
	out := map[int]money.Qty{}
	for _, r := range refunds {
		d, _, err := document(v, r)
		if err != nil {
			return nil, err
		}
		for _, l := range d.Order.Lines {
			out[l.Of] += -l.Qty
		}
	}
	return out, nil
}

// giveBack decides over which tenders the money goes, writes them on the return, and answers the attempts whose refund rows
// were opened for it.
func (t *turn) giveBack(sold Sale, back *order.Order, ask RefundAsk) ([]Attempt, error) {
	owed := -order.Calc(back).Total
	left, attempts, err := t.sources(sold)
	if err != nil {
		return nil, err
	}
	if left, err = t.windows(left, attempts, ask, owed); err != nil {
		return nil, err
	}
	plan, err := share(left, ask.Tenders, owed)
	if err != nil {
		return nil, err
	}
	var rows []Attempt
	for _, p := range plan {
		back.Tenders = append(back.Tenders, order.Tender{ID: NewID(), Method: p.method, Minor: -p.minor, State: order.Succeeded, Ref: p.ref})
		if p.method == order.Cash {
			continue
		}
		if house(p.method) {
			if err := t.giveValue(back.ID, p); err != nil {
				return nil, err
			}
			continue
		}
		a := attempts[p.attempt]
		provider := t.s.provider(a.Provider)
		if provider == nil {
			return nil, t.s.absent(a.Provider)
		}
		next, row, err := pay.StartRefund(a.Attempt, a.Backs, pay.RefundPlan{ID: NewID(), Amount: money.Of(p.minor, a.Amount.Currency), Words: back.Reason,
			Gap: provider.Caps().RefundGap, At: t.now})
		if err != nil {
			return nil, refuse("refund_refused", err, "method", a.Provider)
		}
		back.Tenders[len(back.Tenders)-1].ID = row.ID
		a.Attempt, a.Backs = next, append(a.Backs, row)
		attempts[p.attempt] = a
		rows = append(rows, a)
	}
	return rows, nil
}

// source is one tender of the sale with what it may still give back.
type source struct {
	method, attempt, ref string
	minor                int64
}

// sources lists the sale's tenders with what earlier refunds left of each, providers first: money goes back where it came
// from before the drawer is touched.
func (t *turn) sources(sold Sale) ([]source, map[string]Attempt, error) {
	attempts := map[string]Attempt{}
	var out []source
	var cash int64
	for _, tender := range sold.Doc.Order.Tenders {
		if tender.State != order.Succeeded {
			continue
		}
		if tender.Method == order.Cash {
			cash += tender.Minor
			continue
		}
		if house(tender.Method) {
			left, err := spentLeft(t, tender.ID)
			if err != nil {
				return nil, nil, err
			}
			out = append(out, source{tender.Method, tender.ID, tender.Ref, left})
			continue
		}
		a, err := t.Attempt(tender.ID)
		if err != nil {
			return nil, nil, err
		}
		if cashOnly, err := t.byHand(a); cashOnly || err != nil {
			if err != nil {
				return nil, nil, err
			}
			cash += tender.Minor
			continue
		}
		attempts[a.ID] = a
		out = append(out, source{tender.Method, a.ID, a.ProviderTxn, pay.Refundable(a.Attempt, a.Backs).Minor})
	}
	for _, r := range sold.Refunds {
		d, _, err := document(t, r)
		if err != nil {
			return nil, nil, err
		}
		for _, tender := range d.Order.Tenders {
			if tender.Method == order.Cash {
				cash += tender.Minor
			}
		}
	}
	return append(out, source{method: order.Cash, minor: cash}), attempts, nil
}

// share spreads owed over the sources, as asked or in their order. More than a source brought in is refused.
func share(left []source, asked map[string]int64, owed int64) ([]source, error) {
	var plan []source
	rest, wanted := owed, int64(0)
	asked = maps.Clone(asked)
	for _, v := range asked {
		if v <= 0 || v > money.MaxMinor {
			return nil, refuse("amount_invalid", nil, "amount", v)
		}
		wanted += v
	}
	if asked != nil && wanted != owed {
		return nil, refuse("tenders_differ", nil, "due", owed, "given", wanted)
	}
	for _, src := range left {
		give := min(src.minor, rest)
		if asked != nil {
			give = min(src.minor, asked[src.method])
			asked[src.method] -= max(give, 0)
		}
		if give > 0 {
			src.minor = give
			plan = append(plan, src)
			rest -= give
		}
	}
	if rest != 0 {
		return nil, refuse("above_captured", pay.ErrOverRefund, "max", owed-rest)
	}
	return plan, nil
}

// refundState says whether the money of a refund has arrived: a provider's part takes its time and can fail.
func refundState(v View, d *Document) (string, error) {
	state := "done"
	for _, t := range d.Order.Tenders {
		if t.Method == order.Cash || d.Order.ReturnOf == "" {
			continue
		}
		list, err := v.AttemptsOf(d.Order.ReturnOf)
		if err != nil {
			return "", err
		}
		for _, a := range list {
			i := a.back(t.ID)
			switch {
			case i < 0:
			case a.Backs[i].State == pay.RefundRejected || a.Backs[i].State == pay.RefundAbnormal:
				return "failed", nil
			case a.Backs[i].State != pay.RefundPaid:
				state = "processing"
			}
		}
	}
	return state, nil
}

// LooseAsk takes an item back without a receipt (R5).
type LooseAsk struct {
	SKU    string    `json:"sku"`
	Qty    money.Qty `json:"qty"`
	Reason string    `json:"reason"`
	Person string    `json:"person"` // who brought it: name or phone
}

// RefundLoose gives cash back for an item without a receipt: at the lowest price at which it was sold in the shop's period,
// with a reason and the customer's name, up to the shop's limit, and never without a permission that cashiers lack.
func (s *Shop) RefundLoose(ctx context.Context, ask LooseAsk) (Sale, error) {
	return change(ctx, s, "sale.refund_loose", ask, func(t *turn) (Sale, error) {
		if err := t.need(shift.LooseBack); err != nil {
			return Sale{}, err
		}
		if t.shift == nil {
			return Sale{}, refuse("no_shift", shift.ErrNone)
		}
		if strings.TrimSpace(ask.Reason) == "" || strings.TrimSpace(ask.Person) == "" {
			return Sale{}, refuse("reason_missing", nil)
		}
		item, err := t.Item(ask.SKU)
		if err != nil {
			return Sale{}, err
		}
		if ask.Qty <= 0 {
			return Sale{}, refuse("quantity_invalid", order.ErrQuantity)
		}
		line, err := t.line(item, -1)
		if err != nil {
			return Sale{}, err
		}
		if line.Price, err = t.lowest(item.SKU, line.Price); err != nil {
			return Sale{}, err
		}
		conf := s.config()
		line.No, line.Qty = 1, -ask.Qty
		o := &order.Order{ID: order.ID(NewID()), State: order.Settled, Rules: conf.Rules(), Source: order.Source{Mode: "retail"}, Lines: []order.Line{line}, Next: 2, Return: true,
			Staff: t.staff.ID, Shift: t.shift.ID, Made: t.now, Changed: t.now, Reason: strings.TrimSpace(ask.Reason), Member: strings.TrimSpace(ask.Person)}
		total := order.DueBy(o, order.Cash).Minor
		if -total > conf.LooseCap {
			return Sale{}, refuse("above_loose_cap", nil, "cap", conf.LooseCap)
		}
		o.Tenders = []order.Tender{{ID: NewID(), Method: order.Cash, Minor: total, Given: total, State: order.Succeeded}}
		out, err := t.issue(&Document{Kind: "refund", Order: o, Sum: order.Calc(o), Restock: true, Loose: true, By: t.by})
		out.State = "done"
		return out, err
	})
}

// lowest is the lowest unit price at which the item was sold in the shop's period. The search is bounded: it reads at most
// the newest 2,000 documents and says so by falling back on the catalogue's price when it finds none.
func (t *turn) lowest(sku string, price money.Price) (money.Price, error) {
	rows, err := t.SalesIn(SalesQuery{From: t.now.AddDate(0, 0, -t.s.config().LooseDays), Limit: 2000})
	if err != nil {
		return price, err
	}
	for _, row := range rows {
		if row.Kind != "sale" {
			continue
		}
		d, _, err := document(t, row)
		if err != nil {
			return price, err
		}
		for i, l := range d.Order.Lines {
			if l.SKU != sku || l.Qty <= 0 {
				continue
			}
			paid := money.PriceOf(d.Sum.Lines[i].Gross-d.Sum.Lines[i].Discount-d.Sum.Lines[i].Share, d.Order.Rules.Currency)
			price = min(price, money.Price(int64(paid)*int64(money.One)/int64(l.Qty)))
		}
	}
	return price, nil
}
