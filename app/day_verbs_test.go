package app_test

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/pay"
	"suanpan/app/shift"
)

// zed is the newest report, X or Z.
type zed struct{ shift.Z }

// codes are payers whom a script may name; the sandbox's table says what they do.
var codes = map[string]string{
	"pays": "138888000000000001", "password": "138888000000000002", "never": "138888000000000003", "closes": "138888000000000004",
	"poor": "138888000000000005", "expired": "138888000000000006", "stubborn": "138888000000000018", "wins": "138888000000000019", "abnormal": "138888000000000021",
	"otheramount": "138888000000000017", "liar": "138888000000000020",
}

func verbs() map[string]verb {
	return map[string]verb{
		"setup": setUp, "login": login, "logout": func(d *day, _ []string) error { return d.shop.Logout(d.ctx) },
		"staff": putStaff, "item": putItem, "configure": configure, "shift": shiftVerb, "x": report,
		"scan": scan, "add": add, "set": set, "discount": discount, "remove": remove, "hold": hold, "recall": recall, "void": void, "undo": undo, "new": begin,
		"tender": tender, "take": takeBack, "cancel": cancel, "complete": complete, "refund": refund, "return": loose, "print": reprint, "drawer": drawer,
		"stock": stock, "import": importTable, "export": export, "call": call, "check": check,
		"sandbox": script, "power": power, "cut": cut, "resolve": resolve, "decide": decide, "resume": resume, "time": passes, "sweep": sweep,
		"refused": refused, "approved": approve, "keyed": keyed, "expect": expect,
	}
}

// setUp makes a shop, stocks it, and signs the manager on.
func setUp(d *day, args []string) error {
	words, opts := split(args)
	in := app.Setup{Template: words[0], Name: "小店", Currency: money.Currency(words[1]), Locale: opts["locale"], TaxPerLine: opts["tax"] == "line"}
	if opts["prices"] != "" {
		in.TaxIncluded = new(opts["prices"] == "gross")
	}
	if step, ok := opts["round"]; ok {
		unit, err := money.Parse(step, in.Currency)
		if err != nil {
			return err
		}
		in.Rounding = &money.Rounding{Unit: unit.Minor, Mode: money.Mode(opts["mode"]), CashOnly: opts["for"] == "cash"}
	}
	if _, err := d.shop.Setup(d.ctx, in); err != nil {
		return err
	}
	if err := login(d, []string{"1", "1234"}); err != nil || in.Currency != "CNY" {
		return err
	}
	_, err := d.shop.PutItems(d.ctx, goods())
	return err
}

func login(d *day, args []string) error {
	_, err := d.shop.Login(d.ctx, args[0], args[1])
	return err
}

func putStaff(d *day, args []string) error {
	_, opts := split(args)
	_, err := d.shop.PutStaff(d.ctx, app.StaffPut{ID: args[0], Name: "员工" + args[0], Roles: []string{args[1]}, PIN: opts["pin"], Left: opts["left"] == "yes"})
	return err
}

func putItem(d *day, args []string) error {
	words, opts := split(args)
	i := catalog.Item{SKU: words[0], Name: words[1], Price: price(words[2]), Unit: opts["unit"], PLU: opts["plu"]}
	if c := opts["barcode"]; c != "" {
		i.Barcodes = []string{c}
	}
	if t := opts["tax"]; t != "" {
		i.Taxes = strings.Split(t, ",")
	}
	_, err := d.shop.PutItems(d.ctx, []catalog.Item{i})
	return err
}

func configure(d *day, args []string) error {
	_, opts := split(args)
	conf := d.shop.Info().Config
	for k, v := range opts {
		switch k {
		case "tax":
			conf.TaxPerLine = v == "line"
		case "weighed":
			conf.Weighed = v
		case "print":
			conf.AutoPrint = v == "auto"
		case "second":
			conf.Second = v
		default:
			return fmt.Errorf("no option %s", k)
		}
	}
	_, err := d.shop.Configure(d.ctx, conf)
	return err
}

func shiftVerb(d *day, args []string) error {
	words, opts := split(args)
	switch words[0] {
	case "open":
		_, err := d.shop.OpenShift(d.ctx, d.amount(words[1]))
		return err
	case "cash":
		_, err := d.shop.MoveCash(d.ctx, d.amount(words[1]), strings.Join(words[2:], " "))
		return err
	}
	count := app.Count{Counted: map[string]int64{}, Note: strings.Join(words[1:], " ")}
	for method, v := range opts {
		count.Counted[method] = d.amount(v)
	}
	z, err := d.shop.CloseShift(d.ctx, count)
	if err == nil {
		d.z = zed{z}
	}
	return err
}

func report(d *day, _ []string) error {
	x, err := d.shop.X(d.ctx)
	d.z = zed{shift.Z{Figures: x}}
	return err
}

// shown keeps the basket that a verb answered.
func (d *day) shown(b app.Basket, err error) error {
	if err == nil {
		d.basket = b
	}
	return err
}

