package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"suanpan/app/catalog"
	"suanpan/app/device"
	"suanpan/app/ledger"
	"suanpan/app/member"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/receipt"
	"suanpan/app/shift"
)

const (
	accountShelf = "accounts"
	billShelf    = "bills"
	inAdvance    = "advance" // the bill that takes what was paid above all others; below zero
)

// Standing is a customer's account as it stands.
type Standing struct {
	member.Customer
	Balance int64         `json:"balance"` // what is open, minor units
	Ages    member.Ages   `json:"ages"`
	Open    []member.Bill `json:"open"` // oldest first
}

// Statement is what happened on an account in a time.
type Statement struct {
	Standing
	From  time.Time     `json:"from"`
	To    time.Time     `json:"to"`
	Start int64         `json:"start"` // balance before From
	Lines []member.Bill `json:"lines"` // oldest first
	End   int64         `json:"end"`   // balance at To
}

// PutAccount keeps a customer who buys on account: number, name, signers, limit, days to pay. Only who may edit cards.
func (s *Shop) PutAccount(ctx context.Context, in member.Customer) (Standing, error) {
	return change(ctx, s, "account.put", in, func(t *turn) (Standing, error) {
		if err := t.need(shift.EditCards); err != nil {
			return Standing{}, err
		}
		c := in
		c.No, c.Name = strings.TrimSpace(c.No), strings.TrimSpace(c.Name)
		switch {
		case c.Name == "" || c.No == "" || len(c.No) > 40:
			return Standing{}, refuse("account_invalid", nil)
		case c.Limit < 0 || c.Limit > money.MaxMinor || c.Days < 0 || c.Days > 3660:
			return Standing{}, refuse("account_invalid", nil)
		}
		ids, err := t.ShelfTx(accountShelf).Find("no:"+strings.ToLower(c.No)+"/", 2)
		if err != nil {
			return Standing{}, err
		}
		if c.ID == "" {
			c.ID, c.Made = NewID(), t.now
		} else if old, err := customerOf(t, c.ID); err != nil {
			return Standing{}, err
		} else {
			c.Made = old.Made
		}
		if len(ids) > 0 && ids[0] != c.ID {
			return Standing{}, refuse("card_no_taken", nil, "no", c.No)
		}
		if _, err := t.fact("account.put", accountFact(c)); err != nil {
			return Standing{}, err
		}
		if err := t.ShelfTx(accountShelf).Put(c.ID, rawJSON(c), "no:"+strings.ToLower(c.No)+"/"); err != nil {
			return Standing{}, err
		}
		t.tell(Event{Kind: SettingsChanged})
		return owing(t, c, t.now)
	})
}

func customerOf(v View, id string) (c member.Customer, err error) {
	doc, ok, err := v.Shelf(accountShelf).Get(id)
	if err != nil || !ok {
		return c, orElse(err, refuse("account_not_found", nil))
	}
	return c, json.Unmarshal(doc, &c)
}

// findCustomer finds by id or number.
func findCustomer(v View, ref string) (member.Customer, error) {
	ref = strings.TrimSpace(ref)
	if c, err := customerOf(v, ref); err == nil {
		return c, nil
	}
	ids, err := v.Shelf(accountShelf).Find("no:"+strings.ToLower(ref)+"/", 1)
	if err != nil || ref == "" || len(ids) == 0 {
		return member.Customer{}, orElse(err, refuse("account_not_found", nil))
	}
	return customerOf(v, ids[0])
}

// owing reads what is open from the totals, and when it was bought from the bills.
func owing(v View, c member.Customer, now time.Time) (Standing, error) {
	out := Standing{Customer: c}
	left, err := v.Totals("bills:" + c.ID)
	if err != nil {
		return out, err
	}
	bills, err := billsOf(v, c.ID)
	if err != nil {
		return out, err
	}
	for _, b := range bills {
		if b.Left = left[b.ID].Minor; b.Left != 0 {
			out.Open = append(out.Open, b)
		}
	}
	if rest := left[inAdvance].Minor; rest != 0 {
		out.Open = append(out.Open, member.Bill{ID: inAdvance, At: now, Left: rest})
	}
	for _, b := range out.Open {
		out.Balance += b.Left
	}
	out.Ages = member.Age(out.Open, c.Days, now)
	return out, nil
}

// billsOf lists everything on an account, oldest first, each with its receipt number.
func billsOf(v View, customer string) (out []member.Bill, err error) {
	err = v.Shelf(billShelf).List(customer+"/", 1_000_000, func(_ string, doc json.RawMessage) error {
		var b member.Bill
		if err := json.Unmarshal(doc, &b); err != nil {
			return err
		}
		if row, err := v.Sale(b.Order); err == nil {
			b.No = row.No
		}
		out = append(out, b)
		return nil
	})
	slices.SortStableFunc(out, func(a, b member.Bill) int { return a.At.Compare(b.At) })
	return out, err
}

