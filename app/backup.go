package app

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"suanpan/app/ledger"
	"suanpan/app/shift"
)

// Copier keeps encrypted copies of the shop on other disks; wire.go hands it in. It is safe for concurrent use.
type Copier interface {
	// Key answers the public half of the key that copies are encrypted to, and whether there is one.
	Key() (public string, ok bool)
	// NewKey makes the key, or another one for the copies to come, and answers its secret half, which is shown to the owner
	// once: without it no other machine reads the copies.
	NewKey() (recovery string, err error)
	// Copy writes one copy, reads it back and opens it apart from the shop; the answer is of what was read back.
	Copy(ctx context.Context, target string, about Copied, progress func(done, all int64)) (Copied, error)
	// Copies lists what lies in a target of this shop, newest first.
	Copies(target string) ([]Copied, error)
	Drop(target, name string) error
}

// Copied is one copy.
type Copied struct {
	Name  string    `json:"name"` // of the file
	Shop  string    `json:"shop"`
	Till  string    `json:"till"`
	At    time.Time `json:"at"`
	Why   string    `json:"why"` // "day", "z:12", "hand"
	Seq   int64     `json:"entries"`
	Head  string    `json:"head"`            // hash of the newest entry, hexadecimal
	Bytes int64     `json:"bytes,omitempty"` // of the file
}

// BackupPlan is what is copied where and when.
type BackupPlan struct {
	Targets []string      `json:"targets"` // folders: another disk, a stick, the folder of a sync client
	Off     bool          `json:"off,omitempty"`
	At      time.Duration `json:"at"`     // of the day, local; the daily copy is made at the first chance after it
	Days    int           `json:"days"`   // for so many days the newest copy of each is kept
	Weeks   int           `json:"weeks"`  // then the newest of each week
	Months  int           `json:"months"` // then the newest of each month
}

// DefaultPlan copies every night and with every Z, and keeps two weeks of days, two months of weeks and two years of months.
func DefaultPlan() BackupPlan { return BackupPlan{At: 3 * time.Hour, Days: 14, Weeks: 8, Months: 24} }

// TargetState is what the last attempt to copy to one place came to.
type TargetState struct {
	Target string    `json:"target"`
	Last   Copied    `json:"last,omitzero"`    // the newest copy that was made and opened
	Proven time.Time `json:"proven,omitzero"`  // when a copy here was last verified whole
	Failed string    `json:"failed,omitempty"` // why the newest attempt failed, in the system's words; empty after a success
	Tried  time.Time `json:"tried,omitzero"`
	Signed int64     `json:"z,omitempty"` // number of the newest Z in it
}

// BackupState is what the office and the lamp show.
type BackupState struct {
	Plan    BackupPlan    `json:"plan"`
	Key     string        `json:"key,omitempty"` // public half
	Targets []TargetState `json:"state"`
	Warn    string        `json:"warning,omitempty"` // no_target, no_key, failed, old; empty: all is well
	Busy    bool          `json:"busy,omitempty"`
}

// Facts of copies.
const (
	factCopied   ledger.Kind = "backup.made"
	factUncopied ledger.Kind = "backup.failed"
	factProven   ledger.Kind = "backup.proven"
)

// stale is the age from which a newest copy is warned about.
const stale = 36 * time.Hour

// BackupState reads plan and results.
func (s *Shop) BackupState(ctx context.Context) (BackupState, error) {
	return view(ctx, s, func(v View) (BackupState, error) { return s.backupState(v) })
}

func (s *Shop) backupState(v View) (BackupState, error) {
	out := BackupState{Plan: DefaultPlan()}
	for name, to := range map[string]any{"backup": &out.Plan, "backup.state": &out.Targets} {
		doc, ok, err := v.Setting(name)
		if err != nil {
			return out, err
		}
		if ok {
			if err := json.Unmarshal(doc, to); err != nil {
				return out, err
			}
		}
	}
	out.Targets = slices.DeleteFunc(out.Targets, func(t TargetState) bool { return !slices.Contains(out.Plan.Targets, t.Target) })
	for _, target := range out.Plan.Targets {
		if !slices.ContainsFunc(out.Targets, func(t TargetState) bool { return t.Target == target }) {
			out.Targets = append(out.Targets, TargetState{Target: target})
		}
	}
	if s.p.Copier != nil {
		out.Key, _ = s.p.Copier.Key()
	}
	s.mu.Lock()
	out.Busy = s.copying
	s.mu.Unlock()
	out.Warn = out.warning(s.p.Clock.Now())
	return out, nil
}

