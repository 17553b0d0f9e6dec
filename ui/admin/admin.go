// Package admin is the office: the shop's settings, taxes, goods, people, devices, the print queue and the ledger; and the
// guide that asks a new shop what it is. It shows forms and calls one verb for each; every rule is the shop's.
package admin

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/ui/kit"
)

// Calls are what the office needs besides the shop.
type Calls struct {
	Locales  []string // languages of receipts
	Profiles []string // receipt printers that the drivers know; the first is what an unknown one is taken for
	Folder   string   // where a person begins to look for a table
	Looks    func()   // language, colours and size of this window; nil where the window has no such choice
}

// Screen is the office.
type Screen struct {
	shop  *app.Shop
	env   kit.Env
	calls Calls
	verbs *kit.Verbs
	stage *kit.Stage
	tabs  *kit.Options
	body  *fyne.Container
	pop   func()
	shown bool
	part  string
	parts map[string]part
}

// part is one page of the office.
type part interface {
	content() fyne.CanvasObject
	begin() // shown: read
	main()  // Enter with nothing in focus
	heard(app.Event)
	scan(code string)
	step(by int)
}

func names() []string {
	return []string{"shop", "taxes", "goods", "table", "staff", "cards", "devices", "payments", "jobs", "ledger", "copies"}
}

// New returns the screen.
func New(shop *app.Shop, env kit.Env, calls Calls) *Screen {
	s := &Screen{shop: shop, env: env, calls: calls, body: container.NewStack(), part: "shop"}
	var options []kit.Option
	for i, n := range names() {
		options = append(options, kit.Option{Key: n, Label: env.Words("admin.part." + n), Hint: digitOf(i)})
	}
	s.tabs = kit.NewChips(env.Keys, options, s.choose)
	page := container.NewBorder(s.tabs, nil, nil, nil, s.body)
	s.stage = kit.NewStage(env.Keys, &fyne.Container{Layout: kit.Inset{Share: 0.5}, Objects: []fyne.CanvasObject{page}})
	s.verbs = &kit.Verbs{Env: env, Stage: s.stage, Fault: app.Explain, Approve: shop.Approve}
	s.parts = map[string]part{"shop": newSettings(s), "taxes": newTaxes(s), "goods": newGoods(s), "table": newTable(s), "staff": newStaff(s), "cards": newCards(s),
		"devices": newDevices(s), "payments": newPayments(s), "jobs": newJobs(s), "ledger": newBooks(s), "copies": newCopies(s)}
	return s
}

// Content returns what stands in the window.
func (s *Screen) Content() fyne.CanvasObject { return s.stage }

// Shown reads again.
func (s *Screen) Shown() {
	s.Hidden()
	s.shown = true
	s.pop = s.env.Keys.Push(kit.Bindings{Scan: func(code string) { s.parts[s.part].scan(code) }, Digit: func(n int) { s.tabs.Pick(n - 1) }, Acts: map[kit.Act]func(){
		kit.Pay: func() { s.parts[s.part].main() }, kit.Back: s.back,
		kit.Previous: func() { s.parts[s.part].step(-1) }, kit.Next: func() { s.parts[s.part].step(1) },
		kit.PageUp: func() { s.parts[s.part].step(-8) }, kit.PageDown: func() { s.parts[s.part].step(8) }}})
	s.tabs.Select(s.part)
	s.choose(s.part)
}

// Open shows a part by its name: "shop", "taxes", "goods", "table", "staff", "cards", "devices", "jobs", "ledger".
func (s *Screen) Open(args ...any) {
	if len(args) == 0 || !s.shown {
		return
	}
	if name, ok := args[0].(string); ok && s.parts[name] != nil {
		s.tabs.Select(name)
		s.choose(name)
	}
}

// Hidden lets go of the keys.
func (s *Screen) Hidden() {
	s.stage.Uncover()
	s.shown = false
	if s.pop != nil {
		s.pop()
		s.pop = nil
	}
}

// Heard follows what happens.
func (s *Screen) Heard(e app.Event) {
	if s.shown {
		s.parts[s.part].heard(e)
	}
}

func (s *Screen) choose(name string) {
	s.part = name
	s.env.Window.Canvas().Unfocus()
	s.body.Objects = []fyne.CanvasObject{s.parts[name].content()}
	s.body.Refresh()
	s.parts[name].begin()
}

func (s *Screen) back() {
	switch c := s.env.Window.Canvas(); {
	case c.Focused() != nil:
		c.Unfocus()
	case s.left():
	case s.env.Go != nil:
		s.env.Go("sell")
	}
}

// left reports whether the part shown went a step back itself: out of a form, and not out of the office.
func (s *Screen) left() bool {
	p, ok := s.parts[s.part].(interface{ leave() bool })
	return ok && p.leave()
}

// saved says that something was kept.
func (s *Screen) saved() { s.env.Say(kit.Ready, s.env.Words("saved")) }

// quiet is what a page has that hears, scans and steps nothing.
type quiet struct{}

func (quiet) heard(app.Event) {}
func (quiet) scan(string)     {}
func (quiet) step(int)        {}
