package ui

import (
	"fyne.io/fyne/v2"
)

// Days are the days that can be played, by name.
func Days() map[string]func() []Step {
	return map[string]func() []Step{"retail": retailDay}
}

// retailDay is a day at a shop's counter from the first start to the Z.
func retailDay() []Step {
	var day []Step
	for _, part := range [][]Step{guide(), morning(), firstSales(), evening()} {
		day = append(day, part...)
	}
	return day
}

// guide sets the shop up on the first start.
func guide() []Step {
	enter := press(fyne.KeyReturn)
	return []Step{
		sees("@guide.title"), picture("guide-language"), enter,
		sees("@guide.mode"), press(fyne.Key6), picture("guide-trade"), enter,
		sees("@guide.name_title"), write("清河便利店"), picture("guide-name"), enter,
		sees("@guide.currency"), tap("@admin.rounding.down_jiao"), picture("guide-money"), enter,
		sees("@guide.goods"), picture("guide-goods"), enter,
		sees("@guide.devices"), picture("guide-devices"), enter,
		sees("@guide.last"), picture("guide-last"), enter,
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
		sees("@shell.who", "小林"), tap("小林"), picture("sign-on"), write("2580"), press(fyne.KeyReturn),
		sees("@sell.no_shift"), write("500"), picture("float"), press(fyne.KeyReturn),
		sees("@sell.empty"), picture("counter-empty"),
	}
}

// firstSales: scanned, in cash with change.
func firstSales() []Step {
	return []Step{
		scan("6901234567892"), scan("6901234567892"), scan("6907350000145"), sees("1 × 2.50", "¥8.00"), picture("counter"),
		press(fyne.KeyF12), sees("@tender.due"), write("20"), picture("pay-cash"), press(fyne.KeyReturn),
		paid("cash", 800), sees("¥12.00"), picture("change"),
	}
}

// evening counts the drawer blind and closes.
func evening() []Step {
	return []Step{
		press(fyne.KeyReturn), sees("@sell.empty"), printed(),
		press(fyne.KeyF10), sees("@shift.part.now"), picture("x"),
		tap("@shift.part.close"), sees("@shift.blind_hint"), tap("@shift.by_total"), write("508"), picture("count"), press(fyne.KeyReturn),
		sees("@shift.even"), picture("counted"), press(fyne.KeyReturn),
		sees("@shift.part.past"), printed(), picture("z"),
	}
}
