package catalog_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"suanpan/app/catalog"
)

func TestFaultsOfAnItemNameTheField(t *testing.T) {
	ok := catalog.Item{SKU: "a", Name: "可乐", Price: 30000, Taxes: []string{"13"}}
	taxes := catalog.Conditions{Taxes: []catalog.Tax{{Code: "13"}}, TaxNeeded: true}
	if err := ok.Check(taxes); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		field  string
		change func(*catalog.Item)
		is     error
	}{
		{"sku", func(i *catalog.Item) { i.SKU = "" }, catalog.ErrInvalid},
		{"sku", func(i *catalog.Item) { i.SKU = strings.Repeat("x", 65) }, catalog.ErrInvalid},
		{"name", func(i *catalog.Item) { i.Name = "" }, catalog.ErrInvalid},
		{"name", func(i *catalog.Item) { i.Name = "a\x00b" }, catalog.ErrInvalid},
		{"price", func(i *catalog.Item) { i.Price, i.Floor = -1, -1 }, catalog.ErrInvalid},
		{"floor", func(i *catalog.Item) { i.Floor = 30001 }, catalog.ErrInvalid},
		{"tax", func(i *catalog.Item) { i.Taxes = nil }, catalog.ErrInvalid},
		{"tax", func(i *catalog.Item) { i.Taxes = []string{"17"} }, catalog.ErrInvalid},
		{"tax", func(i *catalog.Item) { i.Taxes = []string{"13", catalog.Exempt} }, catalog.ErrInvalid},
		{"barcode", func(i *catalog.Item) { i.Barcodes = []string{"6901234567893"} }, catalog.ErrBarcode},
		{"barcode", func(i *catalog.Item) { i.Barcodes = []string{"036000291452", "0036000291452"} }, catalog.ErrDuplicate},
		{"units", func(i *catalog.Item) { i.Units = []catalog.Unit{{Name: "箱"}} }, catalog.ErrInvalid},
		{"units", func(i *catalog.Item) { i.Units = []catalog.Unit{{Factor: 12000}} }, catalog.ErrInvalid},
		{"kind", func(i *catalog.Item) { i.Kind = "thing" }, catalog.ErrInvalid},
		{"plu", func(i *catalog.Item) { i.PLU = "12a" }, catalog.ErrInvalid},
		{"style", func(i *catalog.Item) { i.Colour = "红" }, catalog.ErrInvalid},
		{"tare", func(i *catalog.Item) { i.Tare = -1 }, catalog.ErrInvalid},
		{"modifiers", func(i *catalog.Item) {
			i.Modifiers = []catalog.Modifier{{Code: "a", Name: "b"}, {Code: "a", Name: "c"}}
		}, catalog.ErrInvalid},
	} {
		bad := ok
		c.change(&bad)
		err := bad.Check(taxes)
		faults := catalog.Faults(err)
		if !errors.Is(err, c.is) || len(faults) == 0 || !slices.ContainsFunc(faults, func(f *catalog.Fault) bool { return f.Field == c.field }) {
			t.Errorf("%s: %v", c.field, err)
		}
	}
}

func TestADuplicateBarcodeNamesBothItems(t *testing.T) {
	_, err := catalog.CheckAll([]catalog.Item{
		{SKU: "cola", Name: "可乐", Barcodes: []string{" 036000291452 "}},
		{SKU: "sprite", Name: "雪碧", Units: []catalog.Unit{{Barcode: "0036000291452", Factor: 6000}}},
	}, catalog.Conditions{})
	if !errors.Is(err, catalog.ErrDuplicate) || !strings.Contains(err.Error(), "sprite 雪碧") || !strings.Contains(err.Error(), "cola 可乐") {
		t.Error(err)
	}
	items, err := catalog.CheckAll([]catalog.Item{{SKU: " Ａ1 ", Name: " x ", Barcodes: []string{"", "９６３８５０７４", "96385074"}}}, catalog.Conditions{})
	if err != nil || items[0].SKU != "A1" || items[0].Name != "x" || len(items[0].Barcodes) != 1 || items[0].Barcodes[0] != "96385074" {
		t.Errorf("%+v, %v", items, err)
	}
}

func TestInitialsKnowTheUsualReadings(t *testing.T) {
	for name, want := range map[string][]string{
		"可口可乐 330ml": {"kkkl330ml", "kkky330ml"},
		"重庆长江":       {"cqcj", "zqcj"},
		"車厘子":        {"clz"},
		"Ｂig 薯片（原味）": {"bigspyw"},
		"!?":         nil,
	} {
		got := catalog.Initials(name)
		if len(got) > 12 || (want == nil) != (got == nil) {
			t.Errorf("%s: %v", name, got)
		}
		for _, w := range want {
			if !slices.Contains(got, w) {
				t.Errorf("%s: %v lacks %s", name, got, w)
			}
		}
	}
	if n := len(catalog.Initials(strings.Repeat("重长行乐", 500))); n > 12 {
		t.Errorf("%d readings", n)
	}
}

func TestSearchTextHoldsWhatPeopleAskFor(t *testing.T) {
	text := catalog.Item{SKU: "C-1", Name: "可口 可乐", Names: map[string]string{"en": "Coca-COLA"}, Barcodes: []string{"96385074"},
		Units: []catalog.Unit{{Barcode: "6901234567892"}}}.SearchText()
	for _, want := range []string{"可口 可乐", "c-1", "coca-cola", "96385074", "6901234567892"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q lacks %q", text, want)
		}
	}
}

func TestAnUnknownCellNeverFallsToItsNeighbour(t *testing.T) {
	items := []catalog.Item{{SKU: "1", Style: "T", Colour: "红", Size: "M"}, {SKU: "2", Style: "T", Colour: "蓝", Size: "L"}, {SKU: "3", Style: "U"}}
	g, err := catalog.NewGrid("T", items)
	if err != nil || len(g.Colours) != 2 || len(g.Sizes) != 2 {
		t.Fatalf("%+v, %v", g, err)
	}
	if sku, err := g.SKU("蓝", "L"); sku != "2" || err != nil {
		t.Error(sku, err)
	}
	if sku, err := g.SKU("红", "L"); sku != "" || !errors.Is(err, catalog.ErrNotFound) {
		t.Error(sku, err)
	}
	if _, err := catalog.NewGrid("T", append(items, catalog.Item{SKU: "4", Style: "T", Colour: "红", Size: "M"})); !errors.Is(err, catalog.ErrDuplicate) {
		t.Error(err)
	}
}
