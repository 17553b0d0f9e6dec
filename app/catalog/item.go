// Package catalog holds what a shop sells: items, units, prices, taxes and modifiers, and the grammar of the codes that
// name them (EAN/UPC, weighed labels, GS1, wallet codes, the shop's own codes).
package catalog

import (
	"errors"

	"suanpan/app/money"
)

// Errors by which callers know what was wrong; the text around them names the item and the field.
var (
	ErrNotFound  = errors.New("catalog: no such item")
	ErrDuplicate = errors.New("catalog: barcode belongs to another item")
	ErrInvalid   = errors.New("catalog: item is not valid")
	ErrBarcode   = errors.New("catalog: barcode is not valid")
	ErrRules     = errors.New("catalog: barcode rules cannot be used")
	ErrLabel     = errors.New("catalog: label cannot be sold")
	ErrTare      = errors.New("catalog: tare above gross weight")
)

// Limits on what an item may say.
const (
	QtyMax   = money.Qty(1_000_000_000)       // a million pieces
	PriceMax = money.Price(1_000_000_000_000) // 100,000,000.0000
)

// Kind says what an item is.
type Kind string

// The kinds of items.
const (
	Goods   Kind = "goods"
	Service Kind = "service"
	Dish    Kind = "dish"
	Fee     Kind = "fee"
	Ticket  Kind = "ticket"

	StoredValue Kind = "value"      // money put on a member's or gift card: a liability and no sale
	Settlement  Kind = "settlement" // money paid towards what was bought on account
)

// Item is one thing that can be put on an order. Variants (款色码) are items of their own that name their Style, so that a
// scan always means exactly one cell of the colour × size grid (R9).
type Item struct {
	SKU        string            `json:"sku"`
	Name       string            `json:"name"`
	Names      map[string]string `json:"names,omitempty"` // by locale, for bilingual slips
	Price      money.Price       `json:"price"`           // per Unit, tax in or out as the shop's setting says
	Floor      money.Price       `json:"floor,omitempty"` // lowest price an override may set without higher approval (X28)
	Cost       money.Price       `json:"cost,omitempty"`
	Unit       string            `json:"unit,omitempty"`  // "each" where empty; kg, g, jin, liang are weighed
	Taxes      []string          `json:"taxes,omitempty"` // tax codes; none means the shop's default class, "exempt" means none at all
	Barcodes   []string          `json:"barcodes,omitempty"`
	PLU        string            `json:"plu,omitempty"` // the number inside weighed labels
	Category   string            `json:"category,omitempty"`
	Station    string            `json:"station,omitempty"`
	Kind       Kind              `json:"kind,omitempty"` // Goods where empty
	Units      []Unit            `json:"units,omitempty"`
	Modifiers  []Modifier        `json:"modifiers,omitempty"`
	Style      string            `json:"style,omitempty"`
	Colour     string            `json:"colour,omitempty"`
	Size       string            `json:"size,omitempty"`
	Tare       money.Qty         `json:"tare,omitempty"`     // thousandths of Unit, taken off a gross weight (S9)
	Picture    string            `json:"picture,omitempty"`  // name in assets or in the shop's folder
	Colourmark string            `json:"tile,omitempty"`     // tile colour token, where there is no picture
	NoStock    bool              `json:"no_stock,omitempty"` // stock is not counted
	Retired    bool              `json:"retired,omitempty"`  // kept for old documents, not sold any more
}

// Unit is another way to sell an item: a six-pack, a case, 500 g (S10).
type Unit struct {
	Name    string      `json:"name,omitempty"`
	Barcode string      `json:"barcode"`
	Factor  money.Qty   `json:"factor"` // in thousandths of the item's own unit: a six-pack has 6000
	Price   money.Price `json:"price"`  // of one such unit
}

// Modifier is a named change to an item, with or without a price.
type Modifier struct {
	Code  string      `json:"code"`
	Name  string      `json:"name"`
	Price money.Price `json:"price,omitempty"`
	Group string      `json:"group,omitempty"`
}

// Tax is one rate. An item may carry several; each is worked out on the same net amount.
type Tax struct {
	Code string     `json:"code"`
	Name string     `json:"name"`
	Rate money.Rate `json:"rate"`
}

// Exempt is the tax code of items that carry no tax at all.
const Exempt = "exempt"
