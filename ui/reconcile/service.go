package reconcile

import (
	"context"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/reconcile"
	"suanpan/ui/kit"
)

// service is what providers charge beside the fee of each payment: what is due, the charges themselves, and what each provider
// cost by month.
type service struct {
	s     *Screen
	box   fyne.CanvasObject
	part  *kit.Options
	place *fyne.Container
	due   *kit.Rows
	book  *kit.Button
	paid  *kit.Field
	list  *kit.Rows
	cost  *kit.Rows
	who   *pick
	kind  *pick
	every *pick
	text  *kit.Field
	sum   *kit.Field
	each  *kit.Field
	day   *kit.Stepper
	from  *kit.Field
	to    *kit.Field
	at    string // id of the charge in the form
	now   app.Services
	parts map[string]fyne.CanvasObject
}

func newService(s *Screen) *service {
	k, w := s.env.Keys, s.env.Words
	v := &service{s: s, place: container.NewStack()}
	v.due = kit.NewRows(k, []kit.Column{{Title: w("reconcile.month"), Share: 1.6}, {Title: w("reconcile.provider"), Share: 2.4}, {Title: w("reconcile.charge"), Share: 3}, {Title: w("reconcile.due_on"), Share: 2}, {Title: w("reconcile.amount"), Share: 2, Right: true}, {Title: w("orders.state"), Share: 2.4, Level: true}})
	v.due.OnSelect = func(string) { v.chosen() }
	v.paid = kit.NewField(k, w("reconcile.booked_amount"))
	v.book = kit.NewButton(k, kit.Main, w("reconcile.book"), v.main).Hint(k.Hint(kit.Pay))
	dues := container.NewBorder(nil, container.New(kit.Columns{Shares: []float32{1, 1}}, v.paid, v.book), nil, nil, container.New(kit.Yield{Share: 0.5}, v.due))
	v.cost = kit.NewRows(k, []kit.Column{{Title: w("reconcile.month"), Share: 2}, {Title: w("reconcile.provider"), Share: 3}, {Title: w("reconcile.gross"), Share: 2.4, Right: true}, {Title: w("reconcile.fee"), Share: 2, Right: true}, {Title: w("reconcile.service"), Share: 2, Right: true}, {Title: w("reconcile.cost"), Share: 2.4, Right: true}})
	v.parts = map[string]fyne.CanvasObject{"due": dues, "charge": v.form(), "cost": container.New(kit.Yield{Share: 0.5}, v.cost)}
	var tabs []kit.Option
	for _, name := range []string{"due", "charge", "cost"} {
		tabs = append(tabs, kit.Option{Key: name, Label: w("reconcile.service_" + name)})
	}
	v.part = kit.NewTabs(k, tabs, v.turn)
	v.box = container.NewBorder(v.part, nil, nil, nil, v.place)
	v.turn("due")
	return v
}

