package app_test

import (
	"context"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/pay"
	"suanpan/app/pay/paytest"
	"suanpan/app/shift"
)

// as makes the till think that somebody else is signed on.
func (c *counter) as(role string) {
	app.SignOn(c.shop, shift.Staff{ID: "7", Name: role, Roles: []string{role}})
}

// approved is the counter's context with a manager's word.
func (c *counter) approved() context.Context {
	c.t.Helper()
	ctx, err := c.shop.Approve(c.ctx, "1", "1234")
	c.must(err)
	return ctx
}

func (c *counter) refused(want, act string, err error) {
	c.t.Helper()
	if code, _, needs := app.Explain(err); code != want || needs != act {
		c.t.Fatalf("refused as %q for %q (%v), want %q for %q", code, needs, err, want, act)
	}
}

func TestAManagerMayTakeMoneyOverAnOpenPaymentAndLateMoneyGoesBack(t *testing.T) {
	atCounter(t, func(c *counter) {
		c.card.Wire = func(op, _ string) paytest.Wire { return paytest.Wire{Fault: paytest.DropBefore} }
		c.as("cashier")
		p, err := c.shop.Tender(c.ctx, app.TenderAsk{Method: "alipay", Flow: pay.ByQR})
		c.must(err)
		c.pass(time.Second)
		_, err = c.shop.Tender(c.ctx, app.TenderAsk{Method: order.Cash})
		c.refused("payment_open", "", err)
		ask := app.TenderAsk{Method: order.Cash, Override: "手机没电"}
		_, err = c.shop.Tender(c.ctx, ask)
		c.refused("needs_approval", "override_open_payment", err)
		c.alipay.Wire = func(op, _ string) paytest.Wire { return paytest.Wire{There: time.Second} }
		_, err = c.shop.Tender(c.approved(), ask)
		c.must(err)
		c.alipay.Pay(pay.OwnNo(p.ID)) // and the payer pays after all
		_, err = c.shop.Complete(c.ctx, "")
		c.must(err)
		c.pass(10 * time.Minute)
		if p, err = c.shop.Payment(c.ctx, p.ID); err != nil || p.State != pay.Refunded {
			t.Fatal(p, err)
		}
		c.agree(0)
	})
}

func TestAShiftEndsOverAReviewOnlyWithASupervisorsName(t *testing.T) {
	atCounter(t, func(c *counter) {
		c.wallet.Wire = func(op, _ string) paytest.Wire {
			if op == "query" {
				return paytest.Wire{Fault: paytest.OtherAmount}
			}
			return paytest.Wire{Fault: paytest.DropAfter}
		}
		c.wallet.Payer = func(string, pay.Flow) paytest.Payer { return paytest.Payer{} }
		p, err := c.shop.Tender(c.ctx, app.TenderAsk{Code: pay.Hide("134567890123456789"), Wait: 10 * time.Second})
		c.must(err)
		if p.State != pay.NeedsReview {
			t.Fatal(p)
		}
		c.as("cashier")
		count := app.Count{Counted: map[string]int64{order.Cash: 10000}}
		_, err = c.shop.CloseShift(c.ctx, count)
		c.refused("needs_approval", "close_in_review", err)
		z, err := c.shop.CloseShift(c.approved(), count)
		c.must(err)
		if len(z.Unknown) != 1 || z.Unknown[0].State != string(pay.NeedsReview) {
			t.Fatalf("%+v", z.Unknown)
		}
	})
}

func TestARefundThatCannotReachThePayerIsPaidOutOfTheDrawer(t *testing.T) {
	atCounter(t, func(c *counter) {
		c.wallet.Payer = func(string, pay.Flow) paytest.Payer { return paytest.Payer{} }
		p, err := c.shop.Tender(c.ctx, app.TenderAsk{Code: pay.Hide("134567890123456789"), Wait: 10 * time.Second})
		c.must(err)
		sale, err := c.shop.Complete(c.ctx, "")
		c.must(err)
		c.wallet.Gone = true
		back, err := c.shop.Refund(c.ctx, app.RefundAsk{Sale: sale.ID, Reason: "坏了"})
		c.must(err)
		c.pass(time.Minute)
		if back, err = c.shop.GetSale(c.ctx, back.ID); err != nil || back.State != "failed" {
			t.Fatal(back.State, err)
		}
		again := app.RefundByHand{Payment: p.ID, Refund: back.Doc.Order.Tenders[0].ID, Reason: "再试一次"}
		_, err = c.shop.RefundToMerchant(c.ctx, again)
		c.refused("no_abnormal_refund", "", err)
		_, err = c.shop.CloseRefund(c.ctx, again)
		c.refused("not_in_doubt", "", err)
		_, err = c.shop.RetryRefund(c.ctx, again)
		c.must(err)
		c.pass(time.Minute)
		if back, err = c.shop.GetSale(c.ctx, back.ID); err != nil || back.State != "failed" {
			t.Fatal(back.State, err)
		}
		ask := app.PaidOtherwise{Payment: p.ID, Refund: back.Doc.Order.Tenders[0].ID, How: order.Cash, Reason: "账户已注销"}
		c.as("cashier")
		_, err = c.shop.RefundOtherwise(c.ctx, ask)
		c.refused("needs_approval", "refund_other_way", err)
		_, err = c.shop.RefundOtherwise(c.approved(), ask)
		c.must(err)
		_, err = c.shop.RefundOtherwise(c.approved(), ask)
		c.refused("not_abnormal", "", err)
		if back, err = c.shop.GetSale(c.ctx, back.ID); err != nil || back.State != "done" {
			t.Fatal(back.State, err)
		}
		if got := c.account("cash:A"); got != 10000-p.Minor {
			t.Errorf("drawer holds %d", got)
		}
		if owed := c.account("deposit:refunds"); owed != 0 {
			t.Errorf("still owed %d", owed)
		}
		c.agree(p.Minor)
	})
}

