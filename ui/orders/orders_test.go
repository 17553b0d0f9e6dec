package orders_test

import (
	"image"
	"image/color"
	"image/draw"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/receipt"
	"suanpan/ui/orders"
)

// open shows the screen of a shop with an open shift; last is the paper that it showed last.
func (c *till) open(last *string) *orders.Screen {
	s := orders.New(c.shop, c.env, orders.Calls{Draw: func(p receipt.Page) (image.Image, error) {
		*last = receipt.Plain(p, 42)
		sheet := image.NewGray(image.Rect(0, 0, 384, 500))
		draw.Draw(sheet, sheet.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
		return sheet, nil
	}})
	c.show(s)
	c.pass(0)
	return s
}

func (c *till) trading() {
	c.ready()
	must(c.shop.OpenShift(c.env.Context, 20000))
}

func TestHistoryShowsThePaperAndAScannedReceiptOpensIt(t *testing.T) {
	day(t, func(c *till) {
		c.trading()
		first := c.sell(2)
		c.sell(1)
		paper := ""
		c.open(&paper)
		c.sees("A-000002", "Paid", "¥22.49")
		c.picture("history")
		c.env.Keys.Scan(must(catalog.ReceiptCode(first.No)))
		c.pass(0)
		c.sees("A-000001", "¥42.48")
		if !strings.Contains(paper, "A-000001") {
			c.t.Fatalf("paper:\n%s", paper)
		}
		c.press(fyne.KeyF2)
		c.write("000002")
		c.press(fyne.KeyReturn)
		c.sees("A-000002")
		c.tap("Print a copy")
		if len(c.said) == 0 {
			c.t.Fatal("nothing said")
		}
	})
}

func TestOneOfTwoComesBackAndNoMoreThanWasSold(t *testing.T) {
	day(t, func(c *till) {
		c.trading()
		sale := c.sell(2)
		paper := ""
		c.open(&paper)
		c.tap("Return")
		c.sees("Return of A-000001", "Sold 2, returnable 2, ¥39.98", "(Choose what comes back)")
		c.tap("+")
		c.pass(0)
		c.sees("-¥19.99", "To Cash  ¥19.99", "[Give back ¥19.99]")
		c.picture("refund")
		c.tap("Give back ¥19.99")
		if n := len(must(c.shop.GetSale(c.env.Context, sale.ID)).Refunds); n != 0 {
			c.t.Fatal("a return needs a reason")
		}
		c.tap("Damaged")
		c.press(fyne.KeyReturn)
		c.pass(0)
		c.sees("A-000002", "Given back")
		c.picture("returned")
		back := must(c.shop.GetSale(c.env.Context, "A-000002"))
		if back.Total != -1999 || back.Doc.Restock {
			c.t.Fatalf("%+v", back.SaleRow)
		}
		c.env.Keys.Scan(must(catalog.ReceiptCode(sale.No)))
		c.pass(0)
		c.sees("Partly returned")
		c.tap("Return")
		c.sees("Sold 2, returnable 1")
		c.tap("Everything")
		c.pass(0)
		c.sees("[Give back ¥22.49]")
	})
}

func TestAReturnIsDoneByKeyboardAlone(t *testing.T) {
	day(t, func(c *till) {
		c.trading()
		c.sell(3)
		paper := ""
		c.open(&paper)
		c.press(fyne.KeyReturn)
		c.write("++")
		c.press(fyne.KeyDown)
		c.write("+")
		c.pass(0)
		c.sees("[Give back ¥42.48]")
		c.press(fyne.KeyReturn)
		c.write("torn")
		c.press(fyne.KeyReturn)
		c.pass(0)
		c.sees("A-000002", "-¥42.48")
	})
}

func TestAReturnWithoutReceiptNeedsAnItemAReasonAndAName(t *testing.T) {
	day(t, func(c *till) {
		c.trading()
		c.sell(1)
		paper := ""
		c.open(&paper)
		c.write("4")
		c.env.Keys.Scan("6901234567892")
		c.pass(0)
		c.sees("雨伞", "Price now 19.99")
		c.picture("loose")
		c.press(fyne.KeyReturn)
		c.write("gift")
		c.press(fyne.KeyReturn)
		c.write("Chen")
		c.press(fyne.KeyReturn)
		c.pass(0)
		c.sees("A-000002", "-¥19.99")
	})
}

func TestAHeldOrderIsRecalledOrVoidedWithAReason(t *testing.T) {
	day(t, func(c *till) {
		c.trading()
		ctx := c.env.Context
		must(c.shop.Scan(ctx, "", "6901234567892", 0))
		must(c.shop.Hold(ctx, "", "blue coat"))
		must(c.shop.Scan(ctx, "", "6901234567908", 0))
		must(c.shop.Hold(ctx, "", "red hat"))
		paper := ""
		c.open(&paper)
		c.write("2")
		c.pass(0)
		c.picture("held")
		c.sees("[Recall]")
		c.tap("Void")
		c.sees("Void this order?")
		c.picture("void")
		c.write("left")
		c.press(fyne.KeyReturn)
		c.pass(0)
		if n := len(must(c.shop.Unfinished(ctx))); n != 1 {
			c.t.Fatalf("%d left", n)
		}
		c.press(fyne.KeyReturn)
		if c.shop.Current() == "" || len(c.went) != 1 || c.went[0] != "sell" {
			c.t.Fatalf("went %q, said %q", c.went, c.said)
		}
	})
}

func TestACashierNeedsASecondPersonForAReturnWithoutReceipt(t *testing.T) {
	day(t, func(c *till) {
		c.trading()
		c.sell(1)
		ctx := c.env.Context
		must(c.shop.PutStaff(ctx, app.StaffPut{ID: "7", Name: "Li", Roles: []string{"cashier"}, PIN: "2580"}))
		must(c.shop.Login(ctx, "7", "2580"))
		paper := ""
		s := c.open(&paper)
		s.Open("loose")
		c.env.Keys.Scan("6901234567892")
		c.pass(0)
		c.press(fyne.KeyReturn)
		c.write("gift")
		c.press(fyne.KeyReturn)
		c.write("Chen")
		c.press(fyne.KeyReturn)
		c.pass(0)
		c.sees("Approval needed", "Return without receipt")
		c.picture("approval")
		c.write("1")
		c.press(fyne.KeyReturn)
		c.write("1234")
		c.press(fyne.KeyReturn)
		c.pass(0)
		c.sees("A-000002", "-¥19.99")
		if back := must(c.shop.GetSale(ctx, "A-000002")); back.Doc.By != "1" {
			c.t.Fatalf("approved by %q", back.Doc.By)
		}
	})
}
