package till

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// check compares everything that was answered with what the till says now. No strike falls meanwhile.
func (r *Rush) check() error {
	if err := r.calm(); err != nil {
		return err
	}
	for _, look := range []func() error{r.chain, r.entries, r.each, r.whole, r.numbers} {
		if err := look(); err != nil {
			return err
		}
	}
	r.struck = false
	r.arm()
	return nil
}

// calm calls the next strike off. It may have fallen after the last answer; then the till is started again first.
func (r *Rush) calm() error {
	for r.plan.disarm() {
		if err := r.gone(ErrGone); err != nil {
			return err
		}
		if err := r.reopen(); err != nil {
			return err
		}
	}
	return nil
}

// chain asks the till to prove its own ledger.
func (r *Rush) chain() error {
	var v struct {
		OK       bool            `json:"ok"`
		BrokenAt json.RawMessage `json:"broken_at"`
	}
	if answer, err := r.till.Call("ledger.verify", map[string]any{}, &v); err != nil {
		return err
	} else if !v.OK {
		return fmt.Errorf("ledger.verify: %s", answer)
	}
	return nil
}

// entries reads the ledger from where it was read last: numbered without gaps, each entry balanced, the drawer as expected.
func (r *Rush) entries() error {
	for {
		var page struct {
			Entries []struct {
				Seq      int64  `json:"seq"`
				ID       string `json:"id"`
				Kind     string `json:"kind"`
				Postings []struct {
					Account string `json:"account"`
					Amount  int64  `json:"amount"`
				} `json:"postings"`
			} `json:"entries"`
		}
		if _, err := r.till.Call("ledger.list", map[string]any{"after": r.book.seq, "limit": 500}, &page); err != nil {
			return err
		}
		if len(page.Entries) == 0 {
			break
		}
		for _, e := range page.Entries {
			if e.Seq != r.book.seq+1 {
				return fmt.Errorf("ledger: entry %d follows %d", e.Seq, r.book.seq)
			}
			if first, twice := r.book.entries[e.ID]; twice {
				return fmt.Errorf("ledger: entry %s stands at %d and at %d", e.ID, first, e.Seq)
			}
			r.book.seq, r.book.entries[e.ID] = e.Seq, e.Seq
			sum := int64(0)
			for _, p := range e.Postings {
				sum += p.Amount
				if strings.HasPrefix(p.Account, "cash:") {
					r.book.drawer += p.Amount
				}
			}
			if sum != 0 {
				return fmt.Errorf("ledger: entry %d (%s) is out of balance by %d", e.Seq, e.Kind, sum)
			}
		}
	}
	if r.book.drawer != r.book.cash {
		return fmt.Errorf("ledger: the drawer holds %d, but the answers make %d", r.book.drawer, r.book.cash)
	}
	return nil
}

// each asks for every sale that was answered since the last check.
func (r *Rush) each() error {
	for ; r.book.checked < len(r.book.sales); r.book.checked++ {
		want := r.book.sales[r.book.checked]
		var got saleAnswer
		if _, err := r.till.Call("sale.get", map[string]any{"sale": want.id}, &got); err != nil {
			return fmt.Errorf("sale %s (%s) was answered and is lost: %w", want.id, want.receipt, err)
		}
		if got.ReceiptNo != want.receipt || got.Total != want.total {
			return fmt.Errorf("sale %s: receipt %s, total %d; answered were %s, %d", want.id, got.ReceiptNo, got.Total, want.receipt, want.total)
		}
		if entry := strings.Trim(string(want.entry), `"`); !r.standsInLedger(entry) {
			return fmt.Errorf("sale %s: its entry %s is not in the ledger", want.id, entry)
		}
	}
	return nil
}

// standsInLedger looks an entry up by its id or by its number.
func (r *Rush) standsInLedger(entry string) bool {
	if _, ok := r.book.entries[entry]; ok {
		return true
	}
	n, err := strconv.ParseInt(entry, 10, 64)
	return err == nil && n > 0 && n <= r.book.seq
}

// whole lists all sales: those that were answered, each once, and no other.
func (r *Rush) whole() error {
	var all struct {
		Sales []saleAnswer `json:"sales"`
	}
	if _, err := r.till.Call("sale.list", map[string]any{"limit": len(r.book.sales) + len(r.book.returns) + 10}, &all); err != nil {
		return err
	}
	seen := map[string]int{}
	for _, s := range all.Sales {
		seen[s.Sale]++
	}
	for _, s := range r.book.sales {
		if seen[s.id] != 1 {
			return fmt.Errorf("sale %s (%s) was answered once and is listed %d times", s.id, s.receipt, seen[s.id])
		}
		delete(seen, s.id)
	}
	for _, s := range r.book.returns {
		delete(seen, s.id) // a list may show returns beside the sales
	}
	for id := range seen {
		return fmt.Errorf("sale %s is listed, but nobody asked for it", id)
	}
	return nil
}

// numbers looks for gaps and doubles in each series of receipt numbers. A series is what stands before the last digits.
func (r *Rush) numbers() error {
	series := map[string][]int{}
	for _, no := range r.book.receipts {
		head := strings.TrimRight(no, "0123456789")
		n, err := strconv.Atoi(no[len(head):])
		if err != nil {
			return fmt.Errorf("receipt number %q has no number", no)
		}
		series[head] = append(series[head], n)
	}
	for head, numbers := range series {
		slices.Sort(numbers)
		for i, n := range numbers {
			if n != i+1 {
				return fmt.Errorf("receipt %s%d is number %d of its series", head, n, i+1)
			}
		}
	}
	return nil
}
