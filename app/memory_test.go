package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/device"
	"suanpan/app/ledger"
	"suanpan/app/order"
	"suanpan/app/pay"
)

// memory is an app.Store without a disk, for simulations by the ten thousand: a transaction happens wholly or not at all,
// attempts and orders pass through JSON as they do on disk, and what it cannot do (search, verify) panics. The same
// simulation runs on the real store as well, in smaller numbers.
type memory struct {
	mu       sync.Mutex
	settings map[string]string
	items    map[string]catalog.Item
	taxes    []catalog.Tax
	orders   map[order.ID][]byte
	facts    []ledger.Fact
	totals   map[[2]string]app.Delta
	sales    []app.SaleRow
	attempts map[string]app.Attempt // as they came back from JSON
	open     map[string]bool
	of       map[string][]string // attempts by order
	seen     map[string][]pay.Observation
	jobs     []device.Job
	series   map[string]int64
	shelves  map[string]string
	once     map[string]app.Done
	secret   string // no bytes that hold it may be written
	undo     []func()
}

func newMemory() *memory {
	return &memory{settings: map[string]string{}, items: map[string]catalog.Item{}, orders: map[order.ID][]byte{}, totals: map[[2]string]app.Delta{},
		attempts: map[string]app.Attempt{}, open: map[string]bool{}, of: map[string][]string{}, seen: map[string][]pay.Observation{},
		series: map[string]int64{}, shelves: map[string]string{}, once: map[string]app.Done{}}
}

// clone is another shop that begins where m stands; m must not change any more.
func (m *memory) clone() *memory {
	c := newMemory()
	c.taxes, c.secret = m.taxes, m.secret
	c.settings, c.items, c.orders, c.totals = maps.Clone(m.settings), maps.Clone(m.items), maps.Clone(m.orders), maps.Clone(m.totals)
	c.attempts, c.open, c.of, c.seen = maps.Clone(m.attempts), maps.Clone(m.open), maps.Clone(m.of), maps.Clone(m.seen)
	c.series, c.shelves, c.once = maps.Clone(m.series), maps.Clone(m.shelves), maps.Clone(m.once)
	c.facts, c.sales, c.jobs = slices.Clip(m.facts), slices.Clip(m.sales), slices.Clip(m.jobs)
	return c
}

