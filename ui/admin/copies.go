package admin

import (
	"context"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"suanpan/app"
	"suanpan/ui/kit"
)

// copies are where the ledger is copied to, what came of it, and the button that proves a copy (X8). On the left what is
// and what may be done now, on the right the plan.
type copies struct {
	quiet
	s      *Screen
	box    fyne.CanvasObject
	rows   *kit.Rows
	none   *fyne.Container
	banner *kit.Banner
	enrol  *kit.Button
	place  *file
	at     *kit.Field
	keep   [3]*kit.Field
	key    *kit.Button
	run    *kit.Button
	prove  *kit.Button
	bar    *widget.ProgressBar
	stop   *kit.Button
	state  app.BackupState
	cancel context.CancelFunc
	told   time.Time
	asked  int
}

func newCopies(s *Screen) *copies {
	k, w := s.env.Keys, s.env.Words
	v := &copies{s: s, bar: widget.NewProgressBar(), banner: kit.NewBanner(k, kit.Notice, "", "", nil)}
	v.rows = kit.NewRows(k, []kit.Column{{Title: w("admin.copy_place"), Share: 3, Level: true}, {Title: w("admin.copy_last"), Share: 2}, {Title: w("admin.copy_proven"), Share: 2}})
	v.rows.OnSelect = func(string) { v.check() }
	v.none = kit.NewEmpty(w("admin.copy_none"), w("admin.copy_none_text"), nil)
	v.run = kit.NewButton(k, kit.Main, w("admin.copy_now"), v.main).Hint(k.Hint(kit.Pay))
	v.prove = kit.NewButton(k, kit.Plain, w("admin.copy_prove"), v.proof)
	v.stop = kit.NewButton(k, kit.Plain, w("cancel"), func() {
		if v.cancel != nil {
			v.cancel()
		}
	})
	v.enrol = kit.NewButton(k, kit.Main, w("admin.enrol"), v.enrolled)
	v.bar.Hide()
	left := container.NewBorder(container.NewVBox(v.banner, v.enrol), container.NewVBox(v.bar, even(v.stop, v.prove, v.run)), nil, nil, container.New(kit.Yield{Share: 0.3}, v.rows, v.none))
	v.box = container.New(kit.Columns{Shares: []float32{3, 2}}, left, v.plan())
	return v
}

// plan is the right side.
func (v *copies) plan() fyne.CanvasObject {
	k, w := v.s.env.Keys, v.s.env.Words
	v.key = kit.NewButton(k, kit.Plain, w("admin.copy_key"), v.askKey)
	drop := kit.NewButton(k, kit.Danger, w("admin.copy_drop"), v.drop)
	f := newForm(v.s.env, even(drop, v.key, kit.NewButton(k, kit.Main, w("save"), v.save)))
	v.place = newFolder(v.s.env, v.s.calls.Folder)
	f.add("admin.copy_add", v.place.box)
	v.at = f.field("admin.copy_at")
	for i, name := range []string{"admin.copy_days", "admin.copy_weeks", "admin.copy_months"} {
		v.keep[i] = kit.NewField(k, "")
		f.rows.Add(container.New(kit.Columns{Shares: []float32{2, 1}}, kit.NewProse(w(name)).Small(), v.keep[i]))
	}
	return f.box
}

// even lays keys out in as many rows as they need.
func even(keys ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: kit.Even{Least: 112}, Objects: keys}
}

func (v *copies) content() fyne.CanvasObject { return v.box }
func (v *copies) step(by int)                { v.rows.Step(by) }

func (v *copies) heard(e app.Event) {
	if e.Kind == app.SettingsChanged || e.Kind == app.Refresh {
		v.read(false)
	}
}

func (v *copies) begin() { v.read(true) }

// read shows the state; the fields of the plan only where a person is not typing into them.
func (v *copies) read(fields bool) {
	v.asked++
	mine := v.asked
	kit.Call(v.s.verbs, v.s.env.Context, v.s.shop.BackupState, func(b app.BackupState, err error) {
		if mine != v.asked {
			return
		}
		v.s.verbs.Say(err)
		if err == nil {
			v.show(b, fields)
		}
	})
}

func (v *copies) show(b app.BackupState, fields bool) {
	w := v.s.env.Words
	v.state = b
	chosen := v.rows.Selected()
	var records []kit.Record
	for _, t := range b.Targets {
		level, last, proven := kit.Ready, w("admin.copy_never"), w("admin.copy_never")
		if t.Last.Name != "" {
			last = t.Last.At.Local().Format("01-02 15:04")
		} else {
			level = kit.Notice
		}
		if t.Failed != "" {
			level, last = kit.Stopped, w("admin.copy_failed", t.Failed)
		}
		if !t.Proven.IsZero() {
			proven = t.Proven.Local().Format("01-02 15:04")
		}
		records = append(records, kit.Record{Key: t.Target, Level: level, Cells: []string{t.Target, last, proven}})
	}
	v.rows.SetRecords(records)
	v.rows.Select(chosen)
	if v.rows.Selected() == "" && len(records) > 0 {
		v.rows.Select(records[0].Key)
	}
	v.none.Hidden, v.rows.Hidden = len(records) > 0, len(records) == 0
	origin := v.s.shop.Info().Origin
	switch {
	case origin != app.Home:
		v.banner.Set(kit.Stopped, w("admin.origin."+string(origin)))
	case b.Warn != "":
		v.banner.Set(kit.Notice, w("admin.copy_warn."+b.Warn))
	}
	v.banner.Hidden, v.enrol.Hidden = origin == app.Home && b.Warn == "", origin == app.Home
	if fields {
		v.at.SetText(clockTime(b.Plan.At))
		for i, n := range []int{b.Plan.Days, b.Plan.Weeks, b.Plan.Months} {
			v.keep[i].SetText(strconv.Itoa(n))
		}
	}
	v.box.Refresh()
	v.check()
}

