package orders

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/device"
	"suanpan/ui/kit"
)

// history are the finished documents, newest first, and beside them the paper of the chosen one.
type history struct {
	s      *Screen
	box    fyne.CanvasObject
	field  *kit.Field
	days   *kit.Options
	rows   *kit.Rows
	paper  *kit.PaperView
	state  *kit.Text
	print  *kit.Button
	gift   *kit.Button
	refund *kit.Button
	list   []app.SaleRow
	sale   *app.Sale // the one shown, whether it is in the list or not
	asked  int
	looked int
}

const historyMax = 300 // rows at once; a search finds the others

func newHistory(s *Screen) *history {
	h := &history{s: s, paper: kit.NewPaper(330), state: kit.NewText("", kit.SizeBody, kit.Ink)}
	k, w := s.env.Keys, s.env.Words
	h.state.Fit = kit.Clip
	h.field = kit.NewField(k, w("orders.search")+"  "+k.Hint(kit.Search))
	h.field.Changed = func(string) { h.read() }
	h.field.Submitted = func(text string) { h.enter(text) }
	h.field.Moved = func(name fyne.KeyName) bool {
		h.step(map[fyne.KeyName]int{fyne.KeyUp: -1, fyne.KeyDown: 1, fyne.KeyPageUp: -8, fyne.KeyPageDown: 8}[name])
		return true
	}
	h.days = kit.NewChips(k, []kit.Option{{Key: "today", Label: w("today")}, {Key: "yesterday", Label: w("yesterday")}, {Key: "month", Label: w("orders.month")}, {Key: "all", Label: w("all")}}, func(string) { h.read() })
	h.rows = kit.NewRows(k, []kit.Column{{Title: w("orders.number"), Share: 3}, {Title: w("orders.time"), Share: 3}, {Title: w("orders.total"), Share: 3, Right: true}})
	h.rows.OnSelect = h.look
	h.print = kit.NewButton(k, kit.Plain, w("orders.reprint"), func() { h.again(app.PrintAsk{Copy: true}) })
	h.gift = kit.NewButton(k, kit.Plain, w("orders.gift"), func() { h.again(app.PrintAsk{Gift: true}) })
	h.refund = kit.NewButton(k, kit.Danger, w("orders.return"), h.back)
	h.refund.Hint(k.Hint(kit.Pay))
	for _, b := range []*kit.Button{h.print, h.gift, h.refund} {
		b.Disable() // until a document is shown
	}
	left := container.NewBorder(container.NewVBox(h.field, h.days), nil, nil, nil, container.New(kit.Yield{Share: 0.6}, h.rows))
	buttons := container.NewGridWithColumns(3, h.print, h.gift, h.refund)
	right := container.NewBorder(h.state, buttons, nil, nil, h.paper)
	h.box = container.New(kit.Columns{Shares: []float32{5, 4}}, left, right)
	return h
}

func (h *history) content() fyne.CanvasObject { return h.box }
func (h *history) begin()                     { h.read() }
func (h *history) main()                      { h.back() }
func (h *history) scan(string) bool           { return false }
func (h *history) step(by int)                { h.rows.Step(by) }

func (h *history) heard(e app.Event) {
	if e.Kind == app.SaleSettled || e.Kind == app.Refresh {
		h.read()
	}
}

// period is what the chips say, in the till's own days.
func (h *history) period() (from, to time.Time) {
	now := h.s.env.Now().Local()
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	switch h.days.Selected() {
	case "today":
		return today, time.Time{}
	case "yesterday":
		return today.AddDate(0, 0, -1), today
	case "month":
		return today.AddDate(0, 0, -30), time.Time{}
	}
	return time.Time{}, time.Time{}
}

// read asks for the list; an overtaken answer is dropped. A text is looked for in all days.
func (h *history) read() {
	h.asked++
	mine := h.asked
	q := app.SalesQuery{Text: h.field.Text, Limit: historyMax}
	if q.Text == "" {
		q.From, q.To = h.period()
	}
	kit.Call(h.s.verbs, h.s.env.Context, func(ctx context.Context) ([]app.SaleRow, error) { return h.s.shop.Sales(ctx, q) }, func(list []app.SaleRow, err error) {
		if mine != h.asked {
			return
		}
		h.s.verbs.Say(err)
		h.set(list)
	})
}

