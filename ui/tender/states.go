package tender

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"

	"suanpan/app/pay"
	"suanpan/ui/kit"
)

// look is how a state is shown: a word, a shape, a colour, and what a person may do about it.
type look struct {
	word   string // under tender.state
	level  kit.Level
	colour fyne.ThemeColorName
	clock  bool
}

// looks covers every state of a payment. Violet belongs to those of which nobody knows yet.
func looks(s pay.State) look {
	switch s {
	case pay.Created, pay.Submitting:
		return look{"sending", kit.Busy, kit.Ink, true}
	case pay.AwaitingPayer:
		return look{"payer", kit.Busy, kit.Ink, true}
	case pay.Reserved:
		return look{"reserved", kit.Busy, kit.Ink, true}
	case pay.CancelPending:
		return look{"cancelling", kit.Unknown, kit.Doubt, true}
	case pay.NeedsReview:
		return look{"review", kit.Unknown, kit.Doubt, false}
	case pay.LateSuccess:
		return look{"late", kit.Notice, kit.Attention, false}
	case pay.Refunding:
		return look{"refunding", kit.Notice, kit.Attention, false}
	case pay.Succeeded:
		return look{"paid", kit.Ready, kit.Proven, false}
	case pay.Canceled:
		return look{"cancelled", kit.Stopped, kit.Muted, false}
	case pay.Failed:
		return look{"declined", kit.Stopped, kit.Stop, false}
	case pay.Refunded:
		return look{"refunded", kit.Stopped, kit.Muted, false}
	}
	return look{"unknown", kit.Unknown, kit.Doubt, true}
}

// minutes writes how long something has gone on: 0:07.
func minutes(d time.Duration) string {
	d = max(d, 0)
	return fmt.Sprintf("%d:%02d", int(d.Minutes()), int(d.Seconds())%60)
}