func clockTime(d time.Duration) string {
	return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(d).Format("15:04")
}

func (v *copies) check() {
	idle := v.cancel == nil
	able(v.run, idle && v.state.Key != "" && len(v.state.Targets) > 0)
	able(v.stop, !idle)
	made := false
	for _, t := range v.state.Targets {
		made = made || (t.Target == v.rows.Selected() && t.Last.Name != "")
	}
	able(v.prove, idle && made)
}

// save keeps the plan, with the folder that was chosen as a further place.
func (v *copies) save() {
	plan := v.state.Plan
	if folder := strings.TrimSpace(v.place.field.Text); folder != "" {
		plan.Targets = append(append([]string(nil), plan.Targets...), strings.TrimSuffix(folder, "/"))
	}
	at, err := time.Parse("15:04", strings.TrimSpace(v.at.Text))
	if err != nil {
		v.s.env.Say(kit.Notice, v.s.env.Words("admin.field_wrong", v.s.env.Words("admin.copy_at")))
		return
	}
	plan.At = time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
	for i, to := range []*int{&plan.Days, &plan.Weeks, &plan.Months} {
		if *to, err = strconv.Atoi(strings.TrimSpace(v.keep[i].Text)); err != nil {
			v.s.env.Say(kit.Notice, v.s.env.Words("admin.field_wrong", v.s.env.Words([]string{"admin.copy_days", "admin.copy_weeks", "admin.copy_months"}[i])))
			return
		}
	}
	v.put(plan)
}

// drop takes the chosen place out of the plan; the copies that lie there stay.
func (v *copies) drop() {
	plan, chosen := v.state.Plan, v.rows.Selected()
	plan.Targets = nil
	for _, t := range v.state.Plan.Targets {
		if t != chosen {
			plan.Targets = append(plan.Targets, t)
		}
	}
	v.put(plan)
}

func (v *copies) put(plan app.BackupPlan) {
	kit.Call(v.s.verbs, v.s.env.Context, func(ctx context.Context) (app.BackupState, error) { return v.s.shop.PlanBackups(ctx, plan) }, func(b app.BackupState, err error) {
		if err != nil {
			v.s.verbs.Say(err)
			return
		}
		v.place.field.SetText("")
		v.s.saved()
		v.show(b, true)
	})
}

// long runs one of the two long acts with a bar and a way out.
func long[T any](v *copies, work func(context.Context) (T, error), done func(T, error)) {
	if v.cancel != nil {
		return
	}
	ctx, cancel := context.WithCancel(v.s.env.Context)
	v.cancel = cancel
	v.bar.SetValue(0)
	v.bar.Show()
	v.check()
	kit.Call(v.s.verbs, ctx, work, func(t T, err error) {
		stopped := ctx.Err() != nil
		cancel()
		v.cancel = nil
		v.bar.Hide()
		v.check()
		if stopped {
			v.s.env.Say(kit.Notice, v.s.env.Words("admin.copy_stopped"))
			return
		}
		done(t, err)
	})
}

// main copies now.
func (v *copies) main() {
	long(v, func(ctx context.Context) (app.BackupState, error) { return v.s.shop.BackUp(ctx, v.progress) }, func(b app.BackupState, err error) {
		v.s.verbs.Say(err)
		if err == nil {
			v.s.env.Sound("approved")
			v.s.env.Say(kit.Ready, v.s.env.Words("admin.copy_made"))
		}
		v.read(false)
	})
}

// proof restores the newest copy of the chosen place into a folder of its own and verifies it.
func (v *copies) proof() {
	name, target := "", v.rows.Selected()
	for _, t := range v.state.Targets {
		if t.Target == target {
			name = t.Last.Name
		}
	}
	long(v, func(ctx context.Context) (app.Proof, error) {
		return v.s.shop.ProveBackup(ctx, target, name, v.progress)
	}, func(p app.Proof, err error) {
		switch {
		case err != nil:
			v.s.verbs.Say(err)
		case p.OK:
			v.s.env.Sound("approved")
			v.s.env.Say(kit.Ready, v.s.env.Words("admin.copy_whole", p.Entries))
		default:
			v.s.env.Sound("attention")
			v.s.env.Say(kit.Stopped, v.s.env.Words("admin.verify_broken", p.BrokenAt))
		}
		v.read(false)
	})
}

// progress is called beside the UI goroutine; it posts at most ten times a second.
func (v *copies) progress(done, total int64) {
	now := v.s.env.Now()
	if total <= 0 || now.Sub(v.told) < 100*time.Millisecond {
		return
	}
	v.told = now
	v.s.env.Post(func() { v.bar.SetValue(min(1, float64(done)/float64(total))) })
}
