package app

import (
	"context"
	"encoding/json"
	"slices"
	"sort"
	"strings"
	"time"

	"suanpan/app/ledger"
	"suanpan/app/shift"
)

// Signals are the acts by which a person is compared with the others (X40), in the order in which they are shown. Each is a
// total "who:<person>:<signal>" of its shift, so that a month reads without its entries. None of them is a fault by itself.
var Signals = []string{"void", "cart", "refund", "loose", "drawer", "override", "discount", "cancelled", "reprint", "short"}

// signalKinds are the entries behind a signal.
var signalKinds = map[string][]string{
	"void": {string(factVoidLine)}, "cart": {string(factVoid)}, "refund": {string(factRefund)}, "loose": {string(factRefund)}, "drawer": {string(factDrawer)},
	"override": {"price.overridden"}, "discount": {string(factSale)}, "cancelled": {"tender.taken_back"}, "reprint": {"receipt.printed"}, "short": {string(factClosed)},
}

// person adds to a person's totals of the shift what the entry says about the person.
func (e *Entry) person(f *ledger.Fact, d *core) {
	if f.Staff == "" || f.Shift == "" {
		return
	}
	put := func(signal string, minor int64) { e.put("shift:"+f.Shift, "who:"+f.Staff+":"+signal, 1, minor) }
	switch f.Kind {
	case factSale:
		put("sale", d.Sum.Total)
		if d.Sum.Discount != 0 {
			put("discount", d.Sum.Discount)
		}
	case factRefund:
		if put("refund", -d.Sum.Total); d.Loose {
			put("loose", -d.Sum.Total)
		}
	case factVoidLine:
		put("void", 0)
	case factVoid:
		var b struct {
			Total int64 `json:"total"`
		}
		if json.Unmarshal(f.Body, &b) == nil {
			put("cart", b.Total)
		}
	case factDrawer:
		put("drawer", 0)
	case "price.overridden":
		put("override", 0)
	case "tender.taken_back":
		put("cancelled", 0)
	case "receipt.printed":
		var b struct {
			Copy int  `json:"copy"`
			Gift bool `json:"gift"`
		}
		if json.Unmarshal(f.Body, &b) == nil && b.Copy > 0 && !b.Gift {
			put("reprint", 0)
		}
	}
}

// Signal is one figure of a person beside that of the others.
type Signal struct {
	Count  int64 `json:"count"`
	Minor  int64 `json:"amount"`
	Rate   int64 `json:"rate"`           // hundredths of an act per 100 sales; of short: minor units per shift counted
	Peers  int64 `json:"peers"`          // the median of the others' rates
	Judged bool  `json:"judged"`         // there were enough documents and enough others
	More   bool  `json:"more,omitempty"` // clearly more often than the others
}

// PersonSignals are one person's figures.
type PersonSignals struct {
	Staff   string            `json:"staff"`
	Name    string            `json:"name"`
	Sales   int64             `json:"sales"`
	Takings int64             `json:"takings"` // minor units
	Shifts  int64             `json:"shifts"`  // that the person counted
	Signals map[string]Signal `json:"signals"`
}

// SignalReport compares the people of a period.
type SignalReport struct {
	From   string          `json:"from"` // business days, both included
	To     string          `json:"to"`
	People []PersonSignals `json:"people"` // by name; there is no ranking
}

// What is needed before a figure is set beside those of others: with less, chance speaks.
const (
	signalSales = 50 // sales of a person
	signalPeers = 2  // others with as many
	signalActs  = 5  // acts before they can be more than others'
	signalDays  = 400
)

