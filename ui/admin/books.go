package admin

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/ui/kit"
)

// books are the pages about what was done here: the trail, people beside each other, and the proof of the ledger.
type books struct {
	box   *fyne.Container
	body  *fyne.Container
	tabs  *kit.Options
	pages map[string]part
	page  string
}

func newBooks(s *Screen) *books {
	v := &books{body: container.NewStack(), page: "acts"}
	acts := newTrail(s)
	v.pages = map[string]part{"acts": acts, "signals": newSignals(s, func(q app.TrailQuery, name string) {
		v.tabs.Select("acts")
		v.turn("acts")
		acts.only(q, name)
	}), "verify": newLedger(s)}
	var options []kit.Option
	for _, n := range []string{"acts", "signals", "verify"} {
		options = append(options, kit.Option{Key: n, Label: s.env.Words("trail.tab." + n)})
	}
	v.tabs = kit.NewTabs(s.env.Keys, options, v.turn)
	v.box = container.NewBorder(v.tabs, nil, nil, nil, v.body)
	return v
}

func (v *books) turn(name string) {
	v.page = name
	v.body.Objects = []fyne.CanvasObject{v.pages[name].content()}
	v.body.Refresh()
	v.pages[name].begin()
}

func (v *books) content() fyne.CanvasObject { return v.box }
func (v *books) main()                      { v.pages[v.page].main() }
func (v *books) heard(e app.Event)          { v.pages[v.page].heard(e) }
func (v *books) scan(code string)           { v.pages[v.page].scan(code) }
func (v *books) step(by int)                { v.pages[v.page].step(by) }

func (v *books) begin() {
	v.tabs.Select(v.page)
	v.turn(v.page)
}
