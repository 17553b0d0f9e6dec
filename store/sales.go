package store

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"suanpan/app"
)

const saleColumns = "SELECT seq, id, no, at, kind, of, shift, staff, total, label FROM sale "

// Bounds of a search by text: candidates by the end of a number, and documents whose label is looked at.
const (
	endingsMax = 5000
	labelsMax  = 100_000
)

// form is what receipt numbers look like: a prefix and so many digits.
type form struct {
	prefix string
	width  int
}

// formOf splits a receipt number; width is 0 where it does not end in digits.
func formOf(no string) form {
	p := strings.TrimRight(no, "0123456789")
	return form{p, len(no) - len(p)}
}

// loadForms reads every form and the first document that has it.
func (v *view) loadForms() (map[form]int64, error) {
	s, err := v.c.query("SELECT prefix, width, first FROM sale_form")
	if err != nil {
		return nil, err
	}
	out := map[form]int64{}
	for s.next() {
		out[form{s.text(0), s.int(1)}] = s.int64(2)
	}
	return out, s.end()
}

func (t *tx) putSale(r *app.SaleRow) error {
	if t.forms == nil {
		var err error
		if t.forms, err = t.loadForms(); err != nil {
			return err
		}
	}
	if f := formOf(r.No); f.width > 0 && t.forms[f] == 0 {
		if err := t.c.exec("INSERT INTO sale_form (prefix, width, first) VALUES (?, ?, ?)", f.prefix, f.width, r.Seq); err != nil {
			return err
		}
		t.forms[f] = r.Seq
	}
	return t.c.exec("INSERT INTO sale (seq, id, no, at, kind, of, shift, staff, total, label) VALUES (?,?,?,?,?,?,?,?,?,?)",
		r.Seq, r.ID, r.No, r.At.UnixMilli(), r.Kind, r.Of, r.Shift, r.Staff, r.Total, r.Label)
}

func scanSale(s *stmt) app.SaleRow {
	return app.SaleRow{Seq: s.int64(0), ID: s.text(1), No: s.text(2), At: time.UnixMilli(s.int64(3)).UTC(), Kind: s.text(4),
		Of: s.text(5), Shift: s.text(6), Staff: s.text(7), Total: s.int64(8), Label: s.text(9)}
}

// Sale finds a document by the order's id.
func (v *view) Sale(id string) (app.SaleRow, error) { return v.sale("WHERE id = ?1", id) }

// SaleByNo finds a document by its receipt number.
func (v *view) SaleByNo(no string) (app.SaleRow, error) { return v.sale("WHERE no = ?1", no) }

func (v *view) sale(where string, key any) (app.SaleRow, error) {
	s, err := v.c.query(saleColumns+where, key)
	if err != nil {
		return app.SaleRow{}, err
	}
	if ok, err := s.one(); !ok {
		return app.SaleRow{}, cmp.Or(err, app.ErrNoSale)
	}
	r := scanSale(s)
	return r, s.end()
}

// Refunds are the documents that take back of, oldest first.
func (v *view) Refunds(of string) ([]app.SaleRow, error) {
	return v.sales("WHERE of = ?1 AND of <> '' ORDER BY seq", of)
}

func (v *view) sales(where string, args ...any) ([]app.SaleRow, error) {
	s, err := v.c.query(saleColumns+where, args...)
	if err != nil {
		return nil, err
	}
	var out []app.SaleRow
	for s.next() {
		out = append(out, scanSale(s))
	}
	return out, s.end()
}

// EachSale reads the index in order of Seq.
func (v *view) EachSale(after int64, each func(app.SaleRow) error) error {
	s, err := v.c.query(saleColumns+"WHERE seq > ?1 ORDER BY seq", after)
	if err != nil {
		return err
	}
	for err == nil && s.next() {
		if !s.are("ittittttit") { // see saleColumns
			err = fmt.Errorf("%w: the index row of fact %d holds a value of the wrong type", app.ErrDamaged, s.int64(0))
			break
		}
		err = each(scanSale(s))
	}
	return cmp.Or(err, s.end())
}

// SalesIn selects documents, newest first: by Seq, or by clock where From or To is given, so that a day far back costs
// what a day costs. Text is a receipt number, its last digits, or a part of the label of one of the newest 100,000
// documents that have one; letters of either case and width are the same.
func (v *view) SalesIn(q app.SalesQuery) ([]app.SaleRow, error) {
	if q.Limit <= 0 {
		q.Limit = -1
	}
	if text := strings.TrimSpace(q.Text); text != "" {
		return v.salesByText(q, text)
	}
	where, args := []string{"1"}, []any{}
	add := func(cond string, arg any) {
		where = append(where, cond)
		args = append(args, arg)
	}
	if q.Shift != "" {
		add("shift = ?", q.Shift)
	}
	order := " ORDER BY seq DESC LIMIT ?"
	byClock := (!q.From.IsZero() || !q.To.IsZero()) && q.Shift == ""
	if !q.From.IsZero() {
		add("at >= ?", q.From.UnixMilli())
	}
	if !q.To.IsZero() {
		add("at < ?", q.To.UnixMilli())
	}
	switch {
	case q.Before > 0 && byClock:
		where = append(where, "(at, seq) < (coalesce((SELECT at FROM sale WHERE seq = ?), 1 << 62), ?)")
		args = append(args, q.Before, q.Before)
	case q.Before > 0:
		add("seq < ?", q.Before)
	}
	if byClock {
		order = " ORDER BY at DESC, seq DESC LIMIT ?"
	}
	return v.sales("WHERE "+strings.Join(where, " AND ")+order, append(args, q.Limit)...)
}

