package app

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"suanpan/app/catalog"
	"suanpan/app/device"
	"suanpan/app/ledger"
	"suanpan/app/order"
	"suanpan/app/pay"
)

// Store keeps one shop in one file. Update is serialised: there is one writer. What fn did is durable (fsync'd) when Update
// returns nil, and did not happen when it returns an error, except for ErrDoubt. fn must not wait for a network or a device.
type Store interface {
	Update(ctx context.Context, fn func(Tx) error) error
	View(ctx context.Context, fn func(View) error) error // one snapshot
	Close() error
}

// View reads.
type View interface {
	Settings
	Items
	Range
	Orders
	Journal
	Sales
	Totals
	Attempts
	Movements
	Bills
	Spool
	Shelf(name string) Shelf
	Stock(sku string) (qty int64, known bool, err error) // thousandths, from the total "stock"
}

// Tx reads what it wrote itself, and writes.
type Tx interface {
	View
	SettingsTx
	ItemsTx
	OrdersTx
	JournalTx
	AttemptsTx
	BillsTx
	SpoolTx
	Next(series string) (int64, error) // 1, 2, 3 … gap-free: a number is used up only by the commit
	ShelfTx(name string) ShelfTx
	Once(key string) (Done, bool, error)
	PutOnce(key string, d Done) error
}

// Done is the remembered answer to an idempotency key.
type Done struct {
	Hash   []byte    // of the method and its parameters
	Answer []byte    // JSON
	At     time.Time // old ones may be dropped after 30 days
}

// Settings are named JSON documents: shop, till, barcode rules, devices, providers.
type Settings interface {
	Setting(name string) (json.RawMessage, bool, error)
}

// SettingsTx writes settings.
type SettingsTx interface {
	PutSetting(name string, doc json.RawMessage) error
}

// Items reads the catalogue. Every method costs the same at 1,000 and at 1,000,000 items.
type Items interface {
	Item(sku string) (catalog.Item, error)                                // catalog.ErrNotFound
	ItemByCode(code string) (item catalog.Item, unit int, err error)      // barcode of the item (unit −1) or of Units[unit]; ErrNotFound
	ItemByPLU(plu string) (catalog.Item, error)                           // number inside weighed labels
	SearchItems(text string, limit int) ([]catalog.Item, error)           // SKU, barcode, name prefix, pinyin initials, any substring; best first
	ItemsIn(category, afterSKU string, limit int) ([]catalog.Item, error) // "" is every category; in order of SKU, retired ones left out
}

// ItemsTx writes the catalogue.
type ItemsTx interface {
	PutItem(item catalog.Item) error // inserts or replaces by SKU; ErrDuplicate names both items
	PutTax(tax catalog.Tax) error
}

// Range reads what the catalogue consists of.
type Range interface {
	Taxes() ([]catalog.Tax, error)
	Categories() ([]string, error) // in order of first use, kept as items are put: never a scan of all items
	CountItems() (int64, error)
}

// Orders reads unfinished orders.
type Orders interface {
	Order(id order.ID) (*order.Order, error) // order.ErrNotFound
	OpenOrders() ([]*order.Order, error)     // whole, oldest first: open, held and paying
}

// OrdersTx keeps unfinished orders line by line, so that a scan costs the same on the first and on the two-hundredth line.
type OrdersTx interface {
	PutOrder(o *order.Order, lines ...int) error // the head, and the lines with these numbers (removed when o lacks them); none given writes all
	DropOrder(id order.ID) error
}

// Journal reads facts with their postings, in order of Seq.
type Journal interface {
	Facts(after int64, limit int, each func(*ledger.Fact) error) error      // the fact is reused between calls
	FactsBack(before int64, limit int, each func(*ledger.Fact) error) error // newest first, entries below before
	Fact(seq int64) (*ledger.Fact, error)                                   // ErrNoFact
	FactByID(id string) (*ledger.Fact, error)
	Head() (seq int64, hash [32]byte, err error)
}

// JournalTx appends. Append seals f (sets Seq, Prev and Hash), stores it with its postings, and adds deltas to the totals
// and rows to the index of sales in the same transaction.
type JournalTx interface {
	Append(f *ledger.Fact, entry Entry) error
	ReplaceTotals(all []Delta) error // throws the totals away and writes these
	AddTotals(more []Delta) error    // for a fold that is too large to hold: what else belongs to them
	Bookmark(reader string) (int64, error)
	PutBookmark(reader string, seq int64) error
}

