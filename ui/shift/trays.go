package shift

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/ui/kit"
)

// trays chooses the drawer at hand where the till has several.
type trays struct {
	s    *Screen
	box  *fyne.Container
	tabs *kit.Options
}

func newTrays(s *Screen) *trays {
	t := &trays{s: s, box: container.NewVBox()}
	t.tabs = kit.NewTabs(s.env.Keys, nil, t.use)
	return t
}

// show lists them, with who has each; nothing where there is only one.
func (t *trays) show() {
	t.box.Objects = nil
	list := t.s.shop.Trays()
	if len(list) > 1 {
		var options []kit.Option
		chosen := ""
		for _, d := range list {
			label := d.Name
			if d.Name == "" {
				label = d.Drawer
			}
			if d.Shift != nil {
				label += "  " + d.Shift.Name
			}
			options = append(options, kit.Option{Key: "+" + d.Name, Label: label})
			if d.AtHand {
				chosen = "+" + d.Name
			}
		}
		t.tabs.SetOptions(options)
		t.tabs.Select(chosen)
		t.box.Objects = []fyne.CanvasObject{kit.Small(t.s.env.Words("shift.drawer")), t.tabs}
	}
	t.box.Refresh()
}

func (t *trays) use(key string) {
	s := t.s
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (bool, error) { return true, s.shop.UseDrawer(ctx, key[1:]) }, func(_ bool, err error) {
		s.verbs.Say(err)
		if s.shown {
			s.arrange("")
		}
	})
}
