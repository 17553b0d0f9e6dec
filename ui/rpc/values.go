package rpc

import (
	"encoding/json"
	"fmt"
	"strings"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/app/order"
)

// Decimal is a quantity or a rate as decimal text; a whole JSON number is taken as well, a fraction as a number is not.
type Decimal string

// UnmarshalJSON refuses floats: 1.25 must be written "1.25".
func (d *Decimal) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*d = Decimal(s)
		return nil
	}
	if strings.ContainsAny(string(b), ".eE") {
		return fmt.Errorf("write %s as text: %q", b, b)
	}
	var n int64
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	*d = Decimal(fmt.Sprint(n))
	return nil
}

func (d Decimal) qty() (money.Qty, error) {
	q, err := money.ParseQty(string(d))
	if err != nil {
		return 0, &app.Error{Code: "quantity_invalid", Err: err}
	}
	return q, nil
}

// Money is a price: an integer in minor units, or decimal text in major units where it has more places than those.
type Money struct {
	minor int64
	text  string
}

// UnmarshalJSON takes 1250 or "12.5000".
func (m *Money) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &m.text) == nil {
		return nil
	}
	if strings.ContainsAny(string(b), ".eE") {
		return fmt.Errorf("money is an integer in minor units: %s", b)
	}
	return json.Unmarshal(b, &m.minor)
}

func (m Money) price(c money.Currency) (money.Price, error) {
	if m.text == "" {
		if m.minor > money.MaxMinor || m.minor < -money.MaxMinor {
			return 0, &app.Error{Code: "amount_invalid", Err: money.ErrRange}
		}
		return money.PriceOf(m.minor, c), nil
	}
	p, err := money.ParsePrice(m.text)
	if err != nil {
		return 0, &app.Error{Code: "amount_invalid", Err: err}
	}
	return p, nil
}

// price shows a unit price: an integer where it is whole minor units, else decimal text.
func price(p money.Price, c money.Currency) any {
	if p.Exact(c) {
		return p.Minor(c)
	}
	return p.Decimal(c)
}

// Basket is an order as rpc.md shows it.
type Basket struct {
	Basket   string       `json:"basket"`
	State    string       `json:"state"`
	Line     int          `json:"line,omitempty"` // the line just touched
	Lines    []BasketLine `json:"lines"`
	Subtotal int64        `json:"subtotal"`
	Discount int64        `json:"discount"`
	Tax      int64        `json:"tax"`
	Rounding int64        `json:"rounding"`
	Total    int64        `json:"total"`
	Paid     int64        `json:"paid"`
	Due      int64        `json:"due"`
	DueCash  int64        `json:"due_cash"` // the same after a rounding that is for cash only
	Change   int64        `json:"change"`
	Currency string       `json:"currency"`
	Member   string       `json:"member,omitempty"`
	Label    string       `json:"label,omitempty"`
	Moved    []app.Moved  `json:"price_changes,omitempty"`
	Warning  string       `json:"warning,omitempty"` // the scanned label disagrees with the catalogue; the line is on the basket
}

// BasketLine is one line of it.
type BasketLine struct {
	Line     int    `json:"line"`
	SKU      string `json:"sku"`
	Name     string `json:"name"`
	Qty      string `json:"qty"`
	Unit     string `json:"unit,omitempty"`
	Price    any    `json:"unit_price"`
	Gross    int64  `json:"gross"`
	Discount int64  `json:"discount"` // the line's own and its share of the basket's
	Total    int64  `json:"total"`
	Tax      int64  `json:"tax"`
	Note     string `json:"note,omitempty"`
}

func basket(b app.Basket) Basket {
	o, c := b.Order, b.Order.Rules.Currency
	out := Basket{Basket: string(o.ID), State: string(o.State), Line: b.Line, Lines: []BasketLine{}, Subtotal: b.Sum.Subtotal, Discount: b.Sum.Discount,
		Tax: b.Sum.Tax, Rounding: b.Sum.Rounding, Total: b.Sum.Total, Paid: b.Sum.Paid, Due: b.Sum.Due, DueCash: order.CashDue(o).Minor, Change: b.Sum.Change,
		Currency: string(c), Member: o.Member, Label: o.Label, Moved: b.Moved, Warning: b.Warning}
	for i, l := range o.Lines {
		out.Lines = append(out.Lines, line(l, b.Sum.Lines[i], c))
	}
	return out
}

