package store

import (
	"cmp"
	"encoding/json"
	"fmt"

	"suanpan/app"
)

// shelf is one room of the table of documents.
type shelf struct {
	c    *conn
	room string
}

// Shelf opens a shelf to read.
func (v *view) Shelf(name string) app.Shelf { return shelf{v.c, name} }

// ShelfTx opens a shelf to write.
func (t *tx) ShelfTx(name string) app.ShelfTx { return shelf{t.c, name} }

// past is the smallest text behind everything that begins with prefix: no UTF-8 contains the byte 0xff.
func past(prefix string) string { return prefix + "\xff" }

// Get reads one document.
func (h shelf) Get(key string) (json.RawMessage, bool, error) {
	s, err := h.c.query("SELECT doc FROM shelf WHERE room = ?1 AND key = ?2", h.room, key)
	if err != nil {
		return nil, false, err
	}
	if ok, err := s.one(); !ok {
		return nil, false, err
	}
	doc := s.blob(0)
	return doc, true, s.end()
}

// List visits documents whose key begins with prefix, in order of key; a limit of 0 or less is none.
func (h shelf) List(prefix string, limit int, each func(key string, doc json.RawMessage) error) error {
	if limit <= 0 {
		limit = -1
	}
	s, err := h.c.query("SELECT key, doc FROM shelf WHERE room = ?1 AND key >= ?2 AND key < ?3 ORDER BY key LIMIT ?4",
		h.room, prefix, past(prefix), limit)
	if err != nil {
		return err
	}
	for err == nil && s.next() {
		err = each(s.text(0), s.blob(1))
	}
	return cmp.Or(err, s.end())
}

// Find gives the keys of documents with a secondary key that begins so, in its order, each document once; a limit of 0 or
// less is none.
func (h shelf) Find(secondary string, limit int) ([]string, error) {
	s, err := h.c.query("SELECT key FROM shelf_key WHERE room = ?1 AND secondary >= ?2 AND secondary < ?3 ORDER BY secondary, key",
		h.room, secondary, past(secondary))
	if err != nil {
		return nil, err
	}
	var keys []string
	seen := map[string]bool{}
	for (limit <= 0 || len(keys) < limit) && s.next() {
		if key := s.text(0); !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
	}
	return keys, s.end()
}

// Put writes a document and its secondary keys, in place of what was there.
func (h shelf) Put(key string, doc json.RawMessage, secondary ...string) error {
	if !json.Valid(doc) {
		return fmt.Errorf("%s/%s: not JSON", h.room, key)
	}
	if secondary == nil {
		secondary = []string{}
	}
	list, err := json.Marshal(secondary)
	if err != nil {
		return err
	}
	old, err := h.secondary(key)
	if err != nil {
		return err
	}
	err = h.c.exec("INSERT INTO shelf (room, key, doc, secondary) VALUES (?1, ?2, ?3, ?4)"+
		" ON CONFLICT (room, key) DO UPDATE SET doc = excluded.doc, secondary = excluded.secondary", h.room, key, string(doc), string(list))
	if err != nil || old == string(list) {
		return err
	}
	if err := h.forget(key, old); err != nil {
		return err
	}
	for _, k := range secondary {
		if err := h.c.exec("INSERT OR IGNORE INTO shelf_key (room, secondary, key) VALUES (?1, ?2, ?3)", h.room, k, key); err != nil {
			return err
		}
	}
	return nil
}

// Delete removes a document; one that is not there is no error.
func (h shelf) Delete(key string) error {
	old, err := h.secondary(key)
	if err != nil {
		return err
	}
	if err := h.forget(key, old); err != nil {
		return err
	}
	return h.c.exec("DELETE FROM shelf WHERE room = ?1 AND key = ?2", h.room, key)
}

// secondary is the stored list of a document's secondary keys, or "".
func (h shelf) secondary(key string) (string, error) {
	s, err := h.c.query("SELECT secondary FROM shelf WHERE room = ?1 AND key = ?2", h.room, key)
	if err != nil {
		return "", err
	}
	if ok, err := s.one(); !ok {
		return "", err
	}
	list := s.text(0)
	return list, s.end()
}

func (h shelf) forget(key, list string) error {
	if list == "" {
		return nil
	}
	var old []string
	if err := json.Unmarshal([]byte(list), &old); err != nil {
		return fmt.Errorf("%s/%s: secondary keys: %w", h.room, key, err)
	}
	for _, k := range old {
		if err := h.c.exec("DELETE FROM shelf_key WHERE room = ?1 AND secondary = ?2 AND key = ?3", h.room, k, key); err != nil {
			return err
		}
	}
	return nil
}
