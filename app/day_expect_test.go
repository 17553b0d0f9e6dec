package app_test

import (
	"context"
	"fmt"
	"strings"

	"suanpan/app"
	"suanpan/app/device"
	"suanpan/app/ledger"
	"suanpan/app/money"
	"suanpan/app/order"
)

// expect looks at the shop: what it says about the order on the counter, the newest payment and document, and its books.
func expect(d *day, args []string) error {
	if b, err := d.shop.Basket(""); err == nil {
		d.basket = b
	}
	looks := map[string]verb{
		"order": expectOrder, "line": expectLine, "payment": expectPayment, "wallet": expectWallet, "payments": expectOpen, "provider": expectProvider, "sale": expectSale,
		"journal": expectJournal, "account": expectAccount, "fact": expectFact, "receipt": expectReceipt, "stock": expectStock, "z": expectReport, "x": expectReport,
		"jobs": expectJobs, "unfinished": expectUnfinished, "shift": expectShift, "imported": expectImported, "price": expectPrice, "staff": expectStaff, "sandbox": expectSandbox,
	}
	if look, ok := looks[args[0]]; ok {
		return look(d, args[1:])
	}
	if got, ok := figuresOf(d.basket)[args[0]]; ok {
		return differs(args[0], got, d.amount(args[1]))
	}
	return fmt.Errorf("nothing is called %q", args[0])
}

// figuresOf are the figures of the order on the counter, by the words of a script.
func figuresOf(b app.Basket) map[string]int64 {
	if b.Order == nil {
		return nil
	}
	s := b.Sum
	return map[string]int64{"total": s.Total, "due": s.Due, "paid": s.Paid, "change": s.Change, "rounding": s.Rounding, "taken-off": s.Discount, "tax": s.Tax,
		"net": s.Net, "due-cash": order.CashDue(b.Order).Minor}
}

func expectOrder(d *day, args []string) error {
	if args[0] == "none" {
		return differs("the counter's order", d.shop.Current(), "")
	}
	if args[0] == "lines" {
		return differs("number of lines", len(d.basket.Order.Lines), args[1])
	}
	if args[0] == "moved" {
		return differs("lines with a new price", d.moved, args[1])
	}
	return differs("the order", d.basket.Order.State, args[0])
}

