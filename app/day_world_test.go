package app_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing/synctest"
	"time"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/app/pay"
)

// refund takes lines of a finished sale back: "refund it", "refund it 1 2=0.5 cash=3.00 reason=broken shelf=no".
func refund(d *day, args []string) error {
	words, opts := split(args)
	ask := app.RefundAsk{Sale: d.named(words[0]), Reason: "不合适", Restock: opts["shelf"] != "no"}
	if r, ok := opts["reason"]; ok {
		ask.Reason = r
	}
	for _, w := range args[1:] {
		no, q, part := strings.Cut(w, "=")
		if no[0] < '0' || no[0] > '9' {
			continue
		}
		if ask.Lines == nil {
			ask.Lines = map[int]money.Qty{}
		}
		ask.Lines[lineNo(no)] = money.One
		if part {
			ask.Lines[lineNo(no)] = qty(q)
		}
	}
	for _, m := range []string{"cash", "wechatpay"} {
		if v, ok := opts[m]; ok {
			if ask.Tenders == nil {
				ask.Tenders = map[string]int64{}
			}
			ask.Tenders[m] = d.amount(v)
		}
	}
	s, err := d.shop.Refund(d.ctx, ask)
	if err == nil {
		d.sale = s
	}
	return err
}

// loose takes an item back without a receipt: "return tea 2 person=王先生 reason=坏了".
func loose(d *day, args []string) error {
	words, opts := split(args)
	ask := app.LooseAsk{SKU: words[0], Qty: money.One, Person: opts["person"], Reason: opts["reason"]}
	if len(words) > 1 {
		ask.Qty = qty(words[1])
	}
	s, err := d.shop.RefundLoose(d.ctx, ask)
	if err == nil {
		d.sale = s
	}
	return err
}

// reprint prints a document again: "print it", "print it copy", "print it gift", "print z".
func reprint(d *day, args []string) error {
	ask := app.PrintAsk{Sale: d.named(args[0])}
	if args[0] == "z" {
		ask = app.PrintAsk{Shift: d.z.Shift}
	}
	for _, w := range args[1:] {
		ask.Copy, ask.Gift = ask.Copy || w == "copy", ask.Gift || w == "gift"
	}
	_, err := d.shop.Print(d.ctx, ask)
	return err
}

func drawer(d *day, args []string) error { return d.shop.OpenDrawer(d.ctx, strings.Join(args, " ")) }

// resolve ends a review by somebody's word: "resolve SUCCEEDED 看过账单".
func resolve(d *day, args []string) error {
	_, err := d.shop.ResolvePayment(d.ctx, d.wallet.ID, pay.State(args[0]), strings.Join(args[1:], " "))
	return err
}

// decide says what happens to late money: "decide keep", "decide return".
func decide(d *day, args []string) error {
	_, err := d.shop.DecideLate(d.ctx, d.wallet.ID, args[0] == "keep")
	return err
}

// stock moves goods: "stock receive tea 10", "stock count tea 7".
func stock(d *day, args []string) error {
	lines := []app.StockLine{{SKU: args[1], Qty: qty(args[2])}}
	if args[0] == "receive" {
		_, err := d.shop.ReceiveStock(d.ctx, lines)
		return err
	}
	_, _, err := d.shop.CountStock(d.ctx, lines)
	return err
}

// importTable reads a table that lies beside the script or was exported before: "import goods.csv dry".
func importTable(d *day, args []string) error {
	ask := app.ImportAsk{Path: d.path(args[0]), Format: catalog.Format(strings.TrimPrefix(filepath.Ext(args[0]), ".")), Dry: len(args) > 1 && args[1] == "dry"}
	got, err := d.shop.Import(d.ctx, ask, nil)
	d.got = got
	return err
}

func export(d *day, args []string) error {
	_, err := d.shop.Export(d.ctx, d.path(args[0]), catalog.Format(strings.TrimPrefix(filepath.Ext(args[0]), ".")), nil)
	return err
}

// path is a file of testdata/days, or of the till's folder where the name begins with "out".
func (d *day) path(name string) string {
	if strings.HasPrefix(name, "out") {
		return filepath.Join(d.dir, name)
	}
	return filepath.Join("testdata", "days", name)
}

// call keeps the newest document under a name: "call it first".
func call(d *day, args []string) error {
	d.cash[args[1]] = d.sale.No
	return nil
}

// check asks for a price without touching an order: "check 6901234567892".
func check(d *day, args []string) error {
	_, err := d.shop.CheckPrice(d.ctx, args[0])
	return err
}

// script makes the provider misbehave: "sandbox wechatpay commit_then_drop"; without words it is calm again.
func script(d *day, args []string) error { return d.shop.SandboxScript(args[0], args[1:], 1) }

// power goes off now.
func power(d *day, args []string) error {
	d.powerOff()
	return nil
}

// cut runs the rest of the line and cuts the power at one point of it: "cut commit complete" before its commit, "cut
// committed complete" after it and before the answer, "cut observe tender wechatpay" between the wallet's word and our record.
func cut(d *day, args []string) error {
	d.gate.mu.Lock()
	d.gate.fail = func(op string) error {
		if op == args[0] {
			return errPower
		}
		return nil
	}
	d.gate.mu.Unlock()
	err := d.do(args[1:])
	if !d.gate.off.Load() {
		return fmt.Errorf("the power did not fail: %w", err)
	}
	return nil
}

// resume starts the till on what is left on the disk.
func resume(d *day, args []string) error {
	if d.gate != nil {
		d.powerOff()
	}
	d.open()
	if len(args) > 0 {
		return login(d, args)
	}
	return nil
}

// passes lets virtual time go by: "time passes 10s".
func passes(_ *day, args []string) error {
	time.Sleep(span(args[1]))
	synctest.Wait()
	return nil
}

func sweep(d *day, _ []string) error {
	_, err := d.shop.Sweep(d.ctx)
	return err
}

// approve runs the rest of the line with a second person's word: "approved 1 1234 discount 50% 老顾客".
func approve(d *day, args []string) error {
	ctx, err := d.shop.Approve(d.ctx, args[0], args[1])
	if err != nil {
		return err
	}
	return d.with(ctx, args[2:])
}

// keyed runs the rest of the line under an idempotency key: "keyed k1 complete".
func keyed(d *day, args []string) error { return d.with(app.WithKey(d.ctx, args[0]), args[1:]) }

func (d *day) with(ctx context.Context, words []string) error {
	was := d.ctx
	defer func() { d.ctx = was }()
	d.ctx = ctx
	return d.do(words)
}

// differs says what was seen instead of what a script expects.
func differs(what string, got, want any) error {
	if fmt.Sprint(got) == fmt.Sprint(want) {
		return nil
	}
	return fmt.Errorf("%s is %v, want %v", what, got, want)
}