func (t *turn) putBill(customer string, b member.Bill) error {
	return t.ShelfTx(billShelf).Put(customer+"/"+b.ID, rawJSON(b))
}

// charge puts amount of an order on account (挂账): somebody signs, and above the limit a supervisor approves.
func (t *turn) charge(o *order.Order, tender string, ask TenderAsk, amount int64) (int64, string, error) {
	c, err := findCustomer(t, ask.Card)
	if err != nil {
		return 0, "", err
	}
	now, err := owing(t, c, t.now)
	if err != nil {
		return 0, "", err
	}
	switch {
	case c.Blocked:
		return 0, "", refuse("card_blocked", nil)
	case !c.MaySign(ask.Signed):
		return 0, "", refuse("signature_missing", nil)
	case now.Balance+amount > c.Limit:
		if err := t.need(shift.OverLimit); err != nil {
			return 0, "", refuse("needs_approval", err, "act", string(shift.OverLimit), "limit", c.Limit, "balance", now.Balance)
		}
	}
	signed := strings.TrimSpace(ask.Signed)
	if err := t.ShelfTx(tenderShelf).Put(tender, rawJSON(c.ID)); err != nil {
		return 0, "", err
	}
	if err := t.putBill(c.ID, member.Bill{ID: tender, Order: string(o.ID), At: t.now, Signed: signed, Minor: amount}); err != nil {
		return 0, "", err
	}
	_, err = t.fact(factCharged, valueMove{Card: c.ID, Kind: methodAccount, Tender: tender, Order: o.ID, Minor: amount, Bills: map[string]int64{tender: amount},
		Signed: signed, By: t.by}, moved(ledger.Account+":"+c.ID, ledger.Deposit+":orders", amount, o.Rules.Currency)...)
	return amount, c.No + " " + signed, err
}

// uncharge takes minor of what a tender charged off the account again. A bill that was paid meanwhile leaves money in advance.
func (t *turn) uncharge(customer string, id order.ID, tender string, minor int64, against string) error {
	left, err := spentLeftOn(t, tender)
	if err != nil {
		return err
	}
	if minor > left {
		return refuse("above_captured", nil, "max", left)
	}
	if err := t.putBill(customer, member.Bill{ID: NewID(), Order: string(id), At: t.now, Minor: -minor, Paid: true}); err != nil {
		return err
	}
	_, err = t.fact(factUncharged, valueMove{Card: customer, Kind: methodAccount, Tender: tender, Order: id, Minor: minor, Bills: map[string]int64{tender: -minor}},
		moved(ledger.Account+":"+customer, against, -minor, t.s.config().Currency)...)
	return err
}

// spentLeftOn is what a tender on account charged less what came off again.
func spentLeftOn(v View, tender string) (int64, error) {
	d, err := v.Total("spent:"+tender, methodAccount)
	return d.Minor, err
}

// SettleAsk pays towards an account.
type SettleAsk struct {
	Customer string `json:"customer"`         // id or number
	Minor    int64  `json:"amount,omitempty"` // everything that is open where 0
}

// SettleAccount takes cash for several bills at once, oldest first, with a receipt.
func (s *Shop) SettleAccount(ctx context.Context, ask SettleAsk) (Sale, error) {
	return change(ctx, s, "account.settle", ask, func(t *turn) (Sale, error) {
		line, err := t.settleLine(ask)
		if err != nil {
			return Sale{}, err
		}
		return t.forCash(line)
	})
}

// AddSettlement puts the same as a line on a basket, the current one where id is empty, to be paid by any tender.
func (s *Shop) AddSettlement(ctx context.Context, id order.ID, ask SettleAsk) (Basket, error) {
	return change(ctx, s, "basket.add_settlement", [2]any{id, ask}, func(t *turn) (Basket, error) {
		line, err := t.settleLine(ask)
		if err != nil {
			return Basket{}, err
		}
		return t.valueOnto(id, line)
	})
}

func (t *turn) settleLine(ask SettleAsk) (order.Line, error) {
	c, err := findCustomer(t, ask.Customer)
	if err != nil {
		return order.Line{}, err
	}
	now, err := owing(t, c, t.now)
	if err != nil {
		return order.Line{}, err
	}
	if ask.Minor == 0 {
		ask.Minor = now.Balance
	}
	if ask.Minor <= 0 || ask.Minor > now.Balance {
		return order.Line{}, refuse("above_balance", nil, "max", max(now.Balance, 0))
	}
	return t.valueLine(catalog.Settlement, methodAccount, c.ID, c.No+" "+c.Name, ask.Minor)
}

