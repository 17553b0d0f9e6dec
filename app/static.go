package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"suanpan/app/device"
	"suanpan/app/ledger"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/app/receipt"
	"suanpan/app/shift"
)

const (
	bankShelf = "bankmatch" // what the bank statement must still show (X18)
	lookShelf = "looks"     // first looks at static codes, until the second
)

const (
	factByHand  ledger.Kind = "payment.by_hand"   // a person, not a machine, said that a static code was paid
	factDecided ledger.Kind = "bankmatch.decided" // what the bank statement showed
	factLooked  ledger.Kind = "payment.looked"
)

// Confirm is what a person says about a static code (X18).
type Confirm struct {
	Payment   string `json:"payment"`
	Reference string `json:"reference,omitempty"` // what the bank's own message says: its number, or the payer's words
	Unseen    bool   `json:"unseen,omitempty"`    // nobody can look now: the sale ends as "to verify"
}

// ByHand is the body of the fact of a payment that a person vouched for.
type ByHand struct {
	Payment   string       `json:"payment"`
	Provider  string       `json:"provider"`
	Amount    money.Amount `json:"amount"`
	Reference string       `json:"reference,omitempty"`
	Unseen    bool         `json:"unseen,omitempty"`
	First     string       `json:"first,omitempty"` // staff who looked first
	By        string       `json:"approved,omitempty"`
}

// look is a first look.
type look struct {
	Staff     string    `json:"staff"`
	Reference string    `json:"reference"`
	At        time.Time `json:"at"`
}

// The states of a BankItem.
const (
	BankToVerify = "to_verify" // taken as paid by somebody's word; the statement must show it
	BankWatch    = "watch"     // given up at the till; if the statement shows it after all, it is the payer's
	BankMatched  = "matched"
	BankMissing  = "missing" // a manager has given up looking for it
)

// BankItem is a payment by static code that the bank statement must still show, or must not.
type BankItem struct {
	Payment   string       `json:"payment"`
	No        string       `json:"own_no"`
	Ref       string       `json:"ref"` // that the statement should carry
	Provider  string       `json:"provider"`
	Order     string       `json:"order"`
	Amount    money.Amount `json:"amount"`
	At        time.Time    `json:"at"` // when the code was shown
	State     string       `json:"state"`
	Reference string       `json:"reference,omitempty"` // that a person saw
	Unseen    bool         `json:"unseen,omitempty"`
	Staff     string       `json:"staff"`
	Line      string       `json:"line,omitempty"` // of the statement, once matched
	Note      string       `json:"note,omitempty"`
	Decided   time.Time    `json:"decided,omitzero"`
	Late      bool         `json:"late,omitempty"` // it was given up at the till: on the statement it is the payer's
}

// ConfirmPayment says by hand that a static code was paid. It takes two looks: the first call with a reference is kept and
// answers Looked; the second, with the same reference, settles. Where the shop asks for two people, the second look is
// another person's, signed on or approving. Unseen ends it without any look, as "to verify", and needs a supervisor. Either
// way the payment is marked MANUAL and must be found on the bank statement.
func (s *Shop) ConfirmPayment(ctx context.Context, c Confirm) (Payment, error) {
	c.Reference = strings.TrimSpace(c.Reference)
	return change(ctx, s, "pay.confirm", c, func(t *turn) (Payment, error) {
		if err := t.need(shift.Sell); err != nil {
			return Payment{}, err
		}
		a, err := t.Attempt(c.Payment)
		if err != nil {
			return Payment{}, err
		}
		if !a.Static() || a.State != pay.AwaitingPayer {
			return Payment{}, refuse("not_by_hand", nil, "state", string(a.State))
		}
		body := ByHand{Payment: a.ID, Provider: a.Provider, Amount: a.Amount, Reference: c.Reference, Unseen: c.Unseen}
		if c.Unseen {
			if err := t.need(shift.Unproven); err != nil {
				return Payment{}, err
			}
		} else {
			first, settled, err := t.secondLook(a, c)
			if err != nil || !settled {
				p := paymentOf(a)
				p.Looked = c.Reference
				return p, err
			}
			body.First = first.Staff
		}
		body.By = t.by
		if _, err := t.fact(factByHand, body); err != nil {
			return Payment{}, err
		}
		a, err = t.step(a, pay.Event{Kind: pay.ManualConfirm, At: t.now, Staff: t.staff.ID, Note: c.Reference})
		if err != nil {
			return Payment{}, err
		}
		if err := t.awaitBank(a, BankToVerify, body); err != nil {
			return Payment{}, err
		}
		return paymentOf(a), t.ShelfTx(lookShelf).Delete(a.ID)
	})
}

// secondLook compares with the first look; where there is none, or it saw something else, this one becomes the first.
func (t *turn) secondLook(a Attempt, c Confirm) (first look, settled bool, err error) {
	if c.Reference == "" || len(c.Reference) > 140 {
		return first, false, refuse("reference_missing", nil)
	}
	doc, ok, err := t.ShelfTx(lookShelf).Get(a.ID)
	if err != nil {
		return first, false, err
	}
	if ok {
		if err := json.Unmarshal(doc, &first); err != nil {
			return first, false, fmt.Errorf("look %s: %w", a.ID, err)
		}
	}
	if !ok || !strings.EqualFold(first.Reference, c.Reference) {
		if _, err := t.fact(factLooked, map[string]string{"payment": a.ID, "reference": c.Reference}); err != nil {
			return first, false, err
		}
		t.tell(Event{Kind: PaymentChanged, Payment: a.ID})
		return first, false, t.ShelfTx(lookShelf).Put(a.ID, rawJSON(look{t.staff.ID, c.Reference, t.now}))
	}
	if !t.s.config().TwoLook || t.staff.ID != first.Staff {
		return first, true, nil
	}
	who, ok := t.other(shift.Sell)
	if !ok || who.ID == first.Staff {
		return first, false, refuse("needs_approval", shift.ErrDenied, "act", string(shift.SecondLook))
	}
	t.by = who.ID
	return first, true, nil
}