func (b BackupState) warning(now time.Time) string {
	switch {
	case b.Plan.Off:
		return ""
	case len(b.Plan.Targets) == 0:
		return "no_target"
	case b.Key == "":
		return "no_key"
	}
	for _, t := range b.Targets {
		if t.Failed != "" {
			return "failed"
		}
		if now.Sub(t.Last.At) > stale {
			return "old"
		}
	}
	return ""
}

// PlanBackups decides where copies go, when, and how long they are kept.
func (s *Shop) PlanBackups(ctx context.Context, plan BackupPlan) (BackupState, error) {
	for i, target := range plan.Targets {
		plan.Targets[i] = strings.TrimSpace(target)
		if plan.Targets[i] == "" || slices.Contains(plan.Targets[:i], plan.Targets[i]) {
			return BackupState{}, refuse("backup_plan_invalid", nil, "field", "targets")
		}
	}
	if plan.At < 0 || plan.At >= 24*time.Hour || plan.Days < 1 || plan.Weeks < 0 || plan.Months < 0 || max(plan.Days, plan.Weeks, plan.Months) > 4000 {
		return BackupState{}, refuse("backup_plan_invalid", nil, "field", "keep")
	}
	return change(ctx, s, "backup.plan", plan, func(t *turn) (BackupState, error) {
		if err := t.need(shift.EditShop); err != nil {
			return BackupState{}, err
		}
		if _, err := t.fact("backup.planned", plan); err != nil {
			return BackupState{}, err
		}
		if err := t.PutSetting("backup", rawJSON(plan)); err != nil {
			return BackupState{}, err
		}
		t.tell(Event{Kind: SettingsChanged})
		return s.backupState(t)
	})
}

// NewBackupKey makes the key of the copies to come. The answer is its secret half, for the owner's safe: it is shown once
// and kept in no list, journal or log.
func (s *Shop) NewBackupKey(ctx context.Context) (recovery string, err error) {
	if s.p.Copier == nil {
		return "", refuse("no_copier", nil)
	}
	if i := s.Info(); i.Staff == nil || !i.Staff.May(shift.EditShop) {
		return "", refuse("needs_approval", shift.ErrDenied, "act", string(shift.EditShop))
	}
	if recovery, err = s.p.Copier.NewKey(); err != nil {
		return "", s.fault(err)
	}
	public, _ := s.p.Copier.Key()
	_, err = change(ctx, s, "backup.key", nil, func(t *turn) (bool, error) {
		t.tell(Event{Kind: SettingsChanged})
		_, err := t.fact("backup.key_made", map[string]string{"key": public})
		return true, err
	})
	return recovery, err
}

// BackUp copies to every target now. progress, which may be nil, gets pages done and pages in all. The error is of the first
// target that failed; what was made elsewhere stays made.
func (s *Shop) BackUp(ctx context.Context, progress func(done, all int64)) (BackupState, error) {
	if i := s.Info(); i.Staff == nil || !(i.Staff.May(shift.Close) || i.Staff.May(shift.EditShop)) {
		return BackupState{}, refuse("needs_approval", shift.ErrDenied, "act", string(shift.EditShop))
	}
	err := s.backUp(ctx, "hand", progress)
	state, lost := s.BackupState(context.WithoutCancel(ctx))
	return state, orElse(err, lost)
}

