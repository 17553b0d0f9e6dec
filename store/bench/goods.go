// Package bench makes shops of any size out of invented goods and honest sales, for benchmarks and for looking at a till
// that has traded for years. The same number always gives the same item and the same sale.
package bench

import (
	"fmt"

	"suanpan/app/catalog"
	"suanpan/app/money"
)

var (
	brands = []string{"康师傅", "农夫山泉", "娃哈哈", "统一", "青岛", "雪花", "可口可乐", "百事", "蒙牛", "伊利", "光明", "海天", "李锦记", "老干妈", "金龙鱼", "福临门",
		"双汇", "三只松鼠", "良品铺子", "洽洽", "旺旺", "奥利奥", "德芙", "徐福记", "大白兔", "立白", "蓝月亮", "清风", "维达", "心相印", "高露洁", "云南白药",
		"得力", "晨光", "南孚", "飞利浦", "Lay's", "Nestle", "Dove", "Colgate", "Kinder", "Lipton", "Heinz", "Pampers", "Duracell", "Oreo"}
	kinds = []string{"原味", "清爽", "柠檬味", "红烧", "香辣", "麻辣", "海盐", "黑巧克力", "无糖", "低脂", "全脂", "有机", "经典", "特级", "精选", "家庭装", "便携",
		"迷你", "加厚", "薄荷", "草莓味", "葡萄味", "番茄味", "烧烤味", "original", "light", "classic", "fresh", "strong", "soft"}
	goods = []string{"矿泉水", "方便面", "啤酒", "可乐", "纯牛奶", "酸奶", "酱油", "陈醋", "蚝油", "辣椒酱", "花生油", "大豆油", "火腿肠", "坚果", "瓜子", "薯片", "饼干",
		"巧克力", "奶糖", "洗衣液", "洗洁精", "抽纸", "卷纸", "牙膏", "牙刷", "洗发水", "沐浴露", "中性笔", "笔记本", "电池", "插座", "台灯", "绿茶", "乌龙茶", "咖啡",
		"大米", "面粉", "挂面", "白糖", "食盐", "chips", "coffee", "shampoo", "toothpaste", "ketchup", "tea bags"}
	sizes = []string{"100g", "250g", "500g", "1kg", "5kg", "250ml", "330ml", "500ml", "550ml", "1L", "1.5L", "2L", "6包", "12支", "24罐", "XL"}
)

// Item is the i-th invented item, from 0. Barcodes come in no order, as in life; names of the first 1,000,000 are distinct
// up to their size and model.
func Item(i int) catalog.Item {
	n := i
	pick := func(list []string) string {
		s := list[n%len(list)]
		n /= len(list)
		return s
	}
	brand, good, kind, size := pick(brands), pick(goods), pick(kinds), pick(sizes)
	name := brand + kind + good + " " + size
	if n > 0 {
		name += fmt.Sprintf(" %c%d", 'A'+n%26, n/26)
	}
	item := catalog.Item{SKU: SKU(i), Name: name, Price: money.Price(10_000 + i%500*1000), Cost: money.Price(5_000 + i%500*500), Taxes: []string{"vat13"},
		Barcodes: []string{Barcode(i)}, Category: kind, Unit: "each"}
	if i%100 == 99 {
		item.Units = []catalog.Unit{{Name: "箱", Barcode: "1" + Barcode(i), Factor: 12_000, Price: item.Price * 11}}
	}
	return item
}

// SKU of the i-th item.
func SKU(i int) string { return fmt.Sprintf("S%07d", i+1) }

// Barcode is the EAN-13 of the i-th item, scattered over the country's range.
func Barcode(i int) string {
	digits := fmt.Sprintf("69%010d", uint64(i)*6_364_136_223%10_000_000_000)
	sum := 0
	for k, d := range []byte(digits) {
		sum += int(d-'0') * (1 + 2*(k%2))
	}
	return digits + string(rune('0'+(10-sum%10)%10))
}