// watching keeps a static code that was given up: somebody may have paid it all the same.
func (t *turn) watching(a Attempt) error {
	if !a.Static() || a.State != pay.Canceled {
		return nil
	}
	return t.awaitBank(a, BankWatch, ByHand{})
}

func (t *turn) awaitBank(a Attempt, state string, b ByHand) error {
	return t.putBank(BankItem{Payment: a.ID, No: a.No, Ref: a.ProviderTxn, Provider: a.Provider, Order: a.Order, Amount: a.Amount, At: a.SubmittedAt,
		State: state, Reference: b.Reference, Unseen: b.Unseen, Staff: t.staff.ID})
}

func (t *turn) putBank(b BankItem) error {
	return t.ShelfTx(bankShelf).Put(b.Payment, rawJSON(b), "state:"+b.State+":"+b.Payment, "ref:"+b.Ref)
}

// BankItems lists what the bank statement must still show, oldest first; state empty means every state.
func (s *Shop) BankItems(ctx context.Context, state string) ([]BankItem, error) {
	return view(ctx, s, func(v View) ([]BankItem, error) {
		var out []BankItem
		err := v.Shelf(bankShelf).List("", 100_000, func(_ string, doc json.RawMessage) error {
			var b BankItem
			if err := json.Unmarshal(doc, &b); err != nil {
				return err
			}
			if state == "" || b.State == state {
				out = append(out, b)
			}
			return nil
		})
		return out, err
	})
}

// DecideBankItem says what the bank statement showed: matched, with the statement's line, or missing, with a note. Money on a
// code that the till had given up belongs to the payer: it is booked as owed until somebody gives it back.
func (s *Shop) DecideBankItem(ctx context.Context, payment, state, line, note string) (BankItem, error) {
	return change(ctx, s, "bankmatch.decide", [4]string{payment, state, line, note}, func(t *turn) (BankItem, error) {
		if err := t.need(shift.Resolve); err != nil {
			return BankItem{}, err
		}
		var b BankItem
		doc, ok, err := t.ShelfTx(bankShelf).Get(payment)
		if err != nil {
			return b, err
		}
		if !ok {
			return b, refuse("payment_not_found", ErrNoPayment, "payment", payment)
		}
		if err := json.Unmarshal(doc, &b); err != nil {
			return b, fmt.Errorf("bank item %s: %w", payment, err)
		}
		line, note = strings.TrimSpace(line), strings.TrimSpace(note)
		switch {
		case b.State == BankMatched, state != BankMatched && state != BankMissing, state == b.State:
			return b, refuse("bank_item_decided", nil, "state", b.State)
		case state == BankMatched && line == "", state == BankMissing && note == "":
			return b, refuse("reason_missing", nil)
		}
		return t.decide(b, state, line, note)
	})
}

// PrintCode queues the code of a waiting payment on the receipt printer, for customers who cannot see a screen.
func (s *Shop) PrintCode(ctx context.Context, payment string) (device.Job, error) {
	return change(ctx, s, "pay.print_code", payment, func(t *turn) (device.Job, error) {
		if err := t.need(shift.Sell); err != nil {
			return device.Job{}, err
		}
		a, err := t.Attempt(payment)
		if err != nil {
			return device.Job{}, err
		}
		if a.QR == "" || a.State != pay.AwaitingPayer {
			return device.Job{}, refuse("no_code_to_print", nil, "state", string(a.State))
		}
		conf := s.config()
		w := s.words(conf.Locale)
		page := receipt.LayoutReport(receipt.Report{Shop: conf.Shop, Title: w("receipt.method." + a.Provider), Number: a.ProviderTxn, QR: a.QR,
			Printed: t.now.Local().Format("2006-01-02 15:04"), Till: conf.Till,
			Groups: []receipt.Group{{Entries: []receipt.Entry{{Label: w("receipt.total"), Amount: &a.Amount, Strong: true}}}},
			Footer: []string{w("receipt.code_not_paid")}}, w, s.columns())
		if err := t.queue(device.Job{Kind: device.Paper, Page: page, Ref: a.ID}); err != nil {
			return device.Job{}, err
		}
		jobs, err := t.JobsFor(a.ID)
		if err != nil || len(jobs) == 0 {
			return device.Job{}, err
		}
		return jobs[len(jobs)-1], nil
	})
}

// byHand answers whether money of an attempt can only go back by another way than it came: no machine confirmed it, so none
// gives it back. It then goes back in cash, with approval.
func (t *turn) byHand(a Attempt) (bool, error) {
	if !a.Static() {
		return false, nil
	}
	return true, t.need(shift.LooseBack)
}

// apart groups what is reported apart; a group without entries is left out.
func apart(w receipt.Words, title string, list []shift.Apart, c money.Currency) receipt.Group {
	g := receipt.Group{Title: w(title)}
	for _, a := range list {
		g.Entries = append(g.Entries, countEntry(w("receipt.method."+a.Method), a.Count, a.Minor, c))
	}
	return g
}

func byMethod(list []shift.Apart) {
	slices.SortFunc(list, func(a, b shift.Apart) int { return strings.Compare(a.Method, b.Method) })
}
