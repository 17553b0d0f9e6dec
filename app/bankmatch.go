package app

import (
	"encoding/json"
	"strings"
	"time"

	"suanpan/app/ledger"
)

// How far a line of the bank may stand from the moment at which a code was shown: banks book late, and their day may end early.
const (
	bankBefore = 24 * time.Hour
	bankAfter  = 10 * 24 * time.Hour
)

// decide ends a bank item, or opens it again as missing. Money that is on the statement moves from the clearing account to the
// bank; that of a code which the till had given up is the payer's.
func (t *turn) decide(b BankItem, state, line, note string) (BankItem, error) {
	was := b.State
	b.State, b.Line, b.Note, b.Decided = state, line, note, t.now
	var postings []ledger.Posting
	if state == BankMatched {
		clearing := ledger.Clearing + ":" + b.Provider
		if b.Late || was == BankWatch {
			b.Late = true
			postings = moved(clearing, ledger.Deposit+":late", b.Amount.Minor, b.Amount.Currency)
		}
		postings = append(postings, moved(ledger.Bank, clearing, b.Amount.Minor, b.Amount.Currency)...)
	}
	b.Late = b.Late || was == BankWatch
	if _, err := t.fact(factDecided, map[string]any{"payment": b.Payment, "from": was, "to": state, "line": line, "note": note, "approved": t.by}, postings...); err != nil {
		return b, err
	}
	t.tell(Event{Kind: PaymentChanged, Payment: b.Payment})
	return b, t.putBank(b)
}

// matchCodes goes through the lines of the bank that nobody has claimed and finds payments by static code on them: the line
// must name the payment's reference, or the one that a person saw, with its amount and in its time. What is only alike is left
// to people.
func (t *turn) matchCodes() (matched int, err error) {
	var open []BankItem
	for _, state := range []string{BankToVerify, BankWatch, BankMissing} {
		keys, err := t.Shelf(bankShelf).Find("state:"+state+":", 0)
		if err != nil {
			return 0, err
		}
		for _, key := range keys {
			var b BankItem
			doc, _, err := t.Shelf(bankShelf).Get(key)
			if err != nil {
				return 0, err
			}
			if err := json.Unmarshal(doc, &b); err != nil {
				return 0, err
			}
			open = append(open, b)
		}
	}
	keys, err := t.Shelf(lineShelf).Find("loose:", 0)
	if err != nil || len(open) == 0 {
		return 0, err
	}
	for _, key := range keys {
		var l BankLine
		if _, err := get(t, lineShelf, key, &l); err != nil {
			return matched, err
		}
		for i, b := range open {
			if b.State == BankMatched || !b.on(l) {
				continue
			}
			if open[i], err = t.decide(b, BankMatched, l.Day+" "+l.Text, "statement"); err != nil {
				return matched, err
			}
			l.Provider = b.Provider
			if err := t.putBankLine(l); err != nil {
				return matched, err
			}
			matched++
			break
		}
	}
	return matched, nil
}

// on reports whether a line of the bank is this payment.
func (b BankItem) on(l BankLine) bool {
	day, err := time.ParseInLocation(time.DateOnly, l.Day, b.At.Location())
	if err != nil || l.Minor != b.Amount.Minor || day.Before(b.At.Add(-bankBefore)) || day.After(b.At.Add(bankAfter)) {
		return false
	}
	return names(l.Text, b.Ref) || (len(b.Reference) >= 6 && names(l.Text, b.Reference))
}

// names reports whether text has ref as a word of its own: A000017 is not in A0000171.
func names(text, ref string) bool {
	text, ref = strings.ToUpper(text), strings.ToUpper(ref)
	plain := func(i int) bool {
		return i < 0 || i >= len(text) || !(text[i] >= '0' && text[i] <= '9' || text[i] >= 'A' && text[i] <= 'Z')
	}
	for at := 0; ref != ""; {
		i := strings.Index(text[at:], ref)
		if i < 0 {
			return false
		}
		if at += i; plain(at-1) && plain(at+len(ref)) {
			return true
		}
		at++
	}
	return false
}
