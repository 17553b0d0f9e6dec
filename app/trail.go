package app

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"sort"
	"strings"
	"time"

	"suanpan/app/ledger"
	"suanpan/app/money"
	"suanpan/app/shift"
)

// TrailQuery selects entries of the trail, newest first. Zero fields select everything.
type TrailQuery struct {
	Staff  string    `json:"staff,omitempty"`
	Group  string    `json:"group,omitempty"` // one of TrailGroups
	Kinds  []string  `json:"kinds,omitempty"` // as in ledger.list, in place of a group
	Shift  string    `json:"shift,omitempty"`
	From   time.Time `json:"from,omitzero"`
	To     time.Time `json:"to,omitzero"`     // not included
	Least  int64     `json:"least,omitempty"` // minor units moved, at least
	By     string    `json:"approved_by,omitempty"`
	Text   string    `json:"text,omitempty"`   // anywhere in the entry
	Before int64     `json:"before,omitempty"` // for the next page: Trail.Next
	Limit  int       `json:"limit,omitempty"`
}

// TrailRow is one act: who did what, when, and who said yes.
type TrailRow struct {
	Seq    int64     `json:"entry"`
	At     time.Time `json:"at"`
	Kind   string    `json:"kind"` // "fact.<kind>" are its words
	Group  string    `json:"group"`
	Staff  string    `json:"staff,omitempty"`
	Name   string    `json:"name,omitempty"` // of the person, as it is today
	Shift  string    `json:"shift,omitempty"`
	Amount int64     `json:"amount,omitempty"` // minor units, negative where money was given back
	By     string    `json:"approved_by,omitempty"`
	Reason string    `json:"reason,omitempty"`
	About  string    `json:"about,omitempty"` // the item, receipt, person or place that it is about
	Sale   string    `json:"sale,omitempty"`  // the document to look at, if there is one
	Hash   string    `json:"hash"`            // of the entry, hexadecimal
}

// Trail is one page. Next is 0 at the beginning of the journal; otherwise the page goes on there, even where Rows is empty:
// a page looks at trailLooks entries at most, so that it takes the same time over ten entries and over ten million.
type Trail struct {
	Rows []TrailRow `json:"rows"`
	Next int64      `json:"next,omitempty"`
}

// trailLooks is how many entries one page looks at.
const trailLooks = 20_000

// TrailGroups are the kinds of acts by which a manager looks.
var TrailGroups = []string{"sales", "corrections", "payments", "drawer", "paper", "people", "goods", "settings", "books"}

// trailGroup tells to which group a kind belongs. The kinds of before a dot decide, but for the exceptions.
func trailGroup(kind string) string {
	switch kind {
	case string(factVoidLine), string(factVoid), "order.undone", "price.overridden", "label.disagrees", "refund.other_way", "tender.taken_back", string(factRefund):
		return "corrections"
	case "price.changed":
		return "goods"
	}
	first, _, _ := strings.Cut(kind, ".")
	switch first {
	case "sale", "order", "tender", "value", "account":
		return "sales"
	case "payment", "offer", "bankmatch":
		return "payments"
	case "shift", "drawer":
		return "drawer"
	case "receipt":
		return "paper"
	case "staff", "approval", "role", "personal", "clock":
		return "people"
	case "catalogue", "tax", "stock", "card":
		return "goods"
	case "backup", "till", "reconcile", "bank", "trail", "report", "invoice", "service":
		return "books"
	}
	return "settings"
}

// Acts reads one page of the trail. It is for those who may see the ledger.
func (s *Shop) Acts(ctx context.Context, q TrailQuery) (Trail, error) {
	if err := s.may(ctx, shift.SeeLedger); err != nil {
		return Trail{}, err
	}
	return view(ctx, s, func(v View) (Trail, error) { return s.trail(v, q) })
}

func (s *Shop) trail(v View, q TrailQuery) (Trail, error) {
	if q.Limit <= 0 || q.Limit > 1000 {
		q.Limit = 100
	}
	out := Trail{Rows: []TrailRow{}}
	names, err := staffNames(v)
	if err != nil {
		return out, err
	}
	before, err := begins(v, q)
	if err != nil {
		return out, err
	}
	looked, full := 0, errors.New("page is full")
	pick := q.picker()
	err = v.FactsBack(before, trailLooks, func(f *ledger.Fact) error {
		if !q.From.IsZero() && f.At.Before(q.From.Add(-turnedBack)) {
			before = 0
			return full
		}
		looked, before = looked+1, f.Seq
		if row, ok := pick(f); ok {
			row.Name = names[row.Staff]
			out.Rows = append(out.Rows, row)
		}
		if len(out.Rows) == q.Limit {
			return full
		}
		return nil
	})
	if err != nil && !errors.Is(err, full) {
		return out, err
	}
	if before > 1 && (looked == trailLooks || errors.Is(err, full)) {
		out.Next = before
	}
	return out, nil
}

// turnedBack is how far a till's clock may have been turned back without hiding what was done then.
const turnedBack = 26 * time.Hour

// begins finds the entry before which the page looks. Where a last moment is asked for it is found by halving: entries are
// in order of time but for clocks that were turned back, for which there is slack.
func begins(v View, q TrailQuery) (int64, error) {
	head, _, err := v.Head()
	if err != nil || q.Before > 0 && q.Before <= head {
		return q.Before, err
	}
	if q.To.IsZero() {
		return head + 1, nil
	}
	limit := q.To.Add(turnedBack)
	n := sort.Search(int(head), func(i int) bool {
		f, e := v.Fact(int64(i) + 1)
		if e != nil {
			err = e
			return true
		}
		return !f.At.Before(limit)
	})
	return int64(n) + 1, err
}

