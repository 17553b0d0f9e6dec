package catalog_test

import (
	"errors"
	"strings"
	"testing"

	"suanpan/app/catalog"
	"suanpan/app/money"
)

func TestWeighedLabels(t *testing.T) {
	rules := append(catalog.DefaultRules(),
		catalog.Rule{Prefix: "23", ItemDigits: 4, Verifier: true, ValueDigits: 5, Value: catalog.PriceValue, Decimals: 2},
		catalog.Rule{Prefix: "24", ItemDigits: 5, ValueDigits: 5, Value: catalog.QuantityValue},
		catalog.Rule{Prefix: "25", ItemDigits: 5, ValueDigits: 5, Value: catalog.DiscountValue, Decimals: 2},
		catalog.Rule{Prefix: "28", ValueDigits: 10, Value: catalog.MemberValue})
	if err := catalog.CheckRules(rules[:5]); err != nil {
		t.Fatal(err)
	}
	s := catalog.Parse(signed("210012301250"), rules)
	if s.PLU != "00123" || *s.Price != 125000 || s.Weight != nil {
		t.Errorf("price: %+v", s)
	}
	s = catalog.Parse(signed("220012301250"), rules)
	if s.PLU != "00123" || *s.Weight != 1250 || s.Price != nil {
		t.Errorf("weight: %+v", s)
	}
	s = catalog.Parse(signed("26001230125000500"), rules)
	if s.PLU != "00123" || *s.Weight != 500 || *s.Price != 125000 {
		t.Errorf("18 digits: %+v", s)
	}
	s = catalog.Parse(signed("230123"+string(catalog.VerifierDigit("14685"))+"14685"), rules)
	if !s.Valid || s.PLU != "0123" || *s.Price != 1468500 {
		t.Errorf("verifier: %+v", s)
	}
	s = catalog.Parse(signed("230123"+"5"+"14685"), rules)
	if s.Valid || !strings.Contains(s.Why, "item 0123, value 14685") {
		t.Errorf("a wrong verifier is refused with the label's parts: %+v", s)
	}
	s = catalog.Parse(signed("240012300003"), rules)
	if *s.Qty != 3000 {
		t.Errorf("quantity: %+v", s)
	}
	s = catalog.Parse(signed("250012300150"), rules)
	if *s.Discount != 15000 {
		t.Errorf("discount: %+v", s)
	}
	s = catalog.Parse(signed("280000010086"), rules)
	if s.Kind != catalog.Member || s.Number != "0000010086" {
		t.Errorf("member: %+v", s)
	}
}

func TestVerifierDigitsOfTheStandard(t *testing.T) {
	for value, want := range map[string]byte{"2875": '9', "14685": '6', "123": '0', "12a4": '0'} {
		if got := catalog.VerifierDigit(value); got != want {
			t.Errorf("%s: %c, want %c", value, got, want)
		}
	}
}

func TestRulesThatOverlapAreRefused(t *testing.T) {
	ok := catalog.Rule{Prefix: "21", ItemDigits: 5, ValueDigits: 5, Value: catalog.PriceValue, Decimals: 2}
	with := func(change func(*catalog.Rule)) []catalog.Rule { r := ok; change(&r); return []catalog.Rule{r} }
	for name, rules := range map[string][]catalog.Rule{
		"same prefix":      {ok, ok},
		"nested prefix":    {ok, {Prefix: "2", ItemDigits: 6, ValueDigits: 5, Value: catalog.WeightValue, Decimals: 3}},
		"14 digits":        with(func(r *catalog.Rule) { r.ItemDigits = 6 }),
		"letters":          with(func(r *catalog.Rule) { r.Prefix = "2a" }),
		"unknown value":    with(func(r *catalog.Rule) { r.Value = "volume" }),
		"too many places":  with(func(r *catalog.Rule) { r.Decimals = 5 }),
		"no item":          with(func(r *catalog.Rule) { r.ItemDigits, r.ValueDigits = 0, 10 }),
		"below zero":       with(func(r *catalog.Rule) { r.ItemDigits, r.ValueDigits = -5, 15 }),
		"verifier of 6":    with(func(r *catalog.Rule) { r.ItemDigits, r.ValueDigits, r.Verifier = 3, 6, true }),
		"strange winner":   with(func(r *catalog.Rule) { r.Wins = "house" }),
		"second of a kind": {{Prefix: "26", ItemDigits: 5, ValueDigits: 5, Value: catalog.PriceValue, Decimals: 2, Second: catalog.PriceValue, SecondDigits: 5}},
		"second no digits": with(func(r *catalog.Rule) { r.Second = catalog.WeightValue }),
	} {
		if err := catalog.CheckRules(rules); !errors.Is(err, catalog.ErrRules) {
			t.Errorf("%s: %v", name, err)
		}
		catalog.Parse("2112345678901", rules) // must not panic on rules nobody checked
	}
	if err := catalog.CheckRules(catalog.DefaultRules()); err != nil {
		t.Error(err)
	}
}

