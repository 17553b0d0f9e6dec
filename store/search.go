package store

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"suanpan/app/catalog"
)

// Kinds of words in the table term.
const (
	nameWord     = 1
	initialsWord = 2
)

// Bounds of what an item adds to the search tables, and of one search.
const (
	readingsKept = 3    // readings of a name's initials
	tailDigits   = 6    // digits at the end of a barcode that are found by themselves
	looksMax     = 4000 // rows looked at for one substring
	questionMax  = 100  // characters of a question that are read
)

func fold(text string) string { return catalog.Fold(text) }

// words is what an item is found by.
type words struct {
	names, initials, other []string
}

func findable(item catalog.Item) words {
	var w words
	add := func(list *[]string, text string) {
		if text != "" && !slices.Contains(*list, text) {
			*list = append(*list, text)
		}
	}
	add(&w.names, fold(item.Name))
	for _, name := range item.Names { // in any order: doc sorts them
		add(&w.names, fold(name))
	}
	if len(w.names) > 1 {
		slices.Sort(w.names[1:])
	}
	keys := catalog.Initials(item.Name)
	for _, key := range keys[:min(len(keys), readingsKept)] {
		if !slices.Contains(w.names, key) {
			add(&w.initials, key)
		}
	}
	add(&w.other, fold(item.SKU))
	for _, text := range []string{item.Style, item.Colour, item.Size} {
		add(&w.other, fold(text))
	}
	for _, l := range codesOf(item) {
		add(&w.other, fold(l.code[max(0, len(l.code)-tailDigits):]))
	}
	return w
}

// fieldEnd stands between the fields of doc, where no question can match.
const fieldEnd = "\x1f"

// doc is everything in one text, in which a substring is looked for.
func (w words) doc() string {
	return strings.Join(slices.Concat(w.names, w.initials, w.other), fieldEnd)
}

// index puts the words of an item into the search tables in place of what it had.
func (t *tx) index(id int64, was *words, now words) error {
	p := t.pend
	if was != nil {
		p.words(*was, id, true)
	}
	p.words(now, id, false)
	for _, fields := range [][]string{now.names, now.initials, now.other} {
		for _, f := range fields {
			for _, word := range strings.Fields(f) {
				eachGram(word, func(g string, _ bool) { p.gram(g, id) })
			}
		}
	}
	if p.full() {
		return p.write(t.c, false)
	}
	return nil
}

// finder gathers the answer to one search, best first.
type finder struct {
	v     *view
	limit int
	seen  map[int64]bool
	out   []catalog.Item
	err   error
}

// SearchItems finds items on sale: by barcode or SKU, then by the beginning of a name, of its initials, of a code, then by
// any part of what the item is found by; several words must all be there. Letters of either case and width are the same.
// A limit of 0 or less is 50.
func (v *view) SearchItems(text string, limit int) ([]catalog.Item, error) {
	if limit <= 0 {
		limit = 50
	}
	question := fold(text)
	if runes := []rune(question); len(runes) > questionMax {
		question = string(runes[:questionMax])
	}
	if question == "" {
		return nil, nil
	}
	if err := v.flush(); err != nil {
		return nil, err
	}
	f := &finder{v: v, limit: limit, seen: map[int64]bool{}}
	code := strings.TrimSpace(text)
	forms := []string{code}
	for _, c := range []string{question, strings.ToUpper(question)} {
		if !slices.Contains(forms, c) {
			forms = append(forms, c)
		}
	}
	for _, c := range forms {
		f.ids("SELECT item FROM barcode WHERE code = ?1", catalog.Key(c))
		f.ids("SELECT id FROM item WHERE sku = ?1", c)
	}
	digits := strings.Trim(question, "0123456789") == ""
	if digits {
		f.codes(forms)
	}
	f.ids("SELECT item FROM term WHERE kind = 1 AND word >= ?1 AND word < ?2", question, past(question))
	f.ids("SELECT item FROM term WHERE kind = 2 AND word >= ?1 AND word < ?2", question, past(question))
	if !digits {
		f.codes(forms)
	}
	f.anywhere(strings.Fields(question))
	return f.out, f.err
}

// codes adds items whose barcode or SKU begins so.
func (f *finder) codes(forms []string) {
	for _, c := range forms {
		f.ids("SELECT id FROM item WHERE sku >= ?1 AND sku < ?2 ORDER BY sku", c, past(c))
		for _, zeros := range gtinZeros {
			if zeros == "" || c[0] >= '0' && c[0] <= '9' {
				f.ids("SELECT item FROM barcode WHERE code >= ?1 AND code < ?2 ORDER BY code", zeros+c, past(zeros+c))
			}
		}
	}
}

