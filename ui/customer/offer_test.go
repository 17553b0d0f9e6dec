package customer_test

import (
	"context"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/app/pay/paytest"
)

func peer(name string, flows ...pay.Flow) *paytest.Model {
	return &paytest.Model{Name: name, Can: pay.Caps{Merchant: name + "1", Currencies: []money.Currency{"CNY"}, Flows: flows, PartialRefund: true},
		Times: pay.Timing{FirstQuery: 3 * time.Second, Every: 3 * time.Second, SlowAfter: 30 * time.Second, SlowEvery: 10 * time.Second, Deadline: 2 * time.Minute,
			CancelBackoff: []time.Duration{5 * time.Second}, CancelWindow: time.Hour, NotFoundGap: 5 * time.Second, NotFoundCount: 2, Sweep: time.Minute, Decide: time.Minute},
		Now: time.Now, Wait: func(ctx context.Context, d time.Duration) {
			select {
			case <-time.After(d):
			case <-ctx.Done():
			}
		},
		Payer: func(string, pay.Flow) paytest.Payer { return paytest.Payer{Never: true} }}
}

func TestThePayerSeesWhatToDoAndWithdrawnCodesAreGoneAtOnce(t *testing.T) {
	slow := peer("wechatpay", pay.ByQR)
	slow.Wire = func(op, _ string) paytest.Wire {
		if op == "cancel" {
			return paytest.Wire{There: 10 * time.Second}
		}
		return paytest.Wire{}
	}
	day(t, func(d *display) {
		must(d.shop.Scan(d.ctx, "", "6901234567892", 0))
		d.screen.Paying(true)
		o := must(d.shop.Offer(d.ctx, app.OfferAsk{}))
		d.pass(time.Second)
		d.sees("6-offer", "刷卡，或扫码付款", "¥2.50", "微信支付", "支付宝")
		must(d.shop.WithdrawOffer(d.ctx, o.ID))
		d.sees("7-withdrawn", "请暂勿付款")
		d.lacks("微信支付", "刷卡，或扫码付款")
		d.pass(time.Minute)
		d.sees("8-over", "请付", "¥2.50")
	}, slow, peer("alipay", pay.ByQR), peer("zvt", pay.ByCard))
}
