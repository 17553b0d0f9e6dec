package app

import (
	"context"

	"suanpan/app/money"
	"suanpan/app/shift"
)

// StockLine is a quantity of an item, in thousandths, with its cost where goods come in.
type StockLine struct {
	SKU  string      `json:"sku"`
	Qty  money.Qty   `json:"qty"`
	Cost money.Price `json:"cost,omitempty"`
}

// stockMove is the body of a document that moves stock: stock only ever moves through documents (R14).
type stockMove struct {
	Document string       `json:"document"`
	Kind     string       `json:"kind"` // receive, count
	Lines    []stockMoved `json:"lines"`
}

type stockMoved struct {
	SKU   string      `json:"sku"`
	Qty   money.Qty   `json:"qty"`   // received, or counted
	Delta money.Qty   `json:"delta"` // what the stock changes by
	Cost  money.Price `json:"cost,omitempty"`
}

// Variance is what a count found against what was expected.
type Variance struct {
	SKU      string    `json:"sku"`
	Expected money.Qty `json:"expected"`
	Counted  money.Qty `json:"counted"`
}

// ReceiveStock books goods in and answers the document's id.
func (s *Shop) ReceiveStock(ctx context.Context, lines []StockLine) (string, error) {
	return change(ctx, s, "stock.receive", lines, func(t *turn) (string, error) {
		m := stockMove{Document: NewID(), Kind: "receive"}
		for _, l := range lines {
			if l.Qty <= 0 || l.Cost < 0 {
				return "", refuse("quantity_invalid", nil, "sku", l.SKU)
			}
			m.Lines = append(m.Lines, stockMoved{l.SKU, l.Qty, l.Qty, l.Cost})
		}
		return m.Document, t.moveStock(m)
	})
}

// CountStock sets the stock to what was counted and answers the differences; sales go on while people count, so each line is
// compared with the stock at this moment.
func (s *Shop) CountStock(ctx context.Context, lines []StockLine) (string, []Variance, error) {
	type result struct {
		Document  string
		Variances []Variance
	}
	r, err := change(ctx, s, "stock.count", lines, func(t *turn) (result, error) {
		m, out := stockMove{Document: NewID(), Kind: "count"}, []Variance{}
		seen := map[string]bool{}
		for _, l := range lines {
			if l.Qty < 0 || seen[l.SKU] {
				return result{}, refuse("quantity_invalid", nil, "sku", l.SKU)
			}
			seen[l.SKU] = true
			have, _, err := t.Stock(l.SKU)
			if err != nil {
				return result{}, err
			}
			m.Lines = append(m.Lines, stockMoved{l.SKU, l.Qty, l.Qty - money.Qty(have), l.Cost})
			if l.Qty != money.Qty(have) {
				out = append(out, Variance{l.SKU, money.Qty(have), l.Qty})
			}
		}
		return result{m.Document, out}, t.moveStock(m)
	})
	return r.Document, r.Variances, err
}

func (t *turn) moveStock(m stockMove) error {
	if err := t.need(shift.EditItems); err != nil {
		return err
	}
	if len(m.Lines) == 0 {
		return refuse("no_lines", nil)
	}
	for _, l := range m.Lines {
		if _, err := t.Item(l.SKU); err != nil {
			return refuse("item_not_found", err, "sku", l.SKU)
		}
	}
	t.tell(Event{Kind: CatalogueChanged})
	_, err := t.fact(factStock, m)
	return err
}

// StockLevel answers the stock of an item in thousandths of its unit.
func (s *Shop) StockLevel(ctx context.Context, sku string) (money.Qty, error) {
	return view(ctx, s, func(v View) (money.Qty, error) {
		if _, err := v.Item(sku); err != nil {
			return 0, err
		}
		n, _, err := v.Stock(sku)
		return money.Qty(n), err
	})
}
