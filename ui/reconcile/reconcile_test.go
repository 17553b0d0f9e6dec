package reconcile_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/ui/kit"
	"suanpan/ui/reconcile"
)

// wallet is a provider that pays at once and whose bill is what a test says.
type wallet struct {
	taken []pay.Attempt
	rows  []pay.BillLine
}

func (w *wallet) ID() string { return "wechatpay" }
func (w *wallet) Caps() pay.Caps {
	return pay.Caps{Merchant: "m", Currencies: []money.Currency{"CNY"}, Flows: []pay.Flow{pay.ByCard}}
}
func (w *wallet) Timing(pay.Flow) pay.Timing {
	h := time.Hour
	return pay.Timing{FirstQuery: h, Every: h, SlowAfter: h, SlowEvery: h, Deadline: h, MinCancelAge: h, CancelBackoff: []time.Duration{h}, CancelWindow: 24 * h, NotFoundGap: h, NotFoundCount: 2, Sweep: h, Decide: h}
}
func (w *wallet) said(no string, a money.Amount) pay.Observation {
	return pay.Observation{Outcome: pay.Success, Verified: true, OwnNo: no, Merchant: "m", ProviderTxn: "T" + no, Amount: a, ProviderState: "SUCCESS",
		Raw: []byte(`{"trade_state":"SUCCESS","out_trade_no":"` + no + `","amount":{"total":` + fmt.Sprint(a.Minor) + `}}`)}
}
func (w *wallet) Submit(_ context.Context, a pay.Attempt, _ pay.Settle) (pay.Observation, error) {
	w.taken = append(w.taken, a)
	return w.said(a.No, a.Amount), nil
}
func (w *wallet) Query(_ context.Context, r pay.Ref) (pay.Observation, error) {
	return w.said(r.No, r.Amount), nil
}
func (w *wallet) Bill(_ context.Context, day pay.Day, _ pay.BillKind) (io.ReadCloser, pay.BillMeta, error) {
	return io.NopCloser(strings.NewReader(fmt.Sprint(w.rows))), pay.BillMeta{Merchant: "m", Day: day}, nil
}
func (w *wallet) ReadBill(r io.Reader, _ pay.BillMeta, each func(pay.BillLine) error) (pay.BillSum, error) {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return pay.BillSum{}, err
	}
	for _, l := range w.rows {
		if err := each(l); err != nil {
			return pay.BillSum{}, err
		}
	}
	return pay.BillSum{Rows: len(w.rows)}, nil
}

// traded is a day of three payments, of which the bill has one, one with another amount, and a stranger's.
func traded(c *till, w *wallet) *reconcile.Screen {
	c.ready()
	ctx := c.env.Context
	must(c.shop.OpenShift(ctx, 0))
	for n := range int64(3) {
		must(c.shop.Scan(ctx, "", "6901234567892", money.Pieces(n+1)))
		must(c.shop.Tender(ctx, app.TenderAsk{Method: "wechatpay", Wait: time.Second}))
		must(c.shop.Complete(ctx, ""))
	}
	line := func(row int, a pay.Attempt, more int64) pay.BillLine {
		return pay.BillLine{Row: row, Kind: pay.LinePaid, No: a.No, Txn: "T" + a.No, State: "SUCCESS", Amount: money.Of(a.Amount.Minor+more, "CNY"), Fee: 110_000, At: time.Now()}
	}
	w.rows = []pay.BillLine{line(1, w.taken[0], 0), line(2, w.taken[1], 100), {Row: 3, Kind: pay.LinePaid, No: "stranger0001", Txn: "T9", State: "SUCCESS", Amount: money.Of(8800, "CNY"), At: time.Now()}}
	s := reconcile.New(c.shop, c.env)
	c.show(s)
	return s
}

