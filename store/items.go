package store

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"suanpan/app/catalog"
	"suanpan/app/money"
)

// Item reads one item; catalog.ErrNotFound where there is none.
func (v *view) Item(sku string) (catalog.Item, error) {
	return v.item("SELECT body, 0 FROM item WHERE sku = ?1", sku)
}

func (v *view) item(sql string, key any) (catalog.Item, error) {
	item, _, err := v.itemUnit(sql, key)
	return item, err
}

func (v *view) itemUnit(sql string, key any) (item catalog.Item, unit int, err error) {
	s, err := v.c.query(sql, key)
	if err != nil {
		return item, 0, err
	}
	if ok, err := s.one(); !ok {
		return item, 0, cmp.Or(err, catalog.ErrNotFound)
	}
	unit = s.int(1)
	if err = json.Unmarshal(s.raw(0), &item); err != nil {
		err = fmt.Errorf("item %v: %w", key, err)
	}
	return item, unit, cmp.Or(err, s.end())
}

// ItemByCode finds what a barcode names: the item (unit -1) or one of its units.
func (v *view) ItemByCode(code string) (catalog.Item, int, error) {
	return v.itemUnit("SELECT item.body, barcode.unit FROM barcode JOIN item ON item.id = barcode.item WHERE barcode.code = ?1", catalog.Key(code))
}

// ItemByPLU finds an item by the number inside weighed labels.
func (v *view) ItemByPLU(plu string) (catalog.Item, error) {
	return v.item("SELECT item.body, 0 FROM plu JOIN item ON item.id = plu.item WHERE plu.plu = ?1", catalog.PLUKey(plu))
}

// ItemsIn pages through a category, or through everything, in order of SKU; a limit of 0 or less is none.
func (v *view) ItemsIn(category, afterSKU string, limit int) ([]catalog.Item, error) {
	if limit <= 0 {
		limit = -1
	}
	sql, args := "SELECT body FROM item WHERE category = ?1 AND retired = 0 AND sku > ?2 ORDER BY sku LIMIT ?3", []any{category, afterSKU, limit}
	if category == "" {
		sql, args = "SELECT body FROM item WHERE retired = 0 AND sku > ?1 ORDER BY sku LIMIT ?2", []any{afterSKU, limit}
	}
	s, err := v.c.query(sql, args...)
	if err != nil {
		return nil, err
	}
	var out []catalog.Item
	for err == nil && s.next() {
		var item catalog.Item
		err = json.Unmarshal(s.raw(0), &item)
		out = append(out, item)
	}
	return out, cmp.Or(err, s.end())
}

// Taxes reads the rates in the order in which they were first put.
func (v *view) Taxes() ([]catalog.Tax, error) {
	s, err := v.c.query("SELECT code, name, rate FROM tax ORDER BY n")
	if err != nil {
		return nil, err
	}
	var out []catalog.Tax
	for s.next() {
		out = append(out, catalog.Tax{Code: s.text(0), Name: s.text(1), Rate: money.Rate(s.int64(2))})
	}
	return out, s.end()
}

// PutTax writes a rate in place of the one with its code.
func (t *tx) PutTax(tax catalog.Tax) error {
	return t.c.exec("INSERT INTO tax (code, name, rate) VALUES (?1, ?2, ?3) ON CONFLICT (code) DO UPDATE SET name = excluded.name, rate = excluded.rate",
		tax.Code, tax.Name, int64(tax.Rate))
}

// Categories reads the categories that have items on sale, in order of first use.
func (v *view) Categories() ([]string, error) {
	if err := v.flush(); err != nil {
		return nil, err
	}
	s, err := v.c.query("SELECT name FROM category WHERE items > 0 ORDER BY n")
	if err != nil {
		return nil, err
	}
	var out []string
	for s.next() {
		out = append(out, s.text(0))
	}
	return out, s.end()
}

// CountItems is the number of items on sale.
func (v *view) CountItems() (int64, error) {
	if err := v.flush(); err != nil {
		return 0, err
	}
	return number(v.c, "SELECT n FROM counter WHERE name = 'items'")
}

// stored is an item as it lies in the table.
type stored struct {
	id   int64
	item catalog.Item
	doc  string
}

// PutItem inserts or replaces an item by SKU. A barcode or PLU that another item has is catalog.ErrDuplicate naming both;
// nothing is changed then, and the transaction may go on.
func (t *tx) PutItem(item catalog.Item) error {
	body, err := json.Marshal(&item)
	if err != nil {
		return fmt.Errorf("item %s: %w", item.SKU, err)
	}
	find := findable(item)
	doc := find.doc()
	err = t.c.exec("INSERT OR IGNORE INTO item (sku, category, retired, doc, body) VALUES (?1, ?2, ?3, ?4, ?5)",
		item.SKU, item.Category, item.Retired, doc, string(body))
	if err != nil {
		return err
	}
	if t.c.changes() == 0 {
		return t.replaceItem(item, find, doc, string(body))
	}
	now := stored{t.c.lastID(), item, doc}
	if err := t.putCodes(stored{id: now.id}, now); err != nil {
		if e := t.c.exec("DELETE FROM item WHERE id = ?1", now.id); e != nil {
			return e
		}
		return err
	}
	t.pend.count(item, 1)
	return t.index(now.id, nil, find)
}

