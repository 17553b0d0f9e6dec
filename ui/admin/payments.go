package admin

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/ui/kit"
)

// payments are the providers that this till takes money with, from the first draft to going live.
type payments struct {
	quiet
	s        *Screen
	box      *fyne.Container
	page     fyne.CanvasObject
	rows     *kit.Rows
	none     *fyne.Container
	said     *kit.Prose
	steps    *kit.Rows
	keys     map[string]*kit.Button
	two      *kit.Check
	list     []app.ProfileInfo
	want     string // chosen after the next reading
	busy     bool
	filling  bool
	safe     *safe
	form     *payForm
	chooser  *kit.Options
	choosing bool
}

func newPayments(s *Screen) *payments {
	k, w := s.env.Keys, s.env.Words
	v := &payments{s: s, keys: map[string]*kit.Button{}}
	v.rows = kit.NewRows(k, []kit.Column{{Title: w("admin.pay.provider"), Share: 3}, {Title: w("admin.pay.state"), Share: 4, Level: true}})
	v.rows.OnSelect = func(string) { v.look() }
	v.none = kit.NewEmpty(w("admin.pay.empty"), w("admin.pay.empty_text"), nil)
	v.said = kit.NewProse("").In(kit.Muted)
	v.steps = kit.NewRows(k, []kit.Column{{Title: w("admin.pay.check"), Share: 2}, {Title: w("admin.pay.result"), Share: 3, Level: true}})
	for name, act := range map[string]func(){"add": v.add, "edit": v.edit, "test": v.test, "rehearse": v.rehearse, "live": v.main, "suspend": v.suspend} {
		kind := kit.Plain
		switch name {
		case "live":
			kind = kit.Main
		case "suspend":
			kind = kit.Danger
		}
		v.keys[name] = kit.NewButton(k, kind, w("admin.pay."+name), act)
	}
	v.keys["live"].Hint(k.Hint(kit.Pay))
	v.two = kit.NewCheck(k, w("admin.pay.two"), func(on bool) {
		if !v.filling {
			v.pair(on)
		}
	})
	v.safe = newSafe(v)
	left := container.NewBorder(nil, container.NewVBox(v.safe.box, v.two, kit.Row(v.keys["edit"], v.keys["add"])), nil, nil,
		container.New(kit.Yield{Share: 0.5}, container.NewStack(v.rows, v.none)))
	right := container.NewBorder(v.said, container.NewVBox(container.NewGridWithColumns(2, v.keys["test"], v.keys["rehearse"]), kit.Row(v.keys["suspend"], v.keys["live"])), nil, nil, container.New(kit.Yield{Share: 0.5}, v.steps))
	v.page = container.New(kit.Columns{Shares: []float32{2, 3}}, left, right)
	v.box = container.NewStack(v.page)
	return v
}

func (v *payments) content() fyne.CanvasObject { return v.box }

func (v *payments) step(by int) {
	switch {
	case v.choosing:
		v.chooser.Step(by)
	case v.form == nil:
		v.rows.Step(by)
	}
}

func (v *payments) heard(e app.Event) {
	if (e.Kind == app.SettingsChanged || e.Kind == app.Refresh) && v.form == nil && !v.choosing && !v.busy {
		v.read()
	}
}

func (v *payments) begin() {
	v.form, v.choosing = nil, false
	v.show(v.page)
	v.read()
}

// leave is Escape: it leaves the form, or the choice of a provider, and keeps nothing of what was entered.
func (v *payments) leave() bool {
	if v.form == nil && !v.choosing {
		return false
	}
	v.begin()
	return true
}

func (v *payments) show(page fyne.CanvasObject) {
	v.box.Objects = []fyne.CanvasObject{page}
	v.box.Refresh()
}

func (v *payments) read() {
	chosen := v.rows.Selected()
	if v.want != "" {
		chosen = v.want
	}
	v.want = ""
	v.list = v.s.shop.Profiles(v.s.env.Context)
	var records []kit.Record
	for _, p := range v.list {
		records = append(records, v.record(p))
	}
	v.rows.SetRecords(records)
	if v.rows.Select(chosen); v.rows.Selected() == "" && len(records) > 0 {
		v.rows.Select(records[0].Key)
	}
	v.none.Hidden, v.rows.Hidden = len(records) > 0, len(records) == 0
	v.none.Refresh()
	v.rows.Refresh()
	v.filling = true
	v.safe.read()
	v.two.SetChecked(v.s.shop.Info().Config.TwoForKeys)
	v.filling = false
	v.look()
}

// record is one provider with its lamp.
func (v *payments) record(p app.ProfileInfo) kit.Record {
	w, level := v.s.env.Words, kit.Notice
	text := w("admin.pay.state." + string(p.State))
	switch {
	case p.State == app.ProviderLive && p.DaysLeft == nil:
		level = kit.Ready
	case p.State == app.ProviderSuspended:
		level = kit.Stopped
	}
	switch {
	case p.Lapsed:
		text += ": " + w("admin.pay.lapsed")
	case p.DaysLeft != nil:
		text += ": " + w("admin.pay.days", *p.DaysLeft)
	case p.Pending && p.Live:
		text += ": " + w("admin.pay.old_live")
	}
	return kit.Record{Key: p.Provider, Level: level, Cells: []string{w("provider." + p.Provider), text}}
}

