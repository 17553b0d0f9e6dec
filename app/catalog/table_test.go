package catalog_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"reflect"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"suanpan/app/catalog"
	"suanpan/app/money"
)

func each(items []catalog.Item) iter.Seq2[catalog.Item, error] {
	return func(yield func(catalog.Item, error) bool) {
		for _, i := range items {
			if !yield(i, nil) {
				return
			}
		}
	}
}

type lines struct {
	items  []catalog.Item
	faults []string
	rows   int
}

func read(t interface{ Fatal(...any) }, r io.Reader, f catalog.Format, taxes ...catalog.Tax) lines {
	table, err := catalog.ReadTable(r, f)
	if err != nil {
		t.Fatal(err)
	}
	table.Taxes = taxes
	var out lines
	table.Each(func(row int, item catalog.Item, err error) bool {
		out.rows++
		if err == nil {
			out.items = append(out.items, item)
		}
		for _, f := range catalog.Faults(err) {
			out.faults = append(out.faults, fmt.Sprintf("%d %s", f.Row, f.Field))
		}
		if err != nil && len(catalog.Faults(err)) == 0 {
			out.faults = append(out.faults, err.Error())
		}
		return true
	})
	if err := table.Close(); err != nil {
		t.Fatal(err)
	}
	return out
}

func drawText(t *rapid.T, name string) string {
	return rapid.OneOf(rapid.StringN(1, 20, 60), rapid.StringOfN(rapid.RuneFrom([]rune(`可乐a0=+-@'"\;|,、； （）'#`)), 1, 12, -1)).
		Filter(func(s string) bool {
			return strings.TrimSpace(s) != "" && catalog.Item{SKU: "x", Name: "x" + s + "x"}.Normal().Check(catalog.Conditions{}) == nil
		}).Draw(t, name)
}

func drawItem(t *rapid.T, n int) catalog.Item {
	maybe := func(name string) string {
		if rapid.Bool().Draw(t, name+"?") {
			return drawText(t, name)
		}
		return ""
	}
	price := func(name string) money.Price { return money.Price(rapid.Int64Range(0, 1e9).Draw(t, name)) }
	i := catalog.Item{SKU: fmt.Sprint(n, drawText(t, "sku")), Name: drawText(t, "name"), Price: price("price"), Cost: price("cost"), Unit: maybe("unit"),
		Category: maybe("category"), Station: maybe("station"), Style: drawText(t, "style"), Colour: maybe("colour"), Size: maybe("size"), Picture: maybe("picture"),
		Tare: money.Qty(rapid.Int64Range(0, 5000).Draw(t, "tare")), NoStock: rapid.Bool().Draw(t, "no stock"), Retired: rapid.Bool().Draw(t, "retired"),
		Kind: rapid.SampledFrom([]catalog.Kind{"", catalog.Goods, catalog.Dish, catalog.Ticket}).Draw(t, "kind"),
		PLU:  rapid.SampledFrom([]string{"", fmt.Sprintf("%05d", n+1)}).Draw(t, "plu")}
	i.Floor = i.Price / 2
	for k := range rapid.IntRange(0, 3).Draw(t, "barcodes") {
		i.Barcodes = append(i.Barcodes, signed(fmt.Sprintf("69%07d%03d", n, k)))
	}
	for k := range rapid.IntRange(0, 2).Draw(t, "units") {
		i.Units = append(i.Units, catalog.Unit{Name: drawText(t, "unit name"), Barcode: fmt.Sprintf("u%d-%d", n, k), Factor: money.Qty(rapid.Int64Range(1, 99999).Draw(t, "factor")), Price: price("unit price")})
	}
	for k := range rapid.IntRange(0, 2).Draw(t, "modifiers") {
		i.Modifiers = append(i.Modifiers, catalog.Modifier{Code: fmt.Sprint(k, drawText(t, "code")), Name: drawText(t, "mod name"), Price: price("mod price") - 5e8, Group: maybe("group")})
	}
	if rapid.Bool().Draw(t, "names") {
		i.Names = map[string]string{"en": drawText(t, "en"), "zh-Hant": drawText(t, "hant")}
	}
	i.Taxes = rapid.SampledFrom([][]string{nil, {"13"}, {"9", "local"}, {catalog.Exempt}}).Draw(t, "taxes")
	return i.Normal()
}

func TestARoundTripChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var items []catalog.Item
		for n := range rapid.IntRange(1, 4).Draw(t, "items") {
			items = append(items, drawItem(t, n))
		}
		for _, f := range []catalog.Format{catalog.CSV, catalog.XLSX} {
			if f == catalog.XLSX && rapid.IntRange(0, 3).Draw(t, "xlsx too") != 0 {
				continue
			}
			var file bytes.Buffer
			if err := catalog.WriteTable(&file, f, each(items)); err != nil {
				t.Fatal(err)
			}
			got := read(t, &file, f, catalog.Tax{Code: "13"}, catalog.Tax{Code: "9"}, catalog.Tax{Code: "local"})
			if len(got.faults) != 0 || !reflect.DeepEqual(got.items, items) {
				t.Fatalf("%s: %v\ngot  %+v\nwant %+v", f, got.faults, got.items, items)
			}
		}
	})
}

const chinese = "货号,品名,售价（元）,条码,税率,类别,单位,停用\r\n" +
	"1001,可口可乐 330ml,3.50,6901234567892,13%,饮料,罐,\r\n" +
	"1002,五常大米,¥1\u002c299.0,\"96385074；036000291452\",9,粮油,kg,否\r\n"

func TestTablesComeInEveryEncoding(t *testing.T) {
	text := strings.Replace(chinese, "¥1,299.0", "\"¥1,299.0\"", 1)
	encode := func(e encoding.Encoding, text string) string {
		out, err := e.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	pad := strings.Repeat("x", 100_000)
	late := "sku,name,price,station\r\n" + strings.Repeat("a,b,1,"+pad[:90_000]+"\r\n", 2)
	for name, file := range map[string]string{
		"UTF-8":            text,
		"UTF-8 with mark":  "\uFEFF" + text,
		"GB18030":          encode(simplifiedchinese.GB18030, text),
		"GBK":              encode(simplifiedchinese.GBK, strings.Replace(text, "¥", "￥", 1)),
		"UTF-16LE":         encode(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), text),
		"UTF-16BE":         encode(unicode.UTF16(unicode.BigEndian, unicode.UseBOM), text),
		"semicolons":       strings.NewReplacer(",", ";", "；", "、", "\"¥1,299.0\"", "\"¥1,299.0\"").Replace(strings.Replace(text, "\"¥1,299.0\"", "1299", 1)),
		"tabs":             strings.ReplaceAll(strings.Replace(text, "\"¥1,299.0\"", "1299", 1), ",", "\t"),
		"traditional":      strings.NewReplacer("货号", "貨號", "品名", "商品名稱", "售价", "售價", "条码", "條碼", "税率", "稅率", "类别", "類別", "单位", "單位").Replace(text),
		"English headings": strings.Replace(text, "货号,品名,售价（元）,条码,税率,类别,单位,停用", "SKU,Name,Price (CNY),Bar code,Tax,Category,Unit,Retired", 1),
	} {
		got := read(t, strings.NewReader(file), catalog.CSV, catalog.Tax{Code: "13"}, catalog.Tax{Code: "9"})
		if len(got.faults) != 0 || len(got.items) != 2 {
			t.Errorf("%s: %v %+v", name, got.faults, got.items)
			continue
		}
		a, b := got.items[0], got.items[1]
		if a.SKU != "1001" || a.Name != "可口可乐 330ml" || a.Price != 35000 || a.Barcodes[0] != "6901234567892" || a.Taxes[0] != "13" || a.Category != "饮料" {
			t.Errorf("%s: %+v", name, a)
		}
		if b.Price != 12990000 || len(b.Barcodes) != 2 || b.Unit != "kg" {
			t.Errorf("%s: %+v", name, b)
		}
	}
	late = late + "c," + encode(simplifiedchinese.GBK, "矿泉水") + ",2,\r\n"
	if got := read(t, strings.NewReader(late), catalog.CSV); len(got.items) != 1 || got.items[0].Name != "矿泉水" {
		t.Errorf("the first character beyond ASCII comes late: %v %+v", got.faults, got.items)
	}
}

func TestEveryRowThatCannotBeTakenIsListed(t *testing.T) {
	file := `sku,name,price,barcode,tax,unit count,retired
a,Cola,3.5,6901234567892,13,x,
b,,3.5,6901234567893,17,x,

c,Juice,3.55555,,,x,maybe
a,Cola again,3.5,06901234567892,13,x,
d,"never closed,1,
`
	table, err := catalog.ReadTable(strings.NewReader(file), catalog.CSV)
	if err != nil || len(table.Unknown) != 1 || table.Unknown[0] != "unit count" {
		t.Fatal(err, table)
	}
	got := read(t, strings.NewReader(file), catalog.CSV, catalog.Tax{Code: "13"})
	want := "2 name,2 tax,2 barcode,5 price,5 retired,6 sku,6 barcode,7 row"
	want = strings.ReplaceAll(want, "2 ", "3 ")
	if strings.Join(got.faults, ",") != want || len(got.items) != 1 || got.rows != 5 {
		t.Errorf("%d rows\ngot  %s\nwant %s", got.rows, strings.Join(got.faults, ","), want)
	}
}

