package orders

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/order"
	"suanpan/app/pay"
	"suanpan/ui/kit"
)

// doubt are the payments and refunds that are not decided, with what is done about each of them next. Nothing here turns a
// payment into another state without a question to the provider, or a manager's recorded word where the shop asks for one (X15).
type doubt struct {
	s      *Screen
	box    fyne.CanvasObject
	rows   *kit.Rows
	ask    *kit.Button
	cancel *kit.Button
	decide *kit.Button
	none   *fyne.Container
	list   []app.ToCheck
	asked  int
}

func newDoubt(s *Screen) *doubt {
	d := &doubt{s: s}
	k, w := s.env.Keys, s.env.Words
	d.rows = kit.NewRows(k, []kit.Column{{Title: w("orders.age"), Share: 3}, {Title: w("orders.tender"), Share: 2}, {Title: w("orders.total"), Share: 2, Right: true},
		{Title: w("orders.state"), Share: 5, Level: true}, {Title: w("orders.next"), Share: 3}})
	d.rows.OnSelect = func(string) { d.check() }
	d.ask = kit.NewButton(k, kit.Main, w("tender.ask_again"), d.main).Hint(k.Hint(kit.Pay))
	d.cancel = kit.NewButton(k, kit.Danger, w("tender.cancel"), d.undo)
	d.decide = kit.NewButton(k, kit.Plain, w("orders.resolve"), d.open)
	d.none = kit.NewEmpty(w("orders.doubt_empty"), w("orders.doubt_text"), nil)
	d.box = container.NewBorder(nil, kit.Row(d.cancel, d.decide, d.ask), nil, nil, container.NewStack(d.rows, d.none))
	return d
}

func (d *doubt) content() fyne.CanvasObject { return d.box }
func (d *doubt) scan(string) bool           { return false }
func (d *doubt) step(by int)                { d.rows.Step(by) }

func (d *doubt) heard(e app.Event) {
	if e.Kind == app.PaymentChanged || e.Kind == app.Refresh {
		d.begin()
	}
}

func (d *doubt) begin() {
	d.asked++
	mine := d.asked
	kit.Call(d.s.verbs, d.s.env.Context, d.s.shop.ToCheckList, func(list []app.ToCheck, err error) {
		if mine != d.asked {
			return
		}
		d.s.verbs.Say(err)
		chosen := d.rows.Selected()
		d.list = list
		var records []kit.Record
		for _, c := range list {
			word, level := look(c)
			records = append(records, kit.Record{Key: c.ID + c.Refund, Level: level, Cells: []string{d.age(c.Since),
				d.s.env.Words("receipt.method." + c.Method), d.s.amount(c.Minor), d.s.env.Words(word), d.next(c)}})
		}
		d.rows.SetRecords(records)
		d.rows.Select(chosen)
		if d.rows.Selected() == "" && len(records) > 0 {
			d.rows.Select(records[0].Key)
		}
		d.none.Hidden = len(records) > 0
		d.rows.Hidden = len(records) == 0
		d.none.Refresh()
		d.rows.Refresh()
		d.check()
	})
}

// age is how long something has been open, with the time at which it began.
func (d *doubt) age(since time.Time) string {
	gone := d.s.env.Now().Sub(since)
	begun := since.Local().Format("15:04")
	switch w := d.s.env.Words; {
	case gone >= 48*time.Hour:
		return w("orders.age.days", int(gone.Hours())/24, since.Local().Format("01-02"))
	case gone >= time.Hour:
		return w("orders.age.hours", fmt.Sprintf("%d:%02d", int(gone.Hours()), int(gone.Minutes())%60), begun)
	default:
		return w("orders.age.minutes", int(gone.Minutes()), begun)
	}
}

// next is what the till does about it by itself, and when; else whose turn it is.
func (d *doubt) next(c app.ToCheck) string {
	w := d.s.env.Words
	switch {
	case c.Next != "":
		at := c.At
		if now := d.s.env.Now(); at.Before(now) {
			at = now
		}
		return w("orders.next."+string(c.Next), at.Local().Format("15:04:05"))
	case c.Flow == pay.ByStatic && c.State == pay.AwaitingPayer:
		return w("orders.next.look")
	case c.State == pay.NeedsReview, c.Back == pay.RefundAbnormal:
		return w("orders.next.person")
	case c.Refund == "" && c.State == pay.Refunding:
		return w("orders.next.refund_row")
	}
	return w("orders.next.none")
}

// look names an open state as the payment screen does.
func look(c app.ToCheck) (word string, level kit.Level) {
	if c.Refund != "" {
		if c.Back == pay.RefundAbnormal {
			return "orders.back.REFUND_ABNORMAL", kit.Stopped
		}
		return "orders.back." + string(c.Back), kit.Notice
	}
	word, level = looks(c.State)
	return "tender.state." + word, level
}

