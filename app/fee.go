package app

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"suanpan/app/ledger"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/app/receipt"
	"suanpan/app/reconcile"
	"suanpan/app/shift"
)

// FeeGuess is the fee that the contract in force gives for one payment, worked out when its money came (B11). Known false is
// "no rule says", which is not zero.
type FeeGuess struct {
	Known bool   `json:"known"`
	Minor int64  `json:"minor"`
	Rule  string `json:"rule,omitempty"`
}

const feeSetting = "fees"

// feeTables reads every provider's contract.
func feeTables(v View) (map[string]reconcile.FeeTable, error) {
	all := map[string]reconcile.FeeTable{}
	doc, ok, err := v.Setting(feeSetting)
	if err != nil || !ok {
		return all, err
	}
	return all, json.Unmarshal(doc, &all)
}

// PutFees saves one provider's table of fees in place of the one before (B10). A table with an overlap, a gap or a cap under
// its minimum is refused whole, by row and day. Payments already taken keep the fee that was expected of them.
func (s *Shop) PutFees(ctx context.Context, table reconcile.FeeTable) (reconcile.FeeTable, error) {
	table.Provider = strings.TrimSpace(table.Provider)
	for i := range table.Rules {
		if r := &table.Rules[i]; r.ID == "" {
			r.ID = NewID()
		}
	}
	if table.Provider == "" {
		return table, refuse("fee_provider", nil)
	}
	if err := table.Check(); err != nil {
		var f *reconcile.FeeFault
		if errors.As(err, &f) {
			return table, refuse(f.Code, err, "row", f.Row, "day", f.Day)
		}
		return table, s.fault(err)
	}
	return change(ctx, s, "fee.put", table, func(t *turn) (reconcile.FeeTable, error) {
		if err := t.need(shift.Reconcile); err != nil {
			return table, err
		}
		all, err := feeTables(t)
		if err != nil {
			return table, err
		}
		all[table.Provider] = table
		if err := t.PutSetting(feeSetting, rawJSON(all)); err != nil {
			return table, err
		}
		_, err = t.fact("fee.put", table)
		t.tell(Event{Kind: SettingsChanged})
		return table, err
	})
}

// Fees lists the tables of fees by provider.
func (s *Shop) Fees(ctx context.Context) ([]reconcile.FeeTable, error) {
	return view(ctx, s, func(v View) ([]reconcile.FeeTable, error) {
		all, err := feeTables(v)
		out := []reconcile.FeeTable{}
		for _, name := range slices.Sorted(maps.Keys(all)) {
			out = append(out, all[name])
		}
		return out, err
	})
}

// china is where providers without a zone of their own keep their books.
func china() *time.Location { return time.FixedZone("UTC+8", 8*60*60) }

// billZone is where the provider's days begin.
func (s *Shop) billZone(provider string) *time.Location {
	if p := s.provider(provider); p != nil && p.Caps().Zone != nil {
		return p.Caps().Zone
	}
	return china()
}

// expectFee works out the fee of an attempt whose money just came, once.
func (t *turn) expectFee(a *Attempt) error {
	if a.Fee != nil || standing(a.State) != reconcile.Moved {
		return nil
	}
	tables, err := feeTables(t)
	if err != nil {
		return err
	}
	table, ok := tables[a.Provider]
	if !ok {
		a.Fee = &FeeGuess{}
		return nil
	}
	day := a.paidAt().In(t.s.billZone(a.Provider)).Format(time.DateOnly)
	e := table.Expect(day, string(a.Flow), "", a.Amount.Minor)
	a.Fee = &FeeGuess{Known: e.Known, Minor: e.Minor, Rule: e.Rule}
	return nil
}

// withFee adds the expected fee and the business day to the body of a captured payment's fact, from which Fold keeps the
// figures of shift and day.
func (t *turn) withFee(body map[string]any, a Attempt) map[string]any {
	if a.Fee != nil {
		body["fee"], body["day"] = a.Fee, t.day()
	}
	return body
}

