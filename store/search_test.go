package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/store"
)

func skus(items []catalog.Item) (out []string) {
	for _, item := range items {
		out = append(out, item.SKU)
	}
	return out
}

// questions and the SKUs they find in the test below, best first.
var questions = map[string]string{
	"可口":              "A1",
	"可乐":              "A5 A1",
	"kkkl":            "A1",
	"KKKL":            "A1",
	"ｋｋ":              "A1",
	"bskl":            "A5",
	"泉":               "A2",
	"矿泉水":             "A2",
	"kqs":             "A2",
	"spring":          "A-15 A2",
	"ONION":           "A-15",
	"potato":          "A3",
	"tato":            "A3",
	"ot":              "A3",
	"可乐 500":          "A1",
	"500 可乐":          "A1",
	"500":             "B7 A1",
	"a2":              "A2",
	"a-1":             "A-15",
	"6901234567892":   "A1",
	"69012":           "A1",
	"69":              "A1 A2 A4",
	"67892":           "A1",
	"036000291452":    "A3",
	"0036000291452":   "A3",
	"6903333333334":   "A4",
	"zzz":             "",
	"":                "",
	"  ":              "",
	"酒 可":             "",
	"'; drop table--": "",
	"%":               "",
}

func TestGoodsAreFoundBestFirst(t *testing.T) {
	s := open(t, t.TempDir())
	update(t, s, func(tx app.Tx) error {
		for _, item := range []catalog.Item{
			{SKU: "A1", Name: "可口可乐 500ml", Barcodes: []string{"6901234567892"}},
			{SKU: "A2", Name: "农夫山泉矿泉水", Names: map[string]string{"en": "Nongfu Spring"}, Barcodes: []string{"6902222222223"}},
			{SKU: "A3", Name: "Lay's Potato Chips", Barcodes: []string{"036000291452"}, PLU: "12"},
			{SKU: "A4", Name: "青岛啤酒", Units: []catalog.Unit{{Barcode: "6903333333334", Factor: 6000}}},
			{SKU: "A5", Name: "百事可乐"},
			{SKU: "A6", Name: "可乐鸡翅", Retired: true},
			{SKU: "B7", Name: "500"},
			{SKU: "A-15", Name: "Spring Onion 葱"},
		} {
			if err := tx.PutItem(item); err != nil {
				return err
			}
		}
		return nil
	})
	for question, want := range questions {
		look(t, s, func(v app.View) error {
			got, err := v.SearchItems(question, 10)
			if strings.Join(skus(got), " ") != want {
				t.Errorf("%q finds %v, want %s", question, skus(got), want)
			}
			return err
		})
	}
	look(t, s, func(v app.View) error {
		item, unit, err := v.ItemByCode("6903333333334")
		if item.SKU != "A4" || unit != 0 {
			t.Errorf("unit: %s %d", item.SKU, unit)
		}
		item, unit, err2 := v.ItemByCode("0036000291452")
		if item.SKU != "A3" || unit != -1 {
			t.Errorf("EAN of a UPC: %s %d", item.SKU, unit)
		}
		item, err3 := v.ItemByPLU("00012")
		if item.SKU != "A3" {
			t.Errorf("PLU: %s", item.SKU)
		}
		if _, _, err := v.ItemByCode("1"); !errors.Is(err, catalog.ErrNotFound) {
			t.Errorf("%v", err)
		}
		return errors.Join(err, err2, err3)
	})
}

func TestABarcodeBelongsToOneItem(t *testing.T) {
	s := open(t, t.TempDir())
	cola := catalog.Item{SKU: "A1", Name: "cola", Barcodes: []string{"036000291452", "x1"}, PLU: "7"}
	update(t, s, func(tx app.Tx) error { return errors.Join(tx.PutItem(cola), tx.PutItem(cola)) })
	update(t, s, func(tx app.Tx) error {
		for _, other := range []catalog.Item{
			{SKU: "A2", Barcodes: []string{"free", "0036000291452"}}, // the same code as EAN-13
			{SKU: "A2", Barcodes: []string{"free"}, Units: []catalog.Unit{{Barcode: "x1"}}},
			{SKU: "A2", Barcodes: []string{"free"}, PLU: "007"},
		} {
			err := tx.PutItem(other)
			if !errors.Is(err, catalog.ErrDuplicate) || !strings.Contains(err.Error(), "A1") || !strings.Contains(err.Error(), "A2") {
				t.Errorf("%v", err)
			}
		}
		if _, err := tx.Item("A2"); !errors.Is(err, catalog.ErrNotFound) {
			t.Errorf("left behind: %v", err)
		}
		cola.Barcodes, cola.PLU = []string{"x2"}, ""
		return errors.Join(tx.PutItem(cola), tx.PutItem(catalog.Item{SKU: "A2", Barcodes: []string{"free", "x1"}, PLU: "7"}))
	})
	look(t, s, func(v app.View) error {
		a, _, err := v.ItemByCode("x2")
		b, _, err2 := v.ItemByCode("x1")
		if a.SKU != "A1" || b.SKU != "A2" {
			t.Errorf("%s %s", a.SKU, b.SKU)
		}
		return errors.Join(err, err2)
	})
}

