package shift

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/order"
	"suanpan/ui/kit"
)

// hand gives the drawer to the next cashier, counted or as it is. The next one's number and PIN end one turn and begin the
// other, in one step.
type hand struct {
	s     *Screen
	box   fyne.CanvasObject
	how   *kit.Options
	tally *tally
	place *fyne.Container
	hint  *kit.Prose
	staff *kit.Field
	pin   *kit.PINPad
	key   string
	busy  bool
}

func newHand(s *Screen) *hand {
	h := &hand{s: s, place: container.NewStack(), hint: kit.NewProse(s.env.Words("shift.hand_hint")).In(kit.Muted)}
	k, w := s.env.Keys, s.env.Words
	h.staff = kit.NewField(k, w("shift.next_cashier"))
	h.pin = kit.NewPINPad(k, w("shift.hand_over"), h.send)
	h.staff.Submitted = func(string) { h.pin.Focus() }
	h.tally = newTally(s, nil, func() { h.staff.Focus() })
	h.how = kit.NewTabs(k, []kit.Option{{Key: "carried", Label: w("shift.carried_drawer")}, {Key: "counted", Label: w("shift.counted_drawer")}}, func(string) { h.arrange() })
	left := container.NewBorder(container.NewVBox(h.staff, h.how), nil, nil, nil, h.place)
	right := container.NewVScroll(kit.Padded(h.pin))
	h.box = container.New(kit.Columns{Shares: []float32{1, 1}}, left, kit.Surfaced(right))
	return h
}

func (h *hand) content() fyne.CanvasObject { return h.box }
func (h *hand) heard()                     {}
func (h *hand) leave() bool                { return false }
func (h *hand) main()                      { h.pin.Submit() }

func (h *hand) begin() {
	h.key = app.NewID()
	h.tally.begin()
	h.staff.SetText("")
	h.how.Select("carried")
	h.arrange()
}

// arrange shows the rows to count, or what an uncounted hand-over means.
func (h *hand) arrange() {
	if h.counts() {
		h.place.Objects = []fyne.CanvasObject{h.tally.content}
		h.place.Refresh()
		h.tally.focus()
		return
	}
	h.place.Objects = []fyne.CanvasObject{h.hint}
	h.place.Refresh()
	h.staff.Focus()
}

func (h *hand) counts() bool { return h.how.Selected() == "counted" }

func (h *hand) send(pin string) {
	if h.busy {
		return
	}
	ask := app.HandOverAsk{Staff: h.staff.Text, PIN: pin}
	if h.counts() {
		cash, ok := h.tally.value()
		if !ok {
			h.tally.focus()
			return
		}
		ask.Count = &app.Count{Counted: map[string]int64{order.Cash: cash}, Pieces: h.tally.counted()}
		ask.Note = h.s.env.Words("shift.hand_over")
	}
	h.busy = true
	s := h.s
	kit.Call(s.verbs, app.WithKey(s.env.Context, h.key), func(ctx context.Context) (app.HandedOver, error) { return s.shop.HandOver(ctx, ask) }, func(done app.HandedOver, err error) {
		h.busy = false
		if err != nil {
			s.env.Sound("refused")
			h.pin.Wrong(s.verbs.Words(err))
			return
		}
		s.env.Say(kit.Ready, s.env.Words("shift.handed", done.Shift.Name, done.Z.Number))
		if s.shown {
			h.begin()
			s.arrange("now")
		}
	})
}
