package alipay

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"suanpan/app/pay"
	"suanpan/payments"
)

func BenchmarkPaymentOnLoopback(b *testing.B) {
	r := newRig(b, nil)
	r.log = &lockedBuffer{}
	b.ReportAllocs()
	var took []time.Duration
	for n := 0; b.Loop(); n++ {
		begun := time.Now()
		a := r.attempt(fmt.Sprint("bench", n), "288888000000000001", 1)
		o, err := r.p.Submit(context.Background(), a, nil)
		if a, _ = pay.Step(a, pay.Answered(pay.BySubmit, o, err, a.SubmittedAt, r.clock.now())); a.State != pay.Succeeded {
			b.Fatal(o, err)
		}
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

// BenchmarkOwnWork is what the client itself takes of a payment: sign the request, prove and read the answer.
func BenchmarkOwnWork(b *testing.B) {
	r := newRig(b, nil)
	c := call{op: "pay", method: "alipay.trade.pay", secret: "288888000000000001", biz: payRequest{OutTradeNo: "x", Subject: "店", Total: "13.10"}}
	node := `{"code":"10000","msg":"Success","out_trade_no":"0190d5b2c3d47e8f9a0b1c2d3e4f5a6b","trade_no":"2026112222001000000000000000","total_amount":"13.10"}`
	body := []byte(`{"alipay_trade_pay_response":` + node + `,"sign":"` + fmt.Sprintf("%0344d", 0) + `"}`)
	b.Run("sign", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := r.p.form(c); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) { // the signature does not fit, which takes as long to find out
		b.ReportAllocs()
		for b.Loop() {
			r.p.read(payments.Response{Status: 200, Body: body}, c)
		}
	})
}