func line(l order.Line, s order.LineSum, c money.Currency) BasketLine {
	return BasketLine{Line: l.No, SKU: l.SKU, Name: l.Name, Qty: l.Qty.String(), Unit: l.Unit, Price: price(l.Price, c), Gross: s.Gross,
		Discount: s.Discount + s.Share, Total: s.Total, Tax: s.Tax, Note: l.Note}
}

// Item is an item of the catalogue as rpc.md names its fields.
type Item struct {
	SKU       string     `json:"sku"`
	Name      string     `json:"name"`
	Price     Money      `json:"price"`
	Unit      string     `json:"unit,omitempty"`
	Tax       string     `json:"tax,omitempty"` // one code, or several with commas
	Barcodes  []string   `json:"barcodes,omitempty"`
	PLU       string     `json:"plu,omitempty"`
	Category  string     `json:"category,omitempty"`
	Station   string     `json:"station,omitempty"`
	Kind      string     `json:"kind,omitempty"`
	Modifiers []Modifier `json:"modifiers,omitempty"`
	Units     []Unit     `json:"units,omitempty"`
	Floor     *Money     `json:"floor,omitempty"`
	Style     string     `json:"style,omitempty"`
	Colour    string     `json:"colour,omitempty"`
	Size      string     `json:"size,omitempty"`
	Picture   string     `json:"picture,omitempty"`
	NoStock   bool       `json:"no_stock,omitempty"`
	Retired   bool       `json:"retired,omitempty"`
}

// Modifier and Unit are parts of an Item.
type (
	Modifier struct {
		Code  string `json:"code"`
		Name  string `json:"name"`
		Price *Money `json:"price,omitempty"`
		Group string `json:"group,omitempty"`
	}
	Unit struct {
		Name    string  `json:"name,omitempty"`
		Barcode string  `json:"barcode"`
		Factor  Decimal `json:"factor"`
		Price   Money   `json:"price"`
	}
)

func (i Item) item(c money.Currency) (catalog.Item, error) {
	out := catalog.Item{SKU: i.SKU, Name: i.Name, Unit: i.Unit, Barcodes: i.Barcodes, PLU: i.PLU, Category: i.Category, Station: i.Station,
		Kind: catalog.Kind(i.Kind), Style: i.Style, Colour: i.Colour, Size: i.Size, Picture: i.Picture, NoStock: i.NoStock, Retired: i.Retired}
	if i.Tax != "" {
		out.Taxes = strings.Split(i.Tax, ",")
	}
	var err error
	if out.Price, err = i.Price.price(c); err != nil {
		return out, err
	}
	if i.Floor != nil {
		if out.Floor, err = i.Floor.price(c); err != nil {
			return out, err
		}
	}
	for _, m := range i.Modifiers {
		mod := catalog.Modifier{Code: m.Code, Name: m.Name, Group: m.Group}
		if m.Price != nil {
			if mod.Price, err = m.Price.price(c); err != nil {
				return out, err
			}
		}
		out.Modifiers = append(out.Modifiers, mod)
	}
	for _, u := range i.Units {
		factor, err := u.Factor.qty()
		if err != nil {
			return out, err
		}
		p, err := u.Price.price(c)
		if err != nil {
			return out, err
		}
		out.Units = append(out.Units, catalog.Unit{Name: u.Name, Barcode: u.Barcode, Factor: factor, Price: p})
	}
	return out, nil
}

// Found is an item as catalog.search answers it.
type Found struct {
	SKU      string   `json:"sku"`
	Name     string   `json:"name"`
	Price    any      `json:"price"`
	Unit     string   `json:"unit,omitempty"`
	Tax      string   `json:"tax,omitempty"`
	Barcodes []string `json:"barcodes,omitempty"`
	PLU      string   `json:"plu,omitempty"`
	Category string   `json:"category,omitempty"`
	Style    string   `json:"style,omitempty"`
	Colour   string   `json:"colour,omitempty"`
	Size     string   `json:"size,omitempty"`
}

func foundItem(i catalog.Item, c money.Currency) Found {
	return Found{SKU: i.SKU, Name: i.Name, Price: price(i.Price, c), Unit: i.Unit, Tax: strings.Join(i.Taxes, ","), Barcodes: i.Barcodes, PLU: i.PLU,
		Category: i.Category, Style: i.Style, Colour: i.Colour, Size: i.Size}
}
