// Package reconcile is the screen of the accountant: a day of every provider at one look, its differences as work, and behind
// each of them the payment with everything that was ever said of it. Every figure and every state is the shop's.
package reconcile

import (
	"context"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/app/reconcile"
	"suanpan/ui/kit"
)

// Screen is the reconciliation.
type Screen struct {
	shop  *app.Shop
	env   kit.Env
	verbs *kit.Verbs
	stage *kit.Stage
	pop   func()
	shown bool
	asked int

	day     pay.Day
	looks   []app.DayLook
	items   []app.WorkItem
	head    *kit.Text
	state   *kit.Text
	days    *kit.Rows // one row for each provider
	work    *kit.Rows // differences of the chosen one
	none    *fyne.Container
	run     *kit.Button
	bring   *kit.Button
	look    *kit.Button
	take    *kit.Button
	settle  *kit.Button
	stopRun context.CancelFunc
	page    fyne.CanvasObject // the day
	office  *office
}

// New returns the screen.
func New(shop *app.Shop, env kit.Env) *Screen {
	s := &Screen{shop: shop, env: env}
	k, w := env.Keys, env.Words
	s.head, s.state = kit.Heading(""), kit.NewText("", kit.SizeHead, kit.Ink)
	s.days = kit.NewRows(k, []kit.Column{{Title: w("reconcile.provider"), Share: 2}, {Title: w("reconcile.ours"), Share: 2, Right: true}, {Title: w("reconcile.theirs"), Share: 2, Right: true},
		{Title: w("reconcile.fee"), Share: 1.3, Right: true}, {Title: w("reconcile.net"), Share: 2, Right: true}, {Title: w("reconcile.arrived"), Share: 2, Right: true}, {Title: w("orders.state"), Share: 3.8, Level: true}})
	s.days.OnSelect = func(string) { s.readItems() }
	s.work = kit.NewRows(k, []kit.Column{{Title: w("reconcile.class"), Share: 3, Level: true}, {Title: w("reconcile.number"), Share: 3}, {Title: w("reconcile.ours"), Share: 1.7, Right: true},
		{Title: w("reconcile.theirs"), Share: 1.7, Right: true}, {Title: w("reconcile.outcome"), Share: 2.6}})
	s.work.OnSelect = func(string) { s.check() }
	s.work.OnOpen = func(string) { s.openTrail() }
	s.run = kit.NewButton(k, kit.Main, w("reconcile.run"), s.runDay).Hint(k.Hint(kit.Pay))
	s.bring = kit.NewIconButton(k, "import", w("reconcile.import"), s.importBill)
	s.look = kit.NewButton(k, kit.Plain, w("reconcile.trail"), s.openTrail)
	s.take = kit.NewButton(k, kit.Plain, w("reconcile.take"), s.takeOn)
	s.settle = kit.NewButton(k, kit.Plain, w("reconcile.settle"), s.openSettle)
	before := kit.NewIconButton(k, "back", "", func() { s.turn(-1) })
	after := kit.NewIconButton(k, "forward", "", func() { s.turn(1) })
	far := kit.NewButton(k, kit.Plain, w("reconcile.office"), func() { s.office.show("bank") }).Hint(k.Hint(kit.Discount))
	bar := container.NewBorder(nil, nil, container.NewHBox(before, s.head, after), container.NewHBox(s.bring, far), s.state)
	s.none = kit.NewEmpty(w("reconcile.empty"), w("reconcile.empty_text"), nil)
	s.state.Fit = kit.Clip
	under := container.NewStack(s.work, s.none)
	page := container.NewBorder(bar, kit.Row(s.look, s.take, s.settle, s.run), nil, nil, container.New(halves{}, s.days, under))
	s.page = &fyne.Container{Layout: kit.Inset{Share: 0.5}, Objects: []fyne.CanvasObject{page}}
	s.stage = kit.NewStage(k, s.page)
	s.verbs = &kit.Verbs{Env: env, Stage: s.stage, Fault: app.Explain, Approve: shop.Approve}
	s.office = newOffice(s)
	return s
}

// halves puts the providers above their differences: four rows of them where there is room, never more than two fifths.
type halves struct{}

