package alipay

import (
	"time"

	"suanpan/app/pay"
)

// qrLife is how long a code that we show can be paid; qrLifeText is the same in Alipay's writing. Left alone it would be two hours.
const (
	qrLife     = 5 * time.Minute
	qrLifeText = "5m"
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
