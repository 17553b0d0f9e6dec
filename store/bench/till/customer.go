package till

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// shelf is how many items the shop has.
const shelf = 40

// setUp makes the shop, fills the shelf and opens the shift; each step may be struck.
func (r *Rush) setUp() error {
	if err := r.do("shop.setup", map[string]any{
		"template": "retail", "name": "杂货铺", "currency": "CNY", "locale": "zh-CN", "prices_include_tax": true,
	}, nil); err != nil {
		return err
	}
	r.book.setUp = true
	if _, err := r.ask("staff.login", map[string]any{"staff": "1", "pin": "1234"}, nil); err != nil {
		return err
	}
	r.known = map[string]int64{}
	var items []map[string]any
	for i := range shelf {
		sku, price := "rush-"+strconv.Itoa(i), int64(50+97*i)
		r.known[sku] = price
		items = append(items, map[string]any{"sku": sku, "name": "货品 " + strconv.Itoa(i), "price": price, "barcodes": []string{barcode(i)}})
	}
	if err := r.do("catalog.put", map[string]any{"items": items}, nil); err != nil {
		return err
	}
	if err := r.do("shift.open", map[string]any{"float": 20000}, nil); err != nil {
		return err
	}
	r.book.cash, r.book.open = 20000, true
	return nil
}

// barcode returns the EAN-13 of item i, in the range kept for shops' own use.
func barcode(i int) string {
	digits, sum := fmt.Sprintf("69999%07d", i), 0
	for n, d := range digits {
		sum += int(d-'0') * (1 + 2*(n%2))
	}
	return digits + strconv.Itoa((10-sum%10)%10)
}

// answers as rpc.md has them; a line is called whatever the program calls it.
type (
	lineAnswer struct {
		Line  json.RawMessage `json:"line"`
		SKU   string          `json:"sku"`
		Qty   string          `json:"qty"`
		Total int64           `json:"total"`
	}
	basketAnswer struct {
		Basket string       `json:"basket"`
		Lines  []lineAnswer `json:"lines"`
		Total  int64        `json:"total"`
		Paid   int64        `json:"paid"`
		Due    int64        `json:"due"`
	}
	saleAnswer struct {
		Sale      string          `json:"sale"`
		Refund    string          `json:"refund"`
		ReceiptNo string          `json:"receipt_no"`
		Entry     json.RawMessage `json:"entry"`
		Total     int64           `json:"total"`
		Change    int64           `json:"change"`
	}
)

// customer fills a basket, pays in cash and is given a receipt; some go away, some bring something back.
func (r *Rush) customer() error {
	if r.rng.IntN(8) == 0 && len(r.book.sales) > 0 {
		return r.bringBack()
	}
	var b basketAnswer
	if err := r.do("basket.new", map[string]any{}, &b); err != nil {
		return err
	}
	id, want := b.Basket, int64(0)
	for range 1 + r.rng.IntN(6) {
		i := r.rng.IntN(shelf)
		want += r.known["rush-"+strconv.Itoa(i)]
		b = basketAnswer{}
		if err := r.do("basket.scan", map[string]any{"basket": id, "code": barcode(i)}, &b); err != nil {
			return err
		}
		if b.Total != want {
			return fmt.Errorf("basket %s: total %d after a scan, want %d", id, b.Total, want)
		}
	}
	if r.rng.IntN(5) == 0 {
		l := b.Lines[r.rng.IntN(len(b.Lines))]
		qty, err := strconv.ParseInt(l.Qty, 10, 64)
		if err != nil {
			return fmt.Errorf("basket %s: quantity %q: %w", id, l.Qty, err)
		}
		want += (3 - qty) * r.known[l.SKU]
		b = basketAnswer{}
		if err := r.do("basket.set", map[string]any{"basket": id, "line": l.Line, "qty": "3"}, &b); err != nil {
			return err
		}
		if b.Total != want {
			return fmt.Errorf("basket %s: total %d after 3 ×, want %d", id, b.Total, want)
		}
	}
	if r.rng.IntN(20) == 0 {
		return r.do("basket.void", map[string]any{"basket": id, "reason": "顾客不要了"}, nil)
	}
	if err := r.pay(id, b); err != nil {
		return err
	}
	if r.rng.IntN(4) == 0 {
		return r.again()
	}
	return nil
}

// pay takes cash, sometimes in two parts, and completes the sale.
func (r *Rush) pay(id string, b basketAnswer) error {
	handed := b.Total
	if r.rng.IntN(3) > 0 {
		handed = (b.Total + 999) / 1000 * 1000
	}
	parts := []int64{handed}
	if b.Total > 200 && r.rng.IntN(4) == 0 {
		parts = []int64{100, handed - 100}
	}
	for _, part := range parts {
		if err := r.do("pay.tender", map[string]any{"basket": id, "method": "cash", "amount": part}, nil); err != nil {
			return err
		}
	}
	var a saleAnswer
	if err := r.do("sale.complete", map[string]any{"basket": id}, &a); err != nil {
		return err
	}
	if a.Total != b.Total || a.Change != handed-b.Total {
		return fmt.Errorf("sale %s: total %d, change %d; want %d, %d", a.Sale, a.Total, a.Change, b.Total, handed-b.Total)
	}
	s := sale{id: a.Sale, receipt: a.ReceiptNo, entry: a.Entry, total: a.Total, change: a.Change}
	for _, l := range b.Lines {
		qty, err := strconv.ParseInt(l.Qty, 10, 64)
		if err != nil {
			return fmt.Errorf("sale %s: quantity %q: %w", a.Sale, l.Qty, err)
		}
		s.lines = append(s.lines, line{ref: l.Line, sku: l.SKU, qty: qty, total: l.Total})
	}
	r.book.sales = append(r.book.sales, s)
	r.book.receipts = append(r.book.receipts, a.ReceiptNo)
	r.book.cash += a.Total
	return nil
}

// bringBack returns one piece of a line of some sale, for cash; each line is brought back once.
func (r *Rush) bringBack() error {
	s := &r.book.sales[r.rng.IntN(len(r.book.sales))]
	l := &s.lines[r.rng.IntN(len(s.lines))]
	if l.back {
		return nil
	}
	var a saleAnswer
	if err := r.do("sale.refund", map[string]any{
		"sale": s.id, "lines": []map[string]any{{"line": l.ref, "qty": "1"}}, "reason": "不合适",
	}, &a); err != nil {
		return err
	}
	l.back = true
	price := r.known[l.sku]
	if a.Total != price && a.Total != -price {
		return fmt.Errorf("return %s of sale %s: total %d, want %d", a.Refund, s.id, a.Total, price)
	}
	r.book.returns = append(r.book.returns, sale{id: a.Refund, receipt: a.ReceiptNo, total: -price})
	r.book.receipts = append(r.book.receipts, a.ReceiptNo)
	r.book.cash -= price
	return nil
}
