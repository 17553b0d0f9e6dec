package rpc_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"suanpan/app/receipt"
)

// letters stands in for pictures of paper: what receipt.render writes is the page's first text.
type letters struct{}

func (letters) Render(p receipt.Page, to string, columns int, _ string) ([]byte, error) {
	return []byte(to + receipt.Plain(p, columns)), nil
}

func TestWhatIsNotUnderstoodIsRefusedAndChangesNothing(t *testing.T) {
	f := begun(t)
	before := parse(t, answers(t, f, `{"jsonrpc":"2.0","id":1,"method":"ledger.verify"}`+"\n")[0]).Result.(map[string]any)["entries"]
	for _, c := range []struct{ method, params, want string }{
		{"basket.fly", `{}`, "unknown_method"},
		{"", `{}`, "bad_request"},
		{"basket.scan", `{"code":"6901234567892","colour":"red"}`, "bad_params"},
		{"basket.scan", `{"code":"6901234567892"} `, ""},
		{"basket.add", `{"sku":"tea","qty":1.5}`, "bad_params"},
		{"basket.add", `{"sku":"tea","qty":"1.2345"}`, "quantity_invalid"},
		{"basket.add", `{"sku":"tea","qty":"0"}`, "quantity_invalid"},
		{"basket.add", `{"sku":"tea","qty":"-1"}`, "quantity_invalid"},
		{"basket.add", `{"sku":"tea","qty":"99999999999999999999"}`, "quantity_invalid"},
		{"basket.add", `{"sku":"tea","qty":"9999999"}`, "quantity_too_large"},
		{"basket.add", `{"sku":"tea","price":13.1,"reason":"x"}`, "bad_params"},
		{"basket.add", `{"sku":"tea","price":1e3,"reason":"x"}`, "bad_params"},
		{"basket.add", `{"sku":"tea","price":"1.23456","reason":"x"}`, "amount_invalid"},
		{"basket.add", `{"sku":"tea","price":99999999999999,"reason":"x"}`, "amount_invalid"},
		{"pay.tender", `{"method":"cash","amount":13.10}`, "bad_params"},
		{"pay.tender", `{"method":"cash","amount":"1310"}`, "bad_params"},
		{"pay.tender", `{"method":"cash","amount":-5}`, "amount_invalid"},
		{"pay.tender", `{"method":"cash","amount":9223372036854775807}`, "amount_invalid"},
		{"pay.tender", `{"method":"cash","amount":92233720368547758070}`, "bad_params"},
		{"pay.tender", `{"method":"gold"}`, "method_unavailable"},
		{"pay.tender", `{"method":"cash","wait":-1}`, "bad_params"},
		{"pay.tender", `[1]`, "bad_params"},
		{"shift.cash", `{"amount":1.0,"reason":"x"}`, "bad_params"},
		{"shift.cash", `{"amount":null,"reason":"x"}`, "amount_invalid"},
		{"shift.close", `{"counted":{"cash":1.5}}`, "bad_params"},
		{"shift.close", `{"counted":{"cash":-1}}`, "amount_invalid"},
		{"shift.close", `{}`, "count_missing"},
		{"basket.discount", `{"percent":"ten"}`, "discount_invalid"},
		{"sale.refund", `{"sale":"A-000009","reason":"x"}`, "sale_not_found"},
		{"sale.list", `{"from":"yesterday"}`, "bad_params"},
		{"tax.put", `{"taxes":[{"code":"x","rate":"1.5"}]}`, "tax_invalid"},
		{"tax.put", `{"taxes":[{"code":"x","rate":0.13}]}`, "bad_params"},
		{"catalog.put", `{"items":[]}`, "no_items"},
		{"catalog.put", `{"items":[{"sku":"a","name":"A","price":1},{"sku":"","name":"B","price":1}]}`, "item_invalid"},
		{"catalog.put", `{"items":[{"sku":"a","name":"A","price":1,"barcodes":["6901234567892"]}]}`, "barcode_taken"},
		{"receipt.print", `{}`, "bad_params"},
		{"receipt.print", `{"sale":"x","shift":"y"}`, "bad_params"},
		{"basket.new", `{"table":"7"}`, "mode_not_here"},
		{"shop.setup", `{"template":"retail","name":"B","currency":"CNY"}`, "already_set_up"},
	} {
		a := ask(t, f, c.method, c.params)
		if a.reason() != c.want {
			t.Errorf("%s %s: %q, want %q (%v)", c.method, c.params, a.reason(), c.want, a.Error)
		}
		if a.Error != nil && (a.Error.Message == "" || strings.Contains(a.Error.Message, "{")) {
			t.Errorf("%s %s: its words are %q", c.method, c.params, a.Error.Message)
		}
		if c.want == "" {
			ask(t, f, "basket.void", `{"reason":"x"}`)
		}
	}
	after := parse(t, answers(t, f, `{"jsonrpc":"2.0","id":1,"method":"ledger.verify"}`+"\n")[0]).Result.(map[string]any)["entries"]
	if fmt.Sprint(before) != fmt.Sprint(after) && fmt.Sprint(after) != fmt.Sprint(toInt(before)+1) { // the void
		t.Errorf("%v entries became %v", before, after)
	}
}

