package store

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"suanpan/app"
	"suanpan/app/device"
	"suanpan/app/receipt"
)

const jobColumns = "SELECT id, printer, kind, state, reason, tries, copy, of, ref, at, page FROM job "

func scanJob(s *stmt) device.Job {
	j := device.Job{ID: s.int64(0), Printer: s.text(1), Kind: device.JobKind(s.text(2)), State: device.JobState(s.text(3)), Reason: s.text(4),
		Tries: s.int(5), Copy: s.int(6), Of: s.int64(7), Ref: s.text(8), At: time.UnixMilli(s.int64(9)).UTC()}
	if len(s.raw(10)) == 0 {
		return j
	}
	var err error
	if j.Page, err = receipt.Decode(s.raw(10)); err != nil {
		j.Reason = PageDamaged
	}
	return j
}

// PageDamaged is the reason of a job whose page could be read only in part: its certain rows are there (X45).
const PageDamaged = "page_damaged"

// Job reads one print job; app.ErrNoJob where there is none.
func (v *view) Job(id int64) (device.Job, error) {
	all, err := v.jobs("WHERE id = ?1", id)
	if err == nil && len(all) == 0 {
		err = app.ErrNoJob
	}
	if err != nil {
		return device.Job{}, err
	}
	return all[0], nil
}

// Jobs reads the jobs in these states, oldest first; a limit of 0 or less is none.
func (v *view) Jobs(states []device.JobState, limit int) ([]device.Job, error) {
	if limit <= 0 {
		limit = -1
	}
	var out []device.Job
	for _, state := range states {
		some, err := v.jobs("WHERE state = ?1 ORDER BY id LIMIT ?2", string(state), limit)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	slices.SortFunc(out, func(a, b device.Job) int { return cmp.Compare(a.ID, b.ID) })
	if limit > 0 && len(out) > limit {
		out = out[:limit]
	}
	return out, nil
}

// JobsFor reads every job of one document, oldest first.
func (v *view) JobsFor(ref string) ([]device.Job, error) {
	return v.jobs("WHERE ref = ?1 AND ref <> '' ORDER BY id", ref)
}

func (v *view) jobs(where string, args ...any) ([]device.Job, error) {
	s, err := v.c.query(jobColumns+where, args...)
	if err != nil {
		return nil, err
	}
	var out []device.Job
	for s.next() {
		out = append(out, scanJob(s))
	}
	return out, s.end()
}

// PutJob inserts a job whose ID is zero and sets it, or replaces everything of one but its page.
func (t *tx) PutJob(j *device.Job) error {
	if j.ID != 0 {
		err := t.c.exec("UPDATE job SET printer = ?2, kind = ?3, state = ?4, reason = ?5, tries = ?6, copy = ?7, of = ?8, ref = ?9, at = ?10 WHERE id = ?1",
			j.ID, j.Printer, string(j.Kind), string(j.State), j.Reason, j.Tries, j.Copy, j.Of, j.Ref, j.At.UnixMilli())
		if err == nil && t.c.changes() == 0 {
			err = app.ErrNoJob
		}
		return err
	}
	var page []byte
	if j.Page.Columns != 0 || len(j.Page.Rows) > 0 { // a kick has none
		var err error
		if page, err = j.Page.Encode(); err != nil {
			return fmt.Errorf("job for %s: page: %w", j.Ref, err)
		}
	}
	err := t.c.exec("INSERT INTO job (printer, kind, state, reason, tries, copy, of, ref, at, page) VALUES (?,?,?,?,?,?,?,?,?,?)",
		j.Printer, string(j.Kind), string(j.State), j.Reason, j.Tries, j.Copy, j.Of, j.Ref, j.At.UnixMilli(), string(page))
	if err == nil {
		j.ID = t.c.lastID()
	}
	return err
}
