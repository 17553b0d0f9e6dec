package shift

import (
	"context"
	"sort"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/order"
	"suanpan/app/shift"
	"suanpan/ui/kit"
)

// closing is the blind count: counted, then expected, then the difference with its reason, in three columns. Enter walks
// through it.
type closing struct {
	s        *Screen
	box      fyne.CanvasObject
	tally    *tally
	submit   *kit.Button
	expected *fyne.Container
	differ   *fyne.Container
	reason   *kit.Field
	reasons  *kit.Options
	close    *kit.Button
	again    *kit.Button
	carried  *kit.Prose
	result   *app.Compared // after the count was sent
	count    app.Count
	key      string
	busy     bool
}

func newClosing(s *Screen) *closing {
	c := &closing{s: s, expected: container.NewVBox(), differ: container.NewVBox(), carried: kit.NewProse("").Small()}
	k, w := s.env.Keys, s.env.Words
	c.submit = kit.NewButton(k, kit.Main, w("shift.submit"), c.send).Hint(k.Hint(kit.Pay))
	c.tally = newTally(s, c.check, c.send)
	c.reason = kit.NewField(k, w("shift.difference_reason"))
	c.reason.Submitted = func(string) { c.main() }
	var options []kit.Option
	for _, r := range []string{"wrong_change", "missed", "unknown"} {
		options = append(options, kit.Option{Key: r, Label: w("shift.reason." + r)})
	}
	c.reasons = kit.NewChips(k, options, func(key string) { c.reason.SetText(w("shift.reason." + key)) })
	c.close = kit.NewButton(k, kit.Main, w("shift.confirm_close"), c.main).Hint(k.Hint(kit.Pay))
	c.again = kit.NewButton(k, kit.Plain, w("shift.count_again"), c.recount)
	one := container.NewBorder(nil, container.NewStack(c.submit, c.again), nil, nil, c.tally.content)
	two := container.NewBorder(kit.Heading(w("shift.expected")), nil, nil, nil, container.NewVScroll(c.expected))
	three := container.NewBorder(kit.Heading(w("shift.difference")), c.close, nil, nil, container.NewVScroll(c.differ))
	c.box = container.New(kit.Columns{Shares: []float32{6, 3, 4}}, one, kit.Surfaced(two), kit.Surfaced(three))
	return c
}

func (c *closing) content() fyne.CanvasObject { return c.box }
func (c *closing) heard()                     {}

func (c *closing) begin() {
	if c.result == nil {
		c.start()
	}
	c.tally.focus()
}

// start forgets a count.
func (c *closing) start() {
	c.key = app.NewID()
	c.result = nil
	c.tally.begin()
	c.tally.lock(false)
	c.reason.SetText("")
	c.reasons.Select("")
	c.show()
}

// recount lets a person count once more; the first count stays in the journal.
func (c *closing) recount() {
	c.result, c.key = nil, app.NewID()
	c.tally.lock(false)
	c.show()
	c.tally.focus()
}

func (c *closing) leave() bool {
	if c.result == nil {
		return false
	}
	c.recount()
	return true
}

func (c *closing) check() {
	if c.tally == nil {
		return
	}
	_, ok := c.tally.value()
	able(c.submit, ok && c.result == nil)
}

// send hands the count in; only then is anything expected shown.
func (c *closing) send() {
	cash, ok := c.tally.value()
	if !ok || c.result != nil || c.busy {
		return
	}
	c.busy = true
	c.count = app.Count{Counted: map[string]int64{order.Cash: cash}, Pieces: c.tally.counted()}
	s, count := c.s, c.count
	kit.Call(s.verbs, app.WithKey(s.env.Context, c.key), func(ctx context.Context) (app.Compared, error) { return s.shop.CountShift(ctx, count) }, func(r app.Compared, err error) {
		c.busy = false
		if err != nil {
			s.verbs.Say(err)
			return
		}
		c.result, c.key = &r, app.NewID()
		c.tally.lock(true)
		s.env.Window.Canvas().Unfocus()
		c.show()
		if !r.Even && s.shown {
			c.reason.Focus()
		}
	})
}

// show fills the second and the third column.
func (c *closing) show() {
	w, cur := c.s.env.Words, c.s.env.Currency
	c.check()
	c.expected.Objects, c.differ.Objects = nil, nil
	able(c.close, c.result != nil)
	c.submit.Hidden, c.again.Hidden = c.result != nil, c.result == nil
	if c.result == nil {
		c.expected.Objects = []fyne.CanvasObject{kit.NewProse(w("shift.blind_hint")).In(kit.Muted)}
		c.refresh()
		return
	}
	for _, m := range methods(c.result.Expected) {
		c.expected.Add(figure(w("receipt.method."+m), amount(c.result.Expected[m], cur), kit.Ink))
		text, colour := w("shift.even"), kit.Proven
		switch d := c.result.Difference[m]; {
		case d > 0:
			text, colour = w("shift.over", amount(d, cur)), kit.Attention
		case d < 0:
			text, colour = w("shift.short", amount(-d, cur)), kit.Stop
		}
		c.differ.Add(figure(w("receipt.method."+m), text, colour))
	}
	if !c.result.Even {
		c.differ.Add(c.reason)
		c.differ.Add(c.reasons)
	}
	if n, m := len(c.result.OpenOrders), len(c.result.Unknown); n+m > 0 {
		c.carried.SetText(w("shift.carried", n, m))
		c.differ.Add(c.carried)
	}
	c.refresh()
}

func (c *closing) refresh() {
	c.expected.Refresh()
	c.differ.Refresh()
	c.box.Refresh()
}

// main is Enter: it sends the count, then closes.
func (c *closing) main() {
	switch {
	case c.result == nil:
		if _, ok := c.tally.value(); !ok {
			c.tally.focus()
			return
		}
		c.send()
	case !c.result.Even && c.reason.Text == "":
		c.s.env.Sound("refused")
		c.s.env.Say(kit.Notice, c.s.env.Words("shift.reason_needed"))
		c.reason.Focus()
	default:
		c.end()
	}
}

// end closes the shift and shows its Z.
func (c *closing) end() {
	if c.busy {
		return
	}
	c.busy = true
	s, count := c.s, c.count
	count.Note = c.reason.Text
	kit.Call(s.verbs, app.WithKey(s.env.Context, c.key), func(ctx context.Context) (shift.Z, error) { return s.shop.CloseShift(ctx, count) }, func(z shift.Z, err error) {
		c.busy = false
		if err != nil {
			s.verbs.Say(err)
			return
		}
		s.env.Say(kit.Ready, s.env.Words("shift.closed", z.Number))
		c.start()
		if s.shown {
			s.arrange("past")
		}
	})
}

// figure is a name with its amount in large letters below it.
func figure(name, text string, colour fyne.ThemeColorName) fyne.CanvasObject {
	value := kit.NewText(text, kit.SizeHead, colour)
	value.Bold, value.Fit = true, kit.Shrink
	label := kit.Small(name)
	label.Fit = kit.Clip
	return container.NewVBox(label, value)
}

// methods are the tenders in a fixed order, cash first.
func methods(of map[string]int64) []string {
	var out []string
	for m := range of {
		out = append(out, m)
	}
	sort.Slice(out, func(i, j int) bool {
		if (out[i] == order.Cash) != (out[j] == order.Cash) {
			return out[i] == order.Cash
		}
		return out[i] < out[j]
	})
	return out
}
