package till

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// fake is a till that keeps a file of requests and plays them again at the next start: enough of rpc.md to be worked on by a
// Rush, and able to cheat. It exists to show that the checks see what they are there to see.
type fake struct {
	cheat    string
	answers  map[string]string // by key
	asked    map[string]string
	prices   map[string]int64
	baskets  map[string]*fakeBasket
	sales    []map[string]any
	entries  []map[string]any
	receipts int
	file     *os.File
	late     []byte
}

type fakeBasket struct {
	codes []string
	qty   []int64
	paid  int64
}

// fakeMain serves standard input as a till in dir.
func fakeMain(cheat, dir string) {
	f := &fake{cheat: cheat, answers: map[string]string{}, asked: map[string]string{}, prices: map[string]int64{}, baskets: map[string]*fakeBasket{}}
	name := filepath.Join(dir, "requests")
	old, _ := os.ReadFile(name)
	old = old[:bytes.LastIndexByte(old, '\n')+1]
	for request := range bytes.Lines(old) {
		f.serve(request, true)
	}
	if err := os.WriteFile(name, old, 0o600); err != nil {
		panic(err)
	}
	f.file, _ = os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0o600)
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		fmt.Println(f.serve(append(in.Bytes(), '\n'), false))
	}
}

func (f *fake) serve(request []byte, replay bool) string {
	var q struct {
		ID     int
		Method string
		Params map[string]any
	}
	if err := json.Unmarshal(request, &q); err != nil {
		panic(err)
	}
	key, _ := q.Params["key"].(string)
	if key != "" && !(f.cheat == "doubling" && q.Method == "sale.complete") {
		if first, ok := f.answers[key]; ok && f.asked[key] != q.Method {
			return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"error":{"code":-32001,"message":"used","data":{"reason":"key_reused"}}}`, q.ID)
		} else if ok {
			return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":%s}`, q.ID, first)
		}
	}
	result, _ := json.Marshal(f.do(q.Method, q.Params))
	if key != "" {
		f.answers[key], f.asked[key] = string(result), q.Method
	}
	if !replay && key != "" {
		f.keep(request)
	}
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":%s}`, q.ID, result)
}

// keep writes the request down before it is answered; the lossy till writes it when the next one comes.
func (f *fake) keep(request []byte) {
	if f.cheat == "lossy" {
		f.late, request = bytes.Clone(request), f.late
	}
	if _, err := f.file.Write(request); err != nil {
		panic(err)
	}
}

func (f *fake) do(method string, p map[string]any) any {
	text := func(name string) string { s, _ := p[name].(string); return s }
	number := func(name string) int64 { n, _ := p[name].(float64); return int64(n) }
	switch method {
	case "catalog.put":
		for _, i := range p["items"].([]any) {
			item := i.(map[string]any)
			f.prices[item["barcodes"].([]any)[0].(string)] = int64(item["price"].(float64))
		}
	case "shift.open":
		f.post(number("float"))
	case "basket.new":
		id := "b" + strconv.Itoa(len(f.baskets))
		f.baskets[id] = &fakeBasket{}
		return f.basket(id)
	case "basket.scan":
		b := f.baskets[text("basket")]
		b.codes, b.qty = append(b.codes, text("code")), append(b.qty, 1)
		return f.basket(text("basket"))
	case "basket.set":
		f.baskets[text("basket")].qty[number("line")], _ = strconv.ParseInt(text("qty"), 10, 64)
		return f.basket(text("basket"))
	case "pay.tender":
		f.baskets[text("basket")].paid += number("amount")
	case "sale.complete":
		total := f.basket(text("basket"))["total"].(int64)
		s := map[string]any{"sale": text("basket") + "s", "receipt_no": f.receipt(), "total": total,
			"change": f.baskets[text("basket")].paid - total, "basket": text("basket"), "entry": f.post(total)}
		f.sales = append(f.sales, s)
		return s
	case "sale.refund":
		sale := f.sales[slices.IndexFunc(f.sales, func(s map[string]any) bool { return s["sale"] == p["sale"] })]
		at := p["lines"].([]any)[0].(map[string]any)["line"].(float64)
		price := f.prices[f.baskets[sale["basket"].(string)].codes[int(at)]]
		f.post(-price)
		return map[string]any{"refund": "r" + strconv.Itoa(f.receipts), "receipt_no": f.receipt(), "total": -price}
	case "sale.get":
		for _, s := range f.sales {
			if s["sale"] == p["sale"] {
				return s
			}
		}
	case "sale.list":
		return map[string]any{"sales": f.sales}
	case "ledger.list":
		after := int(number("after"))
		return map[string]any{"entries": f.entries[after:min(after+int(number("limit")), len(f.entries))]}
	case "ledger.verify":
		return map[string]any{"ok": true}
	}
	return map[string]any{}
}

func (f *fake) basket(id string) map[string]any {
	b, total, lines := f.baskets[id], int64(0), []any{}
	for i, code := range b.codes {
		n, _ := strconv.Atoi(code[5:12])
		total += f.prices[code] * b.qty[i]
		lines = append(lines, map[string]any{"line": i, "sku": "rush-" + strconv.Itoa(n), "qty": strconv.FormatInt(b.qty[i], 10)})
	}
	return map[string]any{"basket": id, "lines": lines, "total": total}
}

func (f *fake) receipt() string {
	f.receipts++
	if f.cheat == "gappy" && f.receipts%7 == 0 {
		f.receipts++
	}
	return fmt.Sprintf("A-%06d", f.receipts)
}

func (f *fake) post(cash int64) string {
	id, other := "e"+strconv.Itoa(len(f.entries)), -cash
	if f.cheat == "unbalanced" && len(f.entries) == 9 {
		other++
	}
	f.entries = append(f.entries, map[string]any{"seq": len(f.entries) + 1, "id": id, "kind": "x", "postings": []any{
		map[string]any{"account": "cash:t", "amount": cash}, map[string]any{"account": "sales", "amount": other}}})
	return id
}
