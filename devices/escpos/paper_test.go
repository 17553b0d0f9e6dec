package escpos_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"suanpan/app/money"
	"suanpan/app/receipt"
	"suanpan/devices/escpos"
	"suanpan/devices/glyph"
	"suanpan/devices/virtual"
)

var phrases = map[string]string{
	"receipt.sale": "收据", "receipt.refund": "退货单", "receipt.gift": "礼品小票", "receipt.copy": "补打 COPY %d",
	"receipt.training": "培训单 不作凭证", "receipt.number": "单号", "receipt.of": "原单号", "receipt.reason": "原因", "receipt.time": "时间",
	"receipt.cashier": "收银员", "receipt.till": "收银机", "receipt.item": "品名", "receipt.qty": "数量", "receipt.price": "单价",
	"receipt.amount": "金额", "receipt.pieces": "件数", "receipt.subtotal": "小计", "receipt.discount": "优惠 %s", "receipt.rounding": "抹零",
	"receipt.total": "合计", "receipt.refund_total": "退款合计", "receipt.tax_in": "含税 %s", "receipt.given": "收款", "receipt.change": "找零",
	"receipt.ref": "流水号", "receipt.code": "凭此码退换", "receipt.gift_note": "扫码查询，凭票换货", "receipt.method.cash": "现金",
	"receipt.method.wechatpay": "微信支付", "receipt.damaged": "记录不完整",
}

// words are the phrases as a shop would have them; a test must not depend on the language files of the program.
func words(key string, args ...any) string {
	text, ok := phrases[key]
	if !ok {
		panic("no words for " + key)
	}
	if strings.Contains(text, "%") {
		return fmt.Sprintf(text, args...)
	}
	return text
}

func cny(minor int64) money.Amount { return money.Of(minor, "CNY") }

// slip is a sale of n lines, with names that printers know and names that they may not.
func slip(n int) receipt.Document {
	names := []string{"农夫山泉 550ml", "老干妈风味豆豉油制辣椒 280g 特惠装", "红富士苹果", "朱镕喆囍礼盒", "𠮷野家 牛肉饭", "Café au lait", "五常大米 5kg"}
	d := receipt.Document{
		Kind: receipt.Sale, Shop: "算盘便利店", Header: []string{"杭州市西湖区文三路 18 号", "电话 0571-88888888"},
		Number: "A-000123", Time: "2026-11-22 15:04", Cashier: "李敏", Till: "1", Pieces: fmt.Sprint(n),
		Discounts: []receipt.Sum{{Name: "会员日", Amount: cny(-100)}}, Rounding: cny(-4), TaxIn: true,
		Taxes: []receipt.Sum{{Name: "13%", Amount: cny(14500)}}, QR: "SP1:A-000123:7F3A", Footer: []string{"谢谢惠顾，欢迎再来"},
	}
	total := int64(0)
	for i := range n {
		price := int64(200 + 137*i)
		d.Lines = append(d.Lines, receipt.Item{Name: names[i%len(names)], Qty: "2", Price: cny(price).Decimal(), Amount: cny(2 * price)})
		total += 2 * price
	}
	d.Subtotal, d.Total = cny(total), cny(total-104)
	d.Tenders = []receipt.Tender{{Method: "cash", Amount: d.Total, Given: cny(total + 5000)}}
	d.Change = cny(5104)
	return d
}

// face opens the bundled font, or the system's.
func face(t testing.TB) *glyph.Face {
	t.Helper()
	for _, path := range []string{"../../assets/fonts/regular.otf", "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"} {
		data, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		f, err := glyph.Open(data)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	need(t, "FONT", "no Chinese font here: install fonts-noto-cjk")
	return nil
}

// need skips a test whose tool is absent, and fails where the tool is required.
func need(t testing.TB, tool, why string) {
	t.Helper()
	if os.Getenv("SUANPAN_REQUIRE_"+tool) == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}

func profile(t testing.TB, name string) escpos.Profile {
	t.Helper()
	p, ok := escpos.Find(name)
	if !ok {
		t.Fatalf("no profile %s", name)
	}
	return p
}

func setup(p escpos.Profile, f *glyph.Face) virtual.Setup {
	return virtual.Setup{Dots: p.Dots, Face: f, Latin: p.Kanji == escpos.NoKanji, KanjiAlways: p.KanjiAlways, GB2312: p.Kanji == escpos.GB2312}
}

func TestPictures(t *testing.T) {
	dir := os.Getenv("SUANPAN_PICTURES")
	if dir == "" {
		t.Skip("SUANPAN_PICTURES names no folder for pictures to look at")
	}
	f := face(t)
	refund := slip(3)
	refund.Kind, refund.Of, refund.Reason = receipt.Refund, "A-000101", "质量问题"
	refund.Total, refund.Tenders, refund.Change = cny(-2000), []receipt.Tender{{Method: "wechatpay", Amount: cny(-2000), Ref: "4200001234202611229876543210"}}, money.Amount{}
	gift, again := slip(5), slip(7)
	gift.Kind, again.Copy = receipt.Gift, 2
	gift.Barcode = "A000123"
	logo := star()
	again.Logo = "shop"
	for name, d := range map[string]receipt.Document{"sale": slip(7), "refund": refund, "gift": gift, "copy": again} {
		for _, kind := range []string{"default", "xprinter-58", "xprinter-80", "epson-tm-t88"} {
			p := profile(t, kind)
			e := escpos.New(p, escpos.Options{Font: f, Logo: func(string) *receipt.Image { return logo }})
			slips, err := virtual.Decode(e.Encode(receipt.Layout(d, words, p.Columns)).Bytes, setup(p, f))
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := slips[0].PNG(&b, virtual.Look{Margin: 24, Torn: true}); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name+"-"+kind+".png"), b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// star is a logo: a ring.
func star() *receipt.Image {
	const n = 120
	m := &receipt.Image{Width: n, Height: n, Bits: make([]byte, n/8*n)}
	for y := range n {
		for x := range n {
			d := (x-n/2)*(x-n/2) + (y-n/2)*(y-n/2)
			if d < 58*58 && d > 44*44 || d < 20*20 {
				m.Bits[y*n/8+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	return m
}