func toInt(v any) (n int) { fmt.Sscan(fmt.Sprint(v), &n); return n }

func TestTheSameKeyIsTheSameActAlsoAfterOthers(t *testing.T) {
	f := begun(t)
	ask(t, f, "basket.scan", `{"code":"6901234567892","key":"k1"}`)
	first := text(ask(t, f, "basket.scan", `{"code":"6901234567892","key":"k2"}`))
	ask(t, f, "basket.add", `{"sku":"pen"}`)
	if again := text(ask(t, f, "basket.scan", `{"code":"6901234567892","key":"k2"}`)); again != first {
		t.Errorf("answered %s, at first %s", again, first)
	}
	for _, other := range []string{`{"code":"6901234567892","key":"k2","qty":"2"}`, `{"code":"pen","key":"k2"}`} {
		if r := ask(t, f, "basket.scan", other).reason(); r != "key_reused" {
			t.Errorf("%s: %q", other, r)
		}
	}
	if r := ask(t, f, "basket.hold", `{"key":"k2"}`).reason(); r != "key_reused" {
		t.Errorf("another method: %q", r)
	}
	if r := ask(t, f, "basket.hold", fmt.Sprintf(`{"key":%q}`, strings.Repeat("k", 65))).reason(); r != "key_too_long" {
		t.Errorf("a long key: %q", r)
	}
	if n := len(ask(t, f, "basket.get", `{}`).Result.(map[string]any)["lines"].([]any)); n != 3 {
		t.Errorf("%d lines, want 3", n)
	}
	// A refusal does not use a key up.
	ask(t, f, "sale.complete", `{"key":"k3"}`)
	ask(t, f, "pay.tender", `{"method":"cash","key":"k4"}`)
	done := ask(t, f, "sale.complete", `{"key":"k3"}`)
	if done.Error != nil {
		t.Fatal(done.Error)
	}
	if again := ask(t, f, "sale.complete", `{"key":"k3"}`); text(again) != text(done) {
		t.Errorf("answered %s, at first %s", text(again), text(done))
	}
}

func text(v any) string { b, _ := json.Marshal(v); return string(b) }

func TestAnswersComeInOrder(t *testing.T) {
	f := begun(t)
	var in strings.Builder
	const n = 300
	for i := range n {
		method := []string{`"basket.scan","params":{"code":"6901234567892"}`, `"system.info"`, `"basket.get"`, `"nothing.at.all"`, `"ledger.list","params":{"limit":5}`}[i%5]
		fmt.Fprintf(&in, `{"jsonrpc":"2.0","id":%d,"method":%s}`+"\n", i, method)
	}
	lines := answers(t, f, in.String())
	if len(lines) != n {
		t.Fatalf("%d answers", len(lines))
	}
	scans := 0
	for i, line := range lines {
		a := parse(t, line)
		if string(a.ID) != fmt.Sprint(i) {
			t.Fatalf("answer %d is to %s", i, a.ID)
		}
		if i%5 == 0 {
			scans++
		}
		if i%5 == 2 {
			if got := len(a.Result.(map[string]any)["lines"].([]any)); got != scans {
				t.Fatalf("answer %d: %d lines after %d scans", i, got, scans)
			}
		}
	}
}

func TestEndOfInputWaitsForTheAnswer(t *testing.T) {
	f := begun(t)
	lines := answers(t, f, `{"jsonrpc":"2.0","id":1,"method":"sandbox.script","params":{"provider":"wechatpay","faults":["delay(700ms)*1"]}}`+"\n"+
		`{"jsonrpc":"2.0","id":2,"method":"basket.scan","params":{"code":"6901234567892"}}`+"\n"+
		`{"jsonrpc":"2.0","id":3,"method":"pay.tender","params":{"method":"wechatpay","auth_code":"138888000000000001","wait":20}}`) // and no newline
	if len(lines) != 3 || !strings.Contains(lines[2], `"state":"SUCCEEDED"`) {
		t.Fatal(lines[len(lines)-1])
	}
}

