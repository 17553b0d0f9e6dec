package ui

import (
	"slices"

	"fyne.io/fyne/v2"

	"suanpan/ui/kit"
)

// Days are the days that can be played, by name.
func Days() map[string]func() []Step {
	return map[string]func() []Step{"retail": retailDay}
}

// retailDay is a day at a shop's counter from the first start to the Z. Its sums are worked out by hand from the sample goods:
// every total is rounded down to 0.10.
func retailDay() []Step {
	return slices.Concat(guide(), morning(), scanned(), tapped(), searched(), counted(), parked(), discounted(), overridden(), held(),
		variants(), lookedUp(), givenBack(), withoutReceipt(), drawer(), faces(), office(), evening())
}

// enter is the main key.
func enter() Step { return press(fyne.KeyReturn) }

// guide sets the shop up on the first start.
func guide() []Step {
	return []Step{
		sees("@guide.title"), picture("guide-language"), enter(),
		sees("@guide.mode"), tap("@guide.mode.demo"), picture("guide-trade"), enter(),
		sees("@guide.name_title"), write("清河便利店"), picture("guide-name"), enter(),
		sees("@guide.currency"), tap("@admin.rounding.down_fen"), picture("guide-money"), enter(),
		sees("@guide.goods"), picture("guide-goods"), enter(),
		sees("@guide.devices"), picture("guide-devices"), enter(),
		sees("@guide.last"), picture("guide-last"), enter(),
		{"others join, goods arrive, the manager signs off", func(p *Play) error {
			if err := p.Sees(p.text("@sell.no_shift")); err != nil {
				return err
			}
			if err := p.set.Furnish(p.ctx); err != nil {
				return err
			}
			return p.shop.Logout(p.ctx)
		}},
	}
}

// morning signs the cashier on and opens the shift.
func morning() []Step {
	return []Step{
		sees("@shell.who", "小林"), tap("小林"), write("2580"), picture("sign-on"), enter(),
		sees("@sell.no_shift"), write("500"), picture("float"), enter(),
		sees("@sell.empty"), picture("counter-empty"),
	}
}

// scanned: three codes, cash with change.
func scanned() []Step {
	return []Step{
		scan("6901234567892"), scan("6907350000145"), scan("6907350001401"), sees("方便面 五连包", "¥19.40"), picture("counter"),
		press(fyne.KeyF12), sees("@tender.due"), write("50"), picture("pay-cash"), enter(),
		paid("cash", 1940), sees("¥30.60"), picture("change"), printed(),
	}
}

// tapped: tiles of a category, one of them weighed here, and exactly the money.
func tapped() []Step {
	return []Step{
		enter(), sees("@sell.empty"), tap("零食"), sees("奶油蛋糕"), tap("牛奶巧克力 100g"), sees("¥15.80"), picture("category"),
		tap("生鲜"), tap("香蕉"), sees("@sell.weight"), write("0.75"), picture("weight"), enter(), sees("¥21.70"),
		tap("全部"), tap("@sell.pay"), sees("@tender.due"), tap("@tender.exact"), paid("cash", 2170),
	}
}

// searched: found by the initials of its name, a weighed label, and a payer's code scanned at the counter.
func searched() []Step {
	return []Step{
		scan("2200101012508"), sees("苹果", "1.250 kg", "¥16.00"), // the next scan begins the next sale
		press(fyne.KeyF2), write("kl"), gone("矿泉水"), sees("可乐 2L"), picture("search"), press(fyne.KeyDown), enter(), sees("¥19.00"), picture("weighed-label"),
		scan("138888000000000001"), paid("wechatpay", 1900), picture("wechat-paid"),
	}
}

// counted: three of one, a pack of six by its own code, and 10 % off a line.
func counted() []Step {
	return []Step{
		enter(), sees("@sell.empty"), write("3*"), sees("3 ×"), scan("6907350000497"), sees("3 × 4.00"),
		scan("6912345687904"), sees("六瓶装", "¥25.80"),
		press(fyne.KeyF5), sees("@sell.discount_line"), tap("10%"), picture("discount"), enter(), sees("¥24.40"),
		enter(), sees("@tender.due"), tap("¥50"), paid("cash", 2440), sees("¥25.60"),
	}
}

// parked: a payer who must type a password is left to it, and the next customer is served meanwhile.
func parked() []Step {
	return []Step{
		enter(), sees("@sell.empty"), scan("6907350002736"), scan("6907350002521"), sees("¥21.90"),
		scan("138888000000000002"), sees("@tender.state.payer"), picture("wechat-waiting"),
		press(fyne.KeyF6), sees("@sell.empty"),
		scan("6907350001333"), sees("¥9.80"), enter(), sees("@tender.due"), write("10"), enter(), paid("cash", 980), sees("¥0.20"),
		enter(), sees("@sell.empty"), tap("@sell.recall"), picture("recall"), press(fyne.KeyEscape),
		settled("wechatpay", 2190),
	}
}

// discounted: a line voided, 5 % off the basket, and a wallet that has too little.
func discounted() []Step {
	return []Step{
		scan("6907350002668"), scan("6907350000985"), scan("6907350002521"), sees("¥26.60"),
		press(fyne.KeyF8), sees("¥24.60"),
		press(fyne.KeyF5), tap("@sell.discount_all"), tap("5%"), enter(), sees("¥23.30"), picture("basket-discount"),
		scan("138888000000000005"), sees("@tender.state.declined"), picture("wechat-declined"),
		tap("@tender.other_way"), tap("@tender.exact"), paid("cash", 2330),
	}
}

