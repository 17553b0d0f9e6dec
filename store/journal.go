package store

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"suanpan/app"
	"suanpan/app/ledger"
	"suanpan/app/money"
)

const (
	factColumns   = "SELECT seq, id, at, kind, staff, shift, body, prev, hash FROM fact "
	postingsAfter = "SELECT seq, n, account, minor, currency FROM posting WHERE seq > ?1 ORDER BY seq, n"
)

// Facts reads the journal in order of Seq; a limit of 0 or less is none. The fact and everything in it is reused between
// calls of each.
func (v *view) Facts(after int64, limit int, each func(*ledger.Fact) error) error {
	if limit <= 0 {
		limit = -1
	}
	facts, err := v.c.query(factColumns+"WHERE seq > ?1 ORDER BY seq LIMIT ?2", after, limit)
	if err != nil {
		return err
	}
	posts, err := v.c.query(postingsAfter, after)
	if err != nil {
		_ = facts.end() // nothing was read
		return err
	}
	var f ledger.Fact
	more := posts.next()
	err = func() error {
		for facts.next() {
			if err := scanFact(facts, &f); err != nil {
				return err
			}
			f.Postings = f.Postings[:0]
			for ; more && posts.int64(0) <= f.Seq; more = posts.next() {
				if posts.int64(0) < f.Seq {
					return fmt.Errorf("%w: postings of %d have no fact", ledger.ErrBroken, posts.int64(0))
				}
				p, err := scanPosting(posts, f.Postings)
				if err != nil {
					return err
				}
				f.Postings = append(f.Postings, p)
			}
			if err := each(&f); err != nil {
				return err
			}
		}
		if limit < 0 && more && facts.err == nil {
			return fmt.Errorf("%w: postings of %d have no fact", ledger.ErrBroken, posts.int64(0))
		}
		return nil
	}()
	return cmp.Or(err, facts.end(), posts.end())
}

// FactsBack reads the journal backwards from below before. What it hands to each is reused.
func (v *view) FactsBack(before int64, limit int, each func(*ledger.Fact) error) error {
	facts, err := v.c.query(factColumns+"WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2", before, limit)
	if err != nil {
		return err
	}
	posts, err := v.c.query("SELECT seq, n, account, minor, currency FROM posting WHERE seq < ?1 ORDER BY seq DESC, n", before)
	if err != nil {
		_ = facts.end() // nothing was read
		return err
	}
	var f ledger.Fact
	more := posts.next()
	err = func() error {
		for facts.next() {
			if err := scanFact(facts, &f); err != nil {
				return err
			}
			f.Postings = f.Postings[:0]
			for ; more && posts.int64(0) >= f.Seq; more = posts.next() {
				if posts.int64(0) > f.Seq {
					continue // of no fact: verify says so
				}
				p, err := scanPosting(posts, f.Postings)
				if err != nil {
					return err
				}
				f.Postings = append(f.Postings, p)
			}
			if err := each(&f); err != nil {
				return err
			}
		}
		return nil
	}()
	return cmp.Or(err, facts.end(), posts.end())
}

// scanFact reads a row into f and reuses what f has.
func scanFact(s *stmt, f *ledger.Fact) error {
	f.Seq = s.int64(0)
	if !s.are("ititttbbb") {
		return fmt.Errorf("%w: fact %d holds a value of the wrong type", ledger.ErrBroken, f.Seq)
	}
	again(&f.ID, s.raw(1))
	f.At = time.UnixMilli(s.int64(2)).UTC()
	if kind := s.raw(3); string(kind) != string(f.Kind) {
		f.Kind = ledger.Kind(kind)
	}
	again(&f.Staff, s.raw(4))
	again(&f.Shift, s.raw(5))
	f.Body = append(f.Body[:0], s.raw(6)...)
	if copy(f.Prev[:], s.raw(7)) != len(f.Prev) || len(s.raw(7)) != len(f.Prev) ||
		copy(f.Hash[:], s.raw(8)) != len(f.Hash) || len(s.raw(8)) != len(f.Hash) {
		return fmt.Errorf("%w: fact %d has a hash of the wrong length", ledger.ErrBroken, f.Seq)
	}
	return nil
}

