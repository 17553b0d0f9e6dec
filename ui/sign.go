package ui

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"suanpan/app"
	"suanpan/ui/kit"
)

// sign is the screen on which a person signs on: who one is by a tile, that it is true by a PIN.
type sign struct {
	f     *face
	box   *fyne.Container
	shop  *kit.Text
	who   *kit.Options
	pin   *kit.PINPad
	asked int
	busy  bool
}

func newSign(f *face) *sign {
	k, w := f.w.keys, f.env.Words
	s := &sign{f: f, shop: kit.NewText("", kit.SizeDue, kit.Ink)}
	s.shop.Bold, s.shop.Align, s.shop.Fit = true, fyne.TextAlignCenter, kit.Shrink
	tagline := kit.NewText(w("app.tagline"), kit.SizeBody, kit.Muted)
	tagline.Align, tagline.Fit = fyne.TextAlignCenter, kit.Shrink
	if f.w.p.Shop.Info().Config.Template == "demo" {
		tagline.SetText(w("shell.demo_pins"))
	}
	s.who = kit.NewTabs(k, nil, func(string) { s.pin.Focus() })
	s.pin = kit.NewPINPad(k, w("shift.sign_on"), s.submit)
	s.pin.Moved = s.who.Step
	looks := kit.NewIconButton(k, "language", w("shell.looks"), f.w.openLooks)
	help := kit.NewIconButton(k, "help", w("nav.help"), f.w.openHelp)
	brand := container.NewBorder(nil, container.NewCenter(container.NewHBox(looks, help)), nil, nil,
		container.NewVBox(layout.NewSpacer(), kit.NewMark(kit.Icon("bead"), kit.Do, 128), s.shop, tagline, layout.NewSpacer()))
	form := container.NewBorder(container.NewVBox(kit.Heading(w("shell.who")), s.who), nil, nil, nil, s.pin)
	s.box = container.New(halves{}, kit.Padded(brand), kit.Surfaced(form))
	return s
}

// halves puts a brand on the left and a form of a hand's width in the middle of the right.
type halves struct{}

// MinSize implements fyne.Layout.
func (halves) MinSize(o []fyne.CanvasObject) fyne.Size {
	a, b := o[0].MinSize(), o[1].MinSize()
	return fyne.NewSize(a.Width+b.Width, max(a.Height, b.Height))
}

// Layout implements fyne.Layout.
func (halves) Layout(o []fyne.CanvasObject, size fyne.Size) {
	left := size.Width * 0.5
	o[0].Resize(fyne.NewSize(left, size.Height))
	w := min(size.Width-left-32, max(440*unit(o[1]), o[1].MinSize().Width))
	o[1].Resize(fyne.NewSize(w, size.Height))
	h := min(size.Height-16, max(600*unit(o[1]), o[1].MinSize().Height))
	o[1].Resize(fyne.NewSize(w, h))
	o[1].Move(fyne.NewPos(left+(size.Width-left-w)/2, (size.Height-h)/2))
}

// bindings leave the keys to this page alone; help and full screen stay.
func (s *sign) bindings() kit.Bindings {
	return kit.Bindings{Alone: true, Scan: func(string) {}, Digit: func(n int) { s.pin.Type(strconv.Itoa(n)) }, Acts: map[kit.Act]func(){
		kit.Pay: s.pin.Submit, kit.Help: s.f.w.openHelp, kit.Full: s.f.w.everywhere().Acts[kit.Full]}}
}

// shown reads who there is.
func (s *sign) shown() {
	s.shop.SetText(s.f.w.p.Shop.Info().Config.Shop)
	s.asked++
	mine := s.asked
	go func() {
		people, err := s.f.w.p.Shop.Staff(s.f.env.Context)
		s.f.env.Post(func() {
			if mine != s.asked {
				return
			}
			if err != nil {
				s.f.verbs.Say(err)
				return
			}
			var options []kit.Option
			for _, p := range people {
				options = append(options, kit.Option{Key: p.ID, Label: p.Name, Hint: p.ID})
			}
			s.who.SetOptions(options)
			s.box.Refresh()
			s.pin.Focus()
		})
	}()
}

func (s *sign) heard(e app.Event) {
	if e.Kind == app.StaffChanged && s.f.front == "sign" {
		s.shown()
	}
}

// submit signs on. What follows is told by the shop's event.
func (s *sign) submit(pin string) {
	id := s.who.Selected()
	if id == "" || s.busy {
		return
	}
	s.busy = true
	go func() {
		_, err := s.f.w.p.Shop.Login(s.f.env.Context, id, pin)
		s.f.env.Post(func() {
			s.busy = false
			if err != nil {
				s.f.env.Sound("refused")
				s.pin.Wrong(s.f.verbs.Words(err))
				s.pin.Focus()
			}
		})
	}()
}

// lock signs the person off; the shift and the basket stay as they are.
func (w *Window) lock() {
	f := w.face
	go func() {
		err := w.p.Shop.Logout(f.env.Context)
		w.p.Post(func() {
			if err != nil {
				f.verbs.Say(err)
			}
		})
	}()
}

// idleLook is how often the window looks whether it lies idle.
const idleLook = 10 * time.Second

// idle locks the till when nobody has touched it for as long as the person's role allows. The basket stays.
func (w *Window) idle() {
	w.after(idleLook, func() {
		if w.ctx.Err() != nil {
			return
		}
		if most := w.p.Shop.LockAfter(); most > 0 && w.keys.Idle() >= most {
			w.keys.Touch() // asked once, not at every look
			w.lock()
		}
		w.idle()
	})
}

// signed begins the time of a person who came, and says when the clock stands behind the journal.
func (w *Window) signed() {
	w.keys.Touch()
	i := w.p.Shop.Info()
	if i.Staff != nil && i.Clock > 0 {
		w.face.env.Say(kit.Notice, w.word("shell.clock_back", i.Clock.Round(time.Minute).String()))
	}
}
