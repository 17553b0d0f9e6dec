package rpc

import (
	"context"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/reconcile"
)

// feeRule is one row of a table of fees; the rate is decimal text, "0.006" for 0.6 %.
type feeRule struct {
	ID      string `json:"id,omitempty"`
	Channel string `json:"channel,omitempty"` // code, qr, card; every one where left out
	Card    string `json:"card,omitempty"`    // credit, debit; every one where left out
	From    string `json:"from"`
	To      string `json:"to,omitempty"`
	Rate    string `json:"rate"`
	Fixed   int64  `json:"fixed,omitempty"`
	Min     int64  `json:"min,omitempty"`
	Cap     int64  `json:"cap,omitempty"`
	Promo   bool   `json:"promo,omitempty"`
}

type feeTable struct {
	Provider string    `json:"provider"`
	Rounding string    `json:"rounding"` // half_up, half_down, up, down
	Return   string    `json:"return"`   // share, none
	Rules    []feeRule `json:"rules"`
}

func (t feeTable) table() (reconcile.FeeTable, error) {
	out := reconcile.FeeTable{Provider: t.Provider, Rounding: money.Mode(t.Rounding), Return: reconcile.Return(t.Return)}
	for _, r := range t.Rules {
		rate, err := money.ParseRate(r.Rate)
		if err != nil {
			return out, &app.Error{Code: "bad_params", Err: err, Data: map[string]any{"why": "rate " + r.Rate}}
		}
		out.Rules = append(out.Rules, reconcile.FeeRule{ID: r.ID, Channel: r.Channel, Card: r.Card, From: r.From, To: r.To, Rate: rate, Fixed: r.Fixed, Min: r.Min, Cap: r.Cap, Promo: r.Promo})
	}
	return out, nil
}

func feesOf(t reconcile.FeeTable) feeTable {
	out := feeTable{Provider: t.Provider, Rounding: string(t.Rounding), Return: string(t.Return), Rules: []feeRule{}}
	for _, r := range t.Rules {
		out.Rules = append(out.Rules, feeRule{r.ID, r.Channel, r.Card, r.From, r.To, r.Rate.String(), r.Fixed, r.Min, r.Cap, r.Promo})
	}
	return out
}

func feeMethods() []Method {
	const g = "Reconciliation"
	return append([]Method{
		def(g, "fee.put", "Saves one provider's table of fees. Overlaps, gaps and a cap under the minimum are refused by row and day.", func(ctx context.Context, f *Face, p struct {
			Key
			Approval
			feeTable
		}) (feeTable, error) {
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return feeTable{}, err
			}
			table, err := p.table()
			if err != nil {
				return feeTable{}, err
			}
			table, err = f.Shop.PutFees(ctx, table)
			return feesOf(table), err
		}),
		def(g, "fee.list", "Lists the tables of fees.", func(ctx context.Context, f *Face, _ none) (map[string]any, error) {
			all, err := f.Shop.Fees(ctx)
			out := []feeTable{}
			for _, t := range all {
				out = append(out, feesOf(t))
			}
			return map[string]any{"tables": out}, err
		}),
	}, append(append(arrivalMethods(), bankMethods()...), serviceMethods()...)...)
}
