package alipay

import (
	"context"
	"fmt"
	"time"

	"suanpan/app/pay"
)

// qrLife is how long a code that we show can be paid; qrLifeText is the same in Alipay's writing. Left alone it would be two hours.
// We give up half a minute after it, so that nobody can still pay what we are closing for long.
const (
	qrLife     = 5 * time.Minute
	qrLifeText = "5m"
	qrGrace    = 30 * time.Second
)

// Notes that the provider wants to find again in Ref.
const (
	memoShown    = "shown"    // a code was handed out
	memoCanceled = "canceled" // and a cancel was taken
)

// unscanned reports whether "no such trade" still means no more than that nobody has scanned the code: Alipay makes the trade
// when the payer does. That ends with the code's life, and with a cancel that was taken: a payer who scans later is told
// that the trade is closed (check). A code whose answer was lost was shown to nobody.
func unscanned(r pay.Ref, now time.Time) bool {
	return r.Flow == pay.ByQR && r.Memo == memoShown && now.Before(r.SubmittedAt.Add(qrLife))
}

// codeMax is the longest code that a payer's phone still reads off a screen, in bytes.
const codeMax = 512

// Present implements pay.Presenter: alipay.trade.precreate, once.
func (p *Provider) Present(ctx context.Context, a pay.Attempt) (pay.Observation, error) {
	if err := takes(a); err != nil {
		return pay.Observation{}, err
	}
	if a.Flow != pay.ByQR {
		return pay.Observation{}, fmt.Errorf("alipay %s: no code to show: %w", a.No, pay.ErrNotSent)
	}
	answer, err := p.call(ctx, call{op: "precreate", method: "alipay.trade.precreate", notify: p.s.NotifyURL, biz: payRequest{
		OutTradeNo: a.No, Subject: subject(a), Total: a.Amount.Decimal(), Product: "FACE_TO_FACE_PAYMENT", Life: qrLifeText, QRLife: qrLifeText,
		StoreID: p.s.StoreID, TerminalID: cut(a.Till, 32),
	}})
	if err != nil {
		return pay.Observation{}, err
	}
	return answer.presented(p.s.SellerID, a.No), nil
}

// presented translates the answer to precreate. A code is shown only when the answer is proven and about our number: somebody
// else's would pay somebody else.
func (a answer) presented(seller, no string) pay.Observation {
	o := a.observe(seller)
	switch {
	case a.business("10000"):
		if o = a.trade(o); o.OwnNo != no || o.QR == "" || len(o.QR) > codeMax {
			o.QR = ""
			return o
		}
		o.Outcome, o.Memo = pay.Pending, memoShown
	case a.business("40004"):
		if reason, definite := declines(a.wire.SubCode); definite {
			o.Outcome, o.Reason = pay.Declined, reason
		}
	}
	return o
}
