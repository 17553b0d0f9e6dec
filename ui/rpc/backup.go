package rpc

import (
	"context"
	"time"

	"suanpan/app"
)

type backupPlan struct {
	Key
	Targets []string `json:"targets"`
	Off     bool     `json:"off,omitempty"`
	At      string   `json:"at,omitempty"` // "03:00", local
	Days    int      `json:"days,omitempty"`
	Weeks   int      `json:"weeks,omitempty"`
	Months  int      `json:"months,omitempty"`
}

type copyAsk struct {
	Target string `json:"target"`
	Name   string `json:"name"`
}

// backupMethods are copies of the ledger, and what a manager says about a till that came out of one.
func backupMethods() []Method {
	const g = "Copies"
	return []Method{
		def(g, "backup.plan", "Says where copies go (folders), when, and how long they are kept. What is left out takes the usual value.", planBackups),
		def(g, "backup.key", "Makes the key of the copies to come. recovery is its secret half: it is answered once and kept nowhere.", func(ctx context.Context, f *Face, p Key) (map[string]any, error) {
			recovery, err := f.Shop.NewBackupKey(p.in(ctx))
			return map[string]any{"recovery": recovery}, err
		}),
		def(g, "backup.run", "Copies to every target now, reads each copy back and opens it.", func(ctx context.Context, f *Face, _ none) (app.BackupState, error) {
			return f.Shop.BackUp(ctx, nil)
		}),
		def(g, "backup.status", "The plan, what came of it, and a warning: no_target, no_key, failed or old.", func(ctx context.Context, f *Face, _ none) (app.BackupState, error) {
			return f.Shop.BackupState(ctx)
		}),
		def(g, "backup.list", "The copies of this till in a folder, newest first.", func(ctx context.Context, f *Face, p struct {
			Target string `json:"target"`
		}) (map[string]any, error) {
			list, err := f.Shop.Copies(ctx, p.Target)
			return map[string]any{"copies": list}, err
		}),
		def(g, "backup.prove", "Restores a copy into a folder of its own and verifies it whole; the till is not touched.", func(ctx context.Context, f *Face, p copyAsk) (app.Proof, error) {
			return f.Shop.ProveBackup(ctx, p.Target, p.Name, nil)
		}),
		def(g, "till.enrol", "A manager's word that this folder is the till, after a restore or on another machine. Receipt numbers go on in a new series.", func(ctx context.Context, f *Face, p struct {
			Key
			Approval
		}) (map[string]any, error) {
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return nil, err
			}
			conf, err := f.Shop.Enrol(ctx)
			return map[string]any{"series": conf.Numbering()}, err
		}),
	}
}

func planBackups(ctx context.Context, f *Face, p backupPlan) (app.BackupState, error) {
	plan := app.DefaultPlan()
	plan.Targets, plan.Off = p.Targets, p.Off
	if p.At != "" {
		at, err := time.Parse("15:04", p.At)
		if err != nil {
			return app.BackupState{}, &app.Error{Code: "bad_params", Err: err, Data: map[string]any{"why": "at is a time of day such as 03:00"}}
		}
		plan.At = time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
	}
	for _, n := range []struct{ from, to *int }{{&p.Days, &plan.Days}, {&p.Weeks, &plan.Weeks}, {&p.Months, &plan.Months}} {
		if *n.from != 0 {
			*n.to = *n.from
		}
	}
	return f.Shop.PlanBackups(p.in(ctx), plan)
}
