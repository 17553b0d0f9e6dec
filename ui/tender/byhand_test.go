package tender_test

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"suanpan/app"
	"suanpan/app/member"
	"suanpan/app/pay"
)

// static is a code that no machine watches: only a person can say that it was paid.
func static() *wallet {
	return &wallet{id: "emvqr", flows: []pay.Flow{pay.ByStatic}, calls: &calls{}, first: pay.Observation{Outcome: pay.Pending, QR: "00020101021226..."},
		then: func(int) pay.Observation { return pay.Observation{Outcome: pay.Pending} }}
}

func TestAStaticCodeIsConfirmedByTwoLooksAtTheSameReference(t *testing.T) {
	day(t, func(c *till) {
		c.open("32.91")
		c.write("b")
		c.pass(time.Second)
		c.sees("A person must look", "[Print code]", "[Confirm by hand]", "[Finish: to verify]", "[Cancel]")
		c.picture("static")
		c.tap("Confirm by hand")
		c.sees("First look")
		c.write("bank 77")
		c.press(fyne.KeyReturn)
		c.sees("Second look")
		c.picture("static-second")
		c.write("bank 78") // something else: the first look again
		c.press(fyne.KeyReturn)
		c.sees("Second look")
		c.write("bank 78")
		c.press(fyne.KeyReturn)
		c.pass(time.Second)
		c.sees("Paid", "A-000001")
		if items := must(c.shop.BankItems(c.env.Context, app.BankToVerify)); len(items) != 1 || items[0].Reference != "bank 78" {
			t.Fatalf("%+v", items)
		}
	}, static())
}

func TestAStaticCodeThatNobodyCanLookAtEndsAsToVerify(t *testing.T) {
	day(t, func(c *till) {
		c.open("32.91")
		c.write("b")
		c.pass(time.Second)
		c.tap("Finish: to verify")
		c.pass(time.Second)
		c.sees("Paid", "A-000001")
		if items := must(c.shop.BankItems(c.env.Context, app.BankToVerify)); len(items) != 1 || !items[0].Unseen {
			t.Fatalf("%+v", items)
		}
	}, static())
}

func TestACardGivesWhatItHasAndTheRestIsPaidOtherwise(t *testing.T) {
	day(t, func(c *till) {
		c.open("32.91")
		must(c.shop.PutCard(c.env.Context, app.CardPut{Kind: member.Member, No: "M10001", Name: "王", Phone: "13900139000"}))
		must(c.shop.LoadValue(c.env.Context, app.LoadAsk{Card: "M10001", Minor: 2000}))
		c.write("b")
		c.sees("Stored value", "(Take it from here)")
		c.env.Keys.Scan("M10001")
		c.pass(time.Second)
		c.sees("**0001", "¥20.00", "[Take it from here]")
		c.not("M10001")
		c.picture("house")
		c.press(fyne.KeyReturn)
		c.pass(time.Second)
		c.sees("¥12.91")
		c.picture("house-rest")
		c.press(fyne.KeyReturn)
		c.press(fyne.KeyReturn)
		c.sees("Paid", "A-000002")
	})
}

func TestAboveTheLimitOfAnAccountASecondPersonApproves(t *testing.T) {
	day(t, func(c *till) {
		c.open("32.91")
		must(c.shop.PutAccount(c.env.Context, member.Customer{No: "K1", Name: "Mill", Limit: 1000, Signers: []string{"Li"}}))
		must(c.shop.PutStaff(c.env.Context, app.StaffPut{ID: "2", Name: "Lin", Roles: []string{"cashier"}, PIN: "2580"}))
		must(c.shop.Login(c.env.Context, "2", "2580"))
		c.write("b")
		c.tap("On account")
		c.write("k1")
		c.press(fyne.KeyReturn)
		c.pass(time.Second)
		c.sees("K1  Mill", "May sign: Li", "¥10.00")
		c.picture("account")
		c.press(fyne.KeyReturn)
		c.pass(time.Second)
		c.sees("Approval needed")
		c.write("1")
		c.press(fyne.KeyReturn)
		c.write("1234")
		c.press(fyne.KeyReturn)
		c.pass(time.Second)
		c.sees("Paid", "A-000001")
	})
}

func TestAManagerMayTakeCashOverAPaymentInDoubtWithAReason(t *testing.T) {
	w := &wallet{id: "alipay", flows: []pay.Flow{pay.ByCode}, calls: &calls{}, then: func(int) pay.Observation { return pay.Observation{} }}
	day(t, func(c *till) {
		c.open("32.91")
		c.env.Keys.Scan("28123456789012345678")
		c.pass(2 * time.Second)
		c.sees("do not charge again", "[Take money all the same]")
		c.tap("Take money all the same")
		c.picture("over")
		c.tap("Take cash") // not without a reason
		c.sees("A manager may set it aside")
		c.write("bus leaves")
		c.tap("Take cash")
		c.pass(time.Second)
		c.sees("Paid", "A-000001")
	}, w)
}
