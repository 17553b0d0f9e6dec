package shift

import (
	"context"
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/device"
	"suanpan/app/order"
	"suanpan/app/receipt"
	"suanpan/app/shift"
	"suanpan/ui/kit"
)

// past are the closed shifts with their frozen Z, newest first; a Z is printed again as it was.
type past struct {
	s     *Screen
	box   fyne.CanvasObject
	rows  *kit.Rows
	paper *kit.PaperView
	print *kit.Button
	list  []shift.Shift
	asked int
}

const pastMax = 400 // shifts listed; older ones stay in the file

func newPast(s *Screen) *past {
	p := &past{s: s, paper: kit.NewPaper(384)}
	k, w := s.env.Keys, s.env.Words
	p.rows = kit.NewRows(k, []kit.Column{{Title: "Z", Share: 2}, {Title: w("report.closed"), Share: 4}, {Title: w("report.staff"), Share: 2}, {Title: w("shift.difference"), Share: 3, Right: true}})
	p.rows.OnSelect = p.look
	p.print = kit.NewButton(k, kit.Plain, w("orders.reprint"), p.again)
	p.box = container.New(kit.Columns{Shares: []float32{5, 4}}, p.rows, container.NewBorder(nil, p.print, nil, nil, p.paper))
	return p
}

func (p *past) content() fyne.CanvasObject { return p.box }
func (p *past) leave() bool                { return false }
func (p *past) main()                      { p.again() }
func (p *past) heard()                     { p.begin() }

func (p *past) begin() {
	p.asked++
	mine := p.asked
	kit.Call(p.s.verbs, p.s.env.Context, func(ctx context.Context) ([]shift.Shift, error) { return p.s.shop.Shifts(ctx, pastMax) }, func(list []shift.Shift, err error) {
		if mine != p.asked {
			return
		}
		p.s.verbs.Say(err)
		p.list = nil
		var records []kit.Record
		for _, sh := range list {
			if sh.Z == nil {
				continue
			}
			p.list = append(p.list, sh)
			d := sh.Z.Difference[order.Cash]
			records = append(records, kit.Record{Key: sh.ID, Negative: d < 0,
				Cells: []string{fmt.Sprintf("%05d", sh.Z.Number), sh.Closed.Local().Format("2006-01-02 15:04"), sh.Name, amount(d, sh.Currency)}})
		}
		p.rows.SetRecords(records)
		if len(p.list) > 0 {
			p.rows.Select(p.list[0].ID)
			p.look(p.list[0].ID)
		} else {
			p.paper.SetPage(nil)
		}
		able(p.print, len(p.list) > 0)
	})
}

// look shows one Z.
func (p *past) look(id string) {
	p.s.draw(p.paper, func(ctx context.Context) (receipt.Page, error) { return p.s.shop.Page(ctx, app.PrintAsk{Shift: id}) },
		func() bool { return p.rows.Selected() == id })
}

// again prints the chosen Z as a copy.
func (p *past) again() {
	id, s := p.rows.Selected(), p.s
	if id == "" {
		return
	}
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (device.Job, error) {
		return s.shop.Print(ctx, app.PrintAsk{Shift: id, Copy: true})
	}, func(j device.Job, err error) {
		if err != nil {
			s.verbs.Say(err)
			return
		}
		s.env.Say(kit.Ready, s.env.Words("shift.printed_again"))
	})
}