// SignalReport compares people over business days, for those who may see the ledger.
func (s *Shop) SignalReport(ctx context.Context, from, to string) (SignalReport, error) {
	if err := s.may(ctx, shift.SeeLedger); err != nil {
		return SignalReport{}, err
	}
	first, err := time.Parse(time.DateOnly, from)
	last, err2 := time.Parse(time.DateOnly, to)
	if err != nil || err2 != nil || last.Before(first) || last.Sub(first) > signalDays*24*time.Hour {
		return SignalReport{}, refuse("period_invalid", nil, "from", from, "to", to)
	}
	return view(ctx, s, func(v View) (SignalReport, error) {
		out := SignalReport{From: from, To: to, People: []PersonSignals{}}
		people := map[string]*PersonSignals{}
		for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
			ids, err := v.Shelf(shiftShelf).Find("day:"+day.Format(time.DateOnly), 1000)
			if err != nil {
				return out, err
			}
			for _, id := range ids {
				if err := signalsOf(v, id, people); err != nil {
					return out, err
				}
			}
		}
		names, err := staffNames(v)
		if err != nil {
			return out, err
		}
		for _, p := range people {
			p.Name = firstOf(names[p.Staff], p.Staff)
			out.People = append(out.People, *p)
		}
		sort.Slice(out.People, func(a, b int) bool { return out.People[a].Staff < out.People[b].Staff })
		compare(out.People)
		return out, nil
	})
}

// signalsOf adds one shift: what its totals say of people, and what was over or short when it was counted.
func signalsOf(v View, id string, people map[string]*PersonSignals) error {
	of := func(staff string) *PersonSignals {
		if people[staff] == nil {
			people[staff] = &PersonSignals{Staff: staff, Signals: map[string]Signal{}}
		}
		return people[staff]
	}
	totals, err := v.Totals("shift:" + id)
	if err != nil {
		return err
	}
	for key, d := range totals {
		rest, ok := strings.CutPrefix(key, "who:")
		if !ok {
			continue
		}
		at := strings.LastIndexByte(rest, ':')
		p, signal := of(rest[:max(at, 0)]), rest[at+1:]
		if signal == "sale" {
			p.Sales, p.Takings = p.Sales+d.N, p.Takings+d.Minor
			continue
		}
		sum := p.Signals[signal]
		sum.Count, sum.Minor = sum.Count+d.N, sum.Minor+d.Minor
		p.Signals[signal] = sum
	}
	sh, err := shiftOf(v, id)
	if err != nil || sh.Z == nil {
		return err
	}
	p := of(sh.Staff)
	p.Shifts++
	if off := sh.Z.Difference["cash"]; off != 0 {
		sum := p.Signals["short"]
		sum.Count, sum.Minor = sum.Count+1, sum.Minor+off
		p.Signals["short"] = sum
	}
	return nil
}

// compare works out rates and sets each beside the median of the others'.
func compare(people []PersonSignals) {
	for _, signal := range Signals {
		for i := range people {
			p := &people[i]
			f := p.Signals[signal]
			switch {
			case signal == "short" && p.Shifts > 0:
				f.Rate = max(f.Minor, -f.Minor) / p.Shifts
			case signal != "short" && p.Sales > 0:
				f.Rate = f.Count * 100 * 100 / p.Sales
			}
			p.Signals[signal] = f
		}
		for i := range people {
			p := &people[i]
			f := p.Signals[signal]
			var others []int64
			for j, o := range people {
				if j != i && o.Sales >= signalSales {
					others = append(others, o.Signals[signal].Rate)
				}
			}
			f.Judged = p.Sales >= signalSales && len(others) >= signalPeers
			if f.Judged {
				f.Peers = median(others)
				f.More = f.Count >= signalActs && f.Rate > 2*f.Peers
			}
			p.Signals[signal] = f
		}
	}
}

func median(of []int64) int64 {
	of = slices.Sorted(slices.Values(of))
	n := len(of)
	if n%2 == 1 {
		return of[n/2]
	}
	return (of[n/2-1] + of[n/2]) / 2
}

// SignalQuery is the trail behind a figure of the report.
func SignalQuery(staff, signal, from, to string, zone *time.Location) TrailQuery {
	q := TrailQuery{Staff: staff, Kinds: signalKinds[signal]}
	if signal == "loose" {
		q.Text = `"loose":true`
	}
	if signal == "discount" {
		q.Text = `"discount"`
	}
	q.From, _ = time.ParseInLocation(time.DateOnly, from, zone) // an empty day asks for all
	if to, err := time.ParseInLocation(time.DateOnly, to, zone); err == nil {
		q.To = to.AddDate(0, 0, 2) // a business day may end after midnight
	}
	return q
}
