package catalog

import (
	"fmt"
	"strings"
	"unicode"

	"suanpan/app/money"
)

// column is one field of an item in a table: its headings (the first is written, the others are understood as well), how a
// cell is read and written. Cells of measured columns may come out of a spreadsheet as numbers.
type column struct {
	field    string
	headings []string
	number   bool
	read     func(i *Item, cell string) error
	write    func(i *Item) string
}

// columns is the table in the order in which it is written. sku (or barcode), name and price must be there.
func columns() []column {
	text := func(at func(*Item) *string) (func(*Item, string) error, func(*Item) string) {
		return func(i *Item, cell string) error { *at(i) = cell; return nil }, func(i *Item) string { return *at(i) }
	}
	price := func(at func(*Item) *money.Price) (func(*Item, string) error, func(*Item) string) {
		return func(i *Item, cell string) (err error) { *at(i), err = readPrice(cell); return err },
			func(i *Item) string { return writePrice(*at(i)) }
	}
	flag := func(at func(*Item) *bool) (func(*Item, string) error, func(*Item) string) {
		return func(i *Item, cell string) (err error) { *at(i), err = readFlag(cell); return err },
			func(i *Item) string { return map[bool]string{true: "1"}[*at(i)] }
	}
	list := func(at func(*Item) *[]string) (func(*Item, string) error, func(*Item) string) {
		return func(i *Item, cell string) error { *at(i) = readList(cell); return nil },
			func(i *Item) string { return writeList(*at(i)) }
	}
	type reader = func(*Item, string) error
	type writer = func(*Item) string
	var out []column
	add := func(field string, number bool, headings string) func(reader, writer) {
		return func(read reader, write writer) {
			out = append(out, column{field, strings.Fields(headings), number, read, write})
		}
	}
	add("sku", false, "sku code itemcode item productcode id 货号 商品编码 商品编号 编码 编号 貨號 商品編碼 商品編號 編碼 編號")(text(func(i *Item) *string { return &i.SKU }))
	add("name", false, "name itemname product description 品名 名称 商品名称 商品名 名稱 商品名稱")(text(func(i *Item) *string { return &i.Name }))
	add("names", false, "names othernames 其他名称 多语言名称 外文名 其他名稱 多語言名稱")(readNames, writeNames)
	add("price", true, "price saleprice retailprice unitprice 售价 价格 单价 零售价 售價 價格 單價 零售價")(price(func(i *Item) *money.Price { return &i.Price }))
	add("floor", true, "floor floorprice minprice 最低价 最低售价 底价 最低價 最低售價 底價")(price(func(i *Item) *money.Price { return &i.Floor }))
	add("cost", true, "cost costprice purchaseprice 进价 成本 成本价 進價 成本價")(price(func(i *Item) *money.Price { return &i.Cost }))
	add("unit", false, "unit uom 单位 計量單位 计量单位 單位")(text(func(i *Item) *string { return &i.Unit }))
	add("tax", false, "tax taxes taxcode taxclass vat 税码 税率 税目 税 稅碼 稅率 稅目 稅")(readTaxes, func(i *Item) string { return writeList(i.Taxes) })
	add("barcode", true, "barcode barcodes ean gtin upc 条码 条形码 商品条码 國際條碼 条码号 條碼 條形碼 商品條碼")(list(func(i *Item) *[]string { return &i.Barcodes }))
	add("plu", true, "plu scalecode 秤码 PLU码 生鲜码 秤碼 plu碼 生鮮碼")(text(func(i *Item) *string { return &i.PLU }))
	add("category", false, "category department group 类别 分类 品类 類別 分類 品類")(text(func(i *Item) *string { return &i.Category }))
	add("station", false, "station kitchen printer 出品档口 档口 厨房 出品檔口 檔口 廚房")(text(func(i *Item) *string { return &i.Station }))
	add("kind", false, "kind type itemtype 类型 商品类型 類型 商品類型")(readKind, func(i *Item) string { return string(i.Kind) })
	add("units", false, "units packs packaging 多单位 包装 包装单位 多單位 包裝 包裝單位")(readUnits, writeUnits)
	add("modifiers", false, "modifiers options 做法 加料 口味 選項 选项")(readModifiers, writeModifiers)
	add("style", false, "style stylecode 款号 款式 款號")(text(func(i *Item) *string { return &i.Style }))
	add("colour", false, "colour color 颜色 色 顏色")(text(func(i *Item) *string { return &i.Colour }))
	add("size", false, "size 尺码 尺寸 码 尺碼 碼")(text(func(i *Item) *string { return &i.Size }))
	add("tare", true, "tare 皮重")(readTare, func(i *Item) string { return zero(int64(i.Tare), i.Tare.String()) })
	add("picture", false, "picture image photo 图片 圖片")(text(func(i *Item) *string { return &i.Picture }))
	add("tile", false, "tile tilecolour tilecolor 磁贴颜色 按键颜色 磁貼顏色 按鍵顏色")(text(func(i *Item) *string { return &i.Colourmark }))
	add("nostock", false, "nostock untracked 不计库存 不管库存 不計庫存 不管庫存")(flag(func(i *Item) *bool { return &i.NoStock }))
	add("retired", false, "retired inactive discontinued 停用 停售 下架")(flag(func(i *Item) *bool { return &i.Retired }))
	return out
}