func (v *service) form() fyne.CanvasObject {
	s, k, w := v.s, v.s.env.Keys, v.s.env.Words
	v.list = kit.NewRows(k, []kit.Column{{Title: w("reconcile.provider"), Share: 3}, {Title: w("reconcile.charge"), Share: 3}, {Title: w("reconcile.amount"), Share: 2, Right: true}})
	v.list.OnSelect = v.look
	v.who, v.kind, v.every = newPick(k, nil), newPick(k, nil), newPick(k, nil)
	var kinds []string
	for _, kind := range reconcile.ServiceKinds() {
		kinds = append(kinds, string(kind))
	}
	v.kind.offer(kinds, func(key string) string { return w("reconcile.service." + key) })
	v.every.offer([]string{"1", "3", "6", "12"}, func(key string) string { return w("reconcile.every." + key) })
	v.text, v.sum, v.each, v.from, v.to = kit.NewField(k, ""), kit.NewField(k, ""), kit.NewField(k, ""), kit.NewField(k, "2026-01"), kit.NewField(k, "")
	v.day = kit.NewStepper(k, 1, 1, 28, nil)
	two := func(a, b fyne.CanvasObject) fyne.CanvasObject { return container.NewGridWithColumns(2, a, b) }
	form := container.NewVBox(two(s.under("reconcile.provider", v.who.box), s.under("reconcile.charge", v.kind.box)), s.under("reconcile.charge_text", v.text),
		two(s.under("reconcile.charge_amount", v.sum), s.under("reconcile.devices", v.each)), two(s.under("reconcile.every", v.every.box), s.under("reconcile.due_day", v.day)),
		two(s.under("reconcile.first_month", v.from), s.under("reconcile.last_month", v.to)))
	foot := kit.Row(kit.NewButton(k, kit.Plain, w("add"), v.second).Hint(k.Hint(kit.Quantity)), kit.NewButton(k, kit.Main, w("save"), v.main).Hint(k.Hint(kit.Pay)))
	return container.New(kit.Columns{Shares: []float32{1, 1.2}}, container.New(kit.Yield{Share: 0.5}, v.list), container.NewBorder(nil, foot, nil, nil, container.NewVScroll(form)))
}

func (v *service) content() fyne.CanvasObject { return v.box }
func (v *service) other(by int)               { v.part.Step(by) }

func (v *service) step(by int) {
	switch v.part.Selected() {
	case "charge":
		v.list.Step(by)
	case "cost":
		v.cost.Step(by)
	default:
		v.due.Step(by)
	}
}

func (v *service) turn(part string) {
	v.part.Select(part)
	v.place.Objects = []fyne.CanvasObject{v.parts[part]}
	v.place.Refresh()
}

func (v *service) begin() {
	kit.Call(v.s.verbs, v.s.env.Context, v.s.shop.Services, func(now app.Services, err error) {
		v.s.verbs.Say(err)
		v.now = now
		v.draw()
	})
}

func (v *service) draw() {
	w := v.s.env.Words
	had, charge := v.due.Selected(), v.at
	var records []kit.Record
	for _, d := range v.now.Due {
		level, state := kit.Notice, w("reconcile.service_open")
		switch {
		case !d.Booked.IsZero():
			level, state = kit.Ready, w("reconcile.service_booked", d.Booked.Local().Format("01-02"))
		case d.Overdue:
			level, state = kit.Stopped, w("reconcile.overdue")
		}
		records = append(records, kit.Record{Key: d.Fee + "/" + d.Month, Level: level, Muted: !d.Booked.IsZero(), Cells: []string{d.Month, v.s.method(d.Provider), v.named(d.Kind, d.Text), d.Due, v.s.amount(d.Minor), state}})
	}
	v.due.SetRecords(records)
	keep(v.due, had, records)
	v.chosen()
	records = nil
	for _, f := range v.now.Fees {
		records = append(records, kit.Record{Key: f.ID, Cells: []string{v.s.method(f.Provider), v.named(f.Kind, f.Text), v.s.amount(f.Charge())}})
	}
	v.list.SetRecords(records)
	v.list.Select(charge)
	v.cost.SetSource(len(v.now.Costs), func(i int) kit.Record {
		c := v.now.Costs[i]
		return kit.Record{Key: strconv.Itoa(i), Cells: []string{c.Month, v.s.method(c.Provider), v.s.amount(c.Gross), v.s.amount(c.Fees), v.s.amount(c.Service), v.s.amount(c.Total)}}
	})
	v.who.offer(v.s.wallets(), v.s.method)
	if charge == "" && v.sum.Text == "" { // what somebody is typing stays
		v.second()
	}
}

func (v *service) named(kind reconcile.ServiceKind, text string) string {
	if text != "" {
		return text
	}
	return v.s.env.Words("reconcile.service." + string(kind))
}