func (m *memory) Update(_ context.Context, fn func(app.Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.undo = m.undo[:0]
	err := fn(memoryTx{memory: m})
	if err != nil {
		for _, f := range slices.Backward(m.undo) {
			f()
		}
	}
	return err
}

func (m *memory) View(_ context.Context, fn func(app.View) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return fn(memoryTx{memory: m})
}

func (m *memory) Close() error { return nil }

// put sets one entry of a map, and remembers how to take it back.
func put[K comparable, V any](m *memory, in map[K]V, k K, v V) {
	was, had := in[k]
	m.undo = append(m.undo, func() {
		if delete(in, k); had {
			in[k] = was
		}
	})
	in[k] = v
}

// write makes the bytes of v, and looks for what must never be written.
func (m *memory) write(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if m.secret != "" && bytes.Contains(b, []byte(m.secret)) {
		panic(fmt.Sprintf("a payer's code is written: %s", b))
	}
	return b, err
}

type memoryTx struct {
	*memory
	unused
}

// unused is what no simulated day asks for; calling it panics.
type unused struct {
	app.Movements
	app.Bills
	app.BillsTx
}

func (m memoryTx) ReplaceTotals([]app.Delta) error { return nil }
func (m memoryTx) AddTotals([]app.Delta) error     { return nil }
func (m memoryTx) Observations(id string, each func(time.Time, pay.Observation) error) error {
	for _, o := range m.seen[id] {
		if err := each(time.Time{}, o); err != nil {
			return err
		}
	}
	return nil
}

func (m memoryTx) Setting(name string) (json.RawMessage, bool, error) {
	v, ok := m.settings[name]
	return json.RawMessage(v), ok, nil
}
func (m memoryTx) PutSetting(name string, doc json.RawMessage) error {
	put(m.memory, m.settings, name, string(doc))
	return nil
}
func (m memoryTx) Item(sku string) (catalog.Item, error) {
	if i, ok := m.items[sku]; ok {
		return i, nil
	}
	return catalog.Item{}, catalog.ErrNotFound
}
func (m memoryTx) ItemByCode(code string) (catalog.Item, int, error) {
	for _, i := range m.items {
		if slices.Contains(i.Barcodes, code) {
			return i, -1, nil
		}
	}
	return catalog.Item{}, 0, catalog.ErrNotFound
}
func (m memoryTx) ItemByPLU(string) (catalog.Item, error)              { return catalog.Item{}, catalog.ErrNotFound }
func (m memoryTx) SearchItems(string, int) ([]catalog.Item, error)     { panic("no search") }
func (m memoryTx) ItemsIn(string, string, int) ([]catalog.Item, error) { panic("no search") }
func (m memoryTx) PutItem(i catalog.Item) error                        { put(m.memory, m.items, i.SKU, i); return nil }
func (m memoryTx) PutTax(t catalog.Tax) error                          { m.memory.taxes = append(m.memory.taxes, t); return nil }
func (m memoryTx) Taxes() ([]catalog.Tax, error)                       { return m.taxes, nil }
func (m memoryTx) Categories() ([]string, error)                       { return nil, nil }
func (m memoryTx) CountItems() (int64, error)                          { return int64(len(m.items)), nil }
func (m memoryTx) DropOrder(id order.ID) error                         { put(m.memory, m.orders, id, nil); return nil }
func (m memoryTx) Stock(sku string) (int64, bool, error)               { return 0, false, nil }
func (m memoryTx) Bookmark(string) (int64, error)                      { return 0, nil }
func (m memoryTx) PutBookmark(string, int64) error                     { return nil }
func (m memoryTx) EachSale(int64, func(app.SaleRow) error) error       { panic("no verify") }
func (m memoryTx) EachTotal(func(app.Delta) error) error               { panic("no verify") }
func (m memoryTx) TotalsFrom(string, string, func(app.Delta) error) error {
	panic("no reports")
}
func (m memoryTx) SalesIn(app.SalesQuery) ([]app.SaleRow, error)     { panic("no search") }
func (m memoryTx) JobsFor(string) ([]device.Job, error)              { return nil, nil }
func (m memoryTx) Jobs([]device.JobState, int) ([]device.Job, error) { return nil, nil }
func (m memoryTx) FactByID(string) (*ledger.Fact, error)             { return nil, app.ErrNoFact }
func (m memoryTx) Once(key string) (d app.Done, ok bool, _ error) {
	d, ok = m.once[key]
	return d, ok, nil
}
func (m memoryTx) PutOnce(key string, d app.Done) error { put(m.memory, m.once, key, d); return nil }
func (m memoryTx) Shelf(name string) app.Shelf          { return memoryShelf{m.memory, name + "\x00"} }
func (m memoryTx) ShelfTx(name string) app.ShelfTx      { return memoryShelf{m.memory, name + "\x00"} }
func (m memoryTx) Total(scope, key string) (app.Delta, error) {
	return m.totals[[2]string{scope, key}], nil
}

func (m memoryTx) Order(id order.ID) (*order.Order, error) {
	if len(m.orders[id]) == 0 {
		return nil, order.ErrNotFound
	}
	o := &order.Order{}
	return o, json.Unmarshal(m.orders[id], o)
}
func (m memoryTx) OpenOrders() (out []*order.Order, _ error) {
	for id, b := range m.orders {
		if len(b) > 0 {
			o, err := m.Order(id)
			if err != nil {
				return nil, err
			}
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b *order.Order) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return out, nil
}
func (m memoryTx) PutOrder(o *order.Order, _ ...int) error {
	b, err := m.write(o)
	put(m.memory, m.orders, o.ID, b)
	return err
}

func (m memoryTx) Facts(after int64, limit int, each func(*ledger.Fact) error) error {
	for i := after; i < int64(len(m.facts)) && limit > 0; i, limit = i+1, limit-1 {
		f := m.facts[i]
		if err := each(&f); err != nil {
			return err
		}
	}
	return nil
}
func (m memoryTx) FactsBack(before int64, limit int, each func(*ledger.Fact) error) error {
	for i := min(before, int64(len(m.facts))+1) - 2; i >= 0 && limit > 0; i, limit = i-1, limit-1 {
		f := m.facts[i]
		if err := each(&f); err != nil {
			return err
		}
	}
	return nil
}
func (m memoryTx) Fact(seq int64) (*ledger.Fact, error) {
	if seq < 1 || seq > int64(len(m.facts)) {
		return nil, app.ErrNoFact
	}
	f := m.facts[seq-1]
	return &f, nil
}
func (m memoryTx) Head() (int64, [32]byte, error) { return int64(len(m.facts)), [32]byte{}, nil }
func (m memoryTx) Append(f *ledger.Fact, e app.Entry) error {
	if m.secret != "" && bytes.Contains(f.Body, []byte(m.secret)) {
		panic("a payer's code is in the journal")
	}
	sum := int64(0)
	for _, p := range f.Postings {
		sum += p.Minor
	}
	if sum != 0 {
		panic(fmt.Sprintf("fact %s does not balance: %+v", f.Kind, f.Postings))
	}
	facts, sales := m.facts, m.sales
	m.undo = append(m.undo, func() { m.memory.facts, m.memory.sales = facts, sales })
	f.Seq = int64(len(m.facts) + 1)
	m.memory.facts = append(m.facts, *f)
	for _, d := range e.Totals {
		k := [2]string{d.Scope, d.Key}
		was := m.totals[k]
		put(m.memory, m.totals, k, app.Delta{Scope: d.Scope, Key: d.Key, N: was.N + d.N, Minor: was.Minor + d.Minor})
	}
	if e.Sale != nil {
		row := *e.Sale
		row.Seq = f.Seq
		m.memory.sales = append(m.sales, row)
	}
	return nil
}
func (m memoryTx) find(match func(app.SaleRow) bool) (app.SaleRow, error) {
	if i := slices.IndexFunc(m.sales, match); i >= 0 {
		return m.sales[i], nil
	}
	return app.SaleRow{}, app.ErrNoSale
}
func (m memoryTx) Sale(id string) (app.SaleRow, error) {
	return m.find(func(r app.SaleRow) bool { return r.ID == id })
}
func (m memoryTx) SaleByNo(no string) (app.SaleRow, error) {
	return m.find(func(r app.SaleRow) bool { return r.No == no })
}
func (m memoryTx) Refunds(of string) (out []app.SaleRow, _ error) {
	for _, r := range m.sales {
		if r.Kind == "refund" && r.Of == of {
			out = append(out, r)
		}
	}
	return out, nil
}
func (m memoryTx) Totals(scope string) (map[string]app.Delta, error) {
	out := map[string]app.Delta{}
	for k, d := range m.totals {
		if k[0] == scope {
			out[k[1]] = d
		}
	}
	return out, nil
}

func (m memoryTx) Attempt(id string) (a app.Attempt, err error) {
	a, ok := m.attempts[id]
	if !ok {
		return a, app.ErrNoPayment
	}
	a.Backs = slices.Clone(a.Backs)
	return a, nil
}
func (m memoryTx) list(ids []string) (out []app.Attempt, err error) {
	sort.Strings(ids)
	for _, id := range ids {
		a, err := m.Attempt(id)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}
func (m memoryTx) AttemptsOf(id order.ID) ([]app.Attempt, error) {
	return m.list(slices.Clone(m.of[string(id)]))
}
func (m memoryTx) OpenAttempts() ([]app.Attempt, error) {
	var ids []string
	for id, open := range m.open {
		if open {
			ids = append(ids, id)
		}
	}
	return m.list(ids)
}
func (m memoryTx) PutAttempt(a app.Attempt) error {
	if _, known := m.attempts[a.ID]; !known {
		put(m.memory, m.of, a.Order, append(slices.Clip(m.of[a.Order]), a.ID))
	}
	b, err := m.write(&a)
	if err != nil {
		return err
	}
	var back app.Attempt
	if err := json.Unmarshal(b, &back); err != nil {
		return err
	}
	put(m.memory, m.attempts, a.ID, back)
	put(m.memory, m.open, a.ID, a.Wanting())
	return nil
}
func (m memoryTx) Observe(id string, _ time.Time, o pay.Observation) error {
	put(m.memory, m.seen, id, append(slices.Clip(m.seen[id]), o))
	return nil
}

func (m memoryTx) Job(id int64) (device.Job, error) { return device.Job{}, app.ErrNoJob }
func (m memoryTx) PutJob(j *device.Job) error {
	was := m.jobs
	m.undo = append(m.undo, func() { m.memory.jobs = was })
	if j.ID == 0 {
		j.ID = int64(len(m.jobs) + 1)
		m.memory.jobs = append(slices.Clip(m.jobs), *j)
	}
	return nil
}
func (m memoryTx) Next(series string) (int64, error) {
	n := m.series[series] + 1
	put(m.memory, m.series, series, n)
	return n, nil
}

type memoryShelf struct {
	m    *memory
	room string
}

func (s memoryShelf) Get(key string) (json.RawMessage, bool, error) {
	v, ok := s.m.shelves[s.room+key]
	return json.RawMessage(v), ok && v != "", nil
}
func (s memoryShelf) List(prefix string, limit int, each func(string, json.RawMessage) error) error {
	for _, k := range slices.Sorted(maps.Keys(s.m.shelves)) {
		if rest, ok := strings.CutPrefix(k, s.room); ok && strings.HasPrefix(rest, prefix) && s.m.shelves[k] != "" {
			if err := each(rest, json.RawMessage(s.m.shelves[k])); err != nil {
				return err
			}
		}
	}
	return nil
}
func (s memoryShelf) Find(string, int) ([]string, error) { return nil, nil }
func (s memoryShelf) Put(key string, doc json.RawMessage, _ ...string) error {
	put(s.m, s.m.shelves, s.room+key, string(doc))
	return nil
}
func (s memoryShelf) Delete(key string) error { put(s.m, s.m.shelves, s.room+key, ""); return nil }