// MinSize implements fyne.Layout: both are tables that scroll.
func (halves) MinSize(o []fyne.CanvasObject) fyne.Size {
	m := o[0].MinSize()
	return fyne.NewSize(max(m.Width, o[1].MinSize().Width/2), m.Height*1.15)
}

// Layout implements fyne.Layout.
func (halves) Layout(o []fyne.CanvasObject, size fyne.Size) {
	top := min(o[0].MinSize().Height, size.Height*0.4)
	o[0].Resize(fyne.NewSize(size.Width, top))
	o[1].Move(fyne.NewPos(0, top))
	o[1].Resize(fyne.NewSize(size.Width, size.Height-top))
}

// Content returns what stands in the window.
func (s *Screen) Content() fyne.CanvasObject { return s.stage }

// Shown begins with the newest day of which bills can be there.
func (s *Screen) Shown() {
	s.Hidden()
	s.shown = true
	s.pop = s.env.Keys.Push(kit.Bindings{Acts: s.either(map[kit.Act]func(){kit.Discount: func() { s.office.show("bank") },
		kit.Pay: s.runDay, kit.Back: s.back, kit.Previous: func() { s.step(-1) }, kit.Next: func() { s.step(1) }, kit.Search: s.openTrail,
		kit.PageUp: func() { s.turn(-1) }, kit.PageDown: func() { s.turn(1) }, kit.Quantity: s.openSettle, kit.Hold: s.takeOn})})
	if s.day == "" {
		s.day = s.shop.BillDay("")
	}
	if s.office.open() {
		s.office.show(s.office.at)
		return
	}
	s.read()
}

// Hidden lets go of the keys. A comparison under way goes on.
func (s *Screen) Hidden() {
	if s.stopRun == nil {
		s.stage.Uncover()
	}
	s.shown = false
	if s.pop != nil {
		s.pop()
		s.pop = nil
	}
}

// Heard follows what happens.
func (s *Screen) Heard(e app.Event) {
	if s.shown && (e.Kind == app.Reconciled || e.Kind == app.Refresh) {
		if s.office.open() {
			s.office.heard()
			return
		}
		s.read()
	}
}

func (s *Screen) back() {
	if s.env.Go != nil {
		s.env.Go("sell")
	}
}

// step moves in the list of differences where there is one, else among the providers.
func (s *Screen) step(by int) {
	if len(s.items) > 0 {
		s.work.Step(by)
		return
	}
	s.days.Step(by)
}

// turn shows another day.
func (s *Screen) turn(by int) {
	t, err := time.Parse(time.DateOnly, string(s.day))
	if err != nil {
		return
	}
	s.day = pay.Day(t.AddDate(0, 0, by).Format(time.DateOnly))
	s.read()
}

// levels is how a day's state looks; words come with the colour.
func levels(state string) kit.Level {
	switch state {
	case app.DayAgreed, app.DaySettled:
		return kit.Ready
	case app.DayBlocked:
		return kit.Stopped
	}
	return kit.Notice
}

func (s *Screen) amount(minor int64) string { return money.Of(minor, s.env.Currency).Format() }

// read asks for the day and swaps once.
func (s *Screen) read() {
	s.asked++
	mine, day := s.asked, s.day
	s.head.SetText(string(day))
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) ([]app.DayLook, error) { return s.shop.LookAt(ctx, day) }, func(looks []app.DayLook, err error) {
		if mine != s.asked {
			return
		}
		s.verbs.Say(err)
		chosen := s.days.Selected()
		s.looks = looks
		var records []kit.Record
		for _, l := range looks {
			records = append(records, s.dayRecord(l))
		}
		s.days.SetRecords(records)
		s.days.Select(chosen)
		if s.days.Selected() == "" && len(records) > 0 {
			s.days.Select(records[0].Key)
		}
		s.readItems()
	})
}

func (s *Screen) dayRecord(l app.DayLook) kit.Record {
	w := s.env.Words
	cells := []string{w("receipt.method." + l.Provider), "–", "–", "–", "–", "–", s.stateWords(l)}
	if r := l.Run; r != nil {
		cells[1], cells[2], cells[3], cells[4] = s.amount(r.Ours.Paid), s.amount(r.Theirs.Paid), s.amount(r.Fee), s.amount(r.Net)
	}
	switch a := l.Arrival; {
	case a == nil:
	case a.Done:
		cells[5] = s.amount(a.Minor)
	case a.Overdue:
		cells[5] = w("reconcile.overdue")
	default:
		cells[5] = w("reconcile.due", string(a.Due))
	}
	return kit.Record{Key: l.Provider, Level: levels(l.State), Cells: cells}
}

