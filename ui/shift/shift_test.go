package shift_test

import (
	"image"
	"image/color"
	"image/draw"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"suanpan/app"
	"suanpan/app/receipt"
	"suanpan/ui/shift"
)

// paper stands in for the printer's picture: the words of the page are what the tests look at.
func (c *till) paper(last *string) shift.Calls {
	return shift.Calls{Draw: func(p receipt.Page) (image.Image, error) {
		*last = receipt.Plain(p, 42)
		sheet := image.NewGray(image.Rect(0, 0, 384, 600))
		draw.Draw(sheet, sheet.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
		return sheet, nil
	}}
}

// count types pieces, one row after the other, with Enter behind each.
func (c *till) count(pieces ...string) {
	for _, n := range pieces {
		c.write(n)
		c.press(fyne.KeyReturn)
	}
}

func TestAShiftIsOpenedAndClosedBlindByKeyboardAlone(t *testing.T) {
	day(t, func(c *till) {
		c.ready()
		paper := ""
		c.show(shift.New(c.shop, c.env, c.paper(&paper)))
		c.sees("No shift is open", "(Open shift)")
		c.picture("open")
		c.count("1", "1", "2", "1", "", "", "", "") // 100 + 50 + 40 + 10
		if i := c.shop.Info(); i.Shift == nil || i.Shift.Float != 20000 {
			c.t.Fatalf("shift %+v", i.Shift)
		}
		c.sell(2) // 42.48
		c.pass(0)
		if !strings.Contains(paper, "42.48") {
			c.t.Fatalf("the X does not show the sale:\n%s", paper)
		}
		c.picture("now")
		c.press(fyne.KeyReturn) // to the count
		c.not("¥242.48")
		c.picture("count")
		c.count("2", "", "2", "", "", "2", "", "4") // 200 + 40 + 2 + 0.40
		c.sees("¥242.48", "Short ¥0.08", "[Close for good]")
		c.picture("short")
		c.press(fyne.KeyReturn)
		if c.shop.Info().Shift == nil {
			c.t.Fatal("a difference needs a reason")
		}
		c.write("coins lost")
		c.press(fyne.KeyReturn)
		if c.shop.Info().Shift != nil {
			c.t.Fatalf("not closed: %q", c.said)
		}
		c.pass(0)
		if !strings.Contains(paper, "coins lost") {
			c.t.Fatalf("the Z is not shown:\n%s", paper)
		}
		c.picture("past")
	})
}

func TestAHalfDoneCountCannotBeSent(t *testing.T) {
	day(t, func(c *till) {
		c.ready()
		paper := ""
		must(c.shop.OpenShift(c.env.Context, 0))
		s := shift.New(c.shop, c.env, c.paper(&paper))
		c.show(s)
		s.Open("close")
		c.pass(0)
		c.count("1", "")
		c.sees("(Submit)")
		c.press(fyne.KeyEscape)
		c.press(fyne.KeyReturn)
		c.not("Expected ¥")
		if c.shop.Info().Shift == nil {
			c.t.Fatal("closed")
		}
	})
}

func TestCashOutIsBookedWithItsReason(t *testing.T) {
	day(t, func(c *till) {
		c.ready()
		must(c.shop.OpenShift(c.env.Context, 50000))
		paper := ""
		s := shift.New(c.shop, c.env, c.paper(&paper))
		c.show(s)
		c.write("2")
		c.picture("cash")
		c.tap("Cash out")
		c.write("30")
		c.tap("Purchase")
		c.press(fyne.KeyReturn)
		if n := must(c.shop.X(c.env.Context)).CashOut; n != 3000 {
			c.t.Fatalf("cash out %d, said %q", n, c.said)
		}
	})
}

func TestADrawerIsHandedOverByKeyboardAlone(t *testing.T) {
	day(t, func(c *till) {
		c.ready()
		must(c.shop.PutStaff(c.env.Context, app.StaffPut{ID: "2", Name: "Li", Roles: []string{"cashier"}, PIN: "2580"}))
		must(c.shop.OpenShift(c.env.Context, 50000))
		paper := ""
		s := shift.New(c.shop, c.env, c.paper(&paper))
		c.show(s)
		c.write("4")
		c.picture("hand")
		c.write("2")
		c.press(fyne.KeyReturn)
		c.write("2580")
		c.press(fyne.KeyReturn)
		if i := c.shop.Info(); i.Staff.ID != "2" || i.Shift.Staff != "2" || i.Shift.Float != 50000 {
			c.t.Fatalf("%+v, said %q", i.Shift, c.said)
		}
	})
}

func TestAPickUpAsksForItsBagAndASecondPerson(t *testing.T) {
	day(t, func(c *till) {
		c.ready()
		must(c.shop.PutStaff(c.env.Context, app.StaffPut{ID: "2", Name: "Li", Roles: []string{"cashier"}, PIN: "2580"}))
		must(c.shop.OpenShift(c.env.Context, 50000))
		paper := ""
		s := shift.New(c.shop, c.env, c.paper(&paper))
		c.show(s)
		c.write("2")
		c.tap("Pick-up")
		c.write("300")
		c.press(fyne.KeyReturn)
		c.write("B7")
		c.picture("bag")
		c.press(fyne.KeyReturn)
		c.sees("Second signature")
		c.write("2")
		c.press(fyne.KeyReturn)
		c.write("2580")
		c.press(fyne.KeyReturn)
		if n := must(c.shop.X(c.env.Context)).CashOut; n != 30000 {
			c.t.Fatalf("cash out %d, said %q", n, c.said)
		}
	})
}