// paidOnAccount shares what a document brought over the open bills; what no bill takes stands in advance.
func (t *turn) paidOnAccount(p valuePart, id order.ID) error {
	c, err := customerOf(t, p.Card)
	if err != nil {
		return err
	}
	now, err := owing(t, c, t.now)
	if err != nil {
		return err
	}
	parts, rest := member.Settle(now.Open, p.Minor)
	bills := map[string]int64{}
	for bill, minor := range parts {
		bills[bill] = -minor
	}
	if rest > 0 {
		bills[inAdvance] = -rest
	}
	if err := t.putBill(c.ID, member.Bill{ID: NewID(), Order: string(id), At: t.now, Minor: -p.Minor, Paid: true}); err != nil {
		return err
	}
	_, err = t.fact(factSettled, valueMove{Card: c.ID, Kind: methodAccount, Order: id, Minor: p.Minor, Bills: bills})
	return err
}

// Accounts lists customers whose number or name contains text.
func (s *Shop) Accounts(ctx context.Context, text string) ([]Standing, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	return view(ctx, s, func(v View) ([]Standing, error) {
		var out []Standing
		err := v.Shelf(accountShelf).List("", 100_000, func(_ string, doc json.RawMessage) error {
			var c member.Customer
			if err := json.Unmarshal(doc, &c); err != nil {
				return err
			}
			if len(out) >= 500 || !strings.Contains(strings.ToLower(c.No+" "+c.Name), text) {
				return nil
			}
			now, err := owing(v, c, s.p.Clock.Now())
			out = append(out, now)
			return err
		})
		return out, err
	})
}

// AccountStatement lists what was bought and paid on an account from From to To; zero times leave it open.
func (s *Shop) AccountStatement(ctx context.Context, customer string, from, to time.Time) (Statement, error) {
	return view(ctx, s, func(v View) (Statement, error) {
		c, err := findCustomer(v, customer)
		if err != nil {
			return Statement{}, err
		}
		now := s.p.Clock.Now()
		if to.IsZero() || to.After(now) {
			to = now.Add(time.Nanosecond)
		}
		out := Statement{From: from, To: to}
		if out.Standing, err = owing(v, c, now); err != nil {
			return out, err
		}
		bills, err := billsOf(v, c.ID)
		for _, b := range bills {
			switch {
			case b.At.Before(from):
				out.Start += b.Minor
			case b.At.Before(to):
				out.Lines = append(out.Lines, b)
				out.End += b.Minor
			}
		}
		out.End += out.Start
		return out, err
	})
}

// PrintStatement queues a statement on the receipt printer, with a line to sign on.
func (s *Shop) PrintStatement(ctx context.Context, customer string, from, to time.Time) (device.Job, error) {
	st, err := s.AccountStatement(ctx, customer, from, to)
	if err != nil {
		return device.Job{}, err
	}
	return change(ctx, s, "account.print", [3]any{customer, from, to}, func(t *turn) (device.Job, error) {
		if err := t.need(shift.Sell); err != nil {
			return device.Job{}, err
		}
		job := device.Job{Kind: device.Paper, Page: s.statementPage(st), Ref: "statement:" + st.ID}
		if err := t.queue(job); err != nil {
			return device.Job{}, err
		}
		jobs, err := t.JobsFor(job.Ref)
		if err != nil || len(jobs) == 0 {
			return device.Job{}, err
		}
		return jobs[len(jobs)-1], nil
	})
}

func (s *Shop) statementPage(st Statement) receipt.Page {
	conf := s.config()
	w, c := s.words(conf.Locale), conf.Currency
	var lines receipt.Group
	lines.Entries = append(lines.Entries, amountEntry(w("report.statement.start"), st.Start, c))
	for _, b := range st.Lines {
		label := b.At.Local().Format("01-02") + " " + b.No + " " + b.Signed
		lines.Entries = append(lines.Entries, amountEntry(strings.TrimSpace(label), b.Minor, c))
	}
	end := amountEntry(w("report.statement.end"), st.End, c)
	end.Strong = true
	lines.Entries = append(lines.Entries, end)
	ages := receipt.Group{Title: w("report.statement.ages")}
	for i, minor := range st.Ages {
		if minor != 0 {
			ages.Entries = append(ages.Entries, amountEntry(w(fmt.Sprintf("report.statement.age%d", i)), minor, c))
		}
	}
	r := receipt.Report{Shop: conf.Shop, Header: conf.Header, Title: w("report.statement"), Number: st.No + " " + st.Name, Till: conf.Till,
		Printed: st.To.Local().Format("2006-01-02 15:04"), Groups: []receipt.Group{lines}, Sign: true}
	if len(ages.Entries) > 0 {
		r.Groups = append(r.Groups, ages)
	}
	return receipt.LayoutReport(r, w, s.columns())
}
