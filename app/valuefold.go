package app

import (
	"encoding/json"
	"strings"

	"suanpan/app/ledger"
	"suanpan/app/member"
	"suanpan/app/order"
)

// The facts of stored value and of accounts. The postings of loads and settlements stand in their documents.
const (
	factLoaded    ledger.Kind = "value.loaded"
	factSpent     ledger.Kind = "value.spent"
	factUnspent   ledger.Kind = "value.unspent" // taken back before the sale was finished
	factGiven     ledger.Kind = "value.returned"
	factLapsed    ledger.Kind = "value.expired"
	factCharged   ledger.Kind = "account.charged"
	factUncharged ledger.Kind = "account.returned"
	factSettled   ledger.Kind = "account.settled"
)

// Further accounts of the chart.
const (
	depositVouchers = ledger.Deposit + ":vouchers"
	depositBonus    = ledger.Deposit + ":bonus"
	bonusGiven      = "bonus"     // expense: what was given on top
	lapsedPrincipal = "forfeited" // income: paid and never spent
)

// valueMove is the body of every fact that moves stored value or an account's bills.
type valueMove struct {
	Card   string           `json:"card"` // or the customer
	Kind   string           `json:"kind"` // member, voucher, account
	Tender string           `json:"tender,omitempty"`
	Order  order.ID         `json:"order,omitempty"`
	In     []member.Lot     `json:"in,omitempty"`   // onto the card
	Out    []member.Lot     `json:"out,omitempty"`  // off the card; remembered for Tender
	From   []member.Lot     `json:"from,omitempty"` // of what Tender had spent
	Minor  int64            `json:"amount,omitempty"`
	Bills  map[string]int64 `json:"bills,omitempty"` // by bill, what is added to what is open of it
	Signed string           `json:"signed,omitempty"`
	By     string           `json:"approved,omitempty"`
}

// value folds a move: what is on each card by lots, what each tender spent of which, and what is open of each bill.
func (e *Entry) value(f *ledger.Fact) error {
	var m valueMove
	if err := json.Unmarshal(f.Body, &m); err != nil {
		return err
	}
	for _, l := range m.In {
		e.add("value:"+m.Card, l.Key(), 1, l.Minor)
	}
	for _, l := range m.Out {
		e.add("value:"+m.Card, l.Key(), 1, -l.Minor)
		if m.Tender != "" {
			e.add("spent:"+m.Tender, l.Key(), 1, l.Minor)
		}
	}
	for _, l := range m.From {
		e.add("spent:"+m.Tender, l.Key(), 1, -l.Minor)
	}
	for _, bill := range sortedKeys(m.Bills) {
		e.add("bills:"+m.Card, bill, 1, m.Bills[bill])
		if m.Tender != "" {
			e.add("spent:"+m.Tender, methodAccount, 1, m.Bills[bill])
		}
	}
	return nil
}

// valuePart is a line of a document that is no sale: money put on a card, or paid on account.
type valuePart struct {
	Kind  string // member, voucher, account
	Card  string
	Minor int64
}

// account is where the part belongs instead of sales.
func (p valuePart) account() string {
	switch p.Kind {
	case methodAccount:
		return ledger.Account + ":" + p.Card
	case methodVoucher:
		return depositVouchers
	}
	return ledger.Deposit + ":members"
}

// valueParts lists such lines. They carry no tax, so a line's total is its net.
func (d *core) valueParts() (out []valuePart) {
	for i, l := range d.Order.Lines {
		if !l.value() || i >= len(d.Sum.Lines) {
			continue
		}
		kind, card, _ := strings.Cut(l.Card, ":")
		out = append(out, valuePart{kind, card, d.Sum.Lines[i].Total})
	}
	return out
}

// liable posts lots of a card of a kind, times sign: the shop owes them (negative) or no longer does (positive).
func liable(t *turn, kind string, lots []member.Lot, sign int64, against string) (out []ledger.Posting) {
	for _, l := range lots {
		account := (valuePart{Kind: kind}).account()
		if l.Part == member.Bonus {
			account = depositBonus
		}
		to := against
		if to == "" { // the end of a lot, or its gift
			to = bonusGiven
			if l.Part == member.Principal {
				to = lapsedPrincipal
			}
		}
		out = append(out, moved(account, to, sign*l.Minor, t.s.config().Currency)...)
	}
	return out
}
