package app_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"suanpan/app"
	"suanpan/app/order"
	"suanpan/app/pay"
)

// act is one thing that the cashier does, sensible or not. A refusal is an answer; anything else is a fault, unless the power
// is off.
func (w *world) act() {
	ctx := context.Background()
	if w.shop.Current() == "" || w.rng.IntN(8) == 0 {
		_, err := w.shop.Scan(ctx, "", "6901234567892", oneTea)
		w.may("scan", err)
	}
	switch w.rng.IntN(16) {
	case 0, 1, 2:
		w.tender(app.TenderAsk{Code: w.code()})
	case 3:
		w.tender(app.TenderAsk{Method: "alipay", Flow: pay.ByQR})
	case 4:
		w.tender(app.TenderAsk{Method: "card"})
	case 5:
		_, err := w.shop.Tender(ctx, app.TenderAsk{Method: order.Cash})
		w.may("cash", err)
	case 6, 7, 8:
		w.offer()
	case 9:
		w.showCode()
	case 10:
		if len(w.offers) > 0 {
			_, err := w.shop.WithdrawOffer(ctx, w.offers[w.rng.IntN(len(w.offers))])
			w.may("withdraw", err)
		}
	case 11:
		w.giveUp()
	case 12:
		w.refund()
	case 13:
		w.next()
	case 14:
		w.override()
	default:
		_, err := w.shop.Sweep(ctx)
		w.may("sweep", err)
	}
	w.complete()
}

func (w *world) may(what string, err error) bool {
	w.say("%s: %v", what, err)
	code, _, _ := app.Explain(err)
	if err != nil && !w.gate.off.Load() && (code == "internal" || errors.Is(err, errPower)) {
		w.t.Errorf("seed %d: %s is no refusal: %v", w.seed, what, err)
	}
	return err == nil
}

func (w *world) some() *int64 {
	if w.rng.IntN(3) > 0 {
		return nil
	}
	return new(int64(1 + w.rng.IntN(1310)))
}

func (w *world) tender(ask app.TenderAsk) {
	ask.Minor, ask.Wait = w.some(), time.Duration(w.rng.IntN(40))*time.Second
	if w.rng.IntN(2) == 0 {
		ask.Wait = 0
	}
	w.asked++
	p, err := w.shop.Tender(context.Background(), ask)
	w.may(fmt.Sprintf("tender %s %s %s", ask.Method, ask.Flow, p.State), err)
}

func (w *world) offer() {
	w.asked += 3
	o, err := w.shop.Offer(context.Background(), app.OfferAsk{Minor: w.some()})
	if w.may("offer", err) {
		w.offers = append(w.offers, o.ID)
	}
	if err == nil && w.rng.IntN(3) == 0 {
		w.pass(time.Duration(w.rng.IntN(30)) * time.Second)
		w.showCode()
	}
}

func (w *world) showCode() {
	if len(w.offers) == 0 {
		return
	}
	w.asked++
	o, err := w.shop.OfferCode(context.Background(), w.offers[len(w.offers)-1-w.rng.IntN(min(2, len(w.offers)))], w.code())
	w.may("offer code "+string(o.State), err)
}

// giveUp cancels or decides about some open payment.
func (w *world) giveUp() {
	ctx := context.Background()
	list, err := w.shop.OpenPayments(ctx)
	if !w.may("open", err) || len(list) == 0 {
		return
	}
	p := list[w.rng.IntN(len(list))]
	if p.State == pay.LateSuccess {
		_, err = w.shop.DecideLate(ctx, p.ID, w.rng.IntN(2) == 0)
		w.may("decide", err)
		return
	}
	_, err = w.shop.CancelPayment(ctx, p.ID)
	w.may("cancel", err)
}

func (w *world) complete() {
	s, err := w.shop.Complete(context.Background(), "")
	if w.may("complete", err) {
		w.sales = append(w.sales, s.ID)
	}
}

func (w *world) refund() {
	if len(w.sales) == 0 {
		return
	}
	ask := app.RefundAsk{Sale: w.sales[w.rng.IntN(len(w.sales))], Reason: "不合适"}
	s, err := w.shop.Refund(context.Background(), ask)
	w.may("refund "+s.State, err)
}

// next serves the next customer while the last one's payment is open (S13).
func (w *world) next() {
	if _, err := w.shop.NewOrder(context.Background(), app.Begin{}); w.may("next", err) {
		_, err := w.shop.Scan(context.Background(), "", "6920000000012", oneTea)
		w.may("scan", err)
	}
}

// override takes cash although something is open (G3).
func (w *world) override() {
	_, err := w.shop.Tender(context.Background(), app.TenderAsk{Method: order.Cash, Override: "终端没有反应"})
	w.may("override", err)
}