// wanted reports whether r passes everything in q but its text.
func wanted(r app.SaleRow, q app.SalesQuery) bool {
	return (q.Shift == "" || r.Shift == q.Shift) && (q.Before <= 0 || r.Seq < q.Before) &&
		(q.From.IsZero() || !r.At.Before(q.From)) && (q.To.IsZero() || r.At.Before(q.To))
}

func (v *view) salesByText(q app.SalesQuery, text string) ([]app.SaleRow, error) {
	found := map[int64]app.SaleRow{}
	keep := func(r app.SaleRow, err error) error {
		if err == nil && wanted(r, q) {
			found[r.Seq] = r
		}
		if err == app.ErrNoSale {
			return nil
		}
		return err
	}
	for _, no := range []string{text, strings.ToUpper(text)} {
		if err := keep(v.SaleByNo(no)); err != nil {
			return nil, err
		}
	}
	forms, err := v.loadForms()
	if err != nil {
		return nil, err
	}
	for f := range forms {
		hits := 0
		if err := v.endings(f, newest(forms, f), text, func(r app.SaleRow) (bool, error) {
			if wanted(r, q) {
				hits++
			}
			return q.Limit < 0 || hits < q.Limit, keep(r, nil)
		}); err != nil {
			return nil, err
		}
	}
	if err := v.labels(q, fold(text), found); err != nil {
		return nil, err
	}
	out := make([]app.SaleRow, 0, len(found))
	for _, r := range found {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b app.SaleRow) int { return cmp.Compare(b.Seq, a.Seq) })
	if q.Limit > 0 && len(out) > q.Limit {
		out = out[:q.Limit]
	}
	return out, nil
}

// newest is behind the last document of form f: where numbers of the same prefix grew longer, or the end.
func newest(forms map[form]int64, f form) int64 {
	end := int64(1) << 62
	for g, first := range forms {
		if g.prefix == f.prefix && first > forms[f] {
			end = min(end, first)
		}
	}
	return end
}

// endings visits documents whose number has form f and ends in text, highest number first, until each says no more. Each
// candidate is one look into the index of numbers, so the cost does not depend on how many documents there are in between.
// The highest number is that of the newest document of this form, at or before the seq end.
func (v *view) endings(f form, end int64, text string, each func(app.SaleRow) (bool, error)) error {
	t := formOf(text)
	if t.width == 0 || t.width > min(f.width, 18) || t.prefix != "" && (t.width < f.width || !strings.HasSuffix(f.prefix, t.prefix)) {
		return nil
	}
	s, err := v.c.query("SELECT no FROM sale WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2", end, endingsMax)
	if err != nil {
		return err
	}
	top := int64(-1)
	for top < 0 && s.next() {
		if no := s.text(0); formOf(no) == f {
			top = int64Of(no[len(f.prefix):])
		}
	}
	if err := s.end(); err != nil {
		return err
	}
	step := int64(1)
	for range t.width {
		step *= 10
	}
	n := top - ((top-int64Of(text[len(t.prefix):]))%step+step)%step
	for tries := 0; n >= 0 && tries < endingsMax; n, tries = n-step, tries+1 {
		r, err := v.SaleByNo(fmt.Sprintf("%s%0*d", f.prefix, f.width, n))
		if err == app.ErrNoSale {
			continue
		}
		if err != nil {
			return err
		}
		if more, err := each(r); !more || err != nil {
			return err
		}
	}
	return nil
}

// int64Of reads digits; more than 18 are cut to their last 18.
func int64Of(digits string) int64 {
	n := int64(0)
	for _, d := range []byte(digits[max(0, len(digits)-18):]) {
		n = n*10 + int64(d-'0')
	}
	return n
}

// labels adds documents whose label contains text, newest first.
func (v *view) labels(q app.SalesQuery, text string, found map[int64]app.SaleRow) error {
	before := q.Before
	if before <= 0 {
		before = 1 << 62
	}
	s, err := v.c.query("SELECT seq, label FROM sale WHERE label <> '' AND seq < ?1 ORDER BY seq DESC LIMIT ?2", before, labelsMax)
	if err != nil {
		return err
	}
	hits := 0
	for err == nil && (q.Limit < 0 || hits < q.Limit) && s.next() {
		if !strings.Contains(fold(s.text(1)), text) {
			continue
		}
		seq := s.int64(0)
		var r app.SaleRow
		if r, err = v.sale("WHERE seq = ?1", seq); err == nil && wanted(r, q) {
			found[seq] = r
			hits++
		}
	}
	return cmp.Or(err, s.end())
}