func looks(s pay.State) (word string, level kit.Level) {
	switch s {
	case pay.Submitting:
		return "sending", kit.Busy
	case pay.AwaitingPayer:
		return "payer", kit.Busy
	case pay.Reserved:
		return "reserved", kit.Busy
	case pay.CancelPending:
		return "cancelling", kit.Unknown
	case pay.NeedsReview:
		return "review", kit.Stopped
	case pay.LateSuccess:
		return "late", kit.Notice
	case pay.Refunding:
		return "refunding", kit.Notice
	case pay.Succeeded:
		return "paid", kit.Ready
	}
	return "unknown", kit.Unknown
}

func (d *doubt) chosen() (app.ToCheck, bool) {
	for _, c := range d.list {
		if c.ID+c.Refund == d.rows.Selected() {
			return c, true
		}
	}
	return app.ToCheck{}, false
}

func (d *doubt) check() {
	c, ok := d.chosen()
	able(d.ask, ok)
	able(d.cancel, ok && c.Refund == "" && (c.State == pay.Submitting || c.State == pay.AwaitingPayer || c.State == pay.InDoubt || c.State == pay.Reserved))
	able(d.decide, ok && (c.Back == pay.RefundAbnormal || (c.Refund == "" && (c.State == pay.NeedsReview || c.State == pay.LateSuccess))))
}

// main asks the providers about every open payment.
func (d *doubt) main() {
	s := d.s
	s.env.Say(kit.Busy, s.env.Words("orders.asking"))
	kit.Call(s.verbs, s.env.Context, s.shop.Sweep, func(_ []app.Payment, err error) {
		s.verbs.Say(err)
		d.begin()
	})
}

func (d *doubt) undo() {
	if c, ok := d.chosen(); ok {
		d.do(func(ctx context.Context) (app.Payment, error) { return d.s.shop.CancelPayment(ctx, c.ID) })
	}
}

// do changes one of them and reads the list again.
func (d *doubt) do(work func(context.Context) (app.Payment, error)) {
	kit.Call(d.s.verbs, d.s.env.Context, work, func(_ app.Payment, err error) {
		d.s.verbs.Say(err)
		d.begin()
	})
}

// open asks for the decision that is a person's: of a review, of late money, of a refund that cannot reach the payer.
func (d *doubt) open() {
	c, ok := d.chosen()
	if !ok {
		return
	}
	shop, w := d.s.shop, d.s.env.Words
	name, sum := w("receipt.method."+c.Method), d.s.amount(c.Minor)
	switch {
	case c.Refund != "":
		other := func(how string) func(context.Context, string) (app.Payment, error) {
			return func(ctx context.Context, reason string) (app.Payment, error) {
				return shop.RefundOtherwise(ctx, app.PaidOtherwise{Payment: c.ID, Refund: c.Refund, How: how, Reason: reason})
			}
		}
		d.ways(w("orders.abnormal_text", name, sum), true, way{w("orders.abnormal_cash"), other(order.Cash)}, way{w("orders.abnormal_bank"), other("bank")})
	case c.State == pay.LateSuccess:
		late := func(keep bool) func(context.Context, string) (app.Payment, error) {
			return func(ctx context.Context, _ string) (app.Payment, error) { return shop.DecideLate(ctx, c.ID, keep) }
		}
		d.ways(w("orders.late_text", name, sum), false, way{w("orders.late_keep"), late(true)}, way{w("orders.late_back"), late(false)})
	default:
		to := func(state pay.State) func(context.Context, string) (app.Payment, error) {
			return func(ctx context.Context, reason string) (app.Payment, error) {
				return shop.ResolvePayment(ctx, c.ID, state, reason)
			}
		}
		d.ways(w("orders.resolve_text", name, sum), true, way{w("orders.resolve_paid"), to(pay.Succeeded)},
			way{w("orders.resolve_not_paid"), to(pay.Canceled)}, way{w("orders.resolve_return"), to(pay.Refunding)})
	}
}

// way is one decision.
type way struct {
	label string
	do    func(ctx context.Context, reason string) (app.Payment, error)
}

// ways shows decisions beside each other, with the reason that goes on record where one is wanted.
func (d *doubt) ways(text string, reasoned bool, list ...way) {
	s := d.s
	w, k := s.env.Words, s.env.Keys
	field := kit.NewField(k, w("orders.resolve_reason"))
	field.Hidden = !reasoned
	leave := s.stage.Uncover
	buttons := container.NewVBox()
	for _, one := range list {
		buttons.Add(kit.NewButton(k, kit.Plain, one.label, func() {
			reason := strings.TrimSpace(field.Text)
			if reasoned && reason == "" {
				field.Focus()
				return
			}
			s.stage.Uncover()
			d.do(func(ctx context.Context) (app.Payment, error) { return one.do(ctx, reason) })
		}))
	}
	panel := kit.NewPanel(w("orders.resolve"), container.NewVBox(kit.NewProse(text), field, buttons), kit.NewButton(k, kit.Plain, w("back"), leave).Hint(k.Hint(kit.Back)))
	s.stage.Cover(panel, kit.Bindings{Alone: true, Acts: map[kit.Act]func(){kit.Back: leave}})
	if reasoned {
		field.Focus()
	}
}