// gtinZeros are what stands before an EAN-13, a UPC-A, an EAN-8 and any other code in the table (catalog.Key).
var gtinZeros = [...]string{"0", "00", "000000", ""}

// ids adds the items that sql names, as far as there is room.
func (f *finder) ids(sql string, args ...any) {
	if f.err != nil || len(f.out) >= f.limit {
		return
	}
	s, err := f.v.c.query(sql, args...)
	for err == nil && len(f.out) < f.limit && s.next() {
		var row found
		if row, err = f.look(s.int64(0)); err == nil && row.ok {
			err = f.take(row)
		}
	}
	if s != nil {
		err = cmp.Or(err, s.end())
	}
	f.err = err
}

// found is a row that was looked at.
type found struct {
	ok   bool // on sale, and not in the answer yet
	doc  string
	body []byte
	rank int // of a hit on a substring, best first
}

// look reads an item once.
func (f *finder) look(id int64) (found, error) {
	if f.seen[id] {
		return found{}, nil
	}
	f.seen[id] = true
	s, err := f.v.c.query("SELECT retired, doc, body FROM item WHERE id = ?1", id)
	if err != nil {
		return found{}, err
	}
	if ok, err := s.one(); !ok {
		return found{}, err
	}
	row := found{ok: s.int64(0) == 0, doc: s.text(1), body: s.blob(2)}
	return row, s.end()
}

func (f *finder) take(row found) error {
	var item catalog.Item
	if err := json.Unmarshal(row.body, &item); err != nil {
		return err
	}
	f.out = append(f.out, item)
	return nil
}

// anywhere adds items in which every word stands somewhere; among the first found, those where it begins a word and short
// ones first.
func (f *finder) anywhere(words []string) {
	room := f.limit - len(f.out)
	if f.err != nil || room <= 0 {
		return
	}
	var hits []found
	looks := 0
	visit := func(id int64) (bool, error) {
		if f.seen[id] {
			return true, nil
		}
		row, err := f.look(id)
		if err == nil && row.ok && contains(row.doc, words) {
			row.rank = rankOf(row.doc, words[0])
			hits = append(hits, row)
		}
		looks++
		return len(hits) < 2*room && looks < looksMax, err
	}
	grams, longest := gramsOf(words)
	if len(grams) > 0 {
		f.err = intersect(f.v.c, grams, visit)
	} else {
		f.err = f.v.startingGrams(longest, visit)
	}
	slices.SortStableFunc(hits, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(len(a.doc), len(b.doc)))
	})
	for _, row := range hits[:min(len(hits), room)] {
		if f.err == nil {
			f.err = f.take(row)
		}
	}
}

// gramsOf lists the whole grams of a question, each once; where no word is long enough for one, there are none.
func gramsOf(words []string) (grams []string, longest string) {
	for _, w := range words {
		if len(w) > len(longest) {
			longest = w
		}
		eachGram(w, func(g string, full bool) {
			if full && !slices.Contains(grams, g) {
				grams = append(grams, g)
			}
		})
	}
	return grams, longest
}

// startingGrams visits the ids of every gram that begins with text, until each says no more.
func (v *view) startingGrams(text string, each func(id int64) (bool, error)) error {
	s, err := v.c.query("SELECT first, ids FROM gram WHERE g >= ?1 AND g < ?2 ORDER BY g, first", text, past(text))
	if err != nil {
		return err
	}
	var ids []int64
	more := true
	for more && err == nil && s.next() {
		ids = unpackBlock(s.int64(0), s.raw(1), ids[:0])
		for i := 0; i < len(ids) && more && err == nil; i++ {
			more, err = each(ids[i])
		}
	}
	return cmp.Or(err, s.end())
}

func contains(doc string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(doc, w) {
			return false
		}
	}
	return true
}

// rankOf is 0 where word begins a word of doc, 1 elsewhere.
func rankOf(doc, word string) int {
	for at := 0; ; {
		i := strings.Index(doc[at:], word)
		if i < 0 {
			return 1
		}
		before, _ := utf8.DecodeLastRuneInString(doc[:at+i])
		if at+i == 0 || !unicode.IsLetter(before) && !unicode.IsDigit(before) {
			return 0
		}
		at += i + len(word)
	}
}
