package admin

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/ui/kit"
)

// signals set people beside each other, figure by figure, with the way to the acts behind each. It accuses nobody.
type signals struct {
	quiet
	s      *Screen
	box    fyne.CanvasObject
	days   *kit.Options
	rows   *kit.Rows
	none   *fyne.Container
	open   *kit.Button
	report app.SignalReport
	show   func(q app.TrailQuery, name string)
	asked  int
}

func newSignals(s *Screen, show func(app.TrailQuery, string)) *signals {
	k, w := s.env.Keys, s.env.Words
	v := &signals{s: s, show: show}
	v.days = kit.NewChips(k, []kit.Option{{Key: "0", Label: w("today")}, {Key: "29", Label: w("orders.month")}, {Key: "365", Label: w("all")}}, func(string) { v.begin() })
	v.days.Select("29")
	v.rows = kit.NewRows(k, []kit.Column{{Title: w("trail.who"), Share: 3}, {Title: w("trail.what"), Share: 4}, {Title: w("signal.count"), Share: 2, Right: true},
		{Title: w("signal.rate"), Share: 2, Right: true}, {Title: w("signal.peers"), Share: 3, Right: true}, {Title: w("signal.note"), Share: 6, Level: true}})
	v.rows.OnOpen = func(string) { v.main() }
	v.none = kit.NewEmpty(w("trail.none"), w("signal.few"), nil)
	v.open = kit.NewButton(k, kit.Main, w("signal.open"), v.main).Hint(k.Hint(kit.Pay))
	v.box = container.NewBorder(container.NewVBox(v.days, kit.NewProse(w("signal.text")).Small()), kit.Row(v.open), nil, nil, container.New(kit.Yield{Share: 0.15}, v.rows, v.none))
	return v
}

func (v *signals) content() fyne.CanvasObject { return v.box }
func (v *signals) step(by int)                { v.rows.Step(by) }

func (v *signals) begin() {
	v.asked++
	mine := v.asked
	now, back := v.s.env.Now().Local(), 0
	if _, err := fmt.Sscan(v.days.Selected(), &back); err != nil {
		back = 0
	}
	from, to := now.AddDate(0, 0, -back).Format(time.DateOnly), now.Format(time.DateOnly)
	kit.Call(v.s.verbs, v.s.env.Context, func(ctx context.Context) (app.SignalReport, error) {
		return v.s.shop.SignalReport(ctx, from, to)
	}, func(r app.SignalReport, err error) {
		if mine != v.asked {
			return
		}
		v.s.verbs.Say(err)
		v.report = r
		v.fill()
	})
}

func (v *signals) fill() {
	var records []kit.Record
	for _, p := range v.report.People {
		for _, signal := range app.Signals {
			if f := p.Signals[signal]; f.Count > 0 {
				records = append(records, v.record(p, signal, f))
			}
		}
	}
	v.rows.SetRecords(records)
	if len(records) > 0 {
		v.rows.Select(records[0].Key)
	}
	v.none.Hidden, v.rows.Hidden = len(records) > 0, len(records) == 0
	able(v.open, len(records) > 0)
	v.box.Refresh()
}

func (v *signals) record(p app.PersonSignals, signal string, f app.Signal) kit.Record {
	w := v.s.env.Words
	rate := func(n int64) string {
		if signal == "short" {
			return money.Of(n, v.s.env.Currency).Format()
		}
		return money.Qty(n * 10).String()
	}
	level, note, peers := kit.Busy, w("signal.few"), ""
	if f.Judged {
		level, note, peers = kit.Ready, w("signal.like"), rate(f.Peers)
		if f.More {
			level, note = kit.Notice, w("signal.more")
		}
	}
	return kit.Record{Key: p.Staff + "\n" + signal, Level: level, Cells: []string{p.Name + "  " + w("signal.sales", p.Sales), w("signal." + signal), fmt.Sprint(f.Count), rate(f.Rate), peers, note}}
}

// main shows the acts behind the chosen figure.
func (v *signals) main() {
	staff, signal, ok := strings.Cut(v.rows.Selected(), "\n")
	if !ok {
		return
	}
	v.show(app.SignalQuery(staff, signal, v.report.From, v.report.To, v.s.env.Now().Local().Location()), v.s.env.Words("signal."+signal))
}