func (v *service) open() (app.ServiceDue, bool) {
	for _, d := range v.now.Due {
		if d.Fee+"/"+d.Month == v.due.Selected() {
			return d, d.Booked.IsZero()
		}
	}
	return app.ServiceDue{}, false
}

func (v *service) chosen() {
	d, open := v.open()
	able(v.book, open)
	able(v.paid, open)
	v.paid.SetText("")
	if open {
		v.paid.SetText(money.Of(d.Minor, v.s.env.Currency).Decimal())
	}
}

func (v *service) look(id string) {
	for _, f := range v.now.Fees {
		if f.ID == id {
			v.fill(f)
		}
	}
}

func (v *service) fill(f reconcile.ServiceFee) {
	v.at = f.ID
	v.who.choose(f.Provider)
	v.kind.choose(string(f.Kind))
	v.every.choose(strconv.Itoa(f.Every))
	v.text.SetText(f.Text)
	v.sum.SetText("")
	if f.Minor > 0 {
		v.sum.SetText(money.Of(f.Minor, v.s.env.Currency).Decimal())
	}
	v.each.SetText("")
	if f.Devices > 0 {
		v.each.SetText(strconv.FormatInt(f.Devices, 10))
	}
	v.day.SetValue(f.Day)
	v.from.SetText(f.From)
	v.to.SetText(f.To)
}

// second begins a charge.
func (v *service) second() {
	f := reconcile.ServiceFee{Kind: reconcile.ServiceMonthly, Every: 1, Day: 1, From: v.s.env.Now().Format("2006-01")}
	if len(v.who.keys) > 0 {
		f.Provider = v.who.keys[0]
	}
	v.list.Select("")
	v.fill(f)
}

func (v *service) main() {
	if v.part.Selected() == "charge" {
		v.save()
		return
	}
	d, open := v.open()
	if !open || v.part.Selected() != "due" {
		return
	}
	a, err := money.Parse(strings.TrimSpace(v.paid.Text), v.s.env.Currency)
	if err != nil || a.Minor <= 0 {
		v.s.env.Say(kit.Notice, v.s.env.Words("reconcile.no_number", v.s.env.Words("reconcile.amount")))
		v.paid.Focus()
		return
	}
	ask := app.ServiceBooking{Fee: d.Fee, Month: d.Month, Amount: a.Minor}
	kit.Call(v.s.verbs, v.s.env.Context, func(ctx context.Context) (app.ServiceDue, error) { return v.s.shop.BookService(ctx, ask) }, func(_ app.ServiceDue, err error) {
		v.s.kept(err)
		v.begin()
	})
}

func (v *service) save() {
	a, err := money.Parse(strings.TrimSpace(v.sum.Text), v.s.env.Currency)
	if err != nil {
		v.s.env.Say(kit.Notice, v.s.env.Words("reconcile.no_number", v.s.env.Words("reconcile.amount")))
		v.sum.Focus()
		return
	}
	f := reconcile.ServiceFee{ID: v.at, Provider: v.who.key(), Kind: reconcile.ServiceKind(v.kind.key()), Text: v.text.Text, Minor: a.Minor, Day: v.day.Value(), From: strings.TrimSpace(v.from.Text), To: strings.TrimSpace(v.to.Text)}
	f.Every, _ = strconv.Atoi(v.every.key())
	if n := strings.TrimSpace(v.each.Text); n != "" {
		if f.Devices, err = strconv.ParseInt(n, 10, 64); err != nil {
			v.s.env.Say(kit.Notice, v.s.env.Words("reconcile.no_number", v.s.env.Words("reconcile.devices")))
			v.each.Focus()
			return
		}
	}
	kit.Call(v.s.verbs, v.s.env.Context, func(ctx context.Context) (reconcile.ServiceFee, error) { return v.s.shop.PutService(ctx, f) }, func(got reconcile.ServiceFee, err error) {
		if v.s.kept(err) {
			v.at = got.ID
			v.begin()
		}
	})
}
