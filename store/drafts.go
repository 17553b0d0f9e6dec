package store

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"suanpan/app/order"
)

// Order reads one unfinished order; order.ErrNotFound where there is none.
func (v *view) Order(id order.ID) (*order.Order, error) {
	s, err := v.c.query("SELECT id, head FROM draft WHERE id = ?1", string(id))
	if err != nil {
		return nil, err
	}
	if ok, err := s.one(); !ok {
		return nil, cmp.Or(err, order.ErrNotFound)
	}
	o, err := v.scanOrder(s)
	return o, cmp.Or(err, s.end())
}

// OpenOrders reads every unfinished order, oldest first.
func (v *view) OpenOrders() ([]*order.Order, error) {
	s, err := v.c.query("SELECT id, head FROM draft ORDER BY made, id")
	if err != nil {
		return nil, err
	}
	var out []*order.Order
	for err == nil && s.next() {
		var o *order.Order
		if o, err = v.scanOrder(s); err == nil {
			out = append(out, o)
		}
	}
	return out, cmp.Or(err, s.end())
}

func (v *view) scanOrder(s *stmt) (*order.Order, error) {
	id := s.text(0)
	o := &order.Order{}
	if err := json.Unmarshal(s.raw(1), o); err != nil {
		return nil, fmt.Errorf("order %s: %w", id, err)
	}
	l, err := v.c.query("SELECT no, body FROM draft_line WHERE draft = ?1 ORDER BY no", id)
	if err != nil {
		return nil, err
	}
	for err == nil && l.next() {
		var line order.Line
		if err = json.Unmarshal(l.raw(1), &line); err != nil {
			err = fmt.Errorf("order %s: line %d: %w", id, l.int64(0), err)
		}
		o.Lines = append(o.Lines, line)
	}
	return o, cmp.Or(err, l.end())
}

// PutOrder keeps the head of o and the lines with these numbers, or every line where none is given. See app.OrdersTx.
func (t *tx) PutOrder(o *order.Order, lines ...int) error {
	head := *o
	head.Lines = nil
	doc, err := json.Marshal(&head)
	if err != nil {
		return fmt.Errorf("order %s: %w", o.ID, err)
	}
	err = t.c.exec("INSERT INTO draft (id, made, head) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET made = excluded.made, head = excluded.head",
		string(o.ID), o.Made.UnixMilli(), string(doc))
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		if err := t.c.exec("DELETE FROM draft_line WHERE draft = ?1", string(o.ID)); err != nil {
			return err
		}
		for i := range o.Lines {
			if err := t.putLine(o.ID, &o.Lines[i]); err != nil {
				return err
			}
		}
		return nil
	}
	for _, no := range lines {
		i := slices.IndexFunc(o.Lines, func(l order.Line) bool { return l.No == no })
		if i < 0 {
			err = t.c.exec("DELETE FROM draft_line WHERE draft = ?1 AND no = ?2", string(o.ID), no)
		} else {
			err = t.putLine(o.ID, &o.Lines[i])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) putLine(id order.ID, l *order.Line) error {
	doc, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("order %s: line %d: %w", id, l.No, err)
	}
	return t.c.exec("INSERT INTO draft_line (draft, no, body) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET body = excluded.body",
		string(id), l.No, string(doc))
}

// DropOrder forgets an unfinished order; one that is not there is no error.
func (t *tx) DropOrder(id order.ID) error {
	if err := t.c.exec("DELETE FROM draft_line WHERE draft = ?1", string(id)); err != nil {
		return err
	}
	return t.c.exec("DELETE FROM draft WHERE id = ?1", string(id))
}
