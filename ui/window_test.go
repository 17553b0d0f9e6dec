package ui_test

import (
	"flag"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"suanpan/app"
)

// How the pictures of the tour look.
var (
	look   = flag.String("look", "light", "light, dark or contrast")
	scale  = flag.Float64("scale", 1, "size of the letters")
	locale = flag.String("words", "zh-Hans", "language")
	wide   = flag.Float64("wide", 1280, "width of the window")
	high   = flag.Float64("high", 800, "height of the window")
	mirror = flag.Bool("mirror", false, "for the left hand")
)

func looks() map[string]any {
	return map[string]any{"look": *look, "scale": *scale, "locale": *locale, "mirrored": *mirror}
}

func TestACashierSellsFromSignOnToTheNextSaleByKeysAlone(t *testing.T) {
	day(t, fyne.NewSize(1280, 800), nil, func(c *till) {
		c.sees("清河小店", "王小丽", "登录")
		c.begin()
		c.gun("6901234567892")
		c.sees("矿泉水 550ml", "1 × 2.50")
		c.gun("6907350000145")
		c.sees("可乐 330ml 罐装", "¥5.50")
		c.press(fyne.KeyReturn) // pay
		c.press(fyne.KeyReturn) // cash, exact
		c.press(fyne.KeyReturn)
		c.sees("已收款", "A-000001")
		c.gun("6901234567892") // the next sale begins with no key pressed
		c.sees("¥2.50")
		c.not("A-000001")
	})
}

func TestAPersonChangesABasketByKeys(t *testing.T) {
	day(t, fyne.NewSize(1280, 800), nil, func(c *till) {
		c.begin()
		c.write("3*")
		c.sees("3 ×")
		c.gun("6901234567892")
		c.sees("3 × 2.50", "7.50")
		c.gun("6907350000145")
		c.write("4*")
		c.press(fyne.KeyReturn) // with a quantity waiting it goes to the selected line
		c.sees("4 × 3.00", "¥19.50")
		c.press(fyne.KeyF3)
		c.write("2")
		c.press(fyne.KeyReturn)
		c.sees("2 × 3.00", "¥13.50")
		c.press(fyne.KeyF5)
		c.write("10")
		c.press(fyne.KeyReturn)
		c.sees("-10%", "5.40")
		c.press(fyne.KeyF8)
		c.not("可乐 330ml 罐装\n2 × 3.00")
		c.sees("¥7.50")
	})
}

func TestAnUnknownCodeOpensTheSearchAndAddsNothing(t *testing.T) {
	day(t, fyne.NewSize(1280, 800), nil, func(c *till) {
		c.begin()
		c.gun("6999999999997")
		c.sees("6999999999997", "没有加入任何东西", "¥0.00")
		if n := len(c.sounds); n == 0 || c.sounds[n-1] != "unknown" {
			t.Fatalf("sounds %q", c.sounds)
		}
		c.gun("6901234567892")
		c.sees("¥2.50")
		c.not("没有加入任何东西")
	})
}

func TestLettersFindByInitialsAndEnterSells(t *testing.T) {
	day(t, fyne.NewSize(1280, 800), nil, func(c *till) {
		c.begin()
		c.write("kl2l")
		c.sees("可乐 2L")
		c.press(fyne.KeyReturn)
		c.sees("1 × 7.90")
		c.press(fyne.KeyF6)
		c.write("王先生")
		c.press(fyne.KeyReturn)
		c.sees("取单 1", "¥0.00")
		c.press(fyne.KeyF6)
		c.sees("王先生", "¥7.90")
		c.press(fyne.KeyReturn)
		c.sees("1 × 7.90")
	})
}

func TestASecondPersonApprovesAPriceOnTheCashiersScreen(t *testing.T) {
	day(t, fyne.NewSize(1280, 800), nil, func(c *till) {
		c.begin()
		c.gun("6901234567892")
		c.press(fyne.KeyF4)
		c.write("2")
		c.press(fyne.KeyReturn)
		c.sees("需要授权")
		c.write("1")
		c.press(fyne.KeyReturn)
		c.write("9999")
		c.press(fyne.KeyReturn)
		c.sees("密码不对", "¥2.50")
		c.write("1234")
		c.press(fyne.KeyReturn)
		c.sees("¥2.00", "原价 2.50")
		if who := c.shop.Info().Staff; who == nil || who.ID != "2" {
			t.Fatalf("approval must not sign the cashier off: %+v", who)
		}
	})
}

func TestLanguageChangesWhileABasketIsOpen(t *testing.T) {
	day(t, fyne.NewSize(1280, 800), nil, func(c *till) {
		c.begin()
		c.gun("6901234567892")
		c.tap("显示")
		c.tap("English")
		c.press(fyne.KeyEscape)
		c.sees("Basket", "1 × 2.50", "Total")
		c.not("购物篮")
		c.gun("6907350000145")
		c.sees("¥5.50")
		c.press(fyne.KeyF1)
		c.sees("Hold, recall")
		c.press(fyne.KeyEscape)
		c.press(fyne.KeyF5)
		c.write("5")
		c.press(fyne.KeyReturn)
		c.sees("-5%")
	})
}

func TestAScanWhileTypingGoesToTheBasketAndLeavesTheTextAlone(t *testing.T) {
	day(t, fyne.NewSize(1280, 800), nil, func(c *till) {
		c.begin()
		c.press(fyne.KeyF3) // nothing is selected: said, not done
		c.sees("请先选一行商品")
		c.gun("6901234567892")
		c.press(fyne.KeyF5)
		c.gun("6907350000145") // with a panel open
		c.sees("可乐 330ml 罐装", "¥5.50")
		c.press(fyne.KeyF2)
		c.write("niu")
		c.gun("6907350000213")
		c.sees("可乐 2L", "¥13.40")
	})
}