func TestAnAccountantSettlesADayByKeys(t *testing.T) {
	w := &wallet{}
	day(t, func(c *till) {
		s := traded(c, w)
		c.sees("Not compared yet")
		c.press(fyne.KeyPageDown) // from yesterday to today
		c.picture("before")
		c.press(fyne.KeyReturn)
		c.pass(time.Second)
		c.sees("1 of 3 agree", "Differences to settle", "Ours only", "Theirs only", "Amount differs", "¥88.00")
		c.picture("differences")
		c.press(fyne.KeyF2)
		c.sees("trade_state", "SUCCEEDED")
		c.picture("trail")
		c.press(fyne.KeyEscape)
		c.press(fyne.KeyF6)
		c.sees("with 1")
		for range 3 {
			c.press(fyne.KeyF3)
			c.write("asked them")
			c.picture("settle")
			c.press(fyne.KeyF5) // dispute
			c.pass(time.Second)
			c.press(fyne.KeyDown)
		}
		c.sees("Differences settled")
		c.picture("settled")
		c.press(fyne.KeyReturn)
		c.pass(time.Second)
		if len(c.said) == 0 || c.said[len(c.said)-1] != c.words("reconcile.unchanged") {
			t.Errorf("the same bill again: %q", c.said)
		}
		s.Hidden()
	}, w)
}

// The smallest window is 1024 by 600; the rail and the line of lamps take their part of it, and letters may be large.
func TestTheScreenFitsTheSmallestWindowInTheLargestLetters(t *testing.T) {
	const width, height, rail, line = 1024, 600, 92, 56
	for _, scale := range []float32{1, 1.2, 1.4} {
		w := &wallet{}
		day(t, func(c *till) {
			test.NewTempApp(c.t).Settings().SetTheme(kit.NewTheme(kit.Light, scale))
			s := traded(c, w)
			c.press(fyne.KeyPageDown)
			c.press(fyne.KeyReturn)
			c.pass(time.Second)
			arrange(c.window.Content())
			if m := s.Content().MinSize(); m.Width > width-rail*scale || m.Height > height-line*scale {
				c.t.Errorf("at scale %v it wants %v", scale, m)
			}
			c.press(fyne.KeyF5)
			for range 4 { // the pages behind the day
				c.pass(time.Second)
				arrange(c.window.Content())
				if m := s.Content().MinSize(); m.Width > width-rail*scale || m.Height > height-line*scale {
					c.t.Errorf("a page of the office at scale %v wants %v:\n%s", scale, m, c.seen())
				}
				c.press(fyne.KeyPageDown)
			}
		}, w)
	}
}

// The pages behind the day are reached by one key and left by another; each fits the smallest window.
func TestTheOfficeIsWalkedByKeys(t *testing.T) {
	w := &wallet{}
	day(t, func(c *till) {
		s := traded(c, w)
		c.press(fyne.KeyPageDown)
		c.press(fyne.KeyReturn)
		c.pass(time.Second)
		c.press(fyne.KeyF5)
		c.pass(time.Second)
		c.picture("office-bank")
		c.press(fyne.KeyPageDown)
		c.pass(time.Second)
		c.sees("fees are unknown, not zero")
		c.press(fyne.KeyF3)
		c.write("0.6")
		c.sees("¥100.00 costs ¥0.60")
		c.picture("office-fees")
		c.press(fyne.KeyF12)
		c.pass(time.Second)
		c.press(fyne.KeyF3)
		c.sees("overlaps from")
		c.picture("office-fees-fault")
		c.tap(c.words("remove"))
		c.not("overlaps from")
		if tables := must(c.shop.Fees(c.env.Context)); len(tables) != 1 || tables[0].Rules[0].Rate != 6000 {
			t.Errorf("%+v", tables)
		}
		c.window.Canvas().Unfocus()
		c.press(fyne.KeyPageDown)
		c.pass(time.Second)
		c.press(fyne.KeyPlus)
		c.picture("office-service")
		c.press(fyne.KeyPageDown)
		c.pass(time.Second)
		c.picture("office-arrival")
		c.press(fyne.KeyEscape)
		c.pass(time.Second)
		c.sees("Fetch and compare")
		s.Hidden()
	}, w)
}