// backUp makes one round of copies. Two rounds at a time are one too many.
func (s *Shop) backUp(ctx context.Context, why string, progress func(done, all int64)) error {
	s.mu.Lock()
	if s.copying {
		s.mu.Unlock()
		return refuse("backup_busy", nil)
	}
	s.copying = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.copying = false
		s.tell(Event{Kind: SettingsChanged})
		s.mu.Unlock()
	}()
	state, err := s.BackupState(ctx)
	switch {
	case err != nil:
		return err
	case s.p.Copier == nil:
		return refuse("no_copier", nil)
	case len(state.Plan.Targets) == 0:
		return refuse("backup_no_target", nil)
	case state.Key == "":
		return refuse("backup_no_key", nil)
	}
	conf := s.config()
	var first error
	for _, target := range state.Plan.Targets {
		about := Copied{Shop: conf.Shop, Till: conf.Till, At: s.p.Clock.Now().UTC().Truncate(time.Second), Why: why}
		made, err := s.p.Copier.Copy(ctx, target, about, progress)
		if err == nil {
			err = s.thin(target, made, state.Plan)
		}
		if kept := s.copied(context.WithoutCancel(ctx), target, made, err); err == nil {
			err = kept
		}
		if err != nil && first == nil {
			first = refuse("backup_failed", err, "target", target, "why", lastWords(err))
		}
	}
	return first
}

// lastWords is what the system said in the end, without the way there.
func lastWords(err error) string {
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	return err.Error()
}

// copied writes down what came of one target.
func (s *Shop) copied(ctx context.Context, target string, made Copied, failed error) error {
	_, err := change(ctx, s, "backup.made", nil, func(t *turn) (bool, error) {
		state, err := s.backupState(t)
		if err != nil {
			return false, err
		}
		i := slices.IndexFunc(state.Targets, func(x TargetState) bool { return x.Target == target })
		if i < 0 {
			return false, nil // taken out of the plan meanwhile
		}
		at := &state.Targets[i]
		at.Tried, at.Failed = t.now, ""
		kind, body := factCopied, map[string]any{"target": target, "copy": made}
		if failed != nil {
			at.Failed = lastWords(failed)
			kind, body = factUncopied, map[string]any{"target": target, "why": at.Failed}
		} else {
			at.Last = made
			if at.Signed, err = lastZ(t); err != nil {
				return false, err
			}
		}
		if _, err := t.fact(kind, body); err != nil {
			return false, err
		}
		return true, t.PutSetting("backup.state", rawJSON(state.Targets))
	})
	return err
}

// lastZ is the number of the newest Z; 0 before the first.
func lastZ(v View) (n int64, err error) {
	doc, ok, err := v.Setting("z")
	if err != nil || !ok {
		return 0, err
	}
	return n, json.Unmarshal(doc, &n)
}

// Copies lists the copies in a target, newest first.
func (s *Shop) Copies(_ context.Context, target string) ([]Copied, error) {
	if s.p.Copier == nil {
		return nil, refuse("no_copier", nil)
	}
	list, err := s.p.Copier.Copies(target)
	if err != nil {
		return nil, refuse("backup_failed", err, "target", target, "why", lastWords(err))
	}
	return list, nil
}

// thin removes what the plan does not keep any more. The copy just made stays whatever the plan says.
func (s *Shop) thin(target string, made Copied, plan BackupPlan) error {
	list, err := s.p.Copier.Copies(target)
	if err != nil {
		return err
	}
	for _, old := range plan.surplus(list, made.At) {
		if old.Name == made.Name {
			continue
		}
		if err := s.p.Copier.Drop(target, old.Name); err != nil {
			return err
		}
	}
	return nil
}

// surplus answers the copies that p does not keep: those beyond the newest of each day, week and month.
func (p BackupPlan) surplus(list []Copied, now time.Time) []Copied {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b Copied) int { return b.At.Compare(a.At) })
	taken := map[string]bool{}
	var out []Copied
	for i, c := range list {
		at, age := c.At.Local(), now.Sub(c.At)
		year, week := at.ISOWeek()
		kept := i == 0
		for _, span := range []struct {
			name string
			days int
		}{{at.Format("d2006-01-02"), p.Days}, {"w" + time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 7*week).Format("2006-01-02"), 7 * p.Weeks}, {at.Format("m2006-01"), 31 * p.Months}} {
			if age < time.Duration(span.days)*24*time.Hour && !taken[span.name] {
				kept = true
			}
			taken[span.name] = true
		}
		if !kept {
			out = append(out, c)
		}
	}
	return out
}
