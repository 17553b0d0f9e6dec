package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"suanpan/app/ledger"
	"suanpan/app/pay"
	"suanpan/app/reconcile"
	"suanpan/app/shift"
)

// Shelves and settings of money on its way to the bank.
const (
	lineShelf      = "bank.line"
	arrivedShelf   = "bank.arrived"
	arrivalSetting = "arrival"
	bankFormats    = "bank.formats"
)

// arrivalRules reads by which day each provider's money should be there.
func arrivalRules(v View) (map[string]reconcile.ArrivalRule, error) {
	all := map[string]reconcile.ArrivalRule{}
	doc, ok, err := v.Setting(arrivalSetting)
	if err != nil || !ok {
		return all, err
	}
	return all, json.Unmarshal(doc, &all)
}

// PutArrival saves when a provider's money should reach the bank and how its lines are known there.
func (s *Shop) PutArrival(ctx context.Context, rule reconcile.ArrivalRule) (reconcile.ArrivalRule, error) {
	if err := rule.Check(); err != nil {
		return rule, refuse("arrival_invalid", err, "why", err.Error())
	}
	return change(ctx, s, "arrival.put", rule, func(t *turn) (reconcile.ArrivalRule, error) {
		if err := t.need(shift.Reconcile); err != nil {
			return rule, err
		}
		all, err := arrivalRules(t)
		if err != nil {
			return rule, err
		}
		all[rule.Provider] = rule
		if err := t.PutSetting(arrivalSetting, rawJSON(all)); err != nil {
			return rule, err
		}
		_, err = t.fact("arrival.put", rule)
		return rule, err
	})
}

// PutBankFormat saves under a name how a bank writes its lines.
func (s *Shop) PutBankFormat(ctx context.Context, f reconcile.BankFormat) (reconcile.BankFormat, error) {
	if err := f.Check(); err != nil {
		return f, refuse("bank_format_invalid", err, "why", err.Error())
	}
	return change(ctx, s, "bank.format", f, func(t *turn) (reconcile.BankFormat, error) {
		if err := t.need(shift.Reconcile); err != nil {
			return f, err
		}
		all, err := bankFormatsOf(t)
		if err != nil {
			return f, err
		}
		all[f.Name] = f
		return f, t.PutSetting(bankFormats, rawJSON(all))
	})
}

func bankFormatsOf(v View) (map[string]reconcile.BankFormat, error) {
	all := map[string]reconcile.BankFormat{}
	doc, ok, err := v.Setting(bankFormats)
	if err != nil || !ok {
		return all, err
	}
	return all, json.Unmarshal(doc, &all)
}

// BankLine is one line of the bank's statement.
type BankLine struct {
	reconcile.BankLine
	Provider string    `json:"provider,omitempty"` // whose payout it is
	Days     []pay.Day `json:"days,omitempty"`     // of that provider, that it pays
	By       string    `json:"by,omitempty"`       // staff who said so; the rules did where empty
}

// BankImported says what came of a statement.
type BankImported struct {
	Lines   int `json:"lines"`
	New     int `json:"new"`
	Known   int `json:"known"`   // there before, by their hash
	Matched int `json:"matched"` // provider's days that a line pays
	Codes   int `json:"codes"`   // payments by static code that a line names (X18)
}

