package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"suanpan/app"
	"suanpan/ui/admin"
	"suanpan/ui/kit"
	"suanpan/ui/orders"
	"suanpan/ui/reconcile"
	"suanpan/ui/sell"
	"suanpan/ui/shift"
	"suanpan/ui/tender"
)

// face is the window in one language: every screen, the rail, and where one is. Another language is another face.
type face struct {
	w       *Window
	stop    context.CancelFunc // ends what the screens do beside the UI goroutine
	env     kit.Env
	ready   bool // the shop was set up when this face was made
	verbs   *kit.Verbs
	screens map[string]screen
	sell    *sell.Screen
	tender  *tender.Screen
	rail    *kit.Options
	who     *kit.Button
	place   *fyne.Container // the screen's place beside the rail
	frame   fyne.CanvasObject
	guide   *admin.Guide
	sign    *sign
	opening *opening
	heads   map[string]fyne.CanvasObject
	route   string
	at      string // what the frame shows: a route or "opening"
	front   string // what the page shows: "guide", "sign", "frame"
	paying  bool
	pop     func() // keys of sign-on and guide
}

// build makes the screens in the language in force and returns to where one was.
func (w *Window) build() {
	route := "sell"
	if w.face != nil {
		route = w.face.route
		w.face.close()
	}
	if toolkit, err := w.p.Words.Toolkit(w.looks.Locale); err == nil {
		// Only the toolkit's own dialogs read these; without them they speak the language before.
		_ = lang.AddTranslationsForLocale(toolkit, lang.SystemLocale())
	}
	ctx, stop := context.WithCancel(w.ctx)
	info := w.p.Shop.Info()
	f := &face{w: w, heads: map[string]fyne.CanvasObject{}, stop: stop, ready: info.Ready, route: route}
	w.face = f
	f.env = kit.Env{Context: ctx, Post: w.p.Post, Words: w.p.Words.In(w.looks.Locale), Keys: w.keys, Say: w.notices.Say, Window: w.win, Sound: w.sound,
		Currency: info.Config.Currency, Now: w.p.Clock.Now, After: w.after, Go: w.Go, Locale: w.looks.Locale}
	f.verbs = &kit.Verbs{Env: f.env, Stage: w.stage, Fault: app.Explain, Approve: w.p.Shop.Approve}
	w.stage.Uncover()
	w.lamps.forget()
	w.notices.Lean(w.looks.Mirrored)
	f.sell = sell.New(w.p.Shop, f.env, sell.Calls{Pay: f.pay, Return: f.returns, Lamps: w.lamps.row(), Mirrored: w.looks.Mirrored})
	f.tender = tender.New(w.p.Shop, f.env, tender.Acts{Back: f.leavePay, Next: f.next})
	f.screens = map[string]screen{"sell": f.sell, "orders": orders.New(w.p.Shop, f.env, w.p.Orders),
		"reconcile": reconcile.New(w.p.Shop, f.env), "shift": shift.New(w.p.Shop, f.env, w.p.Shift), "admin": admin.New(w.p.Shop, f.env, w.office())}
	guide := w.p.Guide
	guide.Locales, guide.Done = w.p.Words.Locales(), func() { w.build(); w.second.rebuild() }
	guide.Language = func(locale string) { w.SetLooks(func(l *Looks) { l.Locale = locale }) }
	f.guide = admin.NewGuide(w.p.Shop, f.env, guide)
	f.sign, f.opening = newSign(f), newOpening(f)
	f.arrangeFrame()
	w.arrange()
	w.lamps.read()
}

// office is what the office needs; the window fills in its languages and the choice of its looks.
func (w *Window) office() admin.Calls {
	c := w.p.Admin
	c.Locales, c.Looks = w.p.Words.Locales(), w.openLooks
	return c
}

// close ends a face: its screens give the keys back and their work stops.
func (f *face) close() {
	f.leave()
	f.stop()
}