// TestAProviderThatHangsHoldsUpNobodyElse leaves every call to one provider without an answer for a minute.
func TestAProviderThatHangsHoldsUpNobodyElse(t *testing.T) {
	atCounter(t, func(c *counter) {
		c.wallet.Wire = func(string, string) paytest.Wire { return paytest.Wire{There: time.Minute} }
		for range 30 {
			_, err := c.shop.Tender(c.ctx, app.TenderAsk{Method: "wechatpay", Flow: pay.ByQR})
			c.must(err)
			_, err = c.shop.NewOrder(c.ctx, app.Begin{})
			c.must(err)
			_, err = c.shop.Scan(c.ctx, "", "6901234567892", oneTea)
			c.must(err)
		}
		c.pass(20 * time.Second)
		began := time.Now()
		_, err := c.shop.Scan(c.ctx, "", "6901234567892", oneTea)
		c.must(err)
		if took := time.Since(began); took != 0 {
			t.Errorf("a scan waited %s", took)
		}
		c.alipay.Payer = func(string, pay.Flow) paytest.Payer { return paytest.Payer{After: time.Second} }
		p, err := c.shop.Tender(c.ctx, app.TenderAsk{Method: "alipay", Flow: pay.ByQR, Wait: 8 * time.Second})
		c.must(err)
		if p.State != pay.Succeeded {
			t.Errorf("the other wallet: %s", p.State)
		}
	})
}

func TestPastTheProvidersTimeMoneyGoesBackInCashOnlyWithAnotherPersonsWord(t *testing.T) {
	atCounter(t, func(c *counter) {
		c.wallet.Can.RefundWindow = 24 * time.Hour
		c.wallet.Payer = func(string, pay.Flow) paytest.Payer { return paytest.Payer{} }
		_, err := c.shop.Tender(c.ctx, app.TenderAsk{Code: pay.Hide("134567890123456789"), Wait: 10 * time.Second, Minor: new(int64(1000))})
		c.must(err)
		_, err = c.shop.Tender(c.ctx, app.TenderAsk{Method: order.Cash})
		c.must(err)
		sale, err := c.shop.Complete(c.ctx, "")
		c.must(err)
		c.pass(25 * time.Hour)
		ask := app.RefundAsk{Sale: sale.ID, Reason: "坏了"}
		_, err = c.shop.Refund(c.ctx, ask)
		c.refused("past_refund_window", "", err)
		ask.Tenders = map[string]int64{order.Cash: sale.Total}
		c.as("cashier")
		_, err = c.shop.Refund(c.ctx, ask)
		c.refused("needs_approval", "refund_other_way", err)
		back, err := c.shop.Refund(c.approved(), ask)
		c.must(err)
		if back.State != "done" || c.account("cash:A") != 10000+310-1310 {
			t.Fatal(back.State, c.account("cash:A"))
		}
		_, err = c.shop.Refund(c.approved(), ask)
		c.refused("nothing_left", "", err)
		c.agree(1000)
	})
}

// TestPartsOfARefundWaitForEachOther gives one payment back in three parts: the provider wants a minute between them, and
// nobody is refused for it.
func TestPartsOfARefundWaitForEachOther(t *testing.T) {
	atCounter(t, func(c *counter) {
		c.wallet.Can.RefundGap = time.Minute
		c.wallet.Payer = func(string, pay.Flow) paytest.Payer { return paytest.Payer{} }
		for range 2 {
			_, err := c.shop.Scan(c.ctx, "", "6920000000029", oneTea)
			c.must(err)
		}
		_, err := c.shop.Tender(c.ctx, app.TenderAsk{Code: pay.Hide("134567890123456789"), Wait: 10 * time.Second})
		c.must(err)
		sale, err := c.shop.Complete(c.ctx, "")
		c.must(err)
		var last app.Sale
		for _, part := range []map[int]money.Qty{{1: oneTea}, {2: oneTea}, nil} {
			last, err = c.shop.Refund(c.ctx, app.RefundAsk{Sale: sale.ID, Lines: part, Reason: "坏了"})
			c.must(err)
		}
		c.pass(30 * time.Second)
		if n := c.wallet.Asked("refund"); n != 1 {
			t.Errorf("%d refunds were asked for within the first half minute", n)
		}
		c.pass(3 * time.Minute)
		if last, err = c.shop.GetSale(c.ctx, last.ID); err != nil || last.State != "done" {
			t.Fatal(last.State, err)
		}
		c.agree(0)
	})
}

func manager() shift.Staff {
	return shift.Staff{ID: "1", Name: "店长", Roles: []string{"manager"}}
}