func (v *payments) chosen() (app.ProfileInfo, bool) {
	for _, p := range v.list {
		if p.Provider == v.rows.Selected() {
			return p, true
		}
	}
	return app.ProfileInfo{}, false
}

// look shows the chosen provider: where it stands, what comes next, and what was proven last.
func (v *payments) look() {
	w := v.s.env.Words
	p, ok := v.chosen()
	kinds := v.s.shop.ProviderKinds()
	real := ok && !p.Sandbox && !v.busy
	able(v.keys["add"], len(kinds) > 0 && !v.demo())
	able(v.keys["edit"], real)
	able(v.keys["test"], ok && !v.busy)
	able(v.keys["rehearse"], real)
	able(v.keys["live"], real && (p.State == app.ProviderAccepted || p.State == app.ProviderSuspended))
	able(v.keys["suspend"], real && p.Live)
	v.steps.SetRecords(nil)
	switch {
	case v.demo():
		v.said.SetText(w("admin.pay.demo"))
	case !ok && v.s.shop.Info().Config.Training:
		v.said.SetText(w("admin.pay.training"))
	case !ok:
		v.said.SetText("")
	default:
		v.said.SetText(w("provider."+p.Provider) + "  " + p.Merchant + "  " + p.Host + "\n" + w("admin.pay.next."+string(p.State)))
	}
	if ok && p.Accepted != nil && p.Test != nil && p.Test.OK {
		v.ran(*p.Accepted)
	} else if ok && p.Test != nil {
		v.tested(*p.Test)
	}
}

// demo reports whether the providers are stand-ins that nobody sets up.
func (v *payments) demo() bool {
	for _, p := range v.list {
		if p.Sandbox {
			return true
		}
	}
	return false
}

// test asks the provider, and shows each check in words with what to do where it failed.
func (v *payments) test() {
	p, ok := v.chosen()
	if !ok || v.busy {
		return
	}
	s := v.s
	v.work()
	v.said.SetText(s.env.Words("admin.pay.testing"))
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (app.ProviderTest, error) { return s.shop.TestProfile(ctx, p.Provider) }, func(t app.ProviderTest, err error) {
		v.busy, v.want = false, p.Provider
		v.read()
		if err != nil {
			s.verbs.Say(err)
			return
		}
		v.tested(t)
	})
}

func (v *payments) tested(t app.ProviderTest) {
	w := v.s.env.Words
	var records []kit.Record
	for _, c := range t.Checks {
		r := kit.Record{Key: c.Name, Level: kit.Ready, Cells: []string{v.word("check."+c.Name, c.Name), c.Note}}
		if !c.OK {
			r.Level, r.Cells[1] = kit.Stopped, v.word("check."+c.Name+".step", "")+" "+c.Note
		} else if c.Name == "reach" {
			r.Cells[1] = w("admin.pay.latency", t.LatencyMS)
		}
		records = append(records, r)
	}
	v.steps.SetRecords(records)
	for _, r := range records {
		if r.Level == kit.Stopped { // a row holds few words; what to do next is said whole
			v.said.SetText(r.Cells[0] + "\n" + r.Cells[1])
			return
		}
	}
}

// word is a word of the languages, or other where there is none.
func (v *payments) word(key, other string) string {
	if text := v.s.env.Words(key); text != key {
		return text
	}
	return other
}

// work greys the keys while the provider is asked.
func (v *payments) work() {
	v.busy = true
	for _, b := range v.keys {
		b.Disable()
	}
}

// rehearse runs the acceptance script; each step is shown as it goes.
func (v *payments) rehearse() {
	p, ok := v.chosen()
	if !ok || v.busy {
		return
	}
	s := v.s
	v.work()
	tell := func(a app.Acceptance) { s.env.Post(func() { v.ran(a) }) }
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (app.Acceptance, error) { return s.shop.Accept(ctx, p.Provider, tell) }, func(a app.Acceptance, err error) {
		v.busy, v.want = false, p.Provider
		v.read()
		if err != nil {
			s.verbs.Say(err)
			return
		}
		v.ran(a)
	})
}

func (v *payments) ran(a app.Acceptance) {
	w := v.s.env.Words
	var records []kit.Record
	said := ""
	for _, step := range a.Steps {
		text, level := w("accept.state."+step.State), kit.Unknown
		switch step.State {
		case app.StepOK:
			level = kit.Ready
			text += "  " + step.Txn
		case app.StepRunning:
			level = kit.Busy
			text += "  " + step.Note
		case app.StepFailed:
			level = kit.Stopped
			said = w("accept.step."+step.Name) + ": " + w("accept.why."+step.Why) + "\n" + step.Note
		}
		if step.Why != "" {
			text += ": " + w("accept.why."+step.Why)
		}
		records = append(records, kit.Record{Key: step.Name, Level: level, Cells: []string{w("accept.step." + step.Name), text}})
	}
	v.steps.SetRecords(records)
	if said != "" {
		v.said.SetText(said)
	} else if v.busy {
		own := w("admin.pay.where.own")
		if !a.Own {
			own = w("admin.pay.where.its")
		}
		v.said.SetText(w("admin.pay.where", a.Where) + ", " + own)
	}
}