// leave gives the keys of the page back.
func (f *face) leave() {
	switch f.front {
	case "frame":
		f.leavePay()
		f.opening.hidden()
		f.screens[f.route].Hidden()
		f.at = ""
	case "guide":
		f.guide.Hidden()
	}
	if f.pop != nil {
		f.pop()
		f.pop = nil
	}
}

// routes lists the screens of the rail in their order, with their icons.
func (f *face) routes() []kit.Option {
	var out []kit.Option
	for _, name := range []string{"sell", "orders", "shift", "admin", "reconcile"} {
		if f.screens[name] != nil && (name != "reconcile" || f.w.p.Shop.Reconciles()) {
			out = append(out, kit.Option{Key: name, Label: f.env.Words("nav." + name), Icon: icon(name)})
		}
	}
	return out
}

// icon is the picture of a route on the rail.
func icon(route string) string {
	if route == "reconcile" {
		return "ledger"
	}
	return route
}

func (f *face) arrangeFrame() {
	k, w := f.w.keys, f.env.Words
	f.rail = kit.NewRail(k, f.routes(), func(key string) { f.w.Go(key) })
	f.who = kit.NewIconButton(k, "lock", "", f.w.lock).Upright()
	help := kit.NewIconButton(k, "help", w("nav.help"), f.w.openHelp).Upright()
	looks := kit.NewIconButton(k, "settings", w("shell.looks"), f.w.openLooks).Upright()
	foot := container.NewVBox(help, looks, f.who)
	if f.w.p.Paper != nil {
		slip := kit.NewIconButton(k, "print", w("shell.paper"), f.w.openPaper).Upright()
		foot = container.NewVBox(slip, help, looks, f.who)
	}
	rail := container.NewStack(kit.NewGround(kit.Surface, ""), &fyne.Container{Layout: kit.Inset{Share: 0.25}, Objects: []fyne.CanvasObject{
		container.NewBorder(nil, foot, nil, nil, f.rail)}})
	f.place = container.NewStack()
	if f.w.looks.Mirrored {
		f.frame = container.NewBorder(nil, nil, nil, rail, f.place)
	} else {
		f.frame = container.NewBorder(nil, nil, rail, nil, f.place)
	}
}

// heard tells every screen of this face.
func (f *face) heard(e app.Event) {
	for _, s := range f.screens {
		s.Heard(e)
	}
	f.tender.Heard(e)
	f.sign.heard(e)
}

// arrange decides what the window shows: the guide before there is a shop, sign-on while nobody is signed on, else the
// frame; and within the frame the opening of a shift before anything can be sold.
func (w *Window) arrange() {
	f, info := w.face, w.p.Shop.Info()
	switch {
	case !info.Ready:
		f.show("guide", f.guide.Content())
	case info.Staff == nil:
		f.show("sign", f.sign.box)
	default:
		f.who.SetText(info.Staff.Name)
		if f.route == "reconcile" && !w.p.Shop.Reconciles() { // another person signed on
			f.route = "sell"
		}
		f.rail.SetOptions(f.routes())
		f.rail.Select(f.route)
		f.show("frame", f.frame)
		if f.at != f.due(info.Shift == nil) { // whoever is typing on a screen is not thrown back to its beginning
			f.enter(f.route)
		}
	}
}

// due names what the frame should show: a route, or the opening of a shift in its place.
func (f *face) due(closed bool) string {
	if f.route == "sell" && closed {
		return "opening"
	}
	return f.route
}

// show puts one of the three pages into the window.
func (f *face) show(front string, page fyne.CanvasObject) {
	if f.front == front && len(f.w.page.Objects) == 1 && f.w.page.Objects[0] == page {
		return
	}
	f.leave()
	f.front = front
	f.w.stage.Uncover()
	f.w.page.Objects = []fyne.CanvasObject{page}
	f.w.page.Refresh()
	switch front {
	case "guide":
		f.guide.Shown()
	case "sign":
		f.pop = f.w.keys.Push(f.sign.bindings())
		f.sign.shown()
	}
}