func (s *Screen) stateWords(l app.DayLook) string {
	text := s.env.Words("reconcile.state." + l.State)
	if l.Open > 0 {
		text += " · " + strconv.Itoa(l.Open)
	}
	return text
}

func (s *Screen) chosen() (app.DayLook, bool) {
	for _, l := range s.looks {
		if l.Provider == s.days.Selected() {
			return l, true
		}
	}
	return app.DayLook{}, false
}

func (s *Screen) item() (app.WorkItem, bool) {
	for _, i := range s.items {
		if i.ID == s.work.Selected() {
			return i, true
		}
	}
	return app.WorkItem{}, false
}

// readItems shows the differences of the chosen provider.
func (s *Screen) readItems() {
	l, ok := s.chosen()
	s.headline(l, ok)
	if !ok {
		s.showItems(nil)
		return
	}
	mine := s.asked
	q := app.ItemQuery{Day: s.day, Provider: l.Provider, Limit: 5000}
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) ([]app.WorkItem, error) { return s.shop.WorkItems(ctx, q) }, func(items []app.WorkItem, err error) {
		if mine == s.asked && s.days.Selected() == q.Provider {
			s.verbs.Say(err)
			s.showItems(items)
		}
	})
}

// headline says in large words how the chosen provider's day stands.
func (s *Screen) headline(l app.DayLook, ok bool) {
	text, level := s.env.Words("reconcile.no_provider"), kit.Notice
	if ok {
		level = levels(l.State)
		text = s.stateWords(l)
		if l.Run != nil {
			text += " · " + s.env.Words("reconcile.agreed_of", strconv.FormatInt(l.Run.Counts[reconcile.Agreed], 10), strconv.Itoa(l.Run.Rows))
		}
	}
	s.state.SetText(level.Shape() + " " + text)
	s.state.SetColour(level.Colour())
}

func (s *Screen) showItems(items []app.WorkItem) {
	had := s.work.Selected()
	s.items = items
	var records []kit.Record
	for _, i := range items {
		records = append(records, s.itemRecord(i))
	}
	s.work.SetRecords(records)
	s.work.Select(had)
	if s.work.Selected() == "" && len(records) > 0 {
		s.work.Select(records[0].Key)
	}
	s.none.Hidden, s.work.Hidden = len(records) > 0, len(records) == 0
	s.none.Refresh()
	s.work.Refresh()
	s.check()
}

func (s *Screen) itemRecord(i app.WorkItem) kit.Record {
	w, level := s.env.Words, kit.Notice
	switch {
	case !i.Open():
		level = kit.Ready
	case i.Blocks():
		level = kit.Stopped
	}
	number := i.No
	if number == "" {
		number = i.Txn
	}
	kind := w("reconcile.class." + string(i.Class))
	if i.Refund {
		kind += " · " + w("reconcile.refund")
	}
	ours, theirs := i.Ours, i.Theirs
	if i.Class == reconcile.FeeDiffers {
		ours, theirs = i.Fee.Ours, i.Fee.Theirs
	}
	what := w("reconcile.open")
	switch {
	case !i.Open():
		what = w("reconcile.outcome." + string(i.Outcome))
	case i.Owner != "":
		what = w("reconcile.owner", i.Owner)
	}
	return kit.Record{Key: i.ID, Level: level, Muted: !i.Open(), Cells: []string{kind, number, s.amount(ours), s.amount(theirs), what}}
}

// check enables what can be done.
func (s *Screen) check() {
	l, day := s.chosen()
	i, item := s.item()
	able(s.run, day && l.Fetches && s.stopRun == nil)
	able(s.bring, day && l.Imports && s.stopRun == nil)
	able(s.look, item && i.Attempt != "")
	able(s.take, item && i.Open())
	able(s.settle, item && i.Open())
}

func able(b fyne.Disableable, on bool) {
	if on {
		b.Enable()
	} else {
		b.Disable()
	}
}
