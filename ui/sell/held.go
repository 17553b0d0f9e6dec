package sell

import (
	"context"
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/ui/kit"
)

// hold puts the basket aside (F6); with nothing on the counter it brings one back.
func (s *Screen) hold() {
	if s.guest != nil {
		return
	}
	if s.basket.Order == nil || len(s.basket.Order.Lines) == 0 || s.paid != nil {
		s.openHeld()
		return
	}
	k, w := s.env.Keys, s.env.Words
	name := kit.NewField(k, w("sell.hold_name"))
	give := func() {
		label := name.Text
		s.uncover()
		s.do(func(ctx context.Context) (app.Basket, error) { return s.shop.Hold(ctx, "", label) }, func(_ app.Basket, err error) {
			if s.said(err) {
				s.env.Say(kit.Ready, s.env.Words("sell.held_now", s.env.Keys.Hint(kit.Hold)))
			}
		})
	}
	name.Submitted = func(string) { give() }
	sum := money.Of(s.basket.Sum.Total, s.env.Currency).Format()
	body := container.NewVBox(kit.NewText(w("sell.hold_sum", len(s.basket.Order.Lines), sum), kit.SizeBody, kit.Muted), name)
	panel := kit.NewPanel(w("sell.hold"), body,
		kit.NewButton(k, kit.Plain, w("cancel"), s.uncover).Hint(k.Hint(kit.Back)),
		kit.NewButton(k, kit.Plain, w("sell.recall"), s.openHeld),
		kit.NewButton(k, kit.Main, w("sell.hold"), give).Hint(k.Hint(kit.Pay)))
	s.cover(panel, kit.Bindings{Alone: true, Acts: map[kit.Act]func(){kit.Back: s.uncover, kit.Pay: give, kit.Hold: give}})
	name.Focus()
}

// openHeld lists what is held, parked or waits for a payment.
func (s *Screen) openHeld() {
	if s.guest != nil {
		return
	}
	go func() {
		held, err := s.shop.Unfinished(s.env.Context)
		s.env.Post(func() {
			if !s.said(err) {
				return
			}
			if len(held) == 0 {
				s.env.Say(kit.Ready, s.env.Words("sell.held_empty"))
				return
			}
			s.showHeld(held)
		})
	}()
}

func (s *Screen) showHeld(held []app.Held) {
	k, w := s.env.Keys, s.env.Words
	list := kit.NewRows(k, []kit.Column{{Title: w("sell.held_name"), Share: 3}, {Title: w("sell.held_at"), Share: 2},
		{Title: w("sell.held_lines"), Share: 1.2, Right: true}, {Title: w("sell.held_total"), Share: 3, Right: true}, {Title: w("sell.held_state"), Share: 3.8, Level: true}})
	var records []kit.Record
	for _, h := range held {
		level, state := heldState(h, w)
		records = append(records, kit.Record{Key: string(h.ID), Level: level, Cells: []string{heldName(h, w), h.Changed.Local().Format("15:04"),
			fmt.Sprint(h.Lines), money.Of(h.Total, s.env.Currency).Format(), state}})
	}
	list.SetRecords(records)
	take := func(id string) {
		if id == "" {
			return
		}
		s.uncover()
		s.recall(order.ID(id))
	}
	list.OnSelect = nil
	list.OnOpen = take
	list.Select(records[0].Key)
	open := func() { take(list.Selected()) }
	panel := kit.NewPanel(w("sell.recall"), container.New(tall{8}, list),
		kit.NewButton(k, kit.Plain, w("cancel"), s.uncover).Hint(k.Hint(kit.Back)),
		kit.NewButton(k, kit.Main, w("sell.recall"), open).Hint(k.Hint(kit.Pay)))
	s.cover(container.New(roomy{520}, panel), kit.Bindings{Alone: true, Acts: map[kit.Act]func(){
		kit.Back: s.uncover, kit.Pay: open, kit.Hold: open, kit.Previous: func() { list.Step(-1) }, kit.Next: func() { list.Step(1) }}})
}

// tall asks for the height of so many rows.
type tall struct{ rows float32 }

// MinSize implements fyne.Layout.
func (t tall) MinSize(objects []fyne.CanvasObject) fyne.Size {
	least := objects[0].MinSize()
	return fyne.NewSize(least.Width, least.Height*t.rows/4)
}

// Layout implements fyne.Layout.
func (tall) Layout(objects []fyne.CanvasObject, size fyne.Size) { objects[0].Resize(size) }

func heldName(h app.Held, w func(string, ...any) string) string {
	if strings.TrimSpace(h.Label) == "" {
		return w("sell.held_unnamed")
	}
	return h.Label
}

// heldState says in a word and a shape whether money is involved already.
func heldState(h app.Held, w func(string, ...any) string) (kit.Level, string) {
	switch {
	case h.Waiting:
		return kit.Busy, w("sell.state_waiting")
	case h.Paid != 0:
		return kit.Notice, w("sell.state_part")
	}
	return kit.Unknown, w("sell.state_unpaid")
}

// recall brings a basket back, and says which prices have changed meanwhile.
func (s *Screen) recall(id order.ID) {
	s.begin()
	s.do(func(ctx context.Context) (app.Basket, error) { return s.shop.Recall(ctx, id) }, func(b app.Basket, err error) {
		if !s.said(err) || len(b.Moved) == 0 {
			return
		}
		var names []string
		for _, m := range b.Moved {
			if l, ok := b.Order.Line(m.Line); ok {
				names = append(names, l.Name+" "+m.Was.Decimal(s.env.Currency)+" → "+m.Now.Decimal(s.env.Currency))
			}
		}
		s.env.Sound("attention")
		s.env.Say(kit.Notice, s.env.Words("sell.moved", strings.Join(names, ", ")))
	})
}

// askDrop asks before a whole basket is voided: it cannot be undone.
func (s *Screen) askDrop() {
	if s.basket.Order == nil || s.guest != nil {
		return
	}
	k, w := s.env.Keys, s.env.Words
	id := s.basket.Order.ID
	why := s.reasons("sell.reason.left", "sell.reason.changed_mind", "sell.reason.mistake", "sell.reason.training")
	drop := func() {
		reason := why.Selected()
		s.uncover()
		s.do(func(ctx context.Context) (app.Basket, error) { return s.shop.VoidOrder(ctx, id, reason) }, func(b app.Basket, err error) {
			if s.said(err) && b.Order != nil {
				s.env.Say(kit.Ready, s.env.Words("sell.dropped"))
			}
		})
	}
	body := container.NewVBox(kit.NewProse(w("sell.void_ask", len(s.basket.Order.Lines), money.Of(s.basket.Sum.Total, s.env.Currency).Format())),
		kit.Small(w("sell.reason")), why)
	panel := kit.NewPanel(w("sell.void_basket"), body,
		kit.NewButton(k, kit.Plain, w("sell.keep"), s.uncover).Hint(k.Hint(kit.Back)),
		kit.NewButton(k, kit.Danger, w("sell.void_basket"), drop))
	s.cover(container.New(roomy{520}, panel), kit.Bindings{Alone: true, Acts: map[kit.Act]func(){kit.Back: s.uncover}})
}
