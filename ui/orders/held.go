package orders

import (
	"context"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/order"
	"suanpan/ui/kit"
)

// held are the orders that are not finished and not on the counter: held by name, or parked while a payment is open.
type held struct {
	s      *Screen
	box    fyne.CanvasObject
	rows   *kit.Rows
	recall *kit.Button
	void   *kit.Button
	none   fyne.CanvasObject
	list   []app.Held
	asked  int
}

func newHeld(s *Screen) *held {
	h := &held{s: s}
	k, w := s.env.Keys, s.env.Words
	h.rows = kit.NewRows(k, []kit.Column{{Title: w("orders.held_name"), Share: 4}, {Title: w("orders.time"), Share: 2}, {Title: w("orders.items"), Share: 1.4, Right: true},
		{Title: w("orders.total"), Share: 3, Right: true}, {Title: w("tender.taken"), Share: 3, Right: true}, {Title: w("orders.state"), Share: 3, Level: true}})
	h.rows.OnSelect = func(string) { h.check() }
	h.rows.OnOpen = func(string) { h.main() }
	h.recall = kit.NewButton(k, kit.Main, w("orders.recall"), h.main).Hint(k.Hint(kit.Pay))
	h.void = kit.NewButton(k, kit.Danger, w("orders.void"), h.drop)
	h.none = kit.NewEmpty(w("orders.held_empty"), w("orders.held_text"), nil)
	h.box = container.NewBorder(nil, kit.Row(h.void, h.recall), nil, nil, container.NewStack(h.rows, h.none))
	return h
}

func (h *held) content() fyne.CanvasObject { return h.box }
func (h *held) scan(string) bool           { return false }
func (h *held) step(by int)                { h.rows.Step(by) }

func (h *held) heard(e app.Event) {
	switch e.Kind {
	case app.OrderClosed, app.OrderChanged, app.CurrentChanged, app.PaymentChanged, app.Refresh:
		h.begin()
	}
}

func (h *held) begin() {
	h.asked++
	mine := h.asked
	kit.Call(h.s.verbs, h.s.env.Context, h.s.shop.Unfinished, func(list []app.Held, err error) {
		if mine != h.asked {
			return
		}
		h.s.verbs.Say(err)
		chosen := h.rows.Selected()
		h.list = nil
		var records []kit.Record
		for _, o := range list {
			if o.Lines > 0 {
				h.list = append(h.list, o)
				records = append(records, h.record(o))
			}
		}
		h.rows.SetRecords(records)
		h.rows.Select(chosen)
		if h.rows.Selected() == "" && len(records) > 0 {
			h.rows.Select(records[0].Key)
		}
		h.none.(*fyne.Container).Hidden = len(records) > 0
		h.rows.Hidden = len(records) == 0
		h.none.Refresh()
		h.rows.Refresh()
		h.check()
	})
}

func (h *held) record(o app.Held) kit.Record {
	w := h.s.env.Words
	name, level, state := o.Label, kit.Ready, "held"
	if name == "" {
		name = w("orders.no_name")
	}
	if o.State != order.Held {
		state = "parked"
	}
	if o.Waiting {
		level, state = kit.Busy, "waiting"
	}
	paid := ""
	if o.Paid != 0 {
		paid = h.s.amount(o.Paid)
	}
	return kit.Record{Key: string(o.ID), Level: level, Cells: []string{name, o.Changed.Local().Format("15:04"), strconv.Itoa(o.Lines), h.s.amount(o.Total), paid, w("orders.held_state." + state)}}
}

func (h *held) check() {
	able(h.recall, h.rows.Selected() != "")
	able(h.void, h.rows.Selected() != "")
}

// main brings the chosen order back to the counter.
func (h *held) main() {
	id, s := order.ID(h.rows.Selected()), h.s
	if id == "" {
		return
	}
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (app.Basket, error) { return s.shop.Recall(ctx, id) }, func(b app.Basket, err error) {
		if err != nil {
			s.verbs.Say(err)
			return
		}
		if len(b.Moved) > 0 {
			s.env.Say(kit.Notice, s.env.Words("orders.prices_moved", len(b.Moved)))
		}
		if s.shown && s.env.Go != nil {
			s.env.Go("sell")
		}
	})
}

// drop asks for a reason and voids the order.
func (h *held) drop() {
	id, s := order.ID(h.rows.Selected()), h.s
	if id == "" {
		return
	}
	w, k := s.env.Words, s.env.Keys
	field := kit.NewField(k, w("shift.reason"))
	leave := s.stage.Uncover
	yes := func() {
		reason := field.Text
		if reason == "" {
			field.Focus()
			return
		}
		s.stage.Uncover()
		kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (app.Basket, error) { return s.shop.VoidOrder(ctx, id, reason) }, func(_ app.Basket, err error) {
			s.verbs.Say(err)
			h.begin()
		})
	}
	field.Submitted = func(string) { yes() }
	panel := kit.NewPanel(w("orders.void_title"), container.NewVBox(kit.NewProse(w("orders.void_text")), field),
		kit.NewButton(k, kit.Plain, w("back"), leave).Hint(k.Hint(kit.Back)), kit.NewButton(k, kit.Danger, w("orders.void"), yes))
	s.stage.Cover(panel, kit.Bindings{Alone: true, Acts: map[kit.Act]func(){kit.Back: leave, kit.Pay: yes}})
	field.Focus()
}