// ImportBank takes a statement of the bank, whole or not at all (B15). Lines that are there already are left alone. Every line that
// pays days of a provider is booked from its clearing account to the bank; what is more or less than expected is a work item.
func (s *Shop) ImportBank(ctx context.Context, path, format string) (BankImported, error) {
	if err := s.may(ctx, shift.Reconcile); err != nil {
		return BankImported{}, err
	}
	formats, err := view(ctx, s, func(v View) (map[string]reconcile.BankFormat, error) { return bankFormatsOf(v) })
	f, ok := formats[format]
	if err != nil || !ok {
		return BankImported{}, orElse(err, refuse("bank_format_unknown", nil, "format", format))
	}
	if s.p.Files == nil {
		return BankImported{}, refuse("file", nil, "path", path)
	}
	r, err := s.p.Files.Open(path)
	if err != nil {
		return BankImported{}, refuse("file", err, "path", path)
	}
	lines, err := reconcile.ReadBank(r, f, s.config().Currency)
	if err = errors.Join(err, r.Close()); err != nil {
		return BankImported{}, refuse("bank_refused", err, "why", err.Error())
	}
	return change(ctx, s, "bank.import", [2]string{path, format}, func(t *turn) (BankImported, error) {
		out := BankImported{Lines: len(lines)}
		if err := t.need(shift.Reconcile); err != nil {
			return out, err
		}
		for _, l := range lines {
			key := l.Day + "/" + l.Hash
			if _, known, err := t.Shelf(lineShelf).Get(key); err != nil {
				return out, err
			} else if known {
				out.Known++
				continue
			}
			out.New++
			if err := t.putBankLine(BankLine{BankLine: l}); err != nil {
				return out, err
			}
		}
		if _, err := t.fact("bank.imported", map[string]any{"path": path, "format": format, "lines": out.Lines, "new": out.New}); err != nil {
			return out, err
		}
		if out.Matched, err = t.settleArrivals(); err != nil {
			return out, err
		}
		out.Codes, err = t.matchCodes()
		t.tell(Event{Kind: Reconciled})
		return out, err
	})
}

func (t *turn) putBankLine(l BankLine) error {
	key := l.Day + "/" + l.Hash
	if l.Provider == "" {
		return t.ShelfTx(lineShelf).Put(key, rawJSON(l), "loose:"+l.Day)
	}
	return t.ShelfTx(lineShelf).Put(key, rawJSON(l), "provider:"+l.Provider)
}

// arrived is one provider's day that a line of the bank pays.
type arrived struct {
	Provider string  `json:"provider"`
	Day      pay.Day `json:"day"`
	Minor    int64   `json:"amount"` // its share of the line
	Line     string  `json:"line"`
}

func arrivedKey(provider string, day pay.Day) string { return provider + "/" + string(day) }

// waiting lists the reconciled days of a provider that nothing has paid yet, oldest first.
func waiting(v View, provider string) ([]reconcile.Payout, error) {
	var out []reconcile.Payout
	err := v.Shelf(runShelf).List(provider+"/", 0, func(_ string, doc json.RawMessage) error {
		var r Run
		if err := json.Unmarshal(doc, &r); err != nil {
			return err
		}
		if r.Newer != "" || r.Kind != pay.TradeBill || r.Net == 0 {
			return nil
		}
		if _, paid, err := v.Shelf(arrivedShelf).Get(arrivedKey(provider, r.Day)); err != nil || paid {
			return err
		}
		out = append(out, reconcile.Payout{Day: r.Day, Net: r.Net})
		return nil
	})
	return out, err
}

// settleArrivals goes through the lines that nobody has claimed and gives each the days that it pays.
func (t *turn) settleArrivals() (int, error) {
	rules, err := arrivalRules(t)
	if err != nil {
		return 0, err
	}
	keys, err := t.Shelf(lineShelf).Find("loose:", 0)
	if err != nil {
		return 0, err
	}
	matched := 0
	for _, k := range keys {
		var l BankLine
		if _, err := get(t, lineShelf, k, &l); err != nil {
			return matched, err
		}
		for _, name := range slices.Sorted(maps.Keys(rules)) {
			rule := rules[name]
			if !rule.Knows(l.BankLine) {
				continue
			}
			days, err := waiting(t, name)
			if err != nil {
				return matched, err
			}
			paid, exact := rule.Pays(l.BankLine, days)
			if len(paid) == 0 {
				continue
			}
			if err := t.arrive(l, name, paid, exact); err != nil {
				return matched, err
			}
			matched += len(paid)
			break
		}
	}
	return matched, nil
}

