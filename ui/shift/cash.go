package shift

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/ui/kit"
)

// cash puts cash in and takes it out, brings it to the safe, and opens the drawer without a sale; always with a reason.
type cash struct {
	s       *Screen
	box     fyne.CanvasObject
	form    *fyne.Container
	kinds   *kit.Options
	entry   *kit.MoneyEntry
	reasons *kit.Options
	reason  *kit.Field
	bag     *kit.Field
	do      *kit.Button
	key     string
	busy    bool
}

func newCash(s *Screen) *cash {
	c := &cash{s: s}
	k, w := s.env.Keys, s.env.Words
	var kinds []kit.Option
	for _, kind := range []string{"cash_in", "cash_out", "pick_up", "no_sale"} {
		kinds = append(kinds, kit.Option{Key: kind, Label: w("shift." + kind)})
	}
	c.kinds = kit.NewTabs(k, kinds, func(string) { c.arrange() })
	c.entry = kit.NewMoneyEntry(k, s.env.Currency)
	c.entry.SetHint(w("shift.amount"))
	c.reason = kit.NewField(k, w("shift.reason"))
	c.bag = kit.NewField(k, w("report.bag"))
	c.bag.Submitted = func(string) { c.main() }
	c.entry.Submitted = func() {
		if c.kinds.Selected() == "pick_up" {
			c.bag.Focus()
			return
		}
		c.reason.Focus()
	}
	c.reason.Submitted = func(string) { c.main() }
	c.reasons = kit.NewChips(k, nil, func(key string) { c.reason.SetText(c.s.env.Words("shift.reason." + key)) })
	c.do = kit.NewButton(k, kit.Main, "", c.main).Hint(k.Hint(kit.Pay))
	c.form = container.NewVBox(c.kinds, c.entry, c.bag, c.reason, c.reasons)
	left := container.NewBorder(nil, c.do, nil, nil, container.NewVScroll(c.form))
	c.box = container.New(kit.Columns{Shares: []float32{3, 2}}, left, container.NewVScroll(container.NewCenter(kit.NewKeypad(k, c.entry))))
	return c
}

func (c *cash) content() fyne.CanvasObject { return c.box }
func (c *cash) heard()                     {}
func (c *cash) leave() bool                { return false }

func (c *cash) begin() {
	c.key = app.NewID()
	c.entry.Clear()
	c.reason.SetText("")
	c.bag.SetText("")
	c.arrange()
}

// arrange shows the reasons that fit, and takes the keyboard where something is to be typed.
func (c *cash) arrange() {
	w := c.s.env.Words
	kind := c.kinds.Selected()
	var options []kit.Option
	for _, r := range map[string][]string{"cash_in": {"change", "float", "other"}, "cash_out": {"purchase", "expense", "other"},
		"pick_up": {"safe", "bank"}, "no_sale": {"change", "check", "other"}}[kind] {
		options = append(options, kit.Option{Key: r, Label: w("shift.reason." + r)})
	}
	c.reasons.SetOptions(options)
	c.reasons.Select("")
	if c.bag.Hide(); kind == "pick_up" {
		c.bag.Show()
	}
	c.form.Refresh()
	c.reason.SetPlaceHolder(w("shift.reason"))
	c.do.SetText(w("shift." + kind))
	able(c.entry, kind != "no_sale")
	if kind == "no_sale" {
		c.reason.Focus()
		return
	}
	c.entry.Focus()
}

// main books what is typed; the shop says what is missing.
func (c *cash) main() {
	kind := c.kinds.Selected()
	a, _ := c.entry.Value()
	if c.busy {
		return
	}
	if kind == "cash_out" || kind == "pick_up" {
		a = a.Neg()
	}
	c.busy = true
	s, reason, bag := c.s, c.reason.Text, c.bag.Text
	kit.Call(s.verbs, app.WithKey(s.env.Context, c.key), func(ctx context.Context) (bool, error) {
		if kind == "no_sale" {
			return true, s.shop.OpenDrawer(ctx, reason)
		}
		_, err := s.shop.PutCash(ctx, app.CashPut{Minor: a.Minor, Reason: reason, PickUp: kind == "pick_up", Bag: bag})
		return true, err
	}, func(_ bool, err error) {
		c.busy = false
		if err != nil {
			s.verbs.Say(err)
			return
		}
		text := s.env.Words("shift.booked", s.env.Words("shift."+kind), a.Format())
		if kind == "no_sale" {
			text = s.env.Words("shift.drawer_opened")
		}
		s.env.Say(kit.Ready, text)
		if s.shown && s.part == "cash" {
			c.begin()
		}
	})
}

func amount(minor int64, c money.Currency) string { return money.Of(minor, c).Format() }