func TestCategoriesAndCountsFollowTheItems(t *testing.T) {
	s := open(t, t.TempDir())
	update(t, s, func(tx app.Tx) error {
		for i, category := range []string{"drinks", "", "bread", "drinks"} {
			if err := tx.PutItem(catalog.Item{SKU: fmt.Sprint("A", i), Category: category}); err != nil {
				return err
			}
		}
		return nil
	})
	check := func(count int64, categories, drinks string) {
		t.Helper()
		look(t, s, func(v app.View) error {
			n, err := v.CountItems()
			names, err2 := v.Categories()
			items, err3 := v.ItemsIn("drinks", "", 0)
			if n != count || strings.Join(names, " ") != categories || strings.Join(skus(items), " ") != drinks {
				t.Errorf("%d %v %v", n, names, skus(items))
			}
			return errors.Join(err, err2, err3)
		})
	}
	check(4, "drinks bread", "A0 A3")
	update(t, s, func(tx app.Tx) error {
		err := errors.Join(tx.PutItem(catalog.Item{SKU: "A2", Category: "drinks"}), tx.PutItem(catalog.Item{SKU: "A0", Category: "drinks", Retired: true}))
		if n, e := tx.CountItems(); n != 3 || e != nil { // a transaction sees what it did
			t.Errorf("%d %v", n, e)
		}
		return err
	})
	check(3, "drinks", "A2 A3")
	look(t, s, func(v app.View) error {
		page, err := v.ItemsIn("", "A1", 1)
		if !slices.Equal(skus(page), []string{"A2"}) {
			t.Errorf("%v", skus(page))
		}
		return err
	})
}

// TestSearchFindsWhatLookingAtEveryItemFinds puts, renames and retires goods, and compares.
func TestSearchFindsWhatLookingAtEveryItemFinds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s, err := store.Open(context.Background(), t.TempDir(), store.Options{Sync: "OFF"})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close() // thrown away
		text := rapid.StringOfN(rapid.SampledFrom([]rune("可乐泉水abA1 ")), 1, 8, -1)
		items := map[string]catalog.Item{}
		for range rapid.IntRange(1, 4).Draw(rt, "transactions") {
			update(t, s, func(tx app.Tx) error {
				for range rapid.IntRange(1, 12).Draw(rt, "items") {
					item := catalog.Item{SKU: fmt.Sprint("s", rapid.IntRange(0, 20).Draw(rt, "sku")), Name: text.Draw(rt, "name"), Retired: rapid.IntRange(0, 9).Draw(rt, "r") == 0}
					items[item.SKU] = item
					if err := tx.PutItem(item); err != nil {
						return err
					}
				}
				return nil
			})
		}
		for range 5 {
			question := text.Draw(rt, "question")
			var want []string
			for _, item := range items {
				if !item.Retired && matches(item, catalog.Fold(question)) {
					want = append(want, item.SKU)
				}
			}
			look(t, s, func(v app.View) error {
				found, err := v.SearchItems(question, 100)
				got := skus(found)
				slices.Sort(got)
				slices.Sort(want)
				if !slices.Equal(got, want) {
					rt.Errorf("%q finds %v, want %v", question, got, want)
				}
				return err
			})
		}
	})
}

// matches looks at one item by itself: every word in one of its texts.
func matches(item catalog.Item, question string) bool {
	keys := catalog.Initials(item.Name)
	texts := append([]string{catalog.Fold(item.Name), item.SKU}, keys[:min(3, len(keys))]...)
	for _, word := range strings.Fields(question) {
		if !slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, word) }) {
			return false
		}
	}
	return question != ""
}
