package store

import (
	"cmp"
	"slices"

	"suanpan/app/catalog"
)

// Bounds of what waits in memory while many items are put: it is written sorted, so that the search tables are walked
// through a few times and not jumped about in.
const (
	termsMax     = 150_000
	gramBytesMax = 32 << 20
)

// term is one row of the table of beginnings.
type term struct {
	kind int
	word string
	item int64
	drop bool // goes instead of comes; of several for one row the last one counts
}

func (a term) compare(b term) int {
	return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.word, b.word), cmp.Compare(a.item, b.item))
}

// pending is what items add to the search tables and counters, put off to the end of the transaction or to the next
// reading of them.
type pending struct {
	terms      []term
	grams      map[string]*list
	gramBytes  int
	categories map[string]int64 // change of the number of items on sale
	order      []string         // categories in order of appearance
	items      int64
}

func newPending() *pending {
	p := &pending{}
	p.clear()
	return p
}

func (p *pending) clear() {
	*p = pending{grams: map[string]*list{}, categories: map[string]int64{}}
}

func (p *pending) empty() bool {
	return len(p.terms) == 0 && len(p.grams) == 0 && len(p.order) == 0 && p.items == 0
}

func (p *pending) full() bool { return len(p.terms) >= termsMax || p.gramBytes >= gramBytesMax }

// count notes that an item came (1) or went (-1).
func (p *pending) count(item catalog.Item, n int64) {
	if item.Retired {
		return
	}
	p.items += n
	if item.Category == "" {
		return
	}
	if _, known := p.categories[item.Category]; !known {
		p.order = append(p.order, item.Category)
	}
	p.categories[item.Category] += n
}

// words notes that the beginnings of an item come or go.
func (p *pending) words(w words, id int64, drop bool) {
	for _, name := range w.names {
		p.terms = append(p.terms, term{nameWord, name, id, drop})
	}
	for _, key := range w.initials {
		p.terms = append(p.terms, term{initialsWord, key, id, drop})
	}
}

// gram notes that an item has g.
func (p *pending) gram(g string, id int64) {
	l := p.grams[g]
	if l == nil {
		l = &list{}
		p.grams[g] = l
		p.gramBytes += len(g) + 96 // what an entry costs in memory
	}
	p.gramBytes += l.add(id)
}

// write puts everything into the tables. Where not all is asked for, lists that still have room stay and grow: the longer
// they are, the fewer rows are touched twice.
func (p *pending) write(c *conn, all bool) error {
	for _, f := range []func(*conn) error{p.writeTerms, p.writeCounts} {
		if err := f(c); err != nil {
			return err
		}
	}
	if !all && p.gramBytes < gramBytesMax {
		p.terms, p.order, p.items = p.terms[:0], nil, 0
		clear(p.categories)
		return nil
	}
	err := p.writeGrams(c)
	p.clear()
	return err
}

func (p *pending) writeTerms(c *conn) error {
	slices.SortStableFunc(p.terms, term.compare)
	for i, t := range p.terms {
		if i+1 < len(p.terms) && t.compare(p.terms[i+1]) == 0 {
			continue
		}
		sql := "INSERT OR IGNORE INTO term (kind, word, item) VALUES (?1, ?2, ?3)"
		if t.drop {
			sql = "DELETE FROM term WHERE kind = ?1 AND word = ?2 AND item = ?3"
		}
		if err := c.exec(sql, t.kind, t.word, t.item); err != nil {
			return err
		}
	}
	return nil
}

func (p *pending) writeCounts(c *conn) error {
	for _, name := range p.order {
		err := c.exec("INSERT INTO category (name, items) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET items = items + excluded.items",
			name, p.categories[name])
		if err != nil {
			return err
		}
	}
	if p.items == 0 {
		return nil
	}
	return c.exec("INSERT INTO counter (name, n) VALUES ('items', ?1) ON CONFLICT (name) DO UPDATE SET n = n + excluded.n", p.items)
}

func (p *pending) writeGrams(c *conn) error {
	some, err := number(c, "SELECT EXISTS (SELECT 1 FROM gram)")
	if err != nil {
		return err
	}
	grams := make([]string, 0, len(p.grams))
	for g := range p.grams {
		grams = append(grams, g)
	}
	slices.Sort(grams)
	var ids []int64
	for _, g := range grams {
		ids = p.grams[g].ids(ids)
		if err := writeGram(c, g, ids, some == 0); err != nil {
			return err
		}
		delete(p.grams, g)
	}
	return nil
}
