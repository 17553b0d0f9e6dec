package app

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sort"
	"strings"

	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/shift"
)

// found is what a scanned code was understood as: an item, perhaps one of its units, and what the label itself says.
type found struct {
	item catalog.Item
	unit int
	scan catalog.Scan
	sold catalog.Sold
}

// find looks a code up. An item that carries exactly this code comes before any grammar; then weighed labels and GS1
// elements; then a SKU typed by hand. The refusal carries what the grammar saw.
func (s *Shop) find(t View, code string) (found, error) {
	code = strings.TrimSpace(money.Narrow(code))
	if code == "" || len(code) > 512 {
		return found{}, refuse("unknown_code", nil, "code", clip(code))
	}
	conf := s.config()
	f := found{unit: -1, sold: catalog.Sold{Qty: money.One}}
	var err error
	if f.item, f.unit, err = t.ItemByCode(code); err == nil {
		f.scan = catalog.Scan{Kind: catalog.Unknown, Valid: true, Code: code}
		if read := conf.codes().Parse(code); read.Valid && read.PLU == "" {
			f.scan = read
		}
		return f, nil
	}
	if !errors.Is(err, catalog.ErrNotFound) {
		return found{}, err
	}
	f.scan = conf.codes().Parse(code)
	switch {
	case f.scan.Kind == catalog.Wallet:
		return found{}, refuse("payment_code_here", nil, "wallet", f.scan.Wallet)
	case f.scan.Kind == catalog.Receipt:
		return found{}, refuse("receipt_code_here", nil, "receipt_no", f.scan.Number)
	case f.scan.Kind == catalog.Member || f.scan.Kind == catalog.Cashier:
		return found{}, refuse("member_code_here", nil, "number", f.scan.Number)
	case !f.scan.Valid && f.scan.Kind != catalog.Unknown:
		return found{}, refuse("code_invalid", f.scan.Err, "code", clip(code), "kind", string(f.scan.Kind), "why", f.scan.Why)
	case f.scan.PLU != "":
		f.item, err = t.ItemByPLU(catalog.PLUKey(f.scan.PLU))
	case f.scan.Code != "" && f.scan.Code != code:
		f.item, f.unit, err = t.ItemByCode(f.scan.Code)
	default:
		f.item, err = t.Item(code)
		f.unit = -1
	}
	if errors.Is(err, catalog.ErrNotFound) {
		return found{}, refuse("unknown_code", err, "code", clip(code), "kind", string(f.scan.Kind))
	}
	if err != nil {
		return found{}, err
	}
	if f.scan.PLU != "" {
		f.unit = -1
	}
	f.sold, err = catalog.Sell(f.scan, f.item, catalog.Terms{Currency: conf.Currency, Wins: conf.Weighed})
	if err != nil {
		return found{}, refuse("label_refused", err, "why", err.Error())
	}
	return f, nil
}

// apply puts what the label says on the line; times multiplies a counted piece and is refused for a weighed label (S12).
func (f *found) apply(l *order.Line, times money.Qty) error {
	l.Qty, l.Fixed = f.sold.Qty, f.sold.Fixed
	if f.sold.Discount > 0 {
		l.Discount = order.Discount{Minor: f.sold.Discount, Reason: "label"}
	}
	if f.scan.AI["10"] != "" {
		l.Note = "LOT " + f.scan.AI["10"]
	}
	switch {
	case times == 0 || times == money.One:
		return nil
	case times < 0 || f.scan.Weight != nil || f.scan.Price != nil:
		return refuse("times_refused", order.ErrQuantity, "times", times.String())
	}
	l.Qty = l.Qty.Times(times)
	return nil
}

func clip(code string) string {
	if len(code) > 64 {
		return code[:64] + "..."
	}
	return code
}

