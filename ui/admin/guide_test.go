package admin_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"suanpan/assets"
	"suanpan/ui/admin"
)

func (c *till) guide() (*admin.Guide, *bool) {
	done := false
	g := admin.NewGuide(c.shop, c.env, admin.GuideCalls{Locales: []string{"zh-Hans", "zh-Hant", "en"}, Sample: assets.DemoGoods,
		Language: func(l string) { c.went = append(c.went, l) }, Done: func() { done = true }, Folder: c.t.TempDir()})
	c.show(g)
	return g, &done
}

func TestANewShopSellsAfterSevenPagesByKeyboardAlone(t *testing.T) {
	day(t, func(c *till) {
		_, done := c.guide()
		c.sees("Welcome to Suanpan", "Step 1 of 7")
		c.picture("1")
		c.write("1")
		if *locale == "en" && (len(c.went) != 1 || c.went[0] != "zh-Hans") {
			c.t.Fatalf("language %q", c.went)
		}
		c.press(fyne.KeyReturn)
		c.sees("What do you run?")
		c.write("2")
		c.picture("2")
		c.press(fyne.KeyReturn)
		c.sees("(Next)")
		c.picture("3")
		c.press(fyne.KeyReturn)
		c.sees("What is the shop called?")
		c.write("小店")
		c.press(fyne.KeyReturn)
		c.sees("Which money?")
		c.picture("4")
		c.write("1")
		c.press(fyne.KeyReturn)
		c.sees("Where do the goods come from?")
		c.write("2")
		c.pass(0)
		c.picture("5import")
		c.sees("(Next)")
		c.press(fyne.KeyEscape)
		c.press(fyne.KeyReturn)
		c.write("1")
		c.picture("5")
		c.press(fyne.KeyReturn)
		c.picture("6")
		c.press(fyne.KeyReturn)
		c.sees("小店")
		c.picture("7")
		c.write("2580")
		c.press(fyne.KeyReturn)
		c.pass(0)
		if !*done {
			c.t.Fatalf("not done: %q\n%s", c.said, c.seen())
		}
		i := c.shop.Info()
		if !i.Ready || i.Config.Template != "supermarket" || i.Config.Shop != "小店" || i.Staff == nil {
			c.t.Fatalf("%+v", i)
		}
		if n := must(c.shop.CountItems(c.env.Context)); n < 10 {
			c.t.Fatalf("%d goods", n)
		}
		must(c.shop.Login(c.env.Context, "1", "2580"))
	})
}