// arrive books a line: the bank has it, the provider owes it no longer. What is left between the two stays on the provider's
// account, visible, and is somebody's work.
func (t *turn) arrive(l BankLine, provider string, days []reconcile.Payout, exact bool) error {
	l.Provider = provider
	want := int64(0)
	for i, d := range days {
		l.Days = append(l.Days, d.Day)
		want += d.Net
		share := d.Net
		if i == len(days)-1 {
			share += l.Minor - want
		}
		if err := t.ShelfTx(arrivedShelf).Put(arrivedKey(provider, d.Day), rawJSON(arrived{provider, d.Day, share, l.Hash})); err != nil {
			return err
		}
		if err := t.closeItems("no:"+arrivalNo(provider, d.Day), Book, func(i WorkItem) bool { return i.Class == reconcile.Arrival && i.Provider == provider }); err != nil {
			return err
		}
	}
	if err := t.putBankLine(l); err != nil {
		return err
	}
	_, err := t.fact("bank.arrived", l, moved(ledger.Bank, ledger.Clearing+":"+provider, l.Minor, t.s.config().Currency)...)
	if err != nil || exact {
		return err
	}
	last := days[len(days)-1].Day
	at, _ := time.Parse(time.DateOnly, l.Day)
	return t.putWork(WorkItem{ID: fmt.Sprintf("%s/%s/%s/%s", provider, last, reconcile.Arrival, l.Hash), Provider: provider, Day: last, Found: t.now,
		Difference: reconcile.Difference{Class: reconcile.Arrival, No: arrivalNo(provider, last), Ours: want, Theirs: l.Minor, At: at, Said: l.Text}})
}

func arrivalNo(provider string, day pay.Day) string { return "payout " + provider + " " + string(day) }

// arrivalOf says where a reconciled day's money is; nil where no rule or no run says that there is any.
func arrivalOf(v View, provider string, day pay.Day, now time.Time) (*ArrivalLook, error) {
	rules, err := arrivalRules(v)
	rule, ok := rules[provider]
	if err != nil || !ok {
		return nil, err
	}
	out := &ArrivalLook{Due: rule.Due(day)}
	var a arrived
	if out.Done, err = get(v, arrivedShelf, arrivedKey(provider, day), &a); err != nil {
		return nil, err
	}
	out.Minor = a.Minor
	out.Overdue = !out.Done && now.Format(time.DateOnly) > string(out.Due)
	return out, nil
}

// Expected is one provider's day with its money's way to the bank.
type Expected struct {
	Provider string  `json:"provider"`
	Day      pay.Day `json:"day"`
	Net      int64   `json:"net"`
	ArrivalLook
}

// Arrivals lists what is on its way, and flags the days that are missing at the bank. Each missing day becomes a work item, once.
func (s *Shop) Arrivals(ctx context.Context) ([]Expected, error) {
	return change(WithKey(ctx, ""), s, "arrival.list", nil, func(t *turn) ([]Expected, error) {
		out := []Expected{}
		if err := t.need(shift.Reconcile); err != nil {
			return out, err
		}
		rules, err := arrivalRules(t)
		if err != nil {
			return out, err
		}
		for _, name := range slices.Sorted(maps.Keys(rules)) {
			days, err := waiting(t, name)
			if err != nil {
				return out, err
			}
			for _, d := range days {
				look, err := arrivalOf(t, name, d.Day, t.now.In(s.billZone(name)))
				if err != nil {
					return out, err
				}
				out = append(out, Expected{Provider: name, Day: d.Day, Net: d.Net, ArrivalLook: *look})
				if !look.Overdue {
					continue
				}
				i := WorkItem{ID: fmt.Sprintf("%s/%s/%s/missing", name, d.Day, reconcile.Arrival), Provider: name, Day: d.Day, Found: t.now,
					Difference: reconcile.Difference{Class: reconcile.Arrival, No: arrivalNo(name, d.Day), Ours: d.Net, At: t.now}}
				if _, there, err := t.Shelf(itemShelf).Get(i.ID); err != nil {
					return out, err
				} else if there {
					continue
				}
				if err := t.putWork(i); err != nil {
					return out, err
				}
			}
		}
		return out, nil
	})
}

// BankLines lists statement lines of days from ≤ day ≤ to, at most 1,000.
func (s *Shop) BankLines(ctx context.Context, from, to string) ([]BankLine, error) {
	return view(ctx, s, func(v View) ([]BankLine, error) {
		out, enough := []BankLine{}, errors.New("enough")
		err := v.Shelf(lineShelf).List("", 0, func(key string, doc json.RawMessage) error {
			day, _, _ := strings.Cut(key, "/")
			if day < from || (to != "" && day > to) {
				return nil
			}
			var l BankLine
			if err := json.Unmarshal(doc, &l); err != nil {
				return err
			}
			if out = append(out, l); len(out) == 1000 {
				return enough
			}
			return nil
		})
		if errors.Is(err, enough) {
			err = nil
		}
		return out, err
	})
}
