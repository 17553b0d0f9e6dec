package customer

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"suanpan/ui/kit"
)

// idle is what stands there between two customers: the bead, the shop's name, a greeting.
type idle struct {
	s        *Screen
	box      *fyne.Container
	name     *kit.Text
	greeting *kit.Text
}

func newIdle(s *Screen) *idle {
	i := &idle{s: s, name: kit.NewText("", kit.SizeTotal, kit.Ink), greeting: kit.NewText("", kit.SizeHead, kit.Muted)}
	for _, t := range []*kit.Text{i.name, i.greeting} {
		t.Align, t.Fit = fyne.TextAlignCenter, kit.Shrink
	}
	i.name.Bold = true
	mark := kit.NewMark(kit.Icon("bead"), kit.Do, 160)
	i.box = container.NewStack(kit.NewGround(kit.Paper, ""), kit.Padded(container.NewVBox(layout.NewSpacer(), mark, i.name, i.greeting, layout.NewSpacer())))
	i.read()
	return i
}

// read shows the shop's name, and whether somebody serves here.
func (i *idle) read() {
	info := i.s.shop.Info()
	i.name.SetText(info.Config.Shop)
	word := "customer.welcome"
	if info.Shift == nil || info.Staff == nil {
		word = "customer.closed"
	}
	i.greeting.SetText(i.s.env.Words(word))
}
