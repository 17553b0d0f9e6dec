package shift

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/ui/kit"
)

// now is the open shift: who, since when, and the X as paper. Nothing is closed by looking.
type now struct {
	s     *Screen
	box   fyne.CanvasObject
	who   *kit.Text
	since *kit.Text
	float *kit.Text
	due   *kit.Prose
	trays *trays
	paper *kit.PaperView
	asked int
}

func newNow(s *Screen) *now {
	n := &now{s: s, trays: newTrays(s), due: kit.NewProse(""), paper: kit.NewPaper(384), who: kit.Heading(""), since: kit.NewText("", kit.SizeBody, kit.Muted), float: kit.NewText("", kit.SizeBody, kit.Muted)}
	for _, t := range []*kit.Text{n.who, n.since, n.float} {
		t.Fit = kit.Clip
	}
	w, k := s.env.Words, s.env.Keys
	turn := func(name string) func() { return func() { s.tabs.Select(name); s.choose(name) } }
	print := kit.NewButton(k, kit.Plain, w("shift.print_x"), func() {
		kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (bool, error) { return true, s.shop.PrintX(ctx) }, func(_ bool, err error) {
			if err != nil {
				s.verbs.Say(err)
				return
			}
			s.env.Say(kit.Ready, w("shift.printed_again"))
		})
	})
	buttons := container.NewVBox(print,
		kit.NewButton(k, kit.Plain, w("shift.part.cash"), turn("cash")).Hint("2"),
		kit.NewButton(k, kit.Main, w("shift.part.close"), turn("close")).Hint("3"),
		kit.NewButton(k, kit.Plain, w("shift.part.hand"), turn("hand")).Hint("4"))
	about := container.NewVBox(n.who, n.since, n.float, n.due, n.trays.box, kit.NewProse(w("shift.x_hint")).Small())
	left := container.NewBorder(nil, buttons, nil, nil, container.NewVScroll(about))
	n.box = container.New(kit.Columns{Shares: []float32{2, 3}}, left, n.paper)
	return n
}

func (n *now) content() fyne.CanvasObject { return n.box }
func (n *now) leave() bool                { return false }
func (n *now) main()                      { n.s.tabs.Select("close"); n.s.choose("close") }
func (n *now) heard()                     { n.begin() }

func (n *now) begin() {
	sh := n.s.shop.Info().Shift
	if sh == nil {
		return
	}
	w := n.s.env.Words
	n.who.SetText(w("shift.number", sh.No) + "  " + sh.Name)
	n.since.SetText(w("shift.opened", sh.Opened.Local().Format("2006-01-02 15:04")))
	n.float.SetText(w("shift.float") + "  " + amount(sh.Float, sh.Currency))
	n.trays.show()
	n.asked++
	mine := n.asked
	kit.Call(n.s.verbs, n.s.env.Context, n.s.shop.PickUpDue, func(h app.PickUpHint, err error) {
		if mine != n.asked || err != nil {
			return
		}
		text := ""
		switch {
		case h.Suggested != nil:
			text = w("shift.pick_up_take", amount(*h.Suggested, sh.Currency))
		case h.Due:
			text = w("shift.pick_up_due", amount(h.Most, sh.Currency))
		}
		n.due.SetText(text)
		n.due.Refresh()
	})
	n.s.draw(n.paper, n.s.shop.XPage, func() bool { return mine == n.asked })
}
