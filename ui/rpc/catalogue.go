package rpc

import (
	"context"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/money"
)

type stockLines struct {
	Key
	Lines []struct {
		SKU  string  `json:"sku"`
		Qty  Decimal `json:"qty"`
		Cost *Money  `json:"cost,omitempty"`
	} `json:"lines"`
}

func (p stockLines) lines(c money.Currency) ([]app.StockLine, error) {
	var out []app.StockLine
	for _, l := range p.Lines {
		q, err := l.Qty.qty()
		if err != nil {
			return nil, err
		}
		s := app.StockLine{SKU: l.SKU, Qty: q}
		if l.Cost != nil {
			if s.Cost, err = l.Cost.price(c); err != nil {
				return nil, err
			}
		}
		out = append(out, s)
	}
	return out, nil
}

type variance struct {
	SKU      string `json:"sku"`
	Expected string `json:"expected"`
	Counted  string `json:"counted"`
}

const goods = "Catalogue and stock"

func catalogueMethods() []Method {
	const g = goods
	return append([]Method{
		def(g, "catalog.put", "Adds or replaces items by SKU; all or nothing.", func(ctx context.Context, f *Face, p struct {
			Key
			Items []Item `json:"items"`
		}) (map[string]any, error) {
			c := f.Shop.Info().Config.Currency
			var items []catalog.Item
			for _, i := range p.Items {
				item, err := i.item(c)
				if err != nil {
					return nil, err
				}
				items = append(items, item)
			}
			n, err := f.Shop.PutItems(p.in(ctx), items)
			return map[string]any{"put": n}, err
		}),
		def(g, "catalog.import", "Takes a table (CSV in UTF-8 or GB18030, XLSX): good rows are put, bad ones listed. dry_run changes nothing.", func(ctx context.Context, f *Face, p struct {
			Key
			Path   string `json:"path"`
			Format string `json:"format"`
			Dry    bool   `json:"dry_run,omitempty"`
		}) (app.Imported, error) {
			return f.Shop.Import(p.in(ctx), app.ImportAsk{Path: p.Path, Format: catalog.Format(p.Format), Dry: p.Dry}, nil)
		}),
		def(g, "catalog.export", "Writes the catalogue as a table that can be imported again.", func(ctx context.Context, f *Face, p struct {
			Path   string `json:"path"`
			Format string `json:"format"`
		}) (map[string]any, error) {
			n, err := f.Shop.Export(ctx, p.Path, catalog.Format(p.Format), nil)
			return map[string]any{"path": p.Path, "items": n}, err
		}),
		def(g, "catalog.search", "Finds items by name, SKU, barcode, pinyin initials or any part.", func(ctx context.Context, f *Face, p struct {
			Text  string `json:"text"`
			Limit int    `json:"limit,omitempty"`
		}) (map[string]any, error) {
			items, err := f.Shop.SearchItems(ctx, p.Text, p.Limit)
			c, out := f.Shop.Info().Config.Currency, []Found{}
			for _, i := range items {
				out = append(out, foundItem(i, c))
			}
			return map[string]any{"items": out}, err
		}),
		def(g, "tax.put", "Adds or replaces tax classes.", putTaxes),
		def(g, "barcode.rules", "Answers the table of weighed labels; with rules it replaces it first.", func(ctx context.Context, f *Face, p struct {
			Key
			Rules []catalog.Rule `json:"rules,omitempty"`
		}) (map[string]any, error) {
			rules, err := f.Shop.BarcodeRules(p.in(ctx), p.Rules)
			return map[string]any{"rules": rules}, err
		}),
		def(g, "barcode.parse", "Says what a code is.", parseCode),
	}, stockMethods()...)
}

func stockMethods() []Method {
	const g = goods
	return []Method{
		def(g, "stock.receive", "Books goods in.", func(ctx context.Context, f *Face, p stockLines) (map[string]any, error) {
			lines, err := p.lines(f.Shop.Info().Config.Currency)
			if err != nil {
				return nil, err
			}
			doc, err := f.Shop.ReceiveStock(p.in(ctx), lines)
			return map[string]any{"document": doc}, err
		}),
		def(g, "stock.count", "Sets the stock to what was counted.", func(ctx context.Context, f *Face, p stockLines) (map[string]any, error) {
			lines, err := p.lines(f.Shop.Info().Config.Currency)
			if err != nil {
				return nil, err
			}
			doc, list, err := f.Shop.CountStock(p.in(ctx), lines)
			out := []variance{}
			for _, v := range list {
				out = append(out, variance{v.SKU, v.Expected.String(), v.Counted.String()})
			}
			return map[string]any{"document": doc, "variances": out}, err
		}),
		def(g, "stock.level", "Answers the stock of an item.", func(ctx context.Context, f *Face, p struct {
			SKU string `json:"sku"`
		}) (map[string]any, error) {
			q, err := f.Shop.StockLevel(ctx, p.SKU)
			return map[string]any{"qty": q.String()}, err
		}),
	}
}

func putTaxes(ctx context.Context, f *Face, p struct {
	Key
	Taxes []struct {
		Code string  `json:"code"`
		Rate Decimal `json:"rate"`
		Name string  `json:"name,omitempty"`
	} `json:"taxes"`
}) (map[string]any, error) {
	var taxes []catalog.Tax
	for _, t := range p.Taxes {
		r, err := money.ParseRate(string(t.Rate))
		if err != nil {
			return nil, &app.Error{Code: "tax_invalid", Err: err, Data: map[string]any{"tax": t.Code}}
		}
		taxes = append(taxes, catalog.Tax{Code: t.Code, Rate: r, Name: t.Name})
	}
	n, err := f.Shop.PutTaxes(p.in(ctx), taxes)
	return map[string]any{"put": n}, err
}

// parsed is what barcode.parse answers; weight and price in the fixed forms of rpc.md.
type parsed struct {
	Kind     string            `json:"kind"`
	Valid    bool              `json:"valid"`
	SKU      string            `json:"sku,omitempty"`
	PLU      string            `json:"plu,omitempty"`
	Weight   string            `json:"weight,omitempty"` // kilograms
	Qty      string            `json:"qty,omitempty"`
	Price    any               `json:"price,omitempty"` // the label's whole amount
	Discount any               `json:"discount,omitempty"`
	AI       map[string]string `json:"ai,omitempty"`
	Wallet   string            `json:"wallet,omitempty"`
	Number   string            `json:"number,omitempty"` // of a receipt or member
	Why      string            `json:"why,omitempty"`
}

func parseCode(ctx context.Context, f *Face, p struct {
	Code string `json:"code"`
}) (parsed, error) {
	s, item, err := f.Shop.ParseCode(ctx, p.Code)
	if err != nil {
		return parsed{}, err
	}
	c := f.Shop.Info().Config.Currency
	out := parsed{Kind: string(s.Kind), Valid: s.Valid, PLU: s.PLU, AI: s.AI, Wallet: s.Wallet, Number: s.Number, Why: s.Why}
	if item != nil {
		out.SKU = item.SKU
	}
	if s.Weight != nil {
		out.Weight = s.Weight.Weight()
	}
	if s.Qty != nil {
		out.Qty = s.Qty.String()
	}
	if s.Price != nil {
		out.Price = price(*s.Price, c)
	}
	if s.Discount != nil {
		out.Discount = price(*s.Discount, c)
	}
	return out, nil
}