func TestSellingLabels(t *testing.T) {
	cny := catalog.Terms{Currency: "CNY"}
	meat := catalog.Item{SKU: "meat", Unit: "kg", Price: 399000}
	jin := catalog.Item{SKU: "meat", Unit: "斤", Price: 199500}
	cake := catalog.Item{SKU: "cake", Price: 125000}
	parse := func(body string) catalog.Scan { return catalog.Parse(signed(body), catalog.DefaultRules()) }
	fixed := func(s catalog.Sold) int64 {
		if s.Fixed == nil {
			return -1
		}
		return *s.Fixed
	}
	for _, c := range []struct {
		name  string
		scan  catalog.Scan
		item  catalog.Item
		terms catalog.Terms
		qty   money.Qty
		fixed int64
		warns bool
	}{
		{"price wins", parse("210012301250"), meat, cny, 313, 1250, false},
		{"price of a counted thing", parse("210012301250"), cake, cny, 1000, 1250, false},
		{"weight", parse("220012301250"), meat, cny, 1250, -1, false},
		{"weight in jin", parse("220012301250"), jin, cny, 2500, -1, false},
		{"18 digits agree", parse("26001230199500500"), meat, cny, 500, 1995, false},
		{"18 digits disagree", parse("26001230099500500"), meat, cny, 500, 995, true},
		{"plain code", catalog.Parse("6901234567892", nil), cake, cny, 1000, -1, false},
	} {
		sold, err := catalog.Sell(c.scan, c.item, c.terms)
		if err != nil || sold.Qty != c.qty || fixed(sold) != c.fixed || (sold.Warning != "") != c.warns {
			t.Errorf("%s: %+v, %v", c.name, sold, err)
		}
	}
	scan := parse("26001230199500500")
	scan.Rule.Wins = catalog.CatalogWins
	if sold, err := catalog.Sell(scan, meat, cny); err != nil || sold.Fixed != nil || sold.Qty != 500 {
		t.Errorf("catalogue wins: %+v, %v", sold, err)
	}
	for name, c := range map[string]struct {
		scan catalog.Scan
		item catalog.Item
	}{
		"no unit price":     {parse("210012301250"), catalog.Item{Unit: "kg"}},
		"nothing on it":     {parse("210012300000"), meat},
		"no weight":         {parse("220012300000"), meat},
		"weight of a piece": {parse("220012301250"), cake},
		"derived zero":      {parse("210012300001"), catalog.Item{Unit: "kg", Price: 999_999_999}},
		"foreign currency":  {catalog.Parse("]C1010690123456789239328401310", nil), cake},
	} {
		if sold, err := catalog.Sell(c.scan, c.item, cny); !errors.Is(err, catalog.ErrLabel) {
			t.Errorf("%s: %+v, %v", name, sold, err)
		}
	}
	if _, err := catalog.Sell(catalog.Parse("2100123012509", catalog.DefaultRules()), meat, cny); !errors.Is(err, catalog.ErrBarcode) {
		t.Errorf("wrong check digit: %v", err)
	}
}

func TestTareAboveGrossIsRefused(t *testing.T) {
	if net, err := catalog.Net(1250, 50); err != nil || net != 1200 {
		t.Error(net, err)
	}
	for _, tare := range []money.Qty{-1, 1251} {
		if _, err := catalog.Net(1250, tare); !errors.Is(err, catalog.ErrTare) {
			t.Error(tare, err)
		}
	}
}
