package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"suanpan/app/shift"
)

// Prover opens a copy apart from the shop and hands its store to check; asked of a Copier by assertion.
type Prover interface {
	Prove(ctx context.Context, target, name string, check func(Store) error, progress func(done, all int64)) error
}

// ProveBackup restores a copy into a folder of its own and verifies it whole, as Verify does the shop: the button that says
// whether the copies are worth anything. progress gets entries done and entries in all.
func (s *Shop) ProveBackup(ctx context.Context, target, name string, progress func(done, all int64)) (Proof, error) {
	if i := s.Info(); i.Staff == nil || !(i.Staff.May(shift.SeeLedger) || i.Staff.May(shift.EditShop)) {
		return Proof{}, refuse("needs_approval", shift.ErrDenied, "act", string(shift.SeeLedger))
	}
	prover, ok := s.p.Copier.(Prover)
	if !ok {
		return Proof{}, refuse("no_copier", nil)
	}
	var proof Proof
	err := prover.Prove(ctx, target, name, func(copied Store) (err error) {
		apart, err := New(ctx, Params{Store: copied, Clock: s.p.Clock, Words: s.p.Words, Log: s.p.Log, Version: s.p.Version})
		if err == nil {
			proof, err = apart.Verify(ctx, progress)
		}
		return err
	}, progress)
	if err != nil {
		return proof, refuse("backup_unproven", err, "target", target, "why", lastWords(err))
	}
	_, err = change(context.WithoutCancel(ctx), s, "backup.proven", nil, func(t *turn) (bool, error) {
		state, err := s.backupState(t)
		if err != nil {
			return false, err
		}
		if i := slices.IndexFunc(state.Targets, func(x TargetState) bool { return x.Target == target }); i >= 0 && proof.OK {
			state.Targets[i].Proven = t.now
			if err := t.PutSetting("backup.state", rawJSON(state.Targets)); err != nil {
				return false, err
			}
		}
		t.tell(Event{Kind: SettingsChanged})
		_, err = t.fact(factProven, map[string]any{"target": target, "copy": name, "ok": proof.OK, "entries": proof.Entries, "head": proof.Head})
		return true, err
	})
	return proof, err
}

// RunBackups makes the copies that are due until ctx ends: one a day, and one after every Z. What failed is tried again
// after an hour. Selling goes on meanwhile.
func (s *Shop) RunBackups(ctx context.Context) {
	if s.p.Copier == nil {
		return
	}
	events, stop := s.Watch()
	defer stop()
	for ctx.Err() == nil {
		if why := s.backupDue(ctx); why != "" {
			if err := s.backUp(ctx, why, nil); err != nil && ctx.Err() == nil {
				s.p.Log.Error("backup", "err", err)
			}
		}
		timer := time.NewTimer(time.Minute)
		for quiet := false; !quiet; {
			select {
			case <-ctx.Done():
				quiet = true
			case <-timer.C:
				quiet = true
			case e := <-events:
				quiet = e.Kind == ShiftChanged
			}
		}
		timer.Stop()
	}
}

// backupDue says why a copy is due now, or "".
func (s *Shop) backupDue(ctx context.Context) string {
	type found struct {
		state BackupState
		z     int64
	}
	f, err := view(ctx, s, func(v View) (f found, err error) {
		if f.state, err = s.backupState(v); err == nil {
			f.z, err = lastZ(v)
		}
		return f, err
	})
	b := f.state
	if err != nil || b.Plan.Off || b.Key == "" || b.Busy {
		return ""
	}
	now := s.p.Clock.Now().Local()
	due := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location()).Add(b.Plan.At)
	if now.Before(due) {
		due = due.AddDate(0, 0, -1)
	}
	for _, t := range b.Targets {
		if t.Failed != "" && now.Sub(t.Tried) < time.Hour {
			continue
		}
		switch {
		case f.z > t.Signed:
			return fmt.Sprintf("z:%d", f.z)
		case t.Last.At.Before(due):
			return "day"
		}
	}
	return ""
}