// heading brings a heading to the form in which headings are compared: letters and digits only, lower case, narrow.
func heading(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, cutBracket(money.Narrow(text)))
}

// cutBracket drops a remark in brackets: "price (CNY)".
func cutBracket(text string) string {
	if i := strings.IndexAny(text, "([（"); i > 0 {
		return text[:i]
	}
	return text
}

func zero(n int64, text string) string {
	if n == 0 {
		return ""
	}
	return text
}

// readPrice reads a unit price with or without a currency sign. An empty cell is no price, hence zero.
func readPrice(cell string) (money.Price, error) {
	cell = strings.TrimSpace(money.Narrow(cell))
	cell = strings.TrimSpace(strings.TrimLeft(cell, "¥￥$€£"))
	if cell == "" {
		return 0, nil
	}
	return money.ParsePrice(strings.TrimSuffix(cell, "元"))
}

func writePrice(p money.Price) string { return zero(int64(p), p.Decimal("CNY")) }

func readFlag(cell string) (bool, error) {
	switch Fold(cell) {
	case "", "0", "no", "n", "false", "否", "f":
		return false, nil
	case "1", "yes", "y", "true", "是", "t", "x", "✓", "√":
		return true, nil
	}
	return false, fmt.Errorf("%q is neither yes nor no", cell)
}

func readTare(i *Item, cell string) error {
	if cell == "" {
		return nil
	}
	q, err := money.ParseQty(cell)
	i.Tare = q
	return err
}

// readTaxes also takes "13%" for the class 13.
func readTaxes(i *Item, cell string) error {
	i.Taxes = readList(cell)
	for n, t := range i.Taxes {
		switch t = strings.TrimSuffix(money.Narrow(t), "%"); t {
		case "免税", "免稅":
			i.Taxes[n] = Exempt
		default:
			i.Taxes[n] = t
		}
	}
	return nil
}

func readKind(i *Item, cell string) error {
	words := map[string]Kind{"": "", "商品": Goods, "服务": Service, "服務": Service, "菜品": Dish, "费用": Fee, "費用": Fee, "门票": Ticket, "門票": Ticket}
	if k, ok := words[cell]; ok {
		i.Kind = k
		return nil
	}
	i.Kind = Kind(strings.ToLower(cell))
	switch i.Kind {
	case Goods, Service, Dish, Fee, Ticket:
		return nil
	}
	return fmt.Errorf("%q is no kind of item", cell)
}