// overridden: a price that the manager approves.
func overridden() []Step {
	return []Step{
		scan("6907350002941"), sees("¥29.90"), press(fyne.KeyF4), sees("@sell.reprice"), write("25"), picture("price"), enter(),
		sees("@approve.title"), picture("approval"), approved(), sees("¥25.00"), picture("overridden"),
		scan("138888000000000008"), sees("@tender.state.unknown"), picture("wechat-in-doubt"), paid("wechatpay", 2500),
	}
}

// held: a basket put aside and brought back.
func held() []Step {
	return []Step{
		scan("6907350002248"), sees("¥39.90"), press(fyne.KeyF6), sees("@sell.hold_name"), write("王阿姨"), picture("hold"), enter(),
		sees("@sell.empty"), scan("6907350003504"), sees("¥2.50"), enter(), sees("@tender.due"), enter(), enter(), paid("cash", 250),
		enter(), sees("@sell.empty"), press(fyne.KeyF6), sees("王阿姨"), picture("held"), enter(), sees("¥39.90"),
		enter(), sees("@tender.due"), tap("¥50"), paid("cash", 3990),
	}
}

// variants: one tile for nine shirts, and a wallet.
func variants() []Step {
	return []Step{
		enter(), sees("@sell.empty"), tap("服饰"), tap("纯棉T恤"), sees("白", "黑", "蓝"), picture("variants"),
		tapOn("48", "黑"), sees("纯棉T恤 黑", "¥59.00"), tap("短袜 3双"), sees("¥84.00"), tap("全部"),
		scan("138888000000000001"), paid("wechatpay", 8400),
	}
}

// lookedUp: a price asked for, and a code that nothing carries.
func lookedUp() []Step {
	return []Step{
		enter(), sees("@sell.empty"), tap("@sell.price_check"), scan("6907350000848"), sees("速溶咖啡 10条", "¥19.90"), picture("price-check"),
		press(fyne.KeyEscape), scan("6999999999997"), sees("▲"), picture("unknown-code"), press(fyne.KeyEscape),
	}
}

// givenBack: one line of a receipt that is scanned, and a gift slip and a copy of another.
func givenBack() []Step {
	return []Step{
		scan("SPA-00000187"), sees("A-000001  ¥19.40"), picture("history"), tap("@orders.return"), sees("@orders.choose_lines"),
		tapOn("+", "方便面"), tap("@orders.reason.quality"), picture("return"), enter(), back("cash", 1390, "A-000012  -¥13.90"), picture("returned"),
		tap("A-000004"), tap("@orders.gift"), printed(), tap("@orders.reprint"), printed(), picture("copy"),
	}
}

// withoutReceipt: an item taken back on the manager's word, at the lowest price it was sold for lately.
func withoutReceipt() []Step {
	return []Step{
		tap("@orders.part.loose"), sees("@orders.loose_text"), scan("6907350002668"), sees("毛巾"), enter(),
		write("不合适"), enter(), write("13900139000"), picture("return-without-receipt"), enter(), approved(), back("cash", 830, "A-000013  -¥8.30"), printed(),
	}
}

// drawer: X, cash in and out.
func drawer() []Step {
	return []Step{
		press(fyne.KeyF10), sees("@shift.part.now"), tap("@shift.print_x"), printed(), picture("x"),
		tap("@shift.part.cash"), write("100"), tap("@shift.reason.change"), picture("cash-in"), enter(), moved(10000),
		tap("@shift.cash_out"), write("30"), tap("@shift.reason.purchase"), enter(), moved(-3000),
	}
}

// faces: the same till in other languages and colours, and what the customer sees.
func faces() []Step {
	in := func(locale string) Step { return looks(locale, func(l *Looks) { l.Locale = locale }) }
	as := func(look kit.Look) Step { return looks(string(look), func(l *Looks) { l.Look = look }) }
	return []Step{
		tap("@nav.sell"), sees("@sell.empty"), scan("6901234567892"), scan("6907350001050"), sees("¥35.30"),
		looks("customer's window", func(l *Looks) { l.Customer = "window" }), customerPicture("customer"),
		looks("no customer's window", func(l *Looks) { l.Customer = "off" }),
		in("zh-Hant"), picture("traditional"), in("en"), picture("english"), as(kit.Dark), picture("dark"), as(kit.Contrast), picture("contrast"),
		as(kit.Light), in("zh-Hans"), tap("@nav.help"), picture("help"), press(fyne.KeyEscape), tap("@shell.looks"), picture("looks"), press(fyne.KeyEscape),
		enter(), sees("@tender.due"), tap("@tender.exact"), paid("cash", 3530), enter(), sees("@sell.empty"),
	}
}

// office: the manager looks round.
func office() []Step {
	steps := []Step{tap("小林"), sees("@shell.who"), tap("@admin.first_manager"), write("1234"), enter(), sees("@nav.admin"), tap("@nav.admin")}
	for _, part := range []string{"shop", "taxes", "goods", "table", "staff", "devices", "jobs", "ledger"} {
		steps = append(steps, tap("@admin.part."+part), picture("office-"+part))
	}
	return append(steps, tap("@admin.first_manager"), sees("@shell.who"), tap("小林"), write("2580"), enter(), sees("@nav.sell"), tap("@nav.sell"))
}

// evening counts the drawer blind, finds a yuan missing, and closes.
func evening() []Step {
	return []Step{
		printed(), tap("@nav.shift"), sees("@shift.part.now"), tap("@shift.part.close"), sees("@shift.blind_hint"),
		write("5"), enter(), write("4"), enter(), picture("count"), tap("@shift.by_total"), write("723.10"), enter(),
		sees("@shift.difference", "@shift.count_again"), tap("@shift.reason.wrong_change"), short(100), picture("counted"), tap("@shift.confirm_close"),
		sees("00001", "-¥1.00"), printed(), picture("z"),
	}
}
