package orders_test

import (
	"context"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/app/pay/paytest"
)

// peer is a provider with books of its own.
func peer(name string, flows ...pay.Flow) *paytest.Model {
	return &paytest.Model{Name: name, Can: pay.Caps{Merchant: name + "1", Currencies: []money.Currency{"CNY"}, Flows: flows, PartialRefund: true},
		Times: pay.Timing{FirstQuery: 2 * time.Second, Every: 2 * time.Second, SlowAfter: 30 * time.Second, SlowEvery: 5 * time.Second, Deadline: 10 * time.Minute,
			CancelBackoff: []time.Duration{5 * time.Second}, CancelWindow: time.Hour, NotFoundGap: 5 * time.Second, NotFoundCount: 2, Sweep: time.Minute, Decide: time.Hour},
		Now: time.Now, Wait: func(ctx context.Context, d time.Duration) {
			select {
			case <-time.After(d):
			case <-ctx.Done():
			}
		}}
}

func TestTheListSaysWhatIsDoneNextAndAPersonPaysWhatCannotGoBack(t *testing.T) {
	wechat := peer("wechatpay", pay.ByCode)
	wechat.Gone = true
	wechat.Payer = func(string, pay.Flow) paytest.Payer { return paytest.Payer{} }
	slow := peer("alipay", pay.ByCode)
	slow.Payer = func(string, pay.Flow) paytest.Payer { return paytest.Payer{Never: true} }
	day(t, func(c *till) {
		c.trading()
		ctx := c.env.Context
		must(c.shop.Scan(ctx, "", "6901234567892", money.One))
		must(c.shop.Tender(ctx, app.TenderAsk{Code: pay.Hide("134567890123456789")}))
		c.pass(10 * time.Second)
		sale := must(c.shop.Complete(ctx, c.shop.Current()))
		must(c.shop.Refund(ctx, app.RefundAsk{Sale: sale.No, Reason: "wet"}))
		c.pass(10 * time.Second)
		must(c.shop.Scan(ctx, "", "6901234567892", money.One))
		must(c.shop.Tender(ctx, app.TenderAsk{Code: pay.Hide("28123456789012345678")}))
		c.pass(5 * time.Second)
		var last string
		s := c.open(&last)
		s.Open("doubt")
		c.pass(time.Second)
		c.sees("Refund stuck", "a manager decides", "Waiting for the customer", "asks at", "0 min", "Alipay", "(Cancel)", "[Decide]")
		c.picture("check")
		c.tap("Decide")
		c.sees("cannot go back the way it came")
		c.picture("check-abnormal")
		c.write("paid in cash")
		c.tap("Given back in cash, from this drawer")
		c.pass(time.Second)
		if list := must(c.shop.ToCheckList(ctx)); len(list) != 1 || list[0].Method != "alipay" || list[0].Next == "" {
			t.Fatalf("%+v", list)
		}
	}, wechat, slow)
}

// stand is a code that no machine watches.
type stand struct{ *paytest.Model }

func (s stand) Present(ctx context.Context, a pay.Attempt) (pay.Observation, error) {
	o, err := s.Model.Present(ctx, a)
	o.QR = "00020101021226"
	return o, err
}

func TestTheBankListEndsWithALineOfTheStatementOrAReason(t *testing.T) {
	m := peer("emvqr", pay.ByStatic)
	m.Payer = func(string, pay.Flow) paytest.Payer { return paytest.Payer{Never: true} }
	day(t, func(c *till) {
		c.trading()
		ctx := c.env.Context
		for range 2 {
			must(c.shop.Scan(ctx, "", "6901234567892", money.One))
			p := must(c.shop.Tender(ctx, app.TenderAsk{Method: "emvqr"}))
			c.pass(time.Second)
			must(c.shop.ConfirmPayment(ctx, app.Confirm{Payment: p.ID, Unseen: true}))
			must(c.shop.Complete(ctx, c.shop.Current()))
		}
		var last string
		s := c.open(&last)
		s.Open("bank")
		c.pass(time.Second)
		c.sees("To verify on the statement", "nobody looked", "¥19.99")
		c.picture("bank")
		c.tap("On the statement")
		c.write("line 12")
		c.tap("Record")
		c.pass(time.Second)
		c.tap("Not found")
		c.tap("Record") // not without a reason
		c.sees("Give up looking for it?")
		c.write("bank says no")
		c.tap("Record")
		c.pass(time.Second)
		c.sees("Not found, given up")
		matched, missing := must(c.shop.BankItems(ctx, app.BankMatched)), must(c.shop.BankItems(ctx, app.BankMissing))
		if len(matched) != 1 || matched[0].Line != "line 12" || len(missing) != 1 || missing[0].Note != "bank says no" {
			t.Fatalf("%+v %+v", matched, missing)
		}
	}, &stand{m})
}
