package store

import (
	"encoding/binary"
	"slices"
	"unicode/utf8"
)

// The inverted index: for every short piece (gram) of what can be found, the ids of the items that have it, in blocks of
// ascending ids. A gram that begins with an ASCII character is three characters long, any other two, shorter at the end
// of a word; so 1,000,000 names need some 60 MB, one Han character or two letters are a range of grams, and anything longer
// is an intersection of few lists. Lists may name too many items (after a change of name) and never too few: every hit is
// looked at again in the item's own row.

// blockBytes is the size above which a block is cut; a row of this size lies in its page without overflow.
const blockBytes = 900

// eachGram visits the grams of one word.
func eachGram(word string, each func(g string, full bool)) {
	for i := 0; i < len(word); {
		_, n := utf8.DecodeRuneInString(word[i:])
		want := 2
		if n == 1 {
			want = 3
		}
		end, got := i+n, 1
		for ; got < want && end < len(word); got++ {
			_, m := utf8.DecodeRuneInString(word[end:])
			end += m
		}
		each(word[i:end], got == want)
		i += n
	}
}

// list is the ids that wait to be added to one gram, as differences in the order in which they came.
type list struct {
	last int64
	buf  []byte
}

func (l *list) add(id int64) (grown int) {
	if id == l.last {
		return 0
	}
	was := len(l.buf)
	l.buf = binary.AppendVarint(l.buf, id-l.last)
	l.last = id
	return len(l.buf) - was
}

// ids gives them in ascending order.
func (l *list) ids(into []int64) []int64 {
	into = into[:0]
	at, sorted := int64(0), true
	for b := l.buf; len(b) > 0; {
		d, n := binary.Varint(b)
		b = b[n:]
		at += d
		sorted = sorted && d > 0
		into = append(into, at)
	}
	if !sorted {
		slices.Sort(into)
		into = slices.Compact(into)
	}
	return into
}

// packBlock writes as many ids as a block holds and returns the rest.
func packBlock(ids []int64, into []byte) (block []byte, rest []int64) {
	block = into[:0]
	for i, id := range ids {
		d := id - ids[0]
		if i > 0 {
			d = id - ids[i-1]
		}
		if len(block) >= blockBytes-binary.MaxVarintLen64 {
			return block, ids[i:]
		}
		block = binary.AppendUvarint(block, uint64(d))
	}
	return block, nil
}

// unpackBlock reads a block whose smallest id is first.
func unpackBlock(first int64, block []byte, into []int64) []int64 {
	at := first
	for len(block) > 0 {
		d, n := binary.Uvarint(block)
		if n <= 0 {
			return into // a damaged block finds less
		}
		block = block[n:]
		at += int64(d)
		into = append(into, at)
	}
	return into
}

// writeGram merges ids into the blocks of g. fresh says that the table had no rows before.
func writeGram(c *conn, g string, ids []int64, fresh bool) error {
	for len(ids) > 0 {
		some := ids
		if !fresh {
			var err error
			if some, err = mergeBlock(c, g, ids); err != nil {
				return err
			}
			ids = ids[len(some):]
			if some, err = addTo(c, g, some); err != nil {
				return err
			}
		} else {
			ids = nil
		}
		for len(some) > 0 {
			var block []byte
			first := some[0]
			block, some = packBlock(some, block)
			if err := c.exec("INSERT INTO gram (g, first, ids) VALUES (?1, ?2, ?3)", g, first, block); err != nil {
				return err
			}
		}
	}
	return nil
}

// mergeBlock is the part of ids that belongs to the block in which the first of them belongs.
func mergeBlock(c *conn, g string, ids []int64) ([]int64, error) {
	next, err := number(c, "SELECT first FROM gram WHERE g = ?1 AND first > ?2 ORDER BY first LIMIT 1", g, ids[0])
	if err != nil || next == 0 {
		return ids, err
	}
	n, _ := slices.BinarySearch(ids, next)
	return ids[:n], nil
}

// addTo takes the block in which the first of ids belongs out of the table and returns it with ids merged in.
func addTo(c *conn, g string, ids []int64) ([]int64, error) {
	s, err := c.query("SELECT first, ids FROM gram WHERE g = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1", g, ids[0])
	if err != nil {
		return nil, err
	}
	if ok, err := s.one(); !ok {
		return ids, err
	}
	first := s.int64(0)
	have := unpackBlock(first, s.raw(1), nil)
	full := len(s.raw(1)) >= blockBytes-binary.MaxVarintLen64
	if err := s.end(); err != nil {
		return nil, err
	}
	if full && ids[0] > have[len(have)-1] {
		return ids, nil // a block of its own behind the full one
	}
	if err := c.exec("DELETE FROM gram WHERE g = ?1 AND first = ?2", g, first); err != nil {
		return nil, err
	}
	have = append(have, ids...)
	slices.Sort(have)
	return slices.Compact(have), nil
}

// reading walks one gram's ids upwards.
type reading struct {
	c   *conn
	g   string
	ids []int64
}

// seek moves to the smallest id that is at least x; ok is false behind the last one.
func (r *reading) seek(x int64) (id int64, ok bool, err error) {
	if n := len(r.ids); n == 0 || r.ids[n-1] < x {
		if err := r.load("SELECT first, ids FROM gram WHERE g = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1", x); err != nil {
			return 0, false, err
		}
	}
	if n := len(r.ids); n == 0 || r.ids[n-1] < x {
		if err := r.load("SELECT first, ids FROM gram WHERE g = ?1 AND first > ?2 ORDER BY first LIMIT 1", x); err != nil {
			return 0, false, err
		}
	}
	i, _ := slices.BinarySearch(r.ids, x)
	if i == len(r.ids) {
		return 0, false, nil
	}
	r.ids = r.ids[i:]
	return r.ids[0], true, nil
}

func (r *reading) load(sql string, x int64) error {
	s, err := r.c.query(sql, r.g, x)
	if err != nil {
		return err
	}
	r.ids = nil
	if s.next() {
		r.ids = unpackBlock(s.int64(0), s.raw(1), nil)
	}
	return s.end()
}

// intersect visits the ids that every gram has, upwards, until each says no more.
func intersect(c *conn, grams []string, each func(id int64) (bool, error)) error {
	lists := make([]*reading, len(grams))
	for i, g := range grams {
		lists[i] = &reading{c: c, g: g}
	}
	for x, agreed := int64(0), 0; ; {
		for _, l := range lists {
			id, ok, err := l.seek(x)
			if err != nil || !ok {
				return err
			}
			if id > x {
				x, agreed = id, 0
			}
			if agreed++; agreed == len(lists) {
				if more, err := each(x); err != nil || !more {
					return err
				}
				x, agreed = x+1, 0
			}
		}
	}
}
