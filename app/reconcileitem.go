package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"suanpan/app/ledger"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/app/reconcile"
	"suanpan/app/shift"
)

// Outcome says what became of a difference.
type Outcome string

// The outcomes. The last two are the shop's own finding and no person's word.
const (
	Deliver   Outcome = "deliver" // the customer gets the goods after all
	GiveBack  Outcome = "refund"  // the customer gets the money back
	Book      Outcome = "book"    // it was right and is now in the books
	Dispute   Outcome = "dispute" // the provider is asked to answer for it
	AcceptIt  Outcome = "accept"  // it stays as it is
	Gone      Outcome = "gone"    // a newer bill of the same day does not have it
	OtherDay  Outcome = "other_day"
	askedMost         = 200 // of one run's items are asked about; the rest are for people
)

// Outcomes lists what a person may decide.
func Outcomes() []Outcome { return []Outcome{Deliver, GiveBack, Book, Dispute, AcceptIt} }

// WorkItem is a difference until somebody has settled it.
type WorkItem struct {
	ID       string  `json:"item"`
	Run      string  `json:"run"`
	Provider string  `json:"provider"`
	Day      pay.Day `json:"day"`
	reconcile.Difference
	Found   time.Time `json:"found"`
	Now     string    `json:"now,omitempty"`   // the attempt's state after it was asked about
	Owner   string    `json:"owner,omitempty"` // staff
	Outcome Outcome   `json:"outcome,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	By      string    `json:"by,omitempty"`
	Settled time.Time `json:"settled,omitzero"`
}

// Open reports whether somebody must still do something.
func (i WorkItem) Open() bool { return i.Outcome == "" }

// Blocks reports whether the day may not end over it unseen: money is there or is not, which a fee or a late payout is not.
func (i WorkItem) Blocks() bool {
	return i.Open() && i.Class != reconcile.FeeDiffers && i.Class != reconcile.Arrival
}

func itemID(r Run, d reconcile.Difference) string {
	name := d.No
	switch {
	case name != "":
	case d.Txn != "":
		name = "txn " + d.Txn
	default:
		name = fmt.Sprint("row ", d.Row)
	}
	if d.Refund {
		name = "refund " + name
	}
	return fmt.Sprintf("%s/%s/%s/%s", r.Provider, r.Day, d.Class, name)
}

func (t *turn) putWork(i WorkItem) error {
	keys := []string{"run:" + i.Run, "day:" + string(i.Day)}
	if i.No != "" {
		keys = append(keys, "no:"+i.No)
	}
	if i.Open() {
		keys = append(keys, "open:"+i.Provider+"/"+string(i.Day))
	}
	if i.Blocks() {
		keys = append(keys, "blocks:"+i.Provider+"/"+string(i.Day))
	}
	return t.ShelfTx(itemShelf).Put(i.ID, rawJSON(i), keys...)
}

// putItems writes what a run found. An item that an earlier run of the day found too keeps its owner and its outcome while it
// says the same; one that the new bill does not have any more is gone.
func (t *turn) putItems(r Run, found reconcile.Result) error {
	if r.Kind == pay.FundBill {
		return nil
	}
	now := map[string]bool{}
	for _, d := range found.Differences {
		i := WorkItem{ID: itemID(r, d), Run: r.ID, Provider: r.Provider, Day: r.Day, Difference: d, Found: r.At}
		now[i.ID] = true
		var old WorkItem
		ok, err := get(t, itemShelf, i.ID, &old)
		if err != nil {
			return err
		}
		if ok && old.Ours == i.Ours && old.Theirs == i.Theirs && old.Fee == i.Fee && old.Outcome != Gone {
			i.Found, i.Owner, i.Outcome, i.Reason, i.By, i.Settled, i.Now = old.Found, old.Owner, old.Outcome, old.Reason, old.By, old.Settled, old.Now
		}
		if err := t.putWork(i); err != nil {
			return err
		}
	}
	if r.Replaces == "" {
		return nil
	}
	return t.closeItems("run:"+r.Replaces, Gone, func(i WorkItem) bool { return !now[i.ID] })
}

// closeItems settles open items with a secondary key by the shop's own finding.
func (t *turn) closeItems(secondary string, o Outcome, which func(WorkItem) bool) error {
	keys, err := t.Shelf(itemShelf).Find(secondary, 0)
	if err != nil {
		return err
	}
	for _, k := range keys {
		var i WorkItem
		if _, err := get(t, itemShelf, k, &i); err != nil {
			return err
		}
		if !i.Open() || !which(i) {
			continue
		}
		i.Outcome, i.Settled = o, t.now
		if err := t.putWork(i); err != nil {
			return err
		}
		if _, err := t.fact("reconcile.resolved", map[string]any{"item": i.ID, "class": i.Class, "outcome": o, "payment": i.Attempt}); err != nil {
			return err
		}
	}
	return nil
}

// putStrays notes what this bill has of other days, and settles what those days missed.
func (t *turn) putStrays(r Run, strays []reconcile.Stray) error {
	for _, s := range strays {
		key := fmt.Sprintf("%s/%s/%v", r.Provider, s.No, s.Refund)
		if err := t.ShelfTx(strayShelf).Put(key, rawJSON(map[string]any{"own_no": s.No, "refund": s.Refund, "day": r.Day})); err != nil {
			return err
		}
		err := t.closeItems("no:"+s.No, OtherDay, func(i WorkItem) bool {
			return i.No == s.No && i.Refund == s.Refund && i.Day != r.Day && (i.Class == reconcile.OursOnly || i.Class == reconcile.RefundMissing)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// straysOf reads which numbers other days' bills have.
func straysOf(v View, provider string, day pay.Day) (map[reconcile.Stray]bool, error) {
	out := map[reconcile.Stray]bool{}
	err := v.Shelf(strayShelf).List(provider+"/", 0, func(_ string, doc json.RawMessage) error {
		var s struct {
			reconcile.Stray
			Day pay.Day `json:"day"`
		}
		err := json.Unmarshal(doc, &s)
		if s.Day != day {
			out[s.Stray] = true
		}
		return err
	})
	return out, err
}

// ItemQuery selects work items.
type ItemQuery struct {
	Run      string          `json:"run,omitempty"`
	Day      pay.Day         `json:"day,omitempty"`
	Provider string          `json:"provider,omitempty"`
	Class    reconcile.Class `json:"class,omitempty"`
	Open     bool            `json:"open,omitempty"` // only those that nobody has settled
	Limit    int             `json:"limit,omitempty"`
}

// WorkItems lists differences, oldest day first, at most Limit (500 where it is not between 1 and 5,000).
func (s *Shop) WorkItems(ctx context.Context, q ItemQuery) ([]WorkItem, error) {
	if q.Limit <= 0 || q.Limit > 5000 {
		q.Limit = 500
	}
	return view(ctx, s, func(v View) ([]WorkItem, error) {
		secondary := "open:"
		switch {
		case q.Run != "":
			secondary = "run:" + q.Run
		case q.Day != "":
			secondary = "day:" + string(q.Day)
		case !q.Open:
			secondary = "day:"
		}
		keys, err := v.Shelf(itemShelf).Find(secondary, 0)
		out := []WorkItem{}
		for _, k := range keys {
			var i WorkItem
			if _, err := get(v, itemShelf, k, &i); err != nil {
				return nil, err
			}
			if (q.Provider != "" && i.Provider != q.Provider) || (q.Class != "" && i.Class != q.Class) || (q.Open && !i.Open()) {
				continue
			}
			if out = append(out, i); len(out) == q.Limit {
				break
			}
		}
		return out, err
	})
}

// Settling is what a person decides about an item. An owner without an outcome takes it on; an outcome needs a reason.
type Settling struct {
	Item    string  `json:"item"`
	Owner   string  `json:"owner,omitempty"`
	Outcome Outcome `json:"outcome,omitempty"`
	Reason  string  `json:"reason,omitempty"`
}

// ResolveItem gives a difference its owner or its outcome. It is a fact of its own, so that who decided what stays; money moves
// by the acts that move money, which the outcome only names.
func (s *Shop) ResolveItem(ctx context.Context, in Settling) (WorkItem, error) {
	return change(ctx, s, "reconcile.resolve", in, func(t *turn) (WorkItem, error) {
		if err := t.need(shift.Reconcile); err != nil {
			return WorkItem{}, err
		}
		var i WorkItem
		ok, err := get(t, itemShelf, in.Item, &i)
		switch in.Reason = strings.TrimSpace(in.Reason); {
		case err != nil:
			return i, err
		case !ok:
			return i, refuse("item_unknown", nil, "item", in.Item)
		case !i.Open():
			return i, refuse("item_settled", nil, "outcome", string(i.Outcome))
		case in.Outcome != "" && !slices.Contains(Outcomes(), in.Outcome):
			return i, refuse("bad_params", nil, "why", "outcome")
		case in.Outcome != "" && in.Reason == "":
			return i, refuse("reason_missing", nil)
		case in.Outcome == "" && in.Owner == "":
			return i, refuse("bad_params", nil, "why", "owner or outcome")
		}
		if in.Owner != "" {
			who, err := getStaff(t, in.Owner)
			if err != nil {
				return i, err
			}
			if who.ID == "" || who.Left {
				return i, refuse("staff_invalid", nil)
			}
			i.Owner = in.Owner
		}
		if in.Outcome != "" {
			i.Outcome, i.Reason, i.By, i.Settled = in.Outcome, in.Reason, t.staff.ID, t.now.Truncate(time.Millisecond)
		}
		if err := t.putWork(i); err != nil {
			return i, err
		}
		kind := ledger.Kind("reconcile.owned")
		if in.Outcome != "" {
			kind = "reconcile.resolved"
		}
		t.tell(Event{Kind: Reconciled})
		_, err = t.fact(kind, map[string]any{"item": i.ID, "class": i.Class, "owner": i.Owner, "outcome": i.Outcome, "reason": i.Reason, "payment": i.Attempt,
			"ours": i.Ours, "theirs": i.Theirs, "approved": t.by})
		return i, err
	})
}

// unreconciled is how many differences the day may not end over unseen.
func (t *turn) unreconciled() (int, error) {
	keys, err := t.Shelf(itemShelf).Find("blocks:", 0)
	return len(keys), err
}

// signedOff refuses to end the day over open differences, unless somebody who may has said so; it is a fact then.
func (t *turn) signedOff() error {
	n, err := t.unreconciled()
	if err != nil || n == 0 {
		return err
	}
	if err := t.need(shift.CloseOver); err != nil {
		var e *Error
		if errors.As(err, &e) && e.Code == "needs_approval" {
			e.Data["count"] = n
		}
		return err
	}
	_, err = t.fact("reconcile.signed_off", map[string]any{"open": n, "approved": t.by})
	return err
}

// follow asks again about what the bill contradicts, so that people are left with what nobody can prove: money that the bill
// alone has is an observation of its attempt, money that we alone have is asked about.
func (s *Shop) follow(ctx context.Context, p pay.Provider, r Run) (Run, error) {
	items, err := s.WorkItems(ctx, ItemQuery{Run: r.ID, Open: true, Limit: 5000})
	if err != nil {
		return r, err
	}
	asked := 0
	for _, i := range items {
		if i.Attempt == "" || asked >= askedMost || ctx.Err() != nil || (i.Class != reconcile.TheirsOnly && i.Class != reconcile.OursOnly &&
			i.Class != reconcile.StateDiffers && i.Class != reconcile.RefundMissing) {
			continue
		}
		asked++
		if err := s.heed(ctx, p, r, i); err != nil {
			return r, err
		}
	}
	if ctx.Err() != nil {
		return r, nil // what was not asked is asked when the bill is taken again
	}
	return change(WithKey(ctx, ""), s, "reconcile.followed", nil, func(t *turn) (Run, error) {
		r.Followed = true
		return r, t.putRun(r)
	})
}

// heed acts on one item and notes where its attempt stands then.
func (s *Shop) heed(ctx context.Context, p pay.Provider, r Run, i WorkItem) error {
	a, err := view(ctx, s, func(v View) (Attempt, error) { return v.Attempt(i.Attempt) })
	if err != nil {
		return err
	}
	call, end := context.WithTimeout(ctx, callTime)
	defer end()
	begun := s.p.Clock.Now()
	switch {
	case i.Refund:
		j := slices.IndexFunc(a.Backs, func(b pay.Refund) bool { return b.No == i.No })
		asker, ok := p.(pay.Refunder)
		if j < 0 || !ok {
			return nil
		}
		obs, qerr := asker.QueryRefund(call, a.Backs[j])
		err = s.observeRefund(a.ID, a.Backs[j].ID, pay.Answered(pay.ByQuery, obs, qerr, begun, s.p.Clock.Now()))
	case i.Class == reconcile.TheirsOnly && !r.Imported:
		obs := pay.Observation{Outcome: pay.Success, Verified: true, OwnNo: a.No, Merchant: r.Merchant, ProviderTxn: i.Txn, ProviderState: i.Said,
			Amount: money.Of(i.Theirs, a.Amount.Currency), ProviderAt: i.At}
		err = s.observe(a.ID, pay.Observed(pay.ByBill, obs, begun, begun))
	default: // a file that a person brought proves nothing; the provider's own answer does
		obs, qerr := p.Query(call, a.Ref())
		err = s.observe(a.ID, pay.Answered(pay.ByQuery, obs, qerr, begun, s.p.Clock.Now()))
	}
	if err != nil {
		return err
	}
	_, err = change(WithKey(ctx, ""), s, "reconcile.heeded", nil, func(t *turn) (bool, error) { return true, t.heeded(i) })
	return err
}

// heeded closes an item whose attempt now agrees with the bill, and notes the state of the others.
func (t *turn) heeded(i WorkItem) error {
	a, err := t.Attempt(i.Attempt)
	if err != nil {
		return err
	}
	for _, o := range a.Movements() {
		if o.No != i.No || o.Refund != i.Refund {
			continue
		}
		i.Now = o.State
		taken := o.Standing == reconcile.Moved && o.Amount.Minor == i.Theirs && o.State != string(pay.LateSuccess)
		if (i.Class == reconcile.TheirsOnly || i.Class == reconcile.StateDiffers) && taken && i.Theirs > 0 {
			i.Outcome, i.Settled = Book, t.now.Truncate(time.Millisecond)
			if _, err := t.fact("reconcile.resolved", map[string]any{"item": i.ID, "class": i.Class, "outcome": Book, "payment": i.Attempt, "state": o.State}); err != nil {
				return err
			}
		}
	}
	return t.putWork(i)
}