func (h *history) set(list []app.SaleRow) {
	h.list = list
	h.rows.SetSource(len(list), func(i int) kit.Record {
		r := list[i]
		at := r.At.Local().Format("01-02 15:04")
		if r.Label != "" {
			at += "  " + r.Label
		}
		return kit.Record{Key: r.ID, Cells: []string{r.No, at, h.s.amount(r.Total)}, Negative: r.Total < 0}
	})
	chosen := ""
	if h.sale != nil {
		chosen = h.sale.ID
	} else if len(list) > 0 {
		chosen = list[0].ID
	}
	h.rows.Select(chosen)
	if chosen == "" {
		h.none()
		return
	}
	h.look(chosen)
}

// none says that there is nothing to show.
func (h *history) none() {
	text := h.s.env.Words("orders.empty")
	if h.field.Text != "" {
		text = h.s.env.Words("orders.none_found")
	}
	h.state.Colour = kit.Muted
	h.state.SetText(text)
	h.paper.SetPage(nil)
	for _, b := range []*kit.Button{h.print, h.gift, h.refund} {
		b.Disable()
	}
}

// look reads one document and shows its paper.
func (h *history) look(id string) {
	h.looked++
	mine := h.looked
	kit.Call(h.s.verbs, h.s.env.Context, func(ctx context.Context) (app.Sale, error) { return h.s.shop.GetSale(ctx, id) }, func(sale app.Sale, err error) {
		if mine != h.looked {
			return
		}
		if err != nil {
			h.s.verbs.Say(err)
			return
		}
		h.detail(sale)
	})
}

func (h *history) detail(sale app.Sale) {
	h.sale = &sale
	w := h.s.env.Words
	colour := kit.Ink
	if sale.State == "failed" {
		colour = kit.Stop
	}
	h.state.Colour = colour
	h.state.SetText(sale.No + "  " + h.s.amount(sale.Total) + "  " + w("orders.sale."+sale.State))
	h.state.Refresh()
	able(h.print, true)
	able(h.gift, sale.Kind == "sale")
	able(h.refund, len(sale.Returnable()) > 0)
	h.s.draw(h.paper, app.PrintAsk{Sale: sale.ID}, func() bool { return h.sale != nil && h.sale.ID == sale.ID })
}

// open shows a receipt that was scanned or asked for elsewhere.
func (h *history) open(sale app.Sale) {
	h.field.SetText("")
	h.days.Select("all")
	h.looked++ // an answer that is on its way would show another
	h.sale = &sale
	h.s.turn("history")
}

// enter opens the receipt that was typed, when its number is exact, or the first one found.
func (h *history) enter(text string) {
	kit.Call(h.s.verbs, h.s.env.Context, func(ctx context.Context) (app.Sale, error) { return h.s.shop.GetSale(ctx, text) }, func(sale app.Sale, err error) {
		h.s.env.Window.Canvas().Unfocus()
		if err == nil {
			h.open(sale)
			return
		}
		h.sale = nil
		h.read()
	})
}

// again prints a copy or a gift slip.
func (h *history) again(ask app.PrintAsk) {
	if h.sale == nil {
		return
	}
	ask.Sale = h.sale.ID
	s := h.s
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (device.Job, error) { return s.shop.Print(ctx, ask) }, func(j device.Job, err error) {
		if err != nil {
			s.verbs.Say(err)
			return
		}
		word := "orders.printed"
		if j.State == device.Cancelled {
			word = "tender.slip.no_printer"
		}
		s.env.Say(kit.Ready, s.env.Words(word))
	})
}

// back begins a return.
func (h *history) back() {
	if h.sale == nil || len(h.sale.Returnable()) == 0 {
		return
	}
	h.s.take.start(*h.sale)
}

func able(w fyne.Disableable, on bool) {
	if on {
		w.Enable()
	} else {
		w.Disable()
	}
}