func TestALockedTillKeepsItsBasketAndSellsNothing(t *testing.T) {
	day(t, fyne.NewSize(1280, 800), nil, func(c *till) {
		c.begin()
		c.gun("6901234567892")
		c.tap("王小丽")
		c.sees("谁来收银")
		c.gun("6901234567892")
		c.sees("谁来收银")
		c.press(fyne.KeyDown)
		c.write("2580")
		c.press(fyne.KeyReturn)
		c.sees("1 × 2.50", "¥2.50")
	})
}

func TestTwoQuickScansAreTwoLinesInTheirOrder(t *testing.T) {
	day(t, fyne.NewSize(1280, 800), nil, func(c *till) {
		c.begin()
		for _, code := range []string{"6901234567892", "6907350000145", "6907350000213"} {
			c.window.Scan(code) // a scanner with a wire of its own
		}
		c.pass(time.Second)
		c.sees("¥13.40")
		b := must(c.shop.Basket(""))
		var got []string
		for _, l := range b.Order.Lines {
			got = append(got, l.SKU)
		}
		if want := []string{"1001", "1002", "1003"}; !slices.Equal(got, want) {
			t.Fatalf("lines %v, want %v", got, want)
		}
	})
}

func TestNewsAboutStaffDoNotThrowATypistBack(t *testing.T) {
	day(t, fyne.NewSize(1280, 800), nil, func(c *till) {
		c.write("1234")
		c.press(fyne.KeyReturn)
		c.write("200")
		c.press(fyne.KeyReturn)
		c.gun("6901234567892")
		c.press(fyne.KeyF6)
		c.write("Wang")
		must(c.shop.PutStaff(c.ctx, app.StaffPut{ID: "3", Name: "李雷", Roles: []string{"cashier"}, PIN: "3691"}))
		c.pass(time.Second)
		c.press(fyne.KeyReturn)
		c.press(fyne.KeyF6)
		c.sees("Wang")
	})
}

func TestTheWindowIsDrawn(t *testing.T) {
	if *pictures == "" {
		t.Skip("draws for people: run with -pictures DIR")
	}
	day(t, fyne.NewSize(float32(*wide), float32(*high)), looks(), func(c *till) {
		c.shot("01-sign-on")
		c.write("1234")
		c.press(fyne.KeyReturn)
		c.shot("02-opening")
		c.write("200")
		c.press(fyne.KeyReturn)
		c.shot("03-empty")
		for _, code := range []string{"6901234567892", "6907350000145", "6907350000213", "6907350003641"} {
			c.gun(code)
		}
		c.press(fyne.KeyF3)
		c.shot("04-quantity")
		c.write("3")
		c.press(fyne.KeyReturn)
		c.press(fyne.KeyF4)
		c.shot("05-price")
		c.write("55")
		c.press(fyne.KeyReturn)
		c.press(fyne.KeyUp)
		c.press(fyne.KeyF5)
		c.shot("06-discount")
		c.write("10")
		c.press(fyne.KeyReturn)
		c.pass(10e9)
		c.shot("07-basket")
		c.write("6*")
		c.shot("08-times")
		c.press(fyne.KeyEscape)
		c.gun("6999999999997")
		c.shot("09-unknown")
		c.press(fyne.KeyEscape)
		c.write("nn")
		c.shot("10-search")
		c.press(fyne.KeyEscape)
		c.tap(c.words.In(*locale)("sell.price_check"))
		c.gun("6907350003641")
		c.shot("11-check")
		c.press(fyne.KeyEscape)
		c.press(fyne.KeyF6)
		c.shot("12-hold")
		c.write("王先生")
		c.press(fyne.KeyReturn)
		c.gun("6901234567892")
		c.press(fyne.KeyF6)
		c.tap(c.words.In(*locale)("sell.recall"))
		c.pass(10e9)
		c.shot("13-held")
		c.press(fyne.KeyEscape)
		c.press(fyne.KeyF1)
		c.shot("14-help")
		c.press(fyne.KeyEscape)
		c.tap(c.words.In(*locale)("shell.looks"))
		c.shot("15-looks")
		c.press(fyne.KeyEscape)
		c.tap(c.words.In(*locale)("lamp.printer"))
		c.shot("16-lamp")
		c.press(fyne.KeyEscape)
		if *scale == 1 { // larger letters push the chip out of view
			c.tap("服饰")
			c.tap("纯棉T恤")
			c.shot("17-variants")
			c.press(fyne.KeyEscape)
		}
		c.tap("生鲜")
		c.tap("苹果")
		c.shot("18-weight")
		c.write("1.25")
		c.press(fyne.KeyReturn)
		c.press(fyne.KeyReturn)
		c.shot("19-pay")
		c.write("150")
		c.press(fyne.KeyReturn)
		c.shot("20-done")
	})
}

func TestAnIdleTillLocksAndKeepsTheBasket(t *testing.T) {
	day(t, fyne.NewSize(1280, 800), nil, func(c *till) {
		c.begin()
		c.gun("6901234567892")
		most := c.shop.LockAfter()
		if most == 0 {
			c.t.Fatal("nothing says when")
		}
		c.pass(most - time.Minute)
		if c.shop.Info().Staff == nil {
			c.t.Fatal("locked too soon")
		}
		c.pass(2 * time.Minute)
		if c.shop.Info().Staff != nil || c.shop.Info().Shift == nil {
			c.t.Fatal("not locked, or the shift is gone")
		}
		if b, err := c.shop.Basket(""); err != nil || len(b.Order.Lines) != 1 {
			c.t.Fatal(b, err)
		}
	})
}
