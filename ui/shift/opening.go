package shift

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/shift"
	"suanpan/ui/kit"
)

// opening counts the float and opens the shift.
type opening struct {
	s     *Screen
	box   fyne.CanvasObject
	tally *tally
	trays *trays
	open  *kit.Button
	key   string
	busy  bool
}

func newOpening(s *Screen) *opening {
	o := &opening{s: s, trays: newTrays(s)}
	w := s.env.Words
	o.open = kit.NewButton(s.env.Keys, kit.Main, w("shift.open"), o.main).Hint(s.env.Keys.Hint(kit.Pay))
	o.tally = newTally(s, o.check, o.main)
	hint := container.NewVBox(kit.NewMark(kit.Icon("bead"), kit.Rule, 96), kit.Heading(w("shift.none")), kit.NewProse(w("shift.float_hint")).In(kit.Muted), o.trays.box)
	o.box = container.New(kit.Columns{Shares: []float32{3, 2}}, o.tally.content, container.NewBorder(hint, o.open, nil, nil, nil))
	return o
}

func (o *opening) content() fyne.CanvasObject { return o.box }
func (o *opening) heard()                     {}
func (o *opening) leave() bool                { return false }

func (o *opening) begin() {
	o.key = app.NewID()
	o.trays.show()
	o.tally.begin()
	o.tally.focus()
}

// check lets the shift be opened once the float is counted; an empty drawer says 0.
func (o *opening) check() {
	if o.tally == nil {
		return
	}
	_, ok := o.tally.value()
	able(o.open, ok)
}

func (o *opening) main() {
	float, ok := o.tally.value()
	if !ok {
		o.tally.focus()
		return
	}
	if o.busy {
		return
	}
	o.busy = true
	s, in := o.s, app.Opening{Float: float, Pieces: o.tally.counted()}
	kit.Call(s.verbs, app.WithKey(s.env.Context, o.key), func(ctx context.Context) (shift.Shift, error) { return s.shop.OpenShiftBy(ctx, in) }, func(sh shift.Shift, err error) {
		o.busy = false
		if err != nil {
			s.verbs.Say(err)
			return
		}
		s.env.Say(kit.Ready, s.env.Words("shift.opened", sh.Opened.Local().Format("15:04")))
		if s.shown && s.env.Go != nil {
			s.env.Go("sell")
		}
	})
}
