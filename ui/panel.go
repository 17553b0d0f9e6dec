package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"suanpan/ui/kit"
)

// cover shows a panel of the window's own over whatever is there; Esc and the main key take it away.
func (w *Window) cover(panel fyne.CanvasObject, b kit.Bindings) {
	b.Alone = true
	if b.Acts == nil {
		b.Acts = map[kit.Act]func(){}
	}
	for a, f := range map[kit.Act]func(){kit.Back: w.uncover, kit.Pay: w.uncover, kit.Help: w.uncover, kit.Full: w.everywhere().Acts[kit.Full]} {
		if b.Acts[a] == nil {
			b.Acts[a] = f
		}
	}
	w.stage.Cover(container.New(wideLayout{760}, panel), b)
}

// uncover takes it away, and gives the cursor back to a page that waits for typing.
func (w *Window) uncover() {
	w.stage.Uncover()
	f := w.face
	switch {
	case f.front == "sign":
		f.sign.pin.Focus()
	case f.opening.pop != nil:
		f.opening.in.Focus()
	}
}

// unit is one pixel at scale 1 under the theme in force.
func unit(o fyne.CanvasObject) float32 { return theme.CurrentForWidget(o).Size(kit.SizeBody) / 18 }

// wideLayout asks for a width.
type wideLayout struct{ width float32 }

// MinSize implements fyne.Layout.
func (l wideLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(max(l.width*unit(o[0]), o[0].MinSize().Width), o[0].MinSize().Height)
}

// Layout implements fyne.Layout.
func (l wideLayout) Layout(o []fyne.CanvasObject, size fyne.Size) { o[0].Resize(size) }

// openHelp shows the key map in force (F1).
func (w *Window) openHelp() {
	var cells []fyne.CanvasObject
	add := func(keys, words string) {
		k := kit.NewText(keys, kit.SizeBody, kit.Do)
		k.Bold = true
		text := kit.NewText(words, kit.SizeBody, kit.Ink)
		text.Fit = kit.Shrink
		cells = append(cells, container.New(keyed{}, k, text))
	}
	for _, row := range w.keys.Keymap().Card() {
		add(row.Keys, w.word("key."+string(row.Act)))
	}
	add("3 ×", w.word("key.times"))
	add("A B C", w.word("key.digits"))
	half := (len(cells) + 1) / 2
	left, right := container.New(rowsOf{}, cells[:half]...), container.New(rowsOf{}, cells[half:]...)
	panel := kit.NewPanel(w.word("key.title"), container.NewGridWithColumns(2, left, right), w.closer())
	w.stage.Cover(container.New(wideLayout{860}, panel), kit.Bindings{Alone: true, Acts: map[kit.Act]func(){
		kit.Back: w.uncover, kit.Pay: w.uncover, kit.Help: w.uncover}})
}

// keyed puts the keys' names into a column of their own.
type keyed struct{}

// MinSize implements fyne.Layout.
func (keyed) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(o[0].MinSize().Width+160*unit(o[0]), o[0].MinSize().Height)
}

// Layout implements fyne.Layout.
func (keyed) Layout(o []fyne.CanvasObject, size fyne.Size) {
	w := 120 * unit(o[0])
	o[0].Resize(fyne.NewSize(w, size.Height))
	o[1].Move(fyne.NewPos(w, 0))
	o[1].Resize(fyne.NewSize(size.Width-w, size.Height))
}

// rowsOf stacks rows with little room between them, so that the whole map is seen at once.
type rowsOf struct{}

// MinSize implements fyne.Layout.
func (rowsOf) MinSize(o []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, c := range o {
		s = fyne.NewSize(max(s.Width, c.MinSize().Width), s.Height+c.MinSize().Height+2)
	}
	return s
}

// Layout implements fyne.Layout.
func (rowsOf) Layout(o []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for _, c := range o {
		h := c.MinSize().Height
		c.Move(fyne.NewPos(0, y))
		c.Resize(fyne.NewSize(size.Width, h))
		y += h + 2
	}
}

// openDrawer opens the drawer without a sale, with a reason (F9).
func (w *Window) openDrawer() {
	f := w.face
	var options []kit.Option
	for _, key := range []string{"shell.drawer.change", "shell.drawer.check", "shell.drawer.other"} {
		options = append(options, kit.Option{Key: w.word(key), Label: w.word(key)})
	}
	why := kit.NewTabs(w.keys, options, nil)
	open := func() {
		reason := why.Selected()
		w.uncover()
		kit.Call(f.verbs, f.env.Context, func(ctx context.Context) (bool, error) { return true, w.p.Shop.OpenDrawer(ctx, reason) }, func(_ bool, err error) {
			if err != nil {
				f.verbs.Say(err)
				return
			}
			w.notices.Say(kit.Ready, w.word("shell.drawer_opened"))
		})
	}
	panel := kit.NewPanel(w.word("shift.no_sale"), container.NewVBox(kit.Small(w.word("shift.reason")), why),
		kit.NewButton(w.keys, kit.Plain, w.word("cancel"), w.uncover).Hint(w.keys.Hint(kit.Back)),
		kit.NewButton(w.keys, kit.Main, w.word("sell.drawer"), open).Hint(w.keys.Hint(kit.Pay)))
	w.cover(panel, kit.Bindings{Acts: map[kit.Act]func(){kit.Pay: open}})
}

// openPaper shows what the virtual printer has printed.
func (w *Window) openPaper() {
	panel := kit.NewPanel(w.word("shell.paper"), container.New(highLayout{}, w.p.Paper(w.face.env)), w.closer())
	w.stage.Cover(container.New(wideLayout{480}, panel), kit.Bindings{Alone: true, Acts: map[kit.Act]func(){kit.Back: w.uncover, kit.Pay: w.uncover}})
}

// highLayout asks for more height than there is, and so gets all of it.
type highLayout struct{}

// MinSize implements fyne.Layout.
func (highLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(o[0].MinSize().Width, 4000)
}

// Layout implements fyne.Layout.
func (highLayout) Layout(o []fyne.CanvasObject, size fyne.Size) { o[0].Resize(size) }

// leave asks before the window closes. Everything is on the disk already; what is asked is whether it was meant.
func (w *Window) leave() {
	text := w.word("shell.leave_text")
	if w.p.Shop.Info().Shift != nil {
		text = w.word("shell.leave_shift")
	}
	quit := kit.NewButton(w.keys, kit.Danger, w.word("shell.leave"), w.p.Quit)
	stay := kit.NewButton(w.keys, kit.Main, w.word("shell.stay"), w.uncover).Hint(w.keys.Hint(kit.Back))
	w.cover(kit.NewPanel(w.word("shell.leave"), kit.NewProse(text), quit, stay), kit.Bindings{})
}