func TestBatchesNotificationsAndNonsense(t *testing.T) {
	f := begun(t)
	lines := answers(t, f, strings.Join([]string{
		`[{"jsonrpc":"2.0","id":"a","method":"basket.scan","params":{"code":"6901234567892"}},{"jsonrpc":"2.0","id":"b","method":"basket.get"}]`,
		`{"jsonrpc":"2.0","method":"basket.add","params":{"sku":"pen"}}`,
		``,
		`   `,
		`{"jsonrpc":"2.0","id":1,"method":"basket.get"}`,
		`{not json`,
		`"text"`,
		`[]`,
		`{"id":2,"method":"basket.get"}`,
		`{"jsonrpc":"2.0","id":3,"method":"basket.get"}`,
		strings.Repeat("[", 100_000),
		`{"jsonrpc":"2.0","id":4,"method":"basket.get","params":"` + strings.Repeat("x", 5<<20) + `"}`,
		`{"jsonrpc":"2.0","id":5,"method":"basket.get"}`,
	}, "\n")+"\n")
	ids := map[string]string{}
	for _, l := range lines {
		if strings.HasPrefix(l, "[") {
			var both []answer
			if err := json.Unmarshal([]byte(l), &both); err != nil || len(both) != 2 {
				t.Fatal(l, err)
			}
			continue
		}
		ids[string(parse(t, l).ID)] = l
	}
	for _, id := range []string{"1", "3", "5"} {
		a := parse(t, ids[id])
		if a.Error != nil || len(a.Result.(map[string]any)["lines"].([]any)) != 2 {
			t.Errorf("%s: %.200s", id, ids[id])
		}
	}
	if r := parse(t, ids["4"]).reason(); r == "" {
		t.Errorf("a text for parameters: %.200s", ids["4"])
	}
}

// slow hands over one byte at a time, as a poor pipe does.
type slow struct{ io.Reader }

func (s slow) Read(p []byte) (int, error) { return s.Reader.Read(p[:min(1, len(p))]) }

func TestLinesMayComeInPieces(t *testing.T) {
	f := newFace(t, nil)
	var out bytes.Buffer
	in := slow{strings.NewReader(strings.Repeat(`{"jsonrpc":"2.0","id":1,"method":"system.info"}`+"\r\n", 3))}
	if err := f.Serve(context.Background(), in, &out); err != nil || strings.Count(out.String(), "\n") != 3 {
		t.Fatal(err, out.String())
	}
}

// FuzzServe: whatever comes in, what goes out is lines of JSON, and the next request is answered.
func FuzzServe(f *testing.F) {
	for _, s := range []string{`{"jsonrpc":"2.0","id":1,"method":"system.info"}`, `[{"jsonrpc":"2.0","id":1,"method":"basket.add","params":{"sku":"tea","qty":"1"}}]`, "{\n[\n", "[]", "[1]", "\x00",
		`{"jsonrpc":"2.0","method":"basket.scan","params":{"code":"\ud800"}}`, `{"jsonrpc":"2.0","id":{},"method":"x"}`, `{"jsonrpc":"2.0","id":1,"method":"ledger.list","params":{"after":-9223372036854775808,"limit":-1}}`,
		`{"jsonrpc":"2.0","id":1,"result":{}}`, `{"jsonrpc":"2.0","id":1,"method":"pay.tender","params":{"method":"cash","amount":1}}`, `{"jsonrpc":"2.0","id":null,"method":"system.info"}`, `[[]]`, `null`, `{}`,
		`{"jsonrpc":"2.0","id":1,"method":"rpc.cancel","params":[1]}`, `{"jsonrpc":"1.0","id":1,"method":"system.info"}`, `{"jsonrpc":"2.0","id":1,"id":2,"method":"system.info"}`} {
		f.Add([]byte(s))
	}
	face := begun(f)
	f.Fuzz(func(t *testing.T, in []byte) {
		lines := answers(t, face, string(in)+"\n"+`{"jsonrpc":"2.0","id":"last","method":"system.info"}`+"\n")
		if len(lines) == 0 || string(parse(t, lines[len(lines)-1]).ID) != `"last"` {
			t.Fatalf("%q was answered %q", in, lines)
		}
		for _, l := range lines {
			if !json.Valid([]byte(l)) {
				t.Fatalf("%q was answered %q", in, l)
			}
		}
	})
}
