package store

import (
	"encoding/json"
	"fmt"
	"time"

	"suanpan/app"
)

// onceDays is how long answers to idempotency keys are kept.
const onceDays = 30

// Setting reads a named document.
func (v *view) Setting(name string) (json.RawMessage, bool, error) {
	s, err := v.c.query("SELECT doc FROM setting WHERE name = ?1", name)
	if err != nil {
		return nil, false, err
	}
	if ok, err := s.one(); !ok {
		return nil, false, err
	}
	doc := s.blob(0)
	return doc, true, s.end()
}

// PutSetting writes a named document.
func (t *tx) PutSetting(name string, doc json.RawMessage) error {
	if !json.Valid(doc) {
		return fmt.Errorf("setting %s: not JSON", name)
	}
	return t.c.exec("INSERT INTO setting (name, doc) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET doc = excluded.doc", name, string(doc))
}

// Once finds the answer that was given to an idempotency key.
func (t *tx) Once(key string) (app.Done, bool, error) {
	s, err := t.c.query("SELECT hash, answer, at FROM once WHERE key = ?1", key)
	if err != nil {
		return app.Done{}, false, err
	}
	if ok, err := s.one(); !ok {
		return app.Done{}, false, err
	}
	d := app.Done{Hash: s.blob(0), Answer: s.blob(1), At: time.UnixMilli(s.int64(2)).UTC()}
	return d, true, s.end()
}

// PutOnce remembers an answer, and forgets up to two that are older than thirty days: as many go as come.
func (t *tx) PutOnce(key string, d app.Done) error {
	err := t.c.exec("DELETE FROM once WHERE n IN (SELECT n FROM (SELECT n, at FROM once ORDER BY n LIMIT 2) WHERE at < ?1)",
		d.At.AddDate(0, 0, -onceDays).UnixMilli())
	if err != nil {
		return err
	}
	return t.c.exec("INSERT INTO once (key, hash, answer, at) VALUES (?1, ?2, ?3, ?4)"+
		" ON CONFLICT (key) DO UPDATE SET hash = excluded.hash, answer = excluded.answer, at = excluded.at",
		key, d.Hash, d.Answer, d.At.UnixMilli())
}