// again sets s to text, without making a new string of the same text.
func again(s *string, text []byte) {
	if *s != string(text) {
		*s = string(text)
	}
}

// scanPosting reads a row and reuses texts of the posting that lay there before, or of the one before.
func scanPosting(s *stmt, before []ledger.Posting) (ledger.Posting, error) {
	var p ledger.Posting
	if !s.are("iitit") || s.int(1) != len(before) {
		return p, fmt.Errorf("%w: posting %d of fact %d holds a value of the wrong type or stands in the wrong place", ledger.ErrBroken, s.int(1), s.int64(0))
	}
	if n := len(before); n < cap(before) {
		p = before[:n+1][n]
	}
	again(&p.Account, s.raw(2))
	p.Minor = s.int64(3)
	if code := s.raw(4); string(code) != string(p.Currency) {
		p.Currency = money.Currency(code)
	}
	return p, nil
}

// Fact reads one fact; app.ErrNoFact where there is none.
func (v *view) Fact(seq int64) (*ledger.Fact, error) {
	return v.fact("WHERE seq = ?1", seq)
}

// FactByID reads one fact; app.ErrNoFact where there is none.
func (v *view) FactByID(id string) (*ledger.Fact, error) {
	return v.fact("WHERE id = ?1", id)
}

func (v *view) fact(where string, key any) (*ledger.Fact, error) {
	s, err := v.c.query(factColumns+where, key)
	if err != nil {
		return nil, err
	}
	if ok, err := s.one(); !ok {
		return nil, cmp.Or(err, app.ErrNoFact)
	}
	var f ledger.Fact
	if err := cmp.Or(scanFact(s, &f), s.end()); err != nil {
		return nil, err
	}
	p, err := v.c.query("SELECT seq, n, account, minor, currency FROM posting WHERE seq = ?1 ORDER BY n", f.Seq)
	if err != nil {
		return nil, err
	}
	for err == nil && p.next() {
		var posting ledger.Posting
		posting, err = scanPosting(p, f.Postings)
		f.Postings = append(f.Postings, posting)
	}
	return &f, cmp.Or(err, p.end())
}

// Head is the end of the journal; zero where it is empty.
func (v *view) Head() (seq int64, hash [32]byte, err error) {
	s, err := v.c.query("SELECT seq, hash FROM fact ORDER BY seq DESC LIMIT 1")
	if err != nil {
		return 0, hash, err
	}
	if ok, err := s.one(); !ok {
		return 0, hash, err
	}
	seq = s.int64(0)
	if copy(hash[:], s.raw(1)) != len(hash) {
		err = fmt.Errorf("%w: fact %d has a hash of the wrong length", ledger.ErrBroken, seq)
	}
	return seq, hash, cmp.Or(err, s.end())
}

// Head is the end of the journal, this transaction's own facts included.
func (t *tx) Head() (seq int64, hash [32]byte, err error) { return t.now.seq, t.now.hash, nil }

// Append seals and stores f, its postings and its entry. See app.JournalTx.
func (t *tx) Append(f *ledger.Fact, entry app.Entry) error {
	f.At = time.UnixMilli(f.At.UnixMilli()).UTC() // as it will be read
	f.Seal(t.now.seq+1, t.now.hash)
	err := t.c.exec("INSERT INTO fact (seq, id, at, kind, staff, shift, body, prev, hash) VALUES (?,?,?,?,?,?,?,?,?)",
		f.Seq, f.ID, f.At.UnixMilli(), string(f.Kind), f.Staff, f.Shift, f.Body, f.Prev[:], f.Hash[:])
	if err != nil {
		return err
	}
	for i, p := range f.Postings {
		err := t.c.exec("INSERT INTO posting (seq, n, account, minor, currency) VALUES (?,?,?,?,?)",
			f.Seq, i, p.Account, p.Minor, string(p.Currency))
		if err != nil {
			return err
		}
	}
	t.now = place{f.Seq, f.Hash}
	if err := t.add(entry.Totals); err != nil {
		return err
	}
	if entry.Sale == nil {
		return nil
	}
	entry.Sale.Seq = f.Seq
	return t.putSale(entry.Sale)
}

