package reconcile

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/pay"
	"suanpan/ui/kit"
)

// bank is the bank's side: which days' money should have come, which lines did, and what belongs to what.
type bank struct {
	s      *Screen
	box    *fyne.Container
	list   fyne.CanvasObject
	take   *statement
	want   *kit.Rows // days that wait for their money
	lines  *kit.Rows
	mark   *kit.Button
	match  *kit.Button
	days   []app.Expected
	have   []app.BankLine
	marked map[string]bool // days that one line pays together
}

func newBank(s *Screen) *bank {
	k, w := s.env.Keys, s.env.Words
	v := &bank{s: s, marked: map[string]bool{}}
	v.want = kit.NewRows(k, []kit.Column{{Title: w("reconcile.provider"), Share: 3}, {Title: w("reconcile.day"), Share: 2}, {Title: w("reconcile.net"), Share: 2, Right: true}, {Title: w("reconcile.due_on"), Share: 2}, {Title: w("orders.state"), Share: 3, Level: true}})
	v.want.OnSelect = func(string) { v.check() }
	v.want.OnOpen = func(string) { v.second() }
	v.lines = kit.NewRows(k, []kit.Column{{Title: w("reconcile.day"), Share: 1.8}, {Title: w("reconcile.bank_text"), Share: 4}, {Title: w("reconcile.amount"), Share: 2, Right: true}, {Title: w("reconcile.belongs"), Share: 4, Level: true}})
	v.lines.OnSelect = func(string) { v.check() }
	v.mark = kit.NewButton(k, kit.Plain, w("reconcile.mark"), v.second).Hint(k.Hint(kit.Quantity))
	v.match = kit.NewButton(k, kit.Main, w("reconcile.match"), v.main).Hint(k.Hint(kit.Pay))
	bring := kit.NewIconButton(k, "import", w("reconcile.statement"), func() { v.turn(true) })
	v.list = container.NewBorder(nil, kit.Row(bring, v.mark, v.match), nil, nil, container.New(kit.Yield{Share: 0.6}, container.New(halves{}, v.want, v.lines)))
	v.take = newStatement(s, func() { v.turn(false) })
	v.box = container.NewStack(v.list)
	return v
}

func (v *bank) content() fyne.CanvasObject { return v.box }
func (v *bank) importing() bool            { return v.box.Objects[0] != v.list }

func (v *bank) step(by int) {
	if v.importing() {
		v.take.rows.Step(by)
		return
	}
	v.lines.Step(by)
}

func (v *bank) other(by int) { v.want.Step(by) }

// turn shows the import of a statement, or the lists.
func (v *bank) turn(taking bool) {
	v.box.Objects = []fyne.CanvasObject{v.list}
	if taking {
		v.box.Objects = []fyne.CanvasObject{v.take.box}
		v.take.begin()
	}
	v.box.Refresh()
	if !taking {
		v.begin()
	}
}

func (v *bank) begin() {
	type both struct {
		days  []app.Expected
		lines []app.BankLine
	}
	kit.Call(v.s.verbs, v.s.env.Context, func(ctx context.Context) (both, error) {
		days, err := v.s.shop.Arrivals(ctx)
		if err != nil {
			return both{}, err
		}
		lines, err := v.s.shop.BankLines(ctx, "", "")
		return both{days, lines}, err
	}, func(b both, err error) {
		v.s.verbs.Say(err)
		v.days, v.have, v.marked = b.days, b.lines, map[string]bool{}
		v.draw()
	})
}

