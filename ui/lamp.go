package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/ui/kit"
)

// Health is the newest knowledge about something the till depends on.
type Health struct {
	Name  string    // "net", "printer", "drawer", "scanner", "disk", "hub"
	Level kit.Level // Unknown while nobody knows; never shown as ready
	Cause string    // "paper_out": words stand under "health.<cause>" and "health.<cause>.step"; the level's own where empty
}

// lamps are the states at the head of every screen. A tap on one opens its cause and one next step.
type lamps struct {
	w     *Window
	order []string
	now   map[string]Health
	count map[string]int // what waits: print jobs, open payments
	rows  []*lampRow
	asked int
}

// lampRow is one row of lamps; each screen with a head has its own.
type lampRow struct {
	box   *fyne.Container
	lamps map[string]*kit.Lamp
}

func newLamps(w *Window) *lamps {
	l := &lamps{w: w, now: map[string]Health{}, count: map[string]int{}}
	for _, name := range []string{"net", "printer", "pay"} {
		l.order = append(l.order, name)
		l.now[name] = Health{Name: name}
	}
	return l
}

// row makes a further row.
func (l *lamps) row() fyne.CanvasObject {
	r := &lampRow{box: container.NewHBox(), lamps: map[string]*kit.Lamp{}}
	l.rows = append(l.rows, r)
	l.draw(r)
	return r.box
}

// forget drops the rows of a face that is given up.
func (l *lamps) forget() { l.rows = nil }

func (l *lamps) set(h Health) {
	if _, known := l.now[h.Name]; !known {
		l.order = append(l.order, h.Name)
	}
	l.now[h.Name] = h
	l.redraw()
}

func (l *lamps) redraw() {
	for _, r := range l.rows {
		l.draw(r)
	}
}

func (l *lamps) draw(r *lampRow) {
	for _, name := range l.order {
		lamp := r.lamps[name]
		if lamp == nil {
			lamp = kit.NewLamp(l.w.keys, "", func() { l.open(name) })
			r.lamps[name] = lamp
			r.box.Add(lamp)
		}
		word := l.w.word("lamp." + name)
		if n := l.count[name]; n > 0 {
			word = l.w.word("shell.lamp_count", word, n)
		}
		lamp.Set(l.now[name].Level, word)
	}
}

// heard reads again what the shop itself knows: what waits for paper, and which payments are open.
func (l *lamps) heard(e app.Event) {
	switch e.Kind {
	case app.PaymentChanged, app.JobChanged, app.SettingsChanged, app.Refresh:
		l.read()
	}
}

func (l *lamps) read() {
	l.asked++
	mine, shop, ctx := l.asked, l.w.p.Shop, l.w.ctx
	go func() {
		jobs, err := shop.Jobs(ctx)
		payments, err2 := shop.OpenPayments(ctx)
		methods := len(shop.Methods())
		l.w.p.Post(func() {
			if mine != l.asked || err != nil || err2 != nil {
				return
			}
			l.count["printer"], l.count["pay"] = len(jobs), len(payments)
			pay := Health{Name: "pay", Level: kit.Ready, Cause: "pay_ready"}
			if methods < 2 {
				pay.Level, pay.Cause = kit.Unknown, "pay_none"
			}
			for _, p := range payments {
				if pay.Level != kit.InDoubt {
					pay.Level, pay.Cause = kit.Busy, "pay_open"
				}
				if p.State == "UNKNOWN" || p.State == "NEEDS_REVIEW" || p.State == "LATE_SUCCESS" {
					pay.Level, pay.Cause = kit.InDoubt, "pay_doubt"
				}
			}
			l.set(pay)
		})
	}()
}

// open says why a lamp is as it is, and what to do next.
func (l *lamps) open(name string) {
	h, w := l.now[name], l.w.word
	cause := h.Cause
	if cause == "" || !l.w.p.Words.Has("health."+cause) {
		cause = "level_" + string(h.Level)
	}
	state := kit.NewText(h.Level.Shape()+"  "+w("lamp."+levelWord(h.Level)), kit.SizeHead, h.Level.Colour())
	body := container.NewVBox(state, kit.NewProse(w("health."+cause)), kit.NewRule(), kit.Small(w("lamp.step")), kit.NewProse(w("health."+cause+".step")))
	route, args := "", []any{}
	switch name {
	case "pay":
		route, args = "orders", []any{"doubt"}
	case "vault":
		route, args = "admin", []any{"payments"}
	case "printer", "drawer", "scanner":
		route, args = "admin", []any{"devices"}
	}
	buttons := []fyne.CanvasObject{}
	if route != "" && l.w.inside() && l.w.face.screens[route] != nil {
		buttons = append(buttons, kit.NewButton(l.w.keys, kit.Plain, w("nav."+route), func() {
			l.w.uncover()
			l.w.Go(route, args...)
		}))
	}
	buttons = append(buttons, l.w.closer())
	l.w.cover(kit.NewPanel(w("lamp."+name), body, buttons...), kit.Bindings{})
}

func levelWord(l kit.Level) string {
	if l == kit.Unknown {
		return "unknown"
	}
	return string(l)
}