// ParseCode says what a code is, and which item it names.
func (s *Shop) ParseCode(ctx context.Context, code string) (catalog.Scan, *catalog.Item, error) {
	scan := s.config().codes().Parse(strings.TrimSpace(money.Narrow(code)))
	item, err := view(ctx, s, func(v View) (*catalog.Item, error) {
		item, _, err := v.ItemByCode(strings.TrimSpace(code))
		if errors.Is(err, catalog.ErrNotFound) && scan.PLU != "" {
			item, err = v.ItemByPLU(catalog.PLUKey(scan.PLU))
		}
		if errors.Is(err, catalog.ErrNotFound) {
			return nil, nil
		}
		return &item, err
	})
	return scan, item, err
}

// Price is the answer to a price check (R23); it touches no order.
type Price struct {
	Item  catalog.Item
	Unit  int // of Item.Units, or −1
	Price money.Price
	Stock money.Qty
	Known bool // the stock is counted
	Label *int64
}

// CheckPrice answers what a code costs.
func (s *Shop) CheckPrice(ctx context.Context, code string) (Price, error) {
	return view(ctx, s, func(v View) (Price, error) {
		f, err := s.find(v, code)
		if err != nil {
			return Price{}, err
		}
		p := Price{Item: f.item, Unit: f.unit, Price: f.item.Price, Label: f.sold.Fixed}
		if f.unit >= 0 && f.unit < len(f.item.Units) {
			p.Price = f.item.Units[f.unit].Price
		}
		n, known, err := v.Stock(f.item.SKU)
		p.Stock, p.Known = money.Qty(n), known
		return p, err
	})
}

// PutItems adds or replaces items, all or none. Each is checked: name, price, tax classes, barcodes.
func (s *Shop) PutItems(ctx context.Context, items []catalog.Item) (int, error) {
	return change(ctx, s, "catalog.put", items, func(t *turn) (int, error) {
		if err := t.need(shift.EditItems); err != nil {
			return 0, err
		}
		if len(items) == 0 {
			return 0, refuse("no_items", nil)
		}
		for _, item := range items {
			if err := t.putItem(item); err != nil {
				return 0, err
			}
		}
		t.tell(Event{Kind: CatalogueChanged})
		_, err := t.fact("catalogue.put", map[string]any{"items": len(items), "first": items[0].SKU})
		return len(items), err
	})
}

// putItem normalises and checks an item, notes a changed price, and stores it.
func (t *turn) putItem(item catalog.Item) error {
	known, err := t.s.taxTable(t)
	if err != nil {
		return err
	}
	clean := item.Normal()
	if err := clean.Check(catalog.Conditions{Taxes: slices.Collect(maps.Values(known))}); err != nil {
		return refuse("item_invalid", err, "sku", clean.SKU, "why", reasons(err))
	}
	old, err := t.Item(clean.SKU)
	if err != nil && !errors.Is(err, catalog.ErrNotFound) {
		return err
	}
	if err == nil && old.Price != clean.Price {
		if _, err := t.fact("price.changed", map[string]any{"sku": clean.SKU, "was": old.Price, "now": clean.Price}); err != nil {
			return err
		}
	}
	if err := t.PutItem(clean); err != nil {
		if errors.Is(err, catalog.ErrDuplicate) {
			return refuse("barcode_taken", err, "sku", clean.SKU, "why", err.Error())
		}
		return err
	}
	return nil
}

// reasons lists what is wrong, for people.
func reasons(err error) string {
	var out []string
	for _, f := range catalog.Faults(err) {
		out = append(out, f.Field+": "+f.Reason)
	}
	if len(out) == 0 {
		return err.Error()
	}
	return strings.Join(out, "; ")
}

// taxTable reads the tax classes, from memory after the first time.
func (s *Shop) taxTable(v View) (map[string]catalog.Tax, error) {
	s.mu.Lock()
	known := s.taxes
	s.mu.Unlock()
	if known != nil {
		return known, nil
	}
	list, err := v.Taxes()
	if err != nil {
		return nil, err
	}
	known = map[string]catalog.Tax{}
	for _, t := range list {
		known[t.Code] = t
	}
	s.mu.Lock()
	s.taxes = known
	s.mu.Unlock()
	return known, nil
}

