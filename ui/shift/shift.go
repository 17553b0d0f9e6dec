// Package shift is the screen of the cashier's turn: opening with a float, cash in and out, the blind count that closes it,
// X and Z. It shows what the shop says; every figure is the shop's.
package shift

import (
	"context"
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/receipt"
	"suanpan/ui/kit"
)

// Calls are what the screen needs besides the shop.
type Calls struct {
	Draw func(receipt.Page) (image.Image, error) // paper as a picture
}

// Screen is the shift.
type Screen struct {
	shop  *app.Shop
	env   kit.Env
	calls Calls
	verbs *kit.Verbs
	stage *kit.Stage
	tabs  *kit.Options
	body  *fyne.Container
	page  *fyne.Container
	pop   func()
	shown bool
	open  bool // a shift is open, as last seen
	part  string
	parts map[string]part
}

// part is one page of the screen.
type part interface {
	content() fyne.CanvasObject
	begin()      // shown: read and, where something is to be typed, take the keyboard
	main()       // Enter with nothing in focus
	heard()      // something changed
	leave() bool // Esc: one step back inside; false where there is none
}

// New returns the screen.
func New(shop *app.Shop, env kit.Env, calls Calls) *Screen {
	s := &Screen{shop: shop, env: env, calls: calls, body: container.NewStack()}
	s.tabs = kit.NewTabs(env.Keys, nil, s.choose)
	s.page = container.NewBorder(s.tabs, nil, nil, nil, s.body)
	s.stage = kit.NewStage(env.Keys, &fyne.Container{Layout: kit.Inset{Share: 0.5}, Objects: []fyne.CanvasObject{s.page}})
	s.verbs = &kit.Verbs{Env: env, Stage: s.stage, Fault: app.Explain, Approve: shop.Approve}
	s.parts = map[string]part{"open": newOpening(s), "now": newNow(s), "cash": newCash(s), "close": newClosing(s), "hand": newHand(s), "past": newPast(s)}
	return s
}

// Content returns what stands in the window.
func (s *Screen) Content() fyne.CanvasObject { return s.stage }

// Shown begins with the shift as it is, or with opening one.
func (s *Screen) Shown() {
	s.Hidden()
	s.shown = true
	s.pop = s.env.Keys.Push(kit.Bindings{Digit: s.digit, Acts: map[kit.Act]func(){
		kit.Pay: func() { s.parts[s.part].main() }, kit.Back: s.back,
		kit.Previous: func() { s.step(-1) }, kit.Next: func() { s.step(1) }, kit.PageUp: func() { s.step(-8) }, kit.PageDown: func() { s.step(8) }}})
	s.arrange("")
}

// step moves along the past shifts.
func (s *Screen) step(by int) {
	if p, ok := s.parts[s.part].(*past); ok {
		p.rows.Step(by)
	}
}

// Open shows one part by name: "now", "cash", "close", "hand", "past".
func (s *Screen) Open(args ...any) {
	if name, ok := first(args); ok && s.shown {
		s.arrange(name)
	}
}

func first(args []any) (string, bool) {
	if len(args) == 0 {
		return "", false
	}
	name, ok := args[0].(string)
	return name, ok
}

// Hidden lets go of the keys. What was typed stays.
func (s *Screen) Hidden() {
	s.stage.Uncover()
	s.shown = false
	if s.pop != nil {
		s.pop()
		s.pop = nil
	}
}

// Heard follows the shift.
func (s *Screen) Heard(e app.Event) {
	if !s.shown {
		return
	}
	switch e.Kind {
	case app.ShiftChanged, app.Refresh, app.StaffChanged, app.SettingsChanged:
		if open := s.shop.Info().Shift != nil; open != s.open {
			s.arrange("")
			return
		}
		s.parts[s.part].heard()
	case app.SaleSettled:
		s.parts[s.part].heard()
	}
}

// arrange offers the parts that make sense now, and shows one of them.
func (s *Screen) arrange(want string) {
	s.open = s.shop.Info().Shift != nil
	names := []string{"open", "past"}
	if s.open {
		names = []string{"now", "cash", "close", "hand", "past"}
	}
	var options []kit.Option
	for i, n := range names {
		options = append(options, kit.Option{Key: n, Label: s.env.Words("shift.part." + n), Hint: string(rune('1' + i))})
	}
	s.tabs.SetOptions(options)
	s.page.Refresh()
	name := names[0]
	for _, n := range names {
		if n == want || (want == "" && n == s.part) {
			name = n
		}
	}
	s.tabs.Select(name)
	s.choose(name)
}

func (s *Screen) choose(name string) {
	s.part = name
	s.env.Window.Canvas().Unfocus()
	s.body.Objects = []fyne.CanvasObject{s.parts[name].content()}
	s.body.Refresh()
	s.parts[name].begin()
}

// digit chooses a part.
func (s *Screen) digit(n int) {
	names := []string{"open", "past"}
	if s.open {
		names = []string{"now", "cash", "close", "hand", "past"}
	}
	if n >= 1 && n <= len(names) {
		s.tabs.Select(names[n-1])
		s.choose(names[n-1])
	}
}

func (s *Screen) back() {
	switch c := s.env.Window.Canvas(); {
	case c.Focused() != nil:
		c.Unfocus()
	case s.parts[s.part].leave():
	case s.env.Go != nil:
		s.env.Go("sell")
	}
}

// sheet is a paper ready to be looked at.
type sheet struct{ picture image.Image }

// draw reads a page beside the UI goroutine and shows it.
func (s *Screen) draw(to *kit.PaperView, read func(context.Context) (receipt.Page, error), still func() bool) {
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (sheet, error) {
		p, err := read(ctx)
		if err != nil || s.calls.Draw == nil {
			return sheet{}, err
		}
		picture, err := s.calls.Draw(p)
		return sheet{picture}, err
	}, func(p sheet, err error) {
		if !still() {
			return
		}
		s.verbs.Say(err)
		to.SetPage(p.picture)
	})
}