// picker answers what decides over one entry: the cheap questions first.
func (q TrailQuery) picker() func(*ledger.Fact) (TrailRow, bool) {
	text := []byte(strings.ToLower(strings.TrimSpace(q.Text)))
	return func(f *ledger.Fact) (TrailRow, bool) {
		kind := string(f.Kind)
		switch {
		case q.Staff != "" && f.Staff != q.Staff,
			len(q.Kinds) > 0 && !slices.Contains(q.Kinds, kind),
			q.Group != "" && len(q.Kinds) == 0 && trailGroup(kind) != q.Group,
			q.Shift != "" && f.Shift != q.Shift,
			!q.From.IsZero() && f.At.Before(q.From),
			!q.To.IsZero() && !f.At.Before(q.To),
			len(text) > 0 && !bytes.Contains(bytes.ToLower(f.Body), text):
			return TrailRow{}, false
		}
		row := rowOf(f)
		if q.Least > 0 && max(row.Amount, -row.Amount) < q.Least || q.By != "" && row.By != q.By {
			return TrailRow{}, false
		}
		return row, true
	}
}

// told is what entries of all kinds say about themselves, as far as they say it.
type told struct {
	Reason   string          `json:"reason"`
	Note     string          `json:"note"`
	Why      string          `json:"why"`
	By       string          `json:"approved"`
	Approver string          `json:"approver"`
	Of       string          `json:"act"`
	Total    int64           `json:"total"`
	Amount   json.RawMessage `json:"amount"`
	No       string          `json:"receipt_no"`
	SKU      string          `json:"sku"`
	Staff    string          `json:"staff"`
	Name     string          `json:"name"`
	Target   string          `json:"target"`
	Path     string          `json:"path"`
	Provider string          `json:"provider"`
	Card     string          `json:"card"`
	Number   int64           `json:"number"`
	Ref      string          `json:"ref"`
	Label    string          `json:"label"`
	To       string          `json:"to"`
	List     money.Price     `json:"list"`
	Price    money.Price     `json:"price"`
	Line     struct {
		Name string `json:"name"`
	} `json:"line"`
	Order struct {
		ID     string `json:"id"`
		Reason string `json:"reason"`
	} `json:"order"`
}

// rowOf reads one entry. Fields of another type than expected are left out: an entry of any program is shown.
func rowOf(f *ledger.Fact) TrailRow {
	kind := string(f.Kind)
	row := TrailRow{Seq: f.Seq, At: f.At, Kind: kind, Group: trailGroup(kind), Staff: f.Staff, Shift: f.Shift, Hash: hex.EncodeToString(f.Hash[:])}
	var parts map[string]json.RawMessage
	var b told
	if json.Unmarshal(f.Body, &b) != nil && json.Unmarshal(f.Body, &parts) == nil {
		b = told{}
		for name, to := range map[string]any{"reason": &b.Reason, "note": &b.Note, "approved": &b.By, "total": &b.Total, "receipt_no": &b.No, "sku": &b.SKU, "staff": &b.Staff,
			"name": &b.Name, "target": &b.Target, "path": &b.Path, "provider": &b.Provider, "card": &b.Card, "ref": &b.Ref, "label": &b.Label, "to": &b.To, "line": &b.Line, "order": &b.Order, "why": &b.Why, "act": &b.Of} {
			if json.Unmarshal(parts[name], to) != nil {
				continue // said otherwise here
			}
		}
		b.Amount = parts["amount"]
	}
	row.By, row.Reason = firstOf(b.By, b.Approver), firstOf(b.Reason, b.Order.Reason, b.Note, b.Why)
	row.About = firstOf(b.No, b.Line.Name, b.SKU, b.Label, b.Provider, b.Name, b.Target, b.Path, b.Card, b.Of, b.To)
	if b.Staff != "" && b.Staff != f.Staff {
		row.About = b.Staff + " " + b.Name
	}
	row.About = veil(strings.TrimSpace(row.About))
	if f.Kind == factSale || f.Kind == factRefund {
		row.Sale = b.Order.ID
	}
	if kind == "receipt.printed" {
		row.Sale = b.Ref
	}
	row.Amount = amountOf(f, b)
	return row
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// amountOf is what the entry moved: into the shop positive, out of it negative.
func amountOf(f *ledger.Fact, b told) int64 {
	if f.Kind == factSale || f.Kind == factRefund || f.Kind == factClosed || len(f.Postings) == 0 {
		var sum struct {
			Sum struct {
				Total int64 `json:"total"`
			} `json:"sum"`
		}
		if json.Unmarshal(f.Body, &sum) == nil && sum.Sum.Total != 0 {
			return sum.Sum.Total
		}
		if b.Total != 0 {
			return b.Total
		}
		var minor int64
		if json.Unmarshal(b.Amount, &minor) == nil && len(b.Amount) > 0 {
			return minor
		}
		var a money.Amount
		if json.Unmarshal(b.Amount, &a) == nil && len(b.Amount) > 0 {
			return a.Minor
		}
	}
	moved := int64(0)
	for _, p := range f.Postings {
		if p.Minor > 0 {
			moved += p.Minor
		}
	}
	if len(f.Postings) > 0 && f.Postings[0].Minor < 0 {
		return -moved
	}
	return moved
}

// staffNames are all people by their id, those who left included.
func staffNames(v View) (map[string]string, error) {
	out := map[string]string{}
	err := v.Shelf(staffShelf).List("", 5000, func(key string, doc json.RawMessage) error {
		var p shift.Staff
		if err := json.Unmarshal(doc, &p); err != nil {
			return err
		}
		out[key] = p.Name
		return nil
	})
	return out, err
}