func scan(d *day, args []string) error {
	times := money.One
	if len(args) > 1 {
		times = qty(strings.TrimPrefix(args[1], "x"))
	}
	return d.shown(d.shop.Scan(d.ctx, "", args[0], times))
}

func add(d *day, args []string) error {
	words, opts := split(args)
	a := app.Add{SKU: words[0], Reason: opts["reason"]}
	if len(words) > 1 {
		a.Qty = qty(words[1])
	}
	if p := opts["price"]; p != "" {
		a.Price = new(price(p))
	}
	return d.shown(d.shop.AddItem(d.ctx, "", a))
}

func lineNo(text string) (n int) {
	if _, err := fmt.Sscan(text, &n); err != nil {
		panic(badWord("line " + text))
	}
	return n
}

func (d *day) reduction(text, reason string) order.Discount {
	if p, ok := strings.CutSuffix(text, "%"); ok {
		r, err := money.ParsePercent(p)
		if err != nil {
			panic(badWord(err.Error()))
		}
		return order.Discount{Rate: r, Reason: reason}
	}
	return order.Discount{Minor: d.amount(text), Reason: reason}
}

func set(d *day, args []string) error {
	words, opts := split(args)
	s := app.Set{Reason: opts["reason"]}
	if v := opts["qty"]; v != "" {
		s.Qty = new(qty(v))
	}
	if v := opts["price"]; v != "" {
		s.Price = new(price(v))
	}
	if v := opts["discount"]; v != "" {
		s.Discount = new(d.reduction(v, opts["reason"]))
	}
	return d.shown(d.shop.SetLine(d.ctx, "", lineNo(words[0]), s))
}

func discount(d *day, args []string) error {
	return d.shown(d.shop.DiscountOrder(d.ctx, "", d.reduction(args[0], strings.Join(args[1:], " "))))
}

func remove(d *day, args []string) error {
	return d.shown(d.shop.RemoveLine(d.ctx, "", lineNo(args[0]), strings.Join(args[1:], " ")))
}

func hold(d *day, args []string) error {
	return d.shown(d.shop.Hold(d.ctx, "", strings.Join(args, " ")))
}

// recall finds an unfinished order by its label or, without one, takes the oldest.
func recall(d *day, args []string) error {
	list, err := d.shop.Unfinished(d.ctx)
	if err != nil {
		return err
	}
	for _, h := range list {
		if len(args) == 0 || h.Label == args[0] {
			b, err := d.shop.Recall(d.ctx, h.ID)
			d.moved = len(b.Moved)
			return d.shown(b, err)
		}
	}
	return fmt.Errorf("nothing of %d unfinished orders is called %q", len(list), args)
}

func void(d *day, args []string) error {
	return d.shown(d.shop.VoidOrder(d.ctx, "", strings.Join(args, " ")))
}

// undo takes the last act back; "undo nothing" where none may be.
func undo(d *day, args []string) error {
	b, did, err := d.shop.Undo(d.ctx)
	if err != nil || !did {
		return errors.Join(err, differs("an act was taken back", did, len(args) == 0))
	}
	return errors.Join(differs("an act was taken back", did, len(args) == 0), d.shown(b, err))
}

func begin(d *day, _ []string) error { return d.shown(d.shop.NewOrder(d.ctx, app.Begin{})) }

// tender takes money: "tender cash 20.00", "tender wechatpay 13.10 code=never wait=10s". Without an amount it is what is due.
func tender(d *day, args []string) error {
	words, opts := split(args)
	ask := app.TenderAsk{Method: words[0], Certain: opts["certain"] == "yes", Wait: 90 * time.Second}
	if len(words) > 1 {
		ask.Minor = new(d.amount(words[1]))
	}
	if ask.Method != order.Cash {
		code := opts["code"]
		if codes[code] != "" {
			code = codes[code]
		} else if code == "" {
			d.port.out(func() { code = d.port.fresh() })
		}
		ask.Code = pay.Hide(code)
	}
	if w := opts["wait"]; w != "" {
		ask.Wait = span(w)
	}
	p, err := d.shop.Tender(d.ctx, ask)
	if err == nil {
		d.payment = p
		if ask.Method != order.Cash {
			d.wallet = p
		}
	}
	return err
}

func span(text string) time.Duration {
	t, err := time.ParseDuration(text)
	if err != nil {
		panic(badWord(err.Error()))
	}
	return t
}

func takeBack(d *day, _ []string) error { return d.shown(d.shop.TakeBack(d.ctx, "", d.payment.ID)) }

func cancel(d *day, _ []string) error {
	_, err := d.shop.CancelPayment(d.ctx, d.wallet.ID)
	return err
}

// complete settles the counter's order, or "complete again" the newest sale.
func complete(d *day, args []string) error {
	id := order.ID("")
	if len(args) > 0 && args[0] == "again" {
		id = order.ID(d.sale.ID)
	} else if len(args) > 0 && args[0] == "parked" {
		id = d.wallet.Order
	}
	s, err := d.shop.Complete(d.ctx, id)
	if err == nil {
		d.sale = s
	}
	return err
}