// Bookmark is how far a reader has come; 0 at first.
func (t *tx) Bookmark(reader string) (int64, error) {
	return number(t.c, "SELECT seq FROM bookmark WHERE reader = ?1", reader)
}

// PutBookmark moves it.
func (t *tx) PutBookmark(reader string, seq int64) error {
	return t.c.exec("INSERT INTO bookmark (reader, seq) VALUES (?1, ?2) ON CONFLICT (reader) DO UPDATE SET seq = excluded.seq", reader, seq)
}

// add adds deltas to the totals, in the order of the table and each total once.
func (t *tx) add(deltas []app.Delta) error {
	deltas = slices.Clone(deltas)
	slices.SortFunc(deltas, func(a, b app.Delta) int {
		return cmp.Or(cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Key, b.Key))
	})
	for i := 0; i < len(deltas); {
		d := deltas[i]
		for i++; i < len(deltas) && deltas[i].Scope == d.Scope && deltas[i].Key == d.Key; i++ {
			d.N += deltas[i].N
			d.Minor += deltas[i].Minor
		}
		err := t.c.exec("INSERT INTO total (scope, key, n, minor) VALUES (?1, ?2, ?3, ?4)"+
			" ON CONFLICT DO UPDATE SET n = n + excluded.n, minor = minor + excluded.minor", d.Scope, d.Key, d.N, d.Minor)
		if err != nil {
			return err
		}
	}
	return nil
}

// ReplaceTotals throws the totals away and writes these.
func (t *tx) ReplaceTotals(all []app.Delta) error {
	if err := t.c.exec("DELETE FROM total"); err != nil {
		return err
	}
	return t.add(all)
}

// AddTotals adds to what ReplaceTotals wrote.
func (t *tx) AddTotals(more []app.Delta) error { return t.add(more) }

// Totals reads a scope.
func (v *view) Totals(scope string) (map[string]app.Delta, error) {
	s, err := v.c.query("SELECT key, n, minor FROM total WHERE scope = ?1", scope)
	if err != nil {
		return nil, err
	}
	out := map[string]app.Delta{}
	for s.next() {
		key := s.text(0)
		out[key] = app.Delta{Scope: scope, Key: key, N: s.int64(1), Minor: s.int64(2)}
	}
	return out, s.end()
}

// Total reads one total, zero where nothing was added.
func (v *view) Total(scope, key string) (app.Delta, error) {
	d := app.Delta{Scope: scope, Key: key}
	s, err := v.c.query("SELECT n, minor FROM total WHERE scope = ?1 AND key = ?2", scope, key)
	if err != nil {
		return d, err
	}
	if s.next() {
		d.N, d.Minor = s.int64(0), s.int64(1)
	}
	return d, s.end()
}

// EachTotal reads every total in order of scope and key. Totals that came back to zero are among them.
func (v *view) EachTotal(each func(app.Delta) error) error {
	s, err := v.c.query("SELECT scope, key, n, minor FROM total ORDER BY scope, key")
	return eachTotal(s, err, each)
}

// TotalsFrom reads the totals of neighbouring scopes in one walk.
func (v *view) TotalsFrom(first, last string, each func(app.Delta) error) error {
	s, err := v.c.query("SELECT scope, key, n, minor FROM total WHERE scope BETWEEN ?1 AND ?2 ORDER BY scope, key", first, last)
	return eachTotal(s, err, each)
}

func eachTotal(s *stmt, err error, each func(app.Delta) error) error {
	if err != nil {
		return err
	}
	var d app.Delta
	for err == nil && s.next() {
		if !s.are("ttii") {
			err = fmt.Errorf("%w: a total of %s holds a value of the wrong type", app.ErrDamaged, s.raw(0))
			break
		}
		again(&d.Scope, s.raw(0))
		d.Key, d.N, d.Minor = s.text(1), s.int64(2), s.int64(3)
		err = each(d)
	}
	return cmp.Or(err, s.end())
}

// Stock is the total of the scope "stock".
func (v *view) Stock(sku string) (qty int64, known bool, err error) {
	s, err := v.c.query("SELECT n FROM total WHERE scope = 'stock' AND key = ?1", sku)
	if err != nil {
		return 0, false, err
	}
	if known = s.next(); known {
		qty = s.int64(0)
	}
	return qty, known, s.end()
}
