package receipt_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"suanpan/app/money"
	"suanpan/app/receipt"
)

var chinese = map[string]string{
	"receipt.sale": "收据", "receipt.refund": "退货单", "receipt.gift": "礼品小票", "receipt.bill": "预结单", "receipt.copy": "补打 COPY %d",
	"receipt.training": "培训单 不作凭证", "receipt.not_receipt": "未付款，非收据", "receipt.damaged": "记录不完整",
	"receipt.number": "单号", "receipt.of": "原单号", "receipt.reason": "原因", "receipt.time": "时间", "receipt.cashier": "收银员",
	"receipt.till": "收银机", "receipt.member": "会员", "receipt.source": "来源",
	"receipt.item": "品名", "receipt.qty": "数量", "receipt.price": "单价", "receipt.amount": "金额",
	"receipt.pieces": "件数", "receipt.subtotal": "小计", "receipt.discount": "优惠 %s", "receipt.rounding": "抹零", "receipt.total": "合计",
	"receipt.refund_total": "退款合计", "receipt.tax_in": "含税 %s", "receipt.tax": "税 %s", "receipt.given": "收款", "receipt.change": "找零",
	"receipt.ref": "流水号", "receipt.code": "凭此码退换", "receipt.gift_note": "扫码查询，凭票换货",
	"receipt.method.cash": "现金", "receipt.method.wechatpay": "微信支付",
	"report.number": "编号", "report.opened": "开班", "report.closed": "交班", "report.printed": "打印", "report.staff": "收银员",
	"report.till": "收银机", "report.not_final": "未日结", "report.sign": "签字",
}

var english = map[string]string{"receipt.total": "Total", "receipt.number": "No.", "receipt.sale": "Receipt", "receipt.method.cash": "Cash"}

func words(table map[string]string) receipt.Words {
	return func(key string, args ...any) string {
		text, ok := table[key]
		if !ok {
			text = chinese[key]
		}
		if text == "" {
			panic("no words for " + key)
		}
		if strings.Contains(text, "%") {
			return fmt.Sprintf(text, args...)
		}
		return text
	}
}

func cny(minor int64) money.Amount { return money.Of(minor, "CNY") }

func sale() receipt.Document {
	return receipt.Document{
		Kind: receipt.Sale, Shop: "算盘便利店", Header: []string{"杭州市西湖区文三路 18 号", "电话 0571-88888888"},
		Number: "A-000123", Time: "2026-11-22 15:04", Cashier: "李敏", Till: "1",
		Lines: []receipt.Item{
			{Name: "农夫山泉 550ml", Qty: "2", Price: "2.00", Amount: cny(400)},
			{Name: "老干妈风味豆豉油制辣椒 280g 特惠装 买二送一", Qty: "1", Price: "9.90", Amount: cny(990), Discount: cny(-100), Why: "会员价"},
			{Name: "红富士苹果", Qty: "1.250 kg", Price: "12.80", Amount: cny(1600), Notes: []string{"皮重 0.010 kg"}},
			{Name: "朱镕喆囍礼盒", Qty: "1", Price: "1234.50", Amount: cny(123450)},
		},
		Pieces: "5", Subtotal: cny(126440), Discounts: []receipt.Sum{{Name: "会员日", Amount: cny(-100)}}, Rounding: cny(-4),
		Taxes: []receipt.Sum{{Name: "13%", Amount: cny(14500)}}, TaxIn: true,
		Total: cny(126336), Tenders: []receipt.Tender{{Method: "cash", Amount: cny(126336), Given: cny(130000)}}, Change: cny(3664),
		QR: "SP1:A-000123", Footer: []string{"谢谢惠顾"},
	}
}

// flag by hand: go test ./app/receipt -update rewrites the pictures of text.
var update = flag.Bool("update", false, "rewrite golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs:\n%s\nwant:\n%s", path, got, want)
	}
}

func TestLayoutsLookAsTheyShould(t *testing.T) {
	refund := sale()
	refund.Kind, refund.Of, refund.Reason, refund.Number = receipt.Refund, "A-000123", "质量问题", "A-000124"
	refund.Change, refund.Tenders = money.Amount{}, []receipt.Tender{{Method: "wechatpay", Amount: cny(-126336), Ref: "4200001234202611229876543210"}}
	refund.Total, refund.Subtotal, refund.Discounts, refund.Rounding = cny(-126336), cny(-126440), nil, cny(4)
	gift := sale()
	gift.Kind = receipt.Gift
	again := sale()
	again.Copy, again.Training = 2, true
	for name, doc := range map[string]receipt.Document{"sale": sale(), "refund": refund, "gift": gift, "copy": again} {
		for _, columns := range []int{32, 42, 48} {
			page := receipt.Layout(doc, words(chinese), columns, words(english))
			golden(t, fmt.Sprintf("%s%d", name, columns), receipt.Plain(page, columns))
		}
	}
}
