package catalog

import (
	"fmt"

	"suanpan/app/money"
)

// Terms are the shop's settings for selling labels.
type Terms struct {
	Currency money.Currency
	Wins     string // LabelWins or CatalogWins, where the rule does not say; LabelWins where empty (S2)
}

// Sold is what a label makes of an item on an order.
type Sold struct {
	Qty      money.Qty // thousandths of the item's unit
	Fixed    *int64    // the line's amount in minor units where the label wins, instead of price × quantity
	Discount int64     // off the line, minor units
	Warning  string    // amount and weight of the label disagree with the price (S3): sell it, tell the cashier, log it
}

// Sell turns a scanned code and the item it names into quantity and amount. A label that cannot be sold answers ErrLabel with
// the reason: no unit price, nothing on it, a weight for something that is counted, another currency. A code that
// carries neither weight, price nor count is one piece.
func Sell(s Scan, item Item, t Terms) (Sold, error) {
	refuse := func(format string, a ...any) (Sold, error) {
		return Sold{}, fmt.Errorf("%w: %s %s: %s", ErrLabel, item.SKU, item.Name, fmt.Sprintf(format, a...))
	}
	if !s.Valid && s.Err != nil {
		return Sold{}, s.Err
	}
	if s.Currency != "" && s.Currency != t.Currency && s.Price != nil {
		return refuse("its amount is in %s, the till sells in %s", s.Currency, t.Currency)
	}
	wins := t.Wins
	if s.Rule != nil && s.Rule.Wins != "" {
		wins = s.Rule.Wins
	}
	var amount *int64
	if s.Price != nil {
		if *s.Price <= 0 || !s.Price.Exact(t.Currency) {
			return refuse("amount %s on the label", s.Price.Decimal(t.Currency))
		}
		amount = new(s.Price.Minor(t.Currency))
	}
	switch {
	case s.Weight != nil:
		return sellWeight(s, item, t, amount, wins)
	case amount != nil:
		return sellAmount(item, t, *amount, wins)
	case s.Qty != nil && *s.Qty <= 0:
		return refuse("quantity %s on the label", *s.Qty)
	case s.Qty != nil:
		return Sold{Qty: *s.Qty}, nil
	case s.Discount != nil:
		off, most := s.Discount.Minor(t.Currency), item.Price.Minor(t.Currency)
		if off <= 0 || off > most || !s.Discount.Exact(t.Currency) {
			return refuse("%s off, at most %s", s.Discount.Decimal(t.Currency), item.Price.Decimal(t.Currency))
		}
		return Sold{Qty: money.One, Discount: off}, nil
	}
	return Sold{Qty: money.One}, nil
}

// sellWeight sells by the label's weight; an amount beside it wins or is compared.
func sellWeight(s Scan, item Item, t Terms, amount *int64, wins string) (Sold, error) {
	qty, ok := InUnit(*s.Weight, item.Unit)
	switch {
	case !ok:
		return Sold{}, fmt.Errorf("%w: %s %s is sold by %q, the label carries %s kg", ErrLabel, item.SKU, item.Name, item.Unit, s.Weight.Weight())
	case qty <= 0:
		return Sold{}, fmt.Errorf("%w: %s %s: weight %s kg on the label", ErrLabel, item.SKU, item.Name, s.Weight.Weight())
	case item.Price <= 0:
		return Sold{}, fmt.Errorf("%w: %s %s has no unit price", ErrLabel, item.SKU, item.Name)
	}
	sold := Sold{Qty: qty}
	if amount == nil {
		return sold, nil
	}
	ours := item.Price.Times(qty, t.Currency).Minor
	if diff := max(*amount-ours, ours-*amount); diff > tolerance(s, item, t.Currency) {
		sold.Warning = fmt.Sprintf("label says %s, weight %s kg at %s makes %s: old prices in the scale?", money.Of(*amount, t.Currency),
			s.Weight.Weight(), item.Price.Decimal(t.Currency), money.Of(ours, t.Currency))
	}
	if wins != CatalogWins {
		sold.Fixed = amount
	}
	return sold, nil
}

// tolerance is the rule's own, or what half the last digit of the weight is worth and one minor unit for rounding.
func tolerance(s Scan, item Item, c money.Currency) int64 {
	if s.Rule == nil {
		return 1 + step(item, 1, c)
	}
	if s.Rule.Tolerance > 0 {
		return s.Rule.Tolerance
	}
	decimals := s.Rule.Decimals
	if s.Rule.Second == WeightValue {
		decimals = s.Rule.SecondDecimals
	}
	grams := money.Qty(1)
	for range money.QtyPlaces - decimals {
		grams *= 10
	}
	return 1 + step(item, grams, c)
}

// step is what half of so many grams costs, rounded up.
func step(item Item, grams money.Qty, c money.Currency) int64 {
	q, _ := InUnit(grams, item.Unit)
	return (item.Price.Times(max(q, 1), c).Minor + 2) / 2
}

// sellAmount sells by the label's amount: of measured goods the quantity follows from it, to three places (S2).
func sellAmount(item Item, t Terms, amount int64, wins string) (Sold, error) {
	if item.Price <= 0 {
		return Sold{}, fmt.Errorf("%w: %s %s has no unit price", ErrLabel, item.SKU, item.Name)
	}
	sold := Sold{Qty: money.One}
	if Weighed(item.Unit) {
		sold.Qty = item.Price.QtyFor(money.Of(amount, t.Currency))
	}
	if sold.Qty <= 0 || sold.Qty > QtyMax {
		return Sold{}, fmt.Errorf("%w: %s %s: %s at %s is a quantity of %s", ErrLabel, item.SKU, item.Name,
			money.Of(amount, t.Currency), item.Price.Decimal(t.Currency), sold.Qty)
	}
	if wins != CatalogWins {
		sold.Fixed = &amount
	}
	return sold, nil
}
