package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/ui/kit"
)

// opening asks for the float with which the shift begins; it stands where the counter will be.
type opening struct {
	f    *face
	box  *fyne.Container
	in   *kit.MoneyEntry
	key  string
	busy bool
	pop  func()
}

func newOpening(f *face) *opening {
	k, w := f.w.keys, f.env.Words
	o := &opening{f: f}
	o.in = kit.NewMoneyEntry(k, f.env.Currency)
	o.in.SetHint(w("shift.float"))
	o.in.Submitted = o.open
	words := container.NewVBox(kit.NewMark(kit.Icon("bead"), kit.Do, 96), kit.NewProse(w("sell.no_shift_hint")).In(kit.Muted), o.in)
	body := container.NewBorder(nil, nil, nil, kit.NewKeypad(k, o.in), words)
	panel := kit.NewPanel(w("sell.no_shift"), body, kit.NewButton(k, kit.Main, w("sell.open_shift"), o.open).Hint(k.Hint(kit.Pay)))
	o.box = container.New(inMiddle{680}, panel)
	return o
}

// inMiddle gives one panel a width and the height it wants, in the middle.
type inMiddle struct{ width float32 }

// MinSize implements fyne.Layout.
func (m inMiddle) MinSize(o []fyne.CanvasObject) fyne.Size { return o[0].MinSize() }

// Layout implements fyne.Layout.
func (m inMiddle) Layout(o []fyne.CanvasObject, size fyne.Size) {
	w := min(size.Width, max(m.width*unit(o[0]), o[0].MinSize().Width))
	o[0].Resize(fyne.NewSize(w, o[0].MinSize().Height))
	h := min(size.Height, o[0].MinSize().Height)
	o[0].Resize(fyne.NewSize(w, h))
	o[0].Move(fyne.NewPos((size.Width-w)/2, (size.Height-h)/2))
}

func (o *opening) shown() {
	if o.pop == nil {
		o.key = app.NewID()
		o.pop = o.f.w.keys.Push(kit.Bindings{Scan: func(string) { o.f.env.Say(kit.Notice, o.f.env.Words("error.no_shift")) },
			Acts: map[kit.Act]func(){kit.Pay: o.open}})
	}
	o.in.Focus()
}

func (o *opening) hidden() {
	if o.pop != nil {
		o.pop()
		o.pop = nil
	}
}

// open opens the shift with the float typed; nothing typed is an empty drawer only when it says 0.
func (o *opening) open() {
	float, typed := o.in.Value()
	if !typed {
		o.f.env.Sound("refused")
		o.f.env.Say(kit.Notice, o.f.env.Words("shift.float_hint"))
		return
	}
	if o.busy {
		return
	}
	o.busy = true
	shop, ctx := o.f.w.p.Shop, app.WithKey(o.f.env.Context, o.key)
	kit.Call(o.f.verbs, ctx, func(ctx context.Context) (bool, error) {
		_, err := shop.OpenShift(ctx, float.Minor)
		return true, err
	}, func(_ bool, err error) {
		o.busy, o.key = false, app.NewID()
		if err != nil {
			o.f.verbs.Say(err)
			return
		}
		o.in.Clear()
	})
}