// PutTaxes adds or replaces tax classes. Finished documents keep the rates they were sold at.
func (s *Shop) PutTaxes(ctx context.Context, taxes []catalog.Tax) (int, error) {
	return change(ctx, s, "tax.put", taxes, func(t *turn) (int, error) {
		if err := t.need(shift.EditShop); err != nil {
			return 0, err
		}
		for _, tax := range taxes {
			if tax.Code == "" || tax.Code == catalog.Exempt || strings.ContainsAny(tax.Code, ": ") || len(tax.Code) > 20 || tax.Rate < 0 || tax.Rate > money.Whole {
				return 0, refuse("tax_invalid", nil, "tax", tax.Code)
			}
			if tax.Name == "" {
				tax.Name = tax.Rate.Percent() + "%"
			}
			if err := t.PutTax(tax); err != nil {
				return 0, err
			}
		}
		t.after = append(t.after, func() { s.taxes = nil })
		t.tell(Event{Kind: SettingsChanged})
		_, err := t.fact("tax.put", taxes)
		return len(taxes), err
	})
}

// Taxes lists the tax classes.
func (s *Shop) Taxes(ctx context.Context) ([]catalog.Tax, error) {
	return view(ctx, s, func(v View) ([]catalog.Tax, error) { return v.Taxes() })
}

// SearchItems finds by name, SKU, barcode, pinyin initials or any part of them; best first.
func (s *Shop) SearchItems(ctx context.Context, text string, limit int) ([]catalog.Item, error) {
	if limit <= 0 || limit > 200 {
		limit = 50
	}
	text = strings.TrimSpace(money.Narrow(text))
	if text == "" {
		return nil, nil
	}
	return view(ctx, s, func(v View) ([]catalog.Item, error) { return v.SearchItems(text, limit) })
}

// Item reads one item.
func (s *Shop) Item(ctx context.Context, sku string) (catalog.Item, error) {
	return view(ctx, s, func(v View) (catalog.Item, error) { return v.Item(sku) })
}

// Items lists a category ("" is all), in order of SKU, after the given one: the tiles read a page at a time.
func (s *Shop) Items(ctx context.Context, category, after string, limit int) ([]catalog.Item, error) {
	return view(ctx, s, func(v View) ([]catalog.Item, error) { return v.ItemsIn(category, after, limit) })
}

// Categories lists the categories in order of first use.
func (s *Shop) Categories(ctx context.Context) ([]string, error) {
	return view(ctx, s, func(v View) ([]string, error) { return v.Categories() })
}

// CountItems answers how many items there are.
func (s *Shop) CountItems(ctx context.Context) (int64, error) {
	return view(ctx, s, func(v View) (int64, error) { return v.CountItems() })
}

// Variants lists the cells of a style's colour × size grid (R9).
func (s *Shop) Variants(ctx context.Context, style string) ([]catalog.Item, error) {
	items, err := s.SearchItems(ctx, style, 200)
	if err != nil {
		return nil, err
	}
	var out []catalog.Item
	for _, i := range items {
		if i.Style == style {
			out = append(out, i)
		}
	}
	return out, nil
}

// BarcodeRules answers the table of weighed labels; with rules given it replaces it first.
func (s *Shop) BarcodeRules(ctx context.Context, rules []catalog.Rule) ([]catalog.Rule, error) {
	if rules == nil {
		return s.config().Barcodes, nil
	}
	conf := s.config()
	conf.Barcodes = rules
	conf, err := s.Configure(ctx, conf)
	return conf.Barcodes, err
}

func sortHeld(list []Held) {
	sort.Slice(list, func(a, b int) bool { return list[a].Changed.Before(list[b].Changed) })
}
