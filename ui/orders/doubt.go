package orders

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/pay"
	"suanpan/ui/kit"
)

// doubt are the payments that are not decided. Nothing here turns a payment into another state without a question to the
// provider, or a manager's recorded word where the shop asks for one (X15).
type doubt struct {
	s       *Screen
	box     fyne.CanvasObject
	rows    *kit.Rows
	ask     *kit.Button
	cancel  *kit.Button
	resolve *kit.Button
	none    fyne.CanvasObject
	list    []app.Payment
	asked   int
}

func newDoubt(s *Screen) *doubt {
	d := &doubt{s: s}
	k, w := s.env.Keys, s.env.Words
	d.rows = kit.NewRows(k, []kit.Column{{Title: w("orders.time"), Share: 2}, {Title: w("orders.tender"), Share: 2}, {Title: w("orders.total"), Share: 2, Right: true},
		{Title: w("orders.state"), Share: 4, Level: true}})
	d.rows.OnSelect = func(string) { d.check() }
	d.ask = kit.NewButton(k, kit.Main, w("tender.ask_again"), d.main).Hint(k.Hint(kit.Pay))
	d.cancel = kit.NewButton(k, kit.Danger, w("tender.cancel"), d.undo)
	d.resolve = kit.NewButton(k, kit.Plain, w("orders.resolve"), d.decide)
	d.none = kit.NewEmpty(w("orders.doubt_empty"), w("orders.doubt_text"), nil)
	d.box = container.NewBorder(nil, kit.Row(d.cancel, d.resolve, d.ask), nil, nil, container.NewStack(d.rows, d.none))
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
	kit.Call(d.s.verbs, d.s.env.Context, d.s.shop.OpenPayments, func(list []app.Payment, err error) {
		if mine != d.asked {
			return
		}
		d.s.verbs.Say(err)
		chosen := d.rows.Selected()
		d.list = list
		var records []kit.Record
		for _, p := range list {
			word, level := looks(p.State)
			records = append(records, kit.Record{Key: p.ID, Level: level, Cells: []string{p.Since.Local().Format("01-02 15:04"),
				d.s.env.Words("receipt.method." + p.Method), d.s.amount(p.Minor), d.s.env.Words("tender.state." + word)}})
		}
		d.rows.SetRecords(records)
		d.rows.Select(chosen)
		if d.rows.Selected() == "" && len(records) > 0 {
			d.rows.Select(records[0].Key)
		}
		d.none.(*fyne.Container).Hidden = len(records) > 0
		d.rows.Hidden = len(records) == 0
		d.none.Refresh()
		d.rows.Refresh()
		d.check()
	})
}

// looks names an open state as the payment screen does.
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
	}
	return "unknown", kit.Unknown
}

func (d *doubt) chosen() (app.Payment, bool) {
	for _, p := range d.list {
		if p.ID == d.rows.Selected() {
			return p, true
		}
	}
	return app.Payment{}, false
}

func (d *doubt) check() {
	p, ok := d.chosen()
	able(d.ask, ok)
	able(d.cancel, ok && (p.State == pay.Submitting || p.State == pay.AwaitingPayer || p.State == pay.InDoubt || p.State == pay.Reserved))
	able(d.resolve, ok && p.State == pay.NeedsReview)
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
	p, ok := d.chosen()
	if !ok {
		return
	}
	s := d.s
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (app.Payment, error) { return s.shop.CancelPayment(ctx, p.ID) }, func(_ app.Payment, err error) {
		s.verbs.Say(err)
		d.begin()
	})
}

// decide lets a manager say what became of a payment whose answers contradict each other: with a reason, on record.
func (d *doubt) decide() {
	p, ok := d.chosen()
	if !ok {
		return
	}
	s := d.s
	w, k := s.env.Words, s.env.Keys
	field := kit.NewField(k, w("orders.resolve_reason"))
	leave := s.stage.Uncover
	to := func(state pay.State) func() {
		return func() {
			reason := field.Text
			if reason == "" {
				field.Focus()
				return
			}
			s.stage.Uncover()
			kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (app.Payment, error) { return s.shop.ResolvePayment(ctx, p.ID, state, reason) }, func(_ app.Payment, err error) {
				s.verbs.Say(err)
				d.begin()
			})
		}
	}
	buttons := container.NewVBox(kit.NewButton(k, kit.Plain, w("orders.resolve_paid"), to(pay.Succeeded)), kit.NewButton(k, kit.Plain, w("orders.resolve_not_paid"), to(pay.Canceled)),
		kit.NewButton(k, kit.Plain, w("orders.resolve_return"), to(pay.Refunding)))
	panel := kit.NewPanel(w("orders.resolve"), container.NewVBox(kit.NewProse(w("orders.resolve_text", w("receipt.method."+p.Method), s.amount(p.Minor))), field, buttons),
		kit.NewButton(k, kit.Plain, w("back"), leave).Hint(k.Hint(kit.Back)))
	s.stage.Cover(panel, kit.Bindings{Alone: true, Acts: map[kit.Act]func(){kit.Back: leave}})
	field.Focus()
}