// capturedFee is what Fold reads of a captured payment; facts of before the first table have no fee.
type capturedFee struct {
	Provider string       `json:"provider"`
	Amount   money.Amount `json:"amount"`
	Fee      *FeeGuess    `json:"fee"`
	Day      string       `json:"day"`
}

// captured adds a payment's expected fee to its shift: known ones by amount, unknown ones by number (B12).
func (e *Entry) captured(f *ledger.Fact) error {
	var c capturedFee
	if err := json.Unmarshal(f.Body, &c); err != nil || c.Fee == nil {
		return err
	}
	e.dayFee(c)
	e.add("shift:"+f.Shift, "gross:"+c.Provider, 1, c.Amount.Minor)
	if c.Fee.Known {
		e.add("shift:"+f.Shift, "fee:"+c.Provider, 1, c.Fee.Minor)
	} else {
		e.add("shift:"+f.Shift, "fee_unknown:"+c.Provider, 1, c.Amount.Minor)
	}
	return nil
}

// fees reads what the shift's payments should cost, by provider, out of the shift's totals.
func fees(totals map[string]Delta) map[string]shift.Fee {
	out := map[string]shift.Fee{}
	for key, d := range totals {
		kind, provider, ok := strings.Cut(key, ":")
		f := out[provider]
		switch {
		case !ok:
			continue
		case kind == "gross":
			f.Gross = d.Minor
		case kind == "fee":
			f.Fee = d.Minor
		case kind == "fee_unknown":
			f.Unknown = d.N
		default:
			continue
		}
		out[provider] = f
	}
	for provider, f := range out {
		f.Net = f.Gross - f.Fee
		f.Provisional = f.Unknown > 0
		out[provider] = f
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// comparing gives the expected fee of a row of a bill: the payment's own, or, where only the bill knows the card's kind, the
// one that the table gives with it. What comes back with a refund is a share of its payment's fee, or nothing, as the contract says.
func comparing(v View, table reconcile.FeeTable, zone *time.Location) func(reconcile.Ours, pay.BillLine) reconcile.Expected {
	expect := func(at time.Time, flow pay.Flow, l pay.BillLine, minor int64) reconcile.Expected {
		return table.Expect(at.In(zone).Format(time.DateOnly), string(flow), reconcile.CardKind(l.Channel), minor)
	}
	return func(o reconcile.Ours, l pay.BillLine) reconcile.Expected {
		if !o.Refund {
			return expect(o.At, o.Flow, l, o.Amount.Minor)
		}
		a, err := v.Attempt(o.Attempt)
		if err != nil {
			return reconcile.Expected{} // no payment, no fee to compare with: the bill's word is booked as it is
		}
		fee := expect(a.paidAt(), a.Flow, l, a.Amount.Minor)
		if a.Fee != nil && a.Fee.Known {
			fee.Known, fee.Minor = true, a.Fee.Minor
		}
		if !fee.Known {
			return reconcile.Expected{}
		}
		return table.ExpectBack(fee.Minor, a.Amount.Minor, o.Amount.Minor)
	}
}

// feeGroup is the part of X and Z that says what providers will pay out (B12); it is empty where no payment has a fee.
func feeGroup(f shift.Figures, w func(string, ...any) string) receipt.Group {
	g := receipt.Group{Title: w("report.expected_net")}
	for _, p := range slices.Sorted(maps.Keys(f.Fees)) {
		fee, name := f.Fees[p], w("receipt.method."+p)
		if fee.Provisional && fee.Fee == 0 {
			g.Entries = append(g.Entries, receipt.Entry{Label: name, Text: w("report.fee_unknown")})
			continue
		}
		g.Entries = append(g.Entries, amountEntry(name+" "+w("report.fee"), -fee.Fee, f.Currency))
		if fee.Provisional {
			name += " " + w("report.provisional")
		}
		g.Entries = append(g.Entries, amountEntry(name, fee.Net, f.Currency))
	}
	return g
}