func TestATableWithoutItsColumnsIsRefused(t *testing.T) {
	for name, file := range map[string]string{
		"empty":    "",
		"no price": "sku,name\na,b\n",
		"no code":  "name,price\na,1\n",
		"twice":    "sku,name,price,售价\na,b,1,2\n",
		"wide":     strings.Repeat("x,", 300) + "\n",
	} {
		if _, err := catalog.ReadTable(strings.NewReader(file), catalog.CSV); !errors.Is(err, catalog.ErrHeading) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := catalog.ReadTable(strings.NewReader(""), "ods"); !errors.Is(err, catalog.ErrFormat) {
		t.Error(err)
	}
	if _, err := catalog.ReadTable(strings.NewReader("PK\x03\x04 not a workbook"), catalog.XLSX); err == nil {
		t.Error("a damaged workbook was opened")
	}
}

func TestAQuotationMarkNeverClosedEndsTheTable(t *testing.T) {
	file := "sku,name,price\na,\"" + strings.Repeat("x\n", 2<<20)
	got := read(t, strings.NewReader(file), catalog.CSV)
	if len(got.items) != 0 || len(got.faults) != 1 || !strings.Contains(got.faults[0], "quotation mark") {
		t.Errorf("%v", got.faults)
	}
}

func TestNumbersOfASpreadsheetAreReadAsPeopleSeeThem(t *testing.T) {
	book := excelize.NewFile()
	rows := [][]any{
		{"货号", "品名", "售价", "条码", "秤码"},
		{"007", "可乐", 2.99, 6901234567892, 123},
		{7, "雪碧", 1234.1, "0036000291452", nil},
	}
	for n, row := range rows {
		if err := book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", n+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var file bytes.Buffer
	if err := book.Write(&file); err != nil {
		t.Fatal(err)
	}
	got := read(t, &file, catalog.XLSX)
	if len(got.items) != 2 {
		t.Fatal(got)
	}
	a, b := got.items[0], got.items[1]
	if a.SKU != "007" || a.Price != 29900 || a.Barcodes[0] != "6901234567892" || a.PLU != "123" || b.SKU != "7" || b.Price != 12341000 || b.Barcodes[0] != "0036000291452" {
		t.Errorf("%+v", got.items)
	}
}

func FuzzTable(f *testing.F) {
	f.Add([]byte(chinese))
	f.Add([]byte("\xff\xfes\x00k\x00u\x00"))
	f.Add([]byte("sku;name;price;units;names\na;'=b;1;x|y|1|2;en=c\\;d\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		table, err := catalog.ReadTable(bytes.NewReader(file), catalog.CSV)
		if err != nil {
			return
		}
		var items []catalog.Item
		table.Each(func(row int, item catalog.Item, err error) bool {
			if err == nil {
				items = append(items, item)
			} else if len(catalog.Faults(err)) == 0 && row < 0 {
				t.Fatal(row, err)
			}
			return len(items) < 100
		})
		var out bytes.Buffer
		if err := catalog.WriteTable(&out, catalog.CSV, each(items)); err != nil {
			t.Fatal(err)
		}
		again := read(t, &out, catalog.CSV)
		if len(again.faults) != 0 || len(again.items) != len(items) || (len(items) > 0 && !reflect.DeepEqual(again.items, items)) {
			t.Fatalf("%v\ngot  %+v\nwant %+v", again.faults, again.items, items)
		}
	})
}

func BenchmarkReadTable(b *testing.B) {
	var file bytes.Buffer
	const rows = 10_000
	items := make([]catalog.Item, rows)
	for n := range items {
		items[n] = catalog.Item{SKU: fmt.Sprint(n), Name: fmt.Sprint("商品 ", n), Price: money.Price(n * 100), Taxes: []string{"13"}, Category: "饮料", Barcodes: []string{signed(fmt.Sprintf("69%010d", n))}}
	}
	if err := catalog.WriteTable(&file, catalog.CSV, each(items)); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(file.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if got := read(b, bytes.NewReader(file.Bytes()), catalog.CSV, catalog.Tax{Code: "13"}); len(got.items) != rows {
			b.Fatal(len(got.items), got.faults[:min(3, len(got.faults))])
		}
	}
	b.ReportMetric(float64(b.N)*rows/b.Elapsed().Seconds(), "rows/s")
}
