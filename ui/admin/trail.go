package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/shift"
	"suanpan/ui/kit"
)

// trail is who did what: choices on top, the acts below, newest first, and the chosen one as it is stored.
type trail struct {
	quiet
	s      *Screen
	box    fyne.CanvasObject
	people *kit.Select
	group  *kit.Select
	days   *kit.Options
	text   *kit.Field
	least  *kit.Field
	rows   *kit.Rows
	none   *fyne.Container
	more   *kit.Button
	list   []app.TrailRow
	next   int64
	staff  []string // ids, in the order of people
	fixed  *app.TrailQuery
	asked  int
}

func newTrail(s *Screen) *trail {
	k, w := s.env.Keys, s.env.Words
	v := &trail{s: s}
	groups := []string{w("trail.all")}
	for _, g := range app.TrailGroups {
		groups = append(groups, w("trail.group."+g))
	}
	again := func(string) { v.fixed = nil; v.read(0) }
	v.people = kit.NewSelect(k, []string{w("trail.everyone")}, nil)
	v.people.SetSelectedIndex(0)
	v.people.OnChanged = again
	v.group = kit.NewSelect(k, groups, nil)
	v.group.SetSelectedIndex(0)
	v.group.OnChanged = again
	v.days = kit.NewChips(k, []kit.Option{{Key: "today", Label: w("today")}, {Key: "yesterday", Label: w("yesterday")}, {Key: "month", Label: w("orders.month")}, {Key: "all", Label: w("all")}}, again)
	v.days.Select("today")
	v.text, v.least = kit.NewField(k, w("trail.search")), kit.NewField(k, w("trail.least"))
	v.text.Changed, v.least.Changed = again, again
	v.rows = kit.NewRows(k, []kit.Column{{Title: w("trail.when"), Share: 3}, {Title: w("trail.who"), Share: 2}, {Title: w("trail.what"), Share: 4}, {Title: w("trail.note"), Share: 5}, {Title: w("orders.total"), Share: 2, Right: true}})
	v.rows.OnOpen = func(string) { v.main() }
	v.none = kit.NewEmpty(w("trail.none"), w("trail.none_text"), nil)
	v.more = kit.NewButton(k, kit.Plain, w("trail.more"), func() { v.read(v.next) })
	file := kit.NewButton(k, kit.Plain, w("trail.export"), v.export)
	open := kit.NewButton(k, kit.Main, w("trail.open"), v.main).Hint(k.Hint(kit.Pay))
	top := container.New(kit.Columns{Shares: []float32{3, 3, 4, 2}}, v.people, v.group, v.text, v.least)
	v.box = container.NewBorder(container.NewVBox(top, v.days), even(v.more, file, open), nil, nil, container.New(kit.Yield{Share: 0.15}, v.rows, v.none))
	return v
}

func (v *trail) content() fyne.CanvasObject { return v.box }
func (v *trail) step(by int)                { v.rows.Step(by) }

// begin reads the people anew; what was chosen stays.
func (v *trail) begin() {
	kit.Call(v.s.verbs, v.s.env.Context, v.s.shop.Staff, func(list []shift.Staff, err error) {
		v.s.verbs.Say(err)
		names, ids := []string{v.s.env.Words("trail.everyone")}, []string{""}
		for _, p := range list {
			names, ids = append(names, p.Name), append(ids, p.ID)
		}
		v.staff = ids
		v.people.Options = names
		v.people.Refresh()
	})
	v.read(0)
}

// only shows the acts behind a figure; any other choice ends that.
func (v *trail) only(q app.TrailQuery, name string) {
	v.fixed = &q
	v.s.env.Say(kit.Ready, name)
	v.read(0)
}

func (v *trail) query() app.TrailQuery {
	if v.fixed != nil {
		return *v.fixed
	}
	q := app.TrailQuery{Text: strings.TrimSpace(v.text.Text)}
	if i := v.people.SelectedIndex(); i > 0 && i < len(v.staff) {
		q.Staff = v.staff[i]
	}
	if i := v.group.SelectedIndex(); i > 0 && i <= len(app.TrailGroups) {
		q.Group = app.TrailGroups[i-1]
	}
	if text := strings.TrimSpace(v.least.Text); text != "" {
		if minor, err := money.Parse(text, v.s.env.Currency); err == nil {
			q.Least = minor.Minor
		}
	}
	now := v.s.env.Now().Local()
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	switch v.days.Selected() {
	case "today":
		q.From = today
	case "yesterday":
		q.From, q.To = today.AddDate(0, 0, -1), today
	case "month":
		q.From = today.AddDate(0, 0, -30)
	}
	return q
}

