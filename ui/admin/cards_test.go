package admin_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"suanpan/app"
	"suanpan/app/member"
	"suanpan/app/pay"
)

func TestAMemberIsMadeAndLoadedInTheOffice(t *testing.T) {
	day(t, func(c *till) {
		c.office("cards")
		c.tap("New")
		c.write("W01")
		c.window.Canvas().FocusNext()
		c.write("Wang")
		c.tap("Save")
		c.pass(0)
		c.tap("Load, cash") // without an amount nothing happens
		c.pass(0)
		conf := c.shop.Info().Config
		conf.Value = member.Rules{Gifts: []member.Step{{From: 10000, Gift: 1000}}}
		must(c.shop.Configure(c.env.Context, conf))
		must(c.shop.LoadValue(c.env.Context, app.LoadAsk{Card: "W01", Minor: 10000}))
		c.hand.settle()
		c.pass(0)
		c.picture("cards")
		c.sees("Paid in ¥100.00, given on top ¥10.00")
		if h := must(c.shop.ValueOf(c.env.Context, member.Member, "W01", pay.Secret{})); h.Name != "Wang" || h.Bonus != 1000 {
			c.t.Fatalf("%+v", h)
		}
		c.tap("Gift cards")
		c.tap("New")
		c.tap("Save")
		c.pass(0)
		c.picture("giftcards")
		c.sees("Code: ")
		c.tap("New")
		c.pass(0)
		if strings.Contains(c.seen(), "Code: ") {
			c.t.Error("the code stands there still")
		}
	})
}

func TestAnAccountIsKeptAndItsBillsAreSettledInTheOffice(t *testing.T) {
	day(t, func(c *till) {
		c.office("cards")
		a := must(c.shop.PutAccount(c.env.Context, member.Customer{No: "K1", Name: "Hotel", Limit: 50000, Days: 30}))
		must(c.shop.Scan(c.env.Context, "", "6901234567892", 2000))
		must(c.shop.Tender(c.env.Context, app.TenderAsk{Method: "account", Card: "K1", Signed: "Li"}))
		must(c.shop.Complete(c.env.Context, ""))
		c.tap("On account")
		c.pass(0)
		c.press(fyne.KeyDown)
		c.sees("Open ¥39.98, bills 1, overdue ¥0.00")
		c.picture("accounts")
		c.tap("Statement")
		c.pass(0)
		c.tap("Settle, cash")
		c.pass(0)
		c.sees("Open ¥0.00, bills 0, overdue ¥0.00")
		if st := must(c.shop.Accounts(c.env.Context, "")); len(st) != 1 || st[0].ID != a.ID || st[0].Balance != 0 {
			c.t.Fatalf("%+v, said %q", st, c.said)
		}
	})
}
