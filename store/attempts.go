package store

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	"suanpan/app"
	"suanpan/app/order"
	"suanpan/app/pay"
)

// Attempt reads one attempt; app.ErrNoPayment where there is none.
func (v *view) Attempt(id string) (app.Attempt, error) {
	all, err := v.attempts("SELECT id, body FROM attempt WHERE id = ?1", id)
	if err == nil && len(all) == 0 {
		err = app.ErrNoPayment
	}
	if err != nil {
		return app.Attempt{}, err
	}
	return all[0], nil
}

// AttemptsOf reads an order's attempts, oldest first.
func (v *view) AttemptsOf(id order.ID) ([]app.Attempt, error) {
	return v.attempts("SELECT id, body FROM attempt WHERE ord = ?1 ORDER BY id", string(id))
}

// OpenAttempts reads every attempt that is not decided, or has a refund that is not, oldest first.
func (v *view) OpenAttempts() ([]app.Attempt, error) {
	return v.attempts("SELECT id, body FROM attempt WHERE open = 1 ORDER BY id")
}

func (v *view) attempts(sql string, args ...any) ([]app.Attempt, error) {
	s, err := v.c.query(sql, args...)
	if err != nil {
		return nil, err
	}
	var out []app.Attempt
	for err == nil && s.next() {
		var a app.Attempt
		if err = json.Unmarshal(s.raw(1), &a); err != nil {
			err = fmt.Errorf("payment %s: %w", s.text(0), err)
		}
		out = append(out, a)
	}
	return out, cmp.Or(err, s.end())
}

// PutAttempt writes an attempt. Its own number belongs to it alone, for ever.
func (t *tx) PutAttempt(a app.Attempt) error {
	doc, err := json.Marshal(&a)
	if err != nil {
		return fmt.Errorf("payment %s: %w", a.ID, err)
	}
	err = t.c.exec("INSERT INTO attempt (id, ord, own_no, open, body) VALUES (?1, ?2, ?3, ?4, ?5)"+
		" ON CONFLICT (id) DO UPDATE SET ord = excluded.ord, own_no = excluded.own_no, open = excluded.open, body = excluded.body",
		a.ID, a.Order, a.No, a.Wanting(), string(doc))
	if unique(err) {
		return fmt.Errorf("payment %s: own number %s was used before: %w", a.ID, a.No, err)
	}
	if err != nil {
		return err
	}
	return t.putMovements(a)
}

// Observe appends what was seen.
func (t *tx) Observe(attempt string, at time.Time, o pay.Observation) error {
	doc, err := json.Marshal(&o)
	if err != nil {
		return fmt.Errorf("payment %s: observation: %w", attempt, err)
	}
	return t.c.exec("INSERT INTO observation (attempt, at, body) VALUES (?1, ?2, ?3)", attempt, at.UnixMilli(), string(doc))
}

// Observations visits what was seen of an attempt, oldest first; for people who look into a dispute.
func (v *view) Observations(attempt string, each func(at time.Time, o pay.Observation) error) error {
	s, err := v.c.query("SELECT at, body FROM observation WHERE attempt = ?1 ORDER BY n", attempt)
	if err != nil {
		return err
	}
	for err == nil && s.next() {
		var o pay.Observation
		if err = json.Unmarshal(s.raw(1), &o); err == nil {
			err = each(time.UnixMilli(s.int64(0)).UTC(), o)
		}
	}
	return cmp.Or(err, s.end())
}