// read asks for a page; before 0 begins anew. An overtaken answer is dropped.
func (v *trail) read(before int64) {
	v.asked++
	mine := v.asked
	q := v.query()
	q.Before = before
	kit.Call(v.s.verbs, v.s.env.Context, func(ctx context.Context) (app.Trail, error) { return v.s.shop.Acts(ctx, q) }, func(page app.Trail, err error) {
		if mine != v.asked {
			return
		}
		v.s.verbs.Say(err)
		if before == 0 {
			v.list = nil
		}
		v.list, v.next = append(v.list, page.Rows...), page.Next
		v.show(before == 0)
	})
}

func (v *trail) show(anew bool) {
	list, chosen := v.list, ""
	if !anew {
		chosen = v.rows.Selected()
	}
	v.rows.SetSource(len(list), func(i int) kit.Record { return v.record(list[i]) })
	v.rows.Select(chosen)
	if v.rows.Selected() == "" && len(list) > 0 {
		v.rows.Select(strconv.FormatInt(list[0].Seq, 10))
	}
	v.none.Hidden, v.rows.Hidden = len(list) > 0, len(list) == 0
	able(v.more, v.next > 0)
	v.box.Refresh()
}

func (v *trail) record(r app.TrailRow) kit.Record {
	w := v.s.env.Words
	note := strings.TrimSpace(r.About + "  " + r.Reason)
	if r.By != "" {
		note += "  " + w("trail.approved", r.By)
	}
	amount := ""
	if r.Amount != 0 {
		amount = money.Of(r.Amount, v.s.env.Currency).Format()
	}
	who := r.Name
	if who == "" {
		who = r.Staff
	}
	return kit.Record{Key: strconv.FormatInt(r.Seq, 10), Cells: []string{r.At.Local().Format("01-02 15:04:05"), who, w("fact." + r.Kind), note, amount}, Negative: r.Amount < 0}
}

// main shows the chosen act as it is stored, with the way to its document.
func (v *trail) main() {
	seq, err := strconv.ParseInt(v.rows.Selected(), 10, 64)
	if err != nil {
		return
	}
	s := v.s
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (app.RawEntry, error) { return s.shop.ActAt(ctx, seq) }, func(e app.RawEntry, err error) {
		if err != nil {
			s.verbs.Say(err)
			return
		}
		v.raw(e)
	})
}

func (v *trail) raw(e app.RawEntry) {
	s := v.s
	k, w := s.env.Keys, s.env.Words
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s  %s %s\n%s\n", e.At.Local().Format("2006-01-02 15:04:05"), w("fact."+e.Kind), e.Staff, e.Name, "# "+grouped(e.Hash))
	for _, p := range e.Postings {
		fmt.Fprintf(&b, "%s  %s\n", p.Account, money.Of(p.Minor, p.Currency).Format())
	}
	body, err := json.MarshalIndent(e.Body, "", " ")
	if err != nil {
		body = e.Body
	}
	b.Write(body)
	back := s.stage.Uncover
	buttons := []fyne.CanvasObject{kit.NewButton(k, kit.Plain, w("back"), back).Hint(k.Hint(kit.Back))}
	acts := map[kit.Act]func(){kit.Back: back}
	if e.Sale != "" && s.env.Go != nil {
		look := func() { back(); s.env.Go("orders", e.Sale) }
		buttons = append(buttons, kit.NewButton(k, kit.Main, w("trail.document"), look).Hint(k.Hint(kit.Pay)))
		acts[kit.Pay] = look
	}
	page := container.NewVScroll(kit.NewProse(b.String()).Small())
	page.SetMinSize(fyne.NewSize(480, 260))
	s.stage.Cover(kit.NewPanel(w("trail.raw", e.Seq), page, buttons...), kit.Bindings{Alone: true, Acts: acts})
}

// export writes what is chosen into the folder where a person keeps tables.
func (v *trail) export() {
	s, q := v.s, v.query()
	path := filepath.Join(s.calls.Folder, "suanpan-"+s.env.Now().Local().Format("20060102-150405")+".csv")
	locale := s.shop.Info().Config.Locale
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (int, error) { return s.shop.ExportActs(ctx, q, path, locale) }, func(n int, err error) {
		if err != nil {
			s.verbs.Say(err)
			return
		}
		s.env.Say(kit.Ready, s.env.Words("trail.exported", n, path))
	})
}
