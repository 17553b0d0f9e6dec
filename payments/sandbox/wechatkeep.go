package sandbox

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"time"
)

// The names under which WeChat Pay keeps itself.
const (
	keptKeys  = Wechat + ".keys"
	keptBooks = Wechat + ".books"
)

// keptBatch is what one request or one act of a payer changed: one line, so that half of it is never there.
type keptBatch struct {
	Orders  []keptOrder  `json:"orders,omitempty"`
	Refunds []keptRefund `json:"refunds,omitempty"`
	Lines   []Line       `json:"lines,omitempty"`
}

// keptOrder is an order as it stands after a change; the last one counts. It holds no payer's code.
type keptOrder struct {
	No        string    `json:"no"`
	Txn       string    `json:"txn"`
	Total     int64     `json:"total"`
	Payer     string    `json:"payer"`
	CodeHash  string    `json:"code_hash,omitempty"`
	Once      bool      `json:"once,omitempty"` // the code pays once
	State     string    `json:"state"`
	Made      time.Time `json:"made"`
	Paid      time.Time `json:"paid,omitzero"`
	Queries   int       `json:"queries,omitempty"`
	End       string    `json:"end"`
	Given     int64     `json:"given,omitempty"`
	Undo      time.Time `json:"undo,omitzero"`
	Native    bool      `json:"native,omitempty"`
	CodeURL   string    `json:"code_url,omitempty"`
	Expires   time.Time `json:"expires,omitzero"`
	NotifyURL string    `json:"notify_url,omitempty"`
	Faults    string    `json:"faults,omitempty"`
	Title     string    `json:"title,omitempty"`
}

type keptRefund struct {
	No     string    `json:"no"`
	ID     string    `json:"id"`
	Order  string    `json:"order"`
	Minor  int64     `json:"minor"`
	Made   time.Time `json:"made"`
	Done   time.Time `json:"done,omitzero"`
	Status string    `json:"status"`
	End    string    `json:"end"`
}

// touch remembers that o changed. The caller holds mu and calls flush before it lets go.
func (w *wechat) touch(o *order) { w.dirty[o] = true }

// flush keeps what changed since the last time. What cannot be kept is not taken back: the provider's own disk is broken, and
// it says so with the answer.
func (w *wechat) flush() error {
	keep := w.s.opts.Keep
	if len(w.dirty) == 0 && w.written == len(w.lines) {
		return nil
	}
	batch := keptBatch{Lines: w.lines[w.written:]}
	for o := range w.dirty {
		batch.Orders = append(batch.Orders, o.kept())
		for _, b := range o.refunds {
			batch.Refunds = append(batch.Refunds, keptRefund{b.no, b.id, o.no, b.minor, b.made, b.done, b.status, b.end})
		}
	}
	w.dirty, w.written = map[*order]bool{}, len(w.lines)
	if keep == nil {
		return nil
	}
	line, err := json.Marshal(batch)
	if err != nil {
		return err
	}
	return keep.Append(keptBooks, line)
}

func (o *order) kept() keptOrder {
	return keptOrder{o.no, o.txn, o.total, o.payer, o.code, o.once, o.state, o.made, o.paid, o.queries, o.end, o.given, o.undo,
		o.native, o.codeURL, o.expires, o.notifyURL, o.faults, o.title}
}

// replay takes up what an earlier start kept.
func (w *wechat) replay() error {
	n := uint64(0)
	err := w.s.opts.Keep.Lines(keptBooks, func(line []byte) error {
		n++
		var batch keptBatch
		if err := json.Unmarshal(line, &batch); err != nil {
			return fmt.Errorf("kept books, line %d: %w", n, err)
		}
		for _, k := range batch.Orders {
			w.restore(k)
		}
		for _, k := range batch.Refunds {
			o := w.orders[k.Order]
			if o == nil {
				return fmt.Errorf("kept books, line %d: refund of no order", n)
			}
			b := w.refunds[k.No]
			if b == nil {
				b = &refund{order: o}
				w.refunds[k.No] = b
				o.refunds = append(o.refunds, b)
			}
			b.no, b.id, b.minor, b.made, b.done, b.status, b.end = k.No, k.ID, k.Minor, k.Made, k.Done, k.Status, k.End
		}
		for _, l := range batch.Lines {
			o := w.orders[l.No]
			if o == nil {
				return fmt.Errorf("kept books, line %d: movement of no order", n)
			}
			w.book(o, l)
		}
		return nil
	})
	w.written = len(w.lines)
	for _, o := range w.orders {
		if !o.undo.IsZero() && o.state != "REVOKED" && o.state != "CLOSED" {
			w.undoing = append(w.undoing, o)
		}
	}
	w.s.renumber(n)
	return err
}

func (w *wechat) restore(k keptOrder) {
	o := w.orders[k.No]
	if o == nil {
		o = &order{}
		w.orders[k.No] = o
	}
	old := o.refunds
	*o = order{no: k.No, txn: k.Txn, total: k.Total, payer: k.Payer, code: k.CodeHash, once: k.Once, state: k.State, made: k.Made, paid: k.Paid,
		queries: k.Queries, end: k.End, given: k.Given, undo: k.Undo, native: k.Native, codeURL: k.CodeURL, expires: k.Expires,
		notifyURL: k.NotifyURL, faults: k.Faults, title: k.Title, refunds: old}
	if o.once {
		w.used[o.code] = true
	}
	if o.faults != "" {
		w.scripts[o.no], _ = parseScript([]string{o.faults}) // a word of an older program is no fault
	}
}

// hashCode is how a payer's code is remembered.
func hashCode(code string) string {
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}

// keptPair is the line of the keys.
type keptPair struct {
	Merchant string `json:"merchant"` // PEM, PKCS #8
	Provider string `json:"provider"`
}

// loadKeys answers the keys of an earlier start, or makes and keeps new ones.
func loadKeys(keep Keep) (*Keys, error) {
	var pair keptPair
	if keep != nil {
		if err := keep.Lines(keptKeys, func(line []byte) error { return json.Unmarshal(line, &pair) }); err != nil {
			return nil, fmt.Errorf("kept keys: %w", err)
		}
	}
	if pair.Merchant != "" {
		return pair.keys()
	}
	k, err := NewKeys()
	if err != nil || keep == nil {
		return k, err
	}
	line, err := json.Marshal(keptPair{privatePEM(k.merchant), privatePEM(k.provider)})
	if err != nil {
		return nil, err
	}
	return k, keep.Append(keptKeys, line)
}

func (p keptPair) keys() (*Keys, error) {
	k := &Keys{}
	for _, x := range []struct {
		to   **rsaKey
		text string
	}{{&k.merchant, p.Merchant}, {&k.provider, p.Provider}} {
		block, _ := pem.Decode([]byte(x.text))
		if block == nil {
			return nil, fmt.Errorf("kept keys: no PEM block")
		}
		parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("kept keys: %w", err)
		}
		key, ok := parsed.(*rsaKey)
		if !ok {
			return nil, fmt.Errorf("kept keys: not RSA")
		}
		*x.to = key
	}
	k.name()
	return k, nil
}