func (v *bank) draw() {
	w := v.s.env.Words
	day, line := v.want.Selected(), v.lines.Selected()
	var records []kit.Record
	for _, d := range v.days {
		level, state := kit.Notice, w("reconcile.on_its_way")
		if d.Overdue {
			level, state = kit.Stopped, w("reconcile.overdue")
		}
		if v.marked[dayKey(d)] {
			state = "✓ " + w("reconcile.marked")
		}
		records = append(records, kit.Record{Key: dayKey(d), Level: level, Cells: []string{v.s.method(d.Provider), string(d.Day), v.s.amount(d.Net), string(d.Due), state}})
	}
	v.want.SetRecords(records)
	keep(v.want, day, records)
	records = nil
	for i := len(v.have) - 1; i >= 0; i-- { // newest first
		l := v.have[i]
		r := kit.Record{Key: l.Day + "/" + l.Hash, Level: kit.Notice, Negative: l.Minor < 0, Muted: l.Minor < 0, Cells: []string{l.Day, l.Text, v.s.amount(l.Minor), w("reconcile.loose")}}
		if l.Provider != "" {
			r.Level, r.Cells[3] = kit.Ready, v.s.method(l.Provider)+" "+strings.Join(daysOf(l.Days), ", ")
		}
		records = append(records, r)
	}
	v.lines.SetRecords(records)
	keep(v.lines, line, records)
	v.check()
}

func dayKey(d app.Expected) string { return d.Provider + "/" + string(d.Day) }

func daysOf(days []pay.Day) []string {
	var out []string
	for _, d := range days {
		out = append(out, string(d))
	}
	return out
}

// keep chooses what was chosen, else the first.
func keep(r *kit.Rows, key string, records []kit.Record) {
	if r.Select(key); r.Selected() == "" && len(records) > 0 {
		r.Select(records[0].Key)
	}
}

func (v *bank) line() (app.BankLine, bool) {
	for _, l := range v.have {
		if l.Day+"/"+l.Hash == v.lines.Selected() {
			return l, l.Provider == "" && l.Minor > 0
		}
	}
	return app.BankLine{}, false
}

// chosen are the marked days, or the one that is selected.
func (v *bank) chosen() (provider string, days []pay.Day) {
	for _, d := range v.days {
		if v.marked[dayKey(d)] || (len(v.marked) == 0 && dayKey(d) == v.want.Selected()) {
			provider, days = d.Provider, append(days, d.Day)
		}
	}
	return provider, days
}

func (v *bank) check() {
	_, loose := v.line()
	_, days := v.chosen()
	able(v.mark, v.want.Selected() != "")
	able(v.match, loose && len(days) > 0)
}

// second marks the selected day: one line often pays a weekend. Days of two providers never come in one line.
func (v *bank) second() {
	if v.importing() {
		v.take.look()
		return
	}
	key := v.want.Selected()
	if key == "" {
		return
	}
	provider, _, _ := strings.Cut(key, "/")
	for other := range v.marked {
		if !strings.HasPrefix(other, provider+"/") {
			delete(v.marked, other)
		}
	}
	if v.marked[key] {
		delete(v.marked, key)
	} else {
		v.marked[key] = true
	}
	v.draw()
}

// main asks whether the line pays the days; the shop books it.
func (v *bank) main() {
	if v.importing() {
		v.take.main()
		return
	}
	l, loose := v.line()
	provider, days := v.chosen()
	if !loose || len(days) == 0 {
		return
	}
	k, w := v.s.env.Keys, v.s.env.Words
	leave := v.s.stage.Uncover
	do := func() {
		leave()
		ask := app.BankMatch{Day: l.Day, Line: l.Hash, Provider: provider, Days: days}
		kit.Call(v.s.verbs, v.s.env.Context, func(ctx context.Context) (app.HandMatched, error) { return v.s.shop.MatchBank(ctx, ask) }, func(got app.HandMatched, err error) {
			v.s.verbs.Say(err)
			if err == nil && got.Expected != got.Minor {
				v.s.env.Say(kit.Notice, w("reconcile.match_differs", v.s.amount(got.Expected), v.s.amount(got.Minor)))
			}
			v.begin()
		})
	}
	text := kit.NewProse(w("reconcile.match_text", l.Day+" "+l.Text, v.s.amount(l.Minor), v.s.method(provider), strings.Join(daysOf(days), ", ")))
	panel := kit.NewPanel(w("reconcile.match"), text, kit.NewButton(k, kit.Plain, w("back"), leave).Hint(k.Hint(kit.Back)), kit.NewButton(k, kit.Main, w("reconcile.match"), do).Hint(k.Hint(kit.Pay)))
	v.s.stage.Cover(panel, kit.Bindings{Alone: true, Acts: map[kit.Act]func(){kit.Back: leave, kit.Pay: do}})
}