// Entry is what a fact adds to the tables that can be thrown away and rebuilt: totals, and the index of finished documents.
// It is worked out from the fact's own bytes by Fold, so that verify can work it out again.
type Entry struct {
	Totals []Delta
	Sale   *SaleRow
}

// Delta adds N and Minor to the total Key in Scope.
type Delta struct {
	Scope string // "shift:<id>", "account", "stock", "day:2026-11-22" …
	Key   string
	N     int64 // a count, or thousandths for stock
	Minor int64
}

// SaleRow is the index entry of one finished document. The document itself is the body of the fact Seq.
type SaleRow struct {
	ID    string    `json:"sale"` // the order's id
	No    string    `json:"receipt_no"`
	Seq   int64     `json:"entry"`
	At    time.Time `json:"at"`           // milliseconds
	Kind  string    `json:"kind"`         // sale, refund
	Of    string    `json:"of,omitempty"` // on a refund: the sale it takes back
	Shift string    `json:"shift"`
	Staff string    `json:"staff"`
	Total int64     `json:"total"`           // minor units, negative on a refund
	Label string    `json:"label,omitempty"` // member, table: found by SalesQuery.Text
}

// SalesQuery selects finished documents, newest first.
type SalesQuery struct {
	From, To time.Time // zero: open
	Text     string    // receipt number or its end, or a part of the label
	Shift    string
	Before   int64 // only entries before this Seq, for paging; 0: none
	Limit    int
}

// Sales reads the index of finished documents.
type Sales interface {
	Sale(id string) (SaleRow, error)      // ErrNoSale
	SaleByNo(no string) (SaleRow, error)  // ErrNoSale
	Refunds(of string) ([]SaleRow, error) // oldest first
	SalesIn(q SalesQuery) ([]SaleRow, error)
	EachSale(after int64, each func(SaleRow) error) error // in order of Seq, for verify
}

// Totals reads sums kept with every fact.
type Totals interface {
	Totals(scope string) (map[string]Delta, error)
	Total(scope, key string) (Delta, error)                      // zero where nothing was added
	EachTotal(each func(Delta) error) error                      // in order of scope and key, for verify
	TotalsFrom(first, last string, each func(Delta) error) error // of the scopes from first to last, in order of scope and key
}

// Attempts reads payment attempts. What is due for them follows from the attempts alone (pay.Next), so there is no queue.
type Attempts interface {
	Attempt(id string) (Attempt, error) // ErrNoPayment
	AttemptsOf(order order.ID) ([]Attempt, error)
	OpenAttempts() ([]Attempt, error) // every attempt with Wanting, oldest first
	Observations(attempt string, each func(at time.Time, o pay.Observation) error) error
}

// AttemptsTx writes them. Observations are only ever appended.
type AttemptsTx interface {
	PutAttempt(a Attempt) error // open or not by a.Wanting()
	Observe(attempt string, at time.Time, o pay.Observation) error
}

// Spool reads print jobs. A job's page is frozen when the job is made (X45).
type Spool interface {
	Job(id int64) (device.Job, error)                               // ErrNoJob
	Jobs(states []device.JobState, limit int) ([]device.Job, error) // oldest first
	JobsFor(ref string) ([]device.Job, error)                       // every job of one document, oldest first
}

// SpoolTx writes them.
type SpoolTx interface {
	PutJob(j *device.Job) error // a zero ID inserts and sets it; otherwise everything but the page is replaced
}

// Shelf keeps a mode's or the house's own documents, found by key or by prefix of key. Secondary keys such as "phone:138…"
// lead to documents; several documents may share one.
type Shelf interface {
	Get(key string) (json.RawMessage, bool, error)
	List(prefix string, limit int, each func(key string, doc json.RawMessage) error) error
	Find(secondary string, limit int) (keys []string, err error) // by prefix of the secondary key, in its order
}

// ShelfTx writes documents.
type ShelfTx interface {
	Shelf
	Put(key string, doc json.RawMessage, secondary ...string) error
	Delete(key string) error
}

// Files opens files that a person named: catalogues to import, receipts to render. Only the store touches the disk.
type Files interface {
	Open(path string) (io.ReadCloser, error)
	Create(path string) (io.WriteCloser, error) // whole or not at all: written beside and renamed on Close
}