func (t *tx) replaceItem(item catalog.Item, find words, doc, body string) error {
	s, err := t.c.query("SELECT id, body, doc FROM item WHERE sku = ?1", item.SKU)
	if err != nil {
		return err
	}
	if ok, err := s.one(); !ok {
		return cmp.Or(err, fmt.Errorf("item %s: %w", item.SKU, catalog.ErrNotFound))
	}
	old := stored{id: s.int64(0), doc: s.text(2)}
	same := string(s.raw(1)) == body
	err = json.Unmarshal(s.raw(1), &old.item)
	if err = cmp.Or(err, s.end()); err != nil || same && old.doc == doc {
		return err
	}
	if err := t.putCodes(old, stored{old.id, item, doc}); err != nil {
		return err
	}
	err = t.c.exec("UPDATE item SET category = ?2, retired = ?3, doc = ?4, body = ?5 WHERE id = ?1", old.id, item.Category, item.Retired, doc, body)
	if err != nil {
		return err
	}
	t.pend.count(old.item, -1)
	t.pend.count(item, 1)
	if doc == old.doc {
		return nil
	}
	was := findable(old.item)
	return t.index(old.id, &was, find)
}

// label is a code and what it stands for within its item.
type label struct {
	code string
	unit int
}

// codesOf lists what leads to an item: its own barcodes, those of its units, and its PLU. Each code stands once.
func codesOf(item catalog.Item) (codes []label) {
	add := func(code string, unit int) {
		code = catalog.Key(code) // UPC-A and EAN-13 of one thing are one code
		if code != "" && !slices.ContainsFunc(codes, func(l label) bool { return l.code == code }) {
			codes = append(codes, label{code, unit})
		}
	}
	for _, code := range item.Barcodes {
		add(code, -1)
	}
	for i, u := range item.Units {
		add(u.Barcode, i)
	}
	return codes
}

// putCodes moves the codes of an item from what they were to what they are, or changes nothing.
func (t *tx) putCodes(was, now stored) error {
	old, fresh := codesOf(was.item), codesOf(now.item)
	undo := func(n int, err error) error {
		for _, l := range fresh[:n] {
			if slices.ContainsFunc(old, func(o label) bool { return o.code == l.code }) {
				continue
			}
			if e := t.c.exec("DELETE FROM barcode WHERE code = ?1", l.code); e != nil {
				return e
			}
		}
		return err
	}
	for i, l := range fresh {
		err := t.c.exec("INSERT OR IGNORE INTO barcode (code, item, unit) VALUES (?1, ?2, ?3)", l.code, now.id, l.unit)
		if err != nil {
			return err
		}
		if t.c.changes() == 1 || slices.Contains(old, l) {
			continue
		}
		if owner, err := number(t.c, "SELECT item FROM barcode WHERE code = ?1", l.code); err != nil || owner != now.id {
			return undo(i, cmp.Or(err, t.duplicate("barcode", l.code, owner, now.item.SKU)))
		}
		if err := t.c.exec("UPDATE barcode SET unit = ?2 WHERE code = ?1", l.code, l.unit); err != nil {
			return err
		}
	}
	if err := t.putPLU(was, now); err != nil {
		return undo(len(fresh), err)
	}
	for _, l := range old {
		if !slices.ContainsFunc(fresh, func(f label) bool { return f.code == l.code }) {
			if err := t.c.exec("DELETE FROM barcode WHERE code = ?1", l.code); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *tx) putPLU(was, now stored) error {
	had, plu := catalog.PLUKey(was.item.PLU), catalog.PLUKey(now.item.PLU)
	if had == plu {
		return nil
	}
	if plu != "" {
		if err := t.c.exec("INSERT OR IGNORE INTO plu (plu, item) VALUES (?1, ?2)", plu, now.id); err != nil {
			return err
		}
		if t.c.changes() == 0 {
			owner, err := number(t.c, "SELECT item FROM plu WHERE plu = ?1", plu)
			return cmp.Or(err, t.duplicate("PLU", plu, owner, now.item.SKU))
		}
	}
	if had == "" {
		return nil
	}
	return t.c.exec("DELETE FROM plu WHERE plu = ?1", had)
}

func (t *tx) duplicate(what, code string, owner int64, sku string) error {
	s, err := t.c.query("SELECT sku FROM item WHERE id = ?1", owner)
	if err != nil {
		return err
	}
	other := ""
	if s.next() {
		other = s.text(0)
	}
	return cmp.Or(s.end(), fmt.Errorf("%w: %s %s is on %s and on %s", catalog.ErrDuplicate, what, code, other, sku))
}
