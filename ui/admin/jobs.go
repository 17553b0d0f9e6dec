package admin

import (
	"context"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/device"
	"suanpan/ui/kit"
)

// jobs are the papers that are not out yet, or of which nobody knows. None of them ever touches a sale (X44).
type jobs struct {
	quiet
	s     *Screen
	box   fyne.CanvasObject
	rows  *kit.Rows
	none  *fyne.Container
	again *kit.Button
	drop  *kit.Button
	list  []device.Job
	asked int
}

func newJobs(s *Screen) *jobs {
	k, w := s.env.Keys, s.env.Words
	v := &jobs{s: s}
	v.rows = kit.NewRows(k, []kit.Column{{Title: w("orders.time"), Share: 2}, {Title: w("admin.job_kind"), Share: 2}, {Title: w("orders.state"), Share: 5, Level: true}})
	v.rows.OnSelect = func(string) { v.check() }
	v.again = kit.NewButton(k, kit.Main, w("admin.job_again"), v.main).Hint(k.Hint(kit.Pay))
	v.drop = kit.NewButton(k, kit.Danger, w("admin.job_drop"), v.cancel)
	v.none = kit.NewEmpty(w("admin.jobs_empty"), w("admin.jobs_text"), nil)
	v.box = container.NewBorder(nil, kit.Row(v.drop, v.again), nil, nil, container.NewStack(v.rows, v.none))
	return v
}

func (v *jobs) content() fyne.CanvasObject { return v.box }
func (v *jobs) step(by int)                { v.rows.Step(by) }

func (v *jobs) heard(e app.Event) {
	if e.Kind == app.JobChanged || e.Kind == app.Refresh {
		v.begin()
	}
}

func (v *jobs) begin() {
	v.asked++
	mine := v.asked
	kit.Call(v.s.verbs, v.s.env.Context, v.s.shop.Jobs, func(list []device.Job, err error) {
		if mine != v.asked {
			return
		}
		v.s.verbs.Say(err)
		v.list = list
		chosen := v.rows.Selected()
		var records []kit.Record
		for _, j := range list {
			records = append(records, v.record(j))
		}
		v.rows.SetRecords(records)
		v.rows.Select(chosen)
		if v.rows.Selected() == "" && len(records) > 0 {
			v.rows.Select(records[0].Key)
		}
		v.none.Hidden, v.rows.Hidden = len(records) > 0, len(records) == 0
		v.none.Refresh()
		v.rows.Refresh()
		v.check()
	})
}

func (v *jobs) record(j device.Job) kit.Record {
	w, level := v.s.env.Words, kit.Busy
	switch j.State {
	case device.Waiting:
		level = kit.Notice
	case device.Doubtful:
		level = kit.Unknown
	}
	text := w("admin.job." + string(j.State))
	if j.State == device.Waiting && j.Reason != "" {
		if why := w("admin.job_reason." + j.Reason); why != "admin.job_reason."+j.Reason { // a driver may know reasons that have no words yet
			text += ": " + why
		}
	}
	return kit.Record{Key: strconv.FormatInt(j.ID, 10), Level: level, Cells: []string{j.At.Local().Format("01-02 15:04"), w("admin.job_kind." + string(j.Kind)), text}}
}

func (v *jobs) chosen() (device.Job, bool) {
	for _, j := range v.list {
		if strconv.FormatInt(j.ID, 10) == v.rows.Selected() {
			return j, true
		}
	}
	return device.Job{}, false
}

func (v *jobs) check() {
	j, ok := v.chosen()
	able(v.drop, ok)
	able(v.again, ok && j.Kind == device.Paper)
}

// main prints the chosen paper again, marked as a copy, and gives the doubtful one up.
func (v *jobs) main() {
	j, ok := v.chosen()
	if !ok || j.Kind != device.Paper {
		return
	}
	s := v.s
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (device.Job, error) {
		made, err := s.shop.Print(ctx, app.PrintAsk{Sale: j.Ref, Copy: true})
		if c, _, _ := app.Explain(err); c == "sale_not_found" {
			made, err = s.shop.Print(ctx, app.PrintAsk{Shift: j.Ref, Copy: true})
		}
		if err == nil {
			err = s.shop.CancelJob(ctx, j.ID)
		}
		return made, err
	}, func(_ device.Job, err error) {
		s.verbs.Say(err)
		v.begin()
	})
}

func (v *jobs) cancel() {
	j, ok := v.chosen()
	if !ok {
		return
	}
	s := v.s
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (bool, error) { return true, s.shop.CancelJob(ctx, j.ID) }, func(_ bool, err error) {
		s.verbs.Say(err)
		v.begin()
	})
}
