// Package ui is the till's window: it arranges the screens, tells them what happened, and knows the way from one to another.
// What the screens show and do belongs to them and to the shop.
package ui

import (
	"context"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/assets"
	"suanpan/ui/admin"
	"suanpan/ui/customer"
	"suanpan/ui/kit"
	"suanpan/ui/orders"
	"suanpan/ui/shift"
)

// Params introduces the window to its surroundings. App, Shop, Words and Clock must be there.
type Params struct {
	App    fyne.App
	Shop   *app.Shop
	Words  *assets.Words
	Clock  app.Clock
	Post   func(func())                        // the door to the UI goroutine; kit.Post where nil
	Play   func(name string, wav []byte) bool  // plays a sound; false, or nil, where there is no loudspeaker
	Voice  func(locale, text string) bool      // speaks; it must not block, and answers false where too many wait; nil where nothing can
	Paper  func(env kit.Env) fyne.CanvasObject // what the virtual printer has printed; nil where there is none
	Orders orders.Calls                        // what the orders need besides the shop
	Shift  shift.Calls                         // what the shift needs besides the shop
	Admin  admin.Calls                         // what the office needs; the window fills in languages and looks
	Guide  admin.GuideCalls                    // what the opening guide needs; the window fills in language and end
	Quit   func()                              // after a person has closed the window; App.Quit where nil
	Size   fyne.Size                           // of the window where it does not fill the display; 1280 × 800 where zero
}

// screen is what the window asks of each screen.
type screen interface {
	Content() fyne.CanvasObject
	Shown()
	Hidden()
	Heard(app.Event)
}

// Window is the cashier's window, and the customer's beside it. Unless a method says otherwise it belongs to the UI goroutine.
type Window struct {
	p       Params
	ctx     context.Context
	after   func(time.Duration, func())
	theme   *kit.Theme
	keys    *kit.Keys
	win     fyne.Window
	looks   Looks
	lamps   *lamps
	notices *kit.Notices
	stage   *kit.Stage
	page    *fyne.Container // guide, sign-on or the frame; a panel of the window's own may stand over it
	face    *face           // the screens in the language in force
	second  *second
	tongue  atomic.Value // string: the language in which received money is spoken, "" for none
}

// New builds the window on the UI goroutine, before the app runs or within it. It lives until ctx ends. Show makes it visible.
func New(ctx context.Context, p Params) *Window {
	if p.Post == nil {
		p.Post = kit.Post
	}
	if p.Quit == nil {
		p.Quit = p.App.Quit
	}
	if p.Size.IsZero() {
		p.Size = fyne.NewSize(1280, 800)
	}
	w := &Window{p: p, ctx: ctx, after: kit.After(p.Post), looks: remembered(p)}
	w.theme = kit.NewTheme(w.looks.Look, w.looks.Scale)
	p.App.Settings().SetTheme(w.theme)
	w.keys = kit.NewKeys(p.Clock.Now, w.after)
	w.win = p.App.NewWindow(p.Words.In(w.looks.Locale)("app.name"))
	w.win.SetMaster()
	w.win.SetPadded(false)
	w.win.SetIcon(kit.Icon("app"))
	w.win.SetCloseIntercept(w.leave)
	w.keys.Attach(w.win.Canvas())
	w.keys.Push(w.everywhere())
	w.lamps = newLamps(w)
	w.notices = kit.NewNotices(w.keys)
	w.page = container.NewStack()
	w.stage = kit.NewStage(w.keys, w.page)
	w.win.SetContent(container.NewStack(w.stage, w.notices)) // the ground is the toolkit's own: each further one is a window full of points a frame
	w.win.Resize(p.Size)
	w.build()
	w.second = newSecond(w)
	w.watch()
	w.idle()
	w.speaks()
	if p.Voice != nil {
		h := customer.Herald{Shop: p.Shop, Words: p.Words.In, Now: p.Clock.Now, Say: p.Voice, Locale: func() string { return w.tongue.Load().(string) }}
		go h.Run(ctx)
	}
	return w
}

// Show makes the window, and the customer's where there is a place for it, visible.
func (w *Window) Show() {
	w.win.Show()
	w.win.SetFullScreen(w.looks.Full)
	w.second.place(w.looks.Customer)
}

// Canvas is where a person's keys and fingers arrive.
func (w *Window) Canvas() fyne.Canvas { return w.win.Canvas() }

// Scan hands over a code that a scanner with a wire of its own has read. It may be called from any goroutine.
func (w *Window) Scan(code string) { w.p.Post(func() { w.keys.Scan(code) }) }

// Say shows a notice. It may be called from any goroutine.
func (w *Window) Say(level kit.Level, key string, args ...any) {
	w.p.Post(func() { w.notices.Say(level, w.word(key, args...)) })
}

// Health shows the state of a device, the network or the ledger as a lamp. It may be called from any goroutine.
func (w *Window) Health(h Health) { w.p.Post(func() { w.lamps.set(h) }) }

// Raise brings the window to the front: a second start found this one. It may be called from any goroutine.
func (w *Window) Raise() { w.p.Post(w.win.RequestFocus) }

// speaks decides whether received money is spoken, and in which language: the shop's, which the people around understand.
func (w *Window) speaks() {
	locale := ""
	if w.looks.Voice {
		locale = w.p.Words.Match(w.p.Shop.Info().Config.Locale)
	}
	w.tongue.Store(locale)
}

func (w *Window) word(key string, args ...any) string {
	return w.p.Words.In(w.looks.Locale)(key, args...)
}

// watch tells the screens what happens, one post for each event.
func (w *Window) watch() {
	events, stop := w.p.Shop.Watch()
	go func() {
		defer stop()
		for {
			select {
			case <-w.ctx.Done():
				return
			case e, ok := <-events:
				if !ok {
					return
				}
				w.p.Post(func() { w.heard(e) })
			}
		}
	}()
}

func (w *Window) heard(e app.Event) {
	if w.face.guide.Running() {
		return // the guide says when the shop is there
	}
	switch e.Kind {
	case app.StaffChanged, app.ShiftChanged, app.Refresh:
		if e.Kind == app.StaffChanged {
			w.signed()
		}
		w.arrange()
	case app.SettingsChanged:
		w.speaks()
		if !w.face.ready { // another face has made the shop
			w.build()
			w.second.rebuild()
		}
	}
	w.lamps.heard(e)
	w.face.heard(e)
	w.second.heard(e)
}

// everywhere is what the keys mean on every screen.
func (w *Window) everywhere() kit.Bindings {
	return kit.Bindings{Acts: map[kit.Act]func(){
		kit.Help: w.openHelp,
		kit.Full: func() { w.SetLooks(func(l *Looks) { l.Full = !w.win.FullScreen() }) },
		kit.Shift: func() {
			if w.inside() {
				w.Go("shift")
			}
		},
		kit.Drawer: func() {
			if w.inside() {
				w.openDrawer()
			}
		},
	}}
}

// sound plays one of the five sounds; where nothing can be heard, light says it.
func (w *Window) sound(name string) {
	heard := w.p.Play != nil && !w.looks.Flash && w.p.Play(name, assets.Sound(name))
	if heard && !w.looks.Flash {
		return
	}
	switch name {
	case "approved":
		w.notices.Flash(kit.Ready)
	case "refused":
		w.notices.Flash(kit.Stopped)
	case "unknown", "attention":
		w.notices.Flash(kit.Notice)
	}
}
