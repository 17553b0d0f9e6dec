package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"

	"suanpan/app"
	"suanpan/ui/customer"
	"suanpan/ui/kit"
)

// second is the customer's window: full-screen on a second display, or an ordinary window beside the cashier's.
type second struct {
	w      *Window
	win    fyne.Window
	box    *fyne.Container
	screen *customer.Screen
}

func newSecond(w *Window) *second {
	s := &second{w: w, box: container.NewStack()}
	s.rebuild()
	return s
}

// rebuild makes the display in the language in force.
func (s *second) rebuild() {
	env := s.w.face.env
	env.Context = s.w.ctx
	env.Keys = kit.NewKeys(s.w.p.Clock.Now, s.w.after) // it hears no key: the customer's window is never typed into
	s.screen = customer.New(s.w.p.Shop, env)
	s.box.Objects = []fyne.CanvasObject{kit.NewGround(kit.Paper, ""), s.screen.Content()}
	s.box.Refresh()
}

func (s *second) heard(e app.Event) { s.screen.Heard(e) }

func (s *second) paying(on bool) {
	if s.screen != nil {
		s.screen.Paying(on)
	}
}

// place opens or closes the window. "second" opens it only where there is a second display, so that it never lies over the
// cashier's own.
func (s *second) place(mode string) {
	d, ok := s.w.p.App.Driver().(desktop.Driver)
	there := ok && d.HasSecondaryDisplay()
	if mode == "off" || (mode == "second" && !there) {
		if s.win != nil {
			s.win.Hide()
		}
		return
	}
	if s.win == nil {
		s.win = s.w.p.App.NewWindow(s.w.word("nav.customer"))
		s.win.SetPadded(false)
		s.win.SetIcon(kit.Icon("app"))
		s.win.SetContent(s.box)
		s.win.SetCloseIntercept(func() { s.w.SetLooks(func(l *Looks) { l.Customer = "off" }) })
		s.win.Resize(fyne.NewSize(1024, 600))
		s.w.keys.Attach(s.win.Canvas()) // a scan that lands here is still a scan
	}
	if w, ok := s.win.(desktop.Window); ok {
		if mode == "second" {
			w.RequestFullScreenSecondary()
		} else { // beside the cashier's; a window system without a place there moves it back in
			c := s.w.win.Canvas()
			w.RequestPosition(int(c.Size().Width*c.Scale()), 0)
		}
	}
	s.win.Show()
	if mode == "window" {
		s.win.SetFullScreen(false)
	}
	s.w.win.RequestFocus() // a window that is shown takes the keyboard from the cashier
}