// expectLine: "expect line 1 total 9.90 qty 2 price 4.95 net 9.08 tax 0.82".
func expectLine(d *day, args []string) error {
	no := lineNo(args[0])
	for i, l := range d.basket.Order.Lines {
		if l.No != no {
			continue
		}
		s := d.basket.Sum.Lines[i]
		minor := map[string]int64{"total": s.Total, "gross": s.Gross, "discount": s.Discount, "share": s.Share, "net": s.Net, "tax": s.Tax}
		for w := args[1:]; len(w) > 1; w = w[2:] {
			var err error
			switch {
			case w[0] == "qty":
				err = differs("quantity", l.Qty, w[1])
			case w[0] == "price":
				err = differs("price", l.Price.Decimal(d.currency()), price(w[1]).Decimal(d.currency()))
			case w[0] == "sku":
				err = differs("item", l.SKU, w[1])
			default:
				err = differs(w[0], minor[w[0]], d.amount(w[1]))
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("no line %d", no)
}

func expectPayment(d *day, args []string) error {
	return expectThat(d, d.payment.ID, args)
}

func expectWallet(d *day, args []string) error { return expectThat(d, d.wallet.ID, args) }

func expectThat(d *day, id string, args []string) error {
	p, err := d.shop.Payment(context.Background(), id)
	if err != nil {
		return err
	}
	if len(args) > 1 {
		minor := map[string]int64{"amount": p.Minor, "change": p.Change}
		if args[0] == "reason" {
			return differs("reason", p.Reason, args[1])
		}
		return differs(args[0], minor[args[0]], d.amount(args[1]))
	}
	return differs("the payment", p.State, args[0])
}

func expectOpen(d *day, args []string) error {
	list, err := d.shop.OpenPayments(context.Background())
	if err != nil {
		return err
	}
	return differs("open payments", len(list), args[0])
}

// expectProvider: "expect provider charges 1 net 13.10".
func expectProvider(d *day, args []string) error {
	charges, net := d.port.charged()
	for w := args; len(w) > 1; w = w[2:] {
		err := differs("charges", charges, w[1])
		if w[0] == "net" {
			err = differs("provider's net", net, d.amount(w[1]))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// expectSale: "expect sale total 13.10", "expect sale no A-000001", "expect sale paid", "expect sale change 6.90".
func expectSale(d *day, args []string) error {
	s, err := d.shop.GetSale(context.Background(), d.sale.ID)
	if len(args) > 1 && args[0] == "parked" {
		s, err = d.shop.GetSale(context.Background(), string(d.wallet.Order))
		args = args[1:]
	}
	if err != nil {
		return err
	}
	d.sale = s
	sum := s.Doc.Sum
	minor := map[string]int64{"total": sum.Total, "tax": sum.Tax, "net": sum.Net, "rounding": sum.Rounding, "change": sum.Change, "taken-off": sum.Discount}
	for _, t := range s.Doc.Order.Tenders {
		minor[t.Method] += t.Minor
	}
	switch v, ok := minor[args[0]]; {
	case len(args) == 1:
		return differs("the sale", s.State, args[0])
	case args[0] == "no":
		return differs("number", s.No, args[1])
	case args[0] == "by":
		return differs("staff", s.Staff, args[1])
	case args[0] == "approved":
		return differs("approved by", s.Doc.By, args[1])
	case ok:
		return differs(args[0], v, d.amount(args[1]))
	}
	return differs(args[0], 0, d.amount(args[1]))
}

func expectJournal(d *day, _ []string) error {
	p, err := d.shop.Verify(context.Background(), nil)
	if err == nil && !p.OK {
		err = fmt.Errorf("entry %d: %s", p.BrokenAt, p.Why)
	}
	if err != nil {
		return err
	}
	sums := map[string]int64{}
	return d.eachFact(func(f ledger.Fact) error {
		for _, x := range f.Postings {
			sums[string(x.Currency)] += x.Minor
		}
		if err := ledger.Balanced(f.Postings); err != nil {
			return err
		}
		return nil
	})
}

func (d *day) eachFact(fn func(ledger.Fact) error) error {
	for after := int64(0); ; {
		facts, err := d.shop.Facts(context.Background(), after, 1000)
		if err != nil || len(facts) == 0 {
			return err
		}
		for _, f := range facts {
			if err := fn(f); err != nil {
				return err
			}
			after = f.Seq
		}
	}
}

// expectAccount: "expect account cash:A 200.00".
func expectAccount(d *day, args []string) error {
	var sum int64
	err := d.eachFact(func(f ledger.Fact) error {
		for _, p := range f.Postings {
			if p.Account == args[0] {
				sum += p.Minor
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return differs("account "+args[0], money.Of(sum, d.currency()).Decimal(), money.Of(d.amount(args[1]), d.currency()).Decimal())
}

// expectFact: "expect fact line.voided 1", "expect fact price.overridden 1 contains 老顾客".
func expectFact(d *day, args []string) error {
	n, text := 0, ""
	if len(args) > 3 {
		text = strings.Join(args[3:], " ")
	}
	err := d.eachFact(func(f ledger.Fact) error {
		if string(f.Kind) == args[0] && strings.Contains(string(f.Body), text) {
			n++
		}
		return nil
	})
	if err != nil {
		return err
	}
	return differs("facts "+args[0], n, args[1])
}

// expectReceipt: "expect receipt contains 找零", "expect receipt lacks 13.10"; of the newest job on paper.
func expectReceipt(d *day, args []string) error {
	ref := d.sale.ID
	if args[0] == "z" {
		ref, args = d.z.Shift, args[1:]
	}
	var jobs []device.Job
	err := d.gate.View(context.Background(), func(v app.View) (err error) { jobs, err = v.JobsFor(ref); return err })
	if err != nil || len(jobs) == 0 {
		return fmt.Errorf("no page: %w", err)
	}
	text, err := d.shop.Bytes(jobs[len(jobs)-1].Page, "text")
	if err != nil {
		return err
	}
	if want := strings.Join(args[1:], " "); strings.Contains(string(text), want) != (args[0] == "contains") {
		return fmt.Errorf("the receipt %s %q? it says:\n%s", args[0], want, text)
	}
	return nil
}

func expectStock(d *day, args []string) error {
	q, err := d.shop.StockLevel(context.Background(), args[0])
	if err != nil {
		return err
	}
	return differs("stock of "+args[0], q, args[1])
}

// expectReport: "expect x sales 13.10", "expect z difference cash -1.00", "expect z number 2", "expect x expected none".
func expectReport(d *day, args []string) error {
	z := d.z
	counts := map[string]int64{"number": z.Number, "sale-count": z.SaleCount, "refund-count": z.RefundCount, "voids": z.Voids, "drawer": z.Drawer,
		"unknown": int64(len(z.Unknown)), "open-orders": int64(len(z.OpenOrders))}
	minor := map[string]int64{"sales": z.Sales, "refunds": z.Refunds, "net": z.Net, "discounts": z.Discounts, "rounding": z.Rounding, "in": z.CashIn, "out": z.CashOut}
	methods := map[string]map[string]int64{"tender": z.Tenders, "expected": z.Expected, "counted": z.Counted, "difference": z.Difference}
	switch m, ok := methods[args[0]]; {
	case ok && args[1] == "none":
		return differs(args[0], len(m), 0)
	case ok:
		return differs(strings.Join(args[:2], " "), money.Of(m[args[1]], d.currency()).Decimal(), money.Of(d.amount(args[2]), d.currency()).Decimal())
	case args[0] == "tax":
		for _, t := range z.Taxes {
			if t.Code == args[1] {
				return differs("tax "+t.Code, t.Tax, d.amount(args[2]))
			}
		}
		return fmt.Errorf("no tax %s in %v", args[1], z.Taxes)
	case args[0] == "last":
		return differs("last number", z.Last, args[1])
	}
	if n, ok := counts[args[0]]; ok {
		return differs(args[0], n, args[1])
	}
	if v, ok := minor[args[0]]; ok {
		return differs(args[0], v, d.amount(args[1]))
	}
	return fmt.Errorf("a report has no %q", args[0])
}
