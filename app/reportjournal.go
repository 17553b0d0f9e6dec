package app

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"sort"
	"strings"
	"time"

	"suanpan/app/ledger"
	"suanpan/app/order"
	"suanpan/app/report"
	"suanpan/app/shift"
)

// JournalAsk asks for the journal of a run of business days as text for accountants and their programs.
type JournalAsk struct {
	From   string `json:"from"`
	To     string `json:"to,omitempty"`
	Format string `json:"format,omitempty"` // csv where empty, beancount, hledger
}

// JournalDone says what was written.
type JournalDone struct {
	Entries  int64            `json:"entries"`
	Accounts map[string]int64 `json:"accounts"` // minor units by account and currency; tax accounts by rate: "tax:13:13% CNY"
}

// ExportJournal writes every entry of the period that moved money, in the order of the ledger, one at a time: a year needs no
// more memory than a day. Selling goes on. It needs the permission to see the ledger.
func (s *Shop) ExportJournal(ctx context.Context, ask JournalAsk, w io.Writer) (JournalDone, error) {
	p, err := ReportAsk{From: ask.From, To: ask.To}.period()
	if err != nil {
		return JournalDone{}, err
	}
	if err := s.reads(ctx); err != nil {
		return JournalDone{}, err
	}
	if ask.Format == "" {
		ask.Format = report.CSV
	}
	j, err := report.NewJournal(w, ask.Format)
	if err != nil {
		return JournalDone{}, refuse("format_unknown", err, "format", ask.Format)
	}
	return view(ctx, s, func(v View) (JournalDone, error) {
		x := bookDays{s: s, v: v, days: map[string]string{}}
		err := x.each(ctx, p, func(f *ledger.Fact, day string) error {
			e, err := journalEntry(f, day)
			if err != nil {
				return err
			}
			return j.Write(e)
		})
		return JournalDone{j.Count, j.Sums}, errors.Join(err, j.Close())
	})
}

// SaveJournal is ExportJournal into a file, whole or not at all.
func (s *Shop) SaveJournal(ctx context.Context, ask JournalAsk, path string) (JournalDone, error) {
	return saved(s, path, func(w io.Writer) (JournalDone, error) { return s.ExportJournal(ctx, ask, w) })
}

// saved writes a file that a person named; what fails half-way changes nothing there.
func saved[T any](s *Shop, path string, write func(io.Writer) (T, error)) (T, error) {
	var zero T
	if path == "" || s.p.Files == nil {
		return zero, refuse("file", nil, "path", path)
	}
	w, err := s.p.Files.Create(path)
	if err != nil {
		return zero, refuse("file", err, "path", path)
	}
	out, err := write(w)
	if err != nil {
		if d, ok := w.(interface{ Abort() error }); ok {
			return zero, errors.Join(err, d.Abort())
		}
		return zero, errors.Join(err, w.Close())
	}
	if err := w.Close(); err != nil {
		return zero, refuse("file", err, "path", path)
	}
	return out, nil
}

// journalEntry reads a fact as accountants do: what it is about, and its tax by rate.
func journalEntry(f *ledger.Fact, day string) (report.Entry, error) {
	e := report.Entry{Seq: f.Seq, Day: day, At: f.At.Local().Format(time.RFC3339), Kind: string(f.Kind), Staff: f.Staff, Shift: f.Shift, Postings: f.Postings}
	var b struct {
		No     string          `json:"receipt_no"`
		OwnNo  string          `json:"own_no"`
		Reason string          `json:"reason"`
		Number json.RawMessage `json:"number"`
		Sum    struct {
			Taxes []order.TaxSum `json:"taxes"`
		} `json:"sum"`
	}
	if f.Kind != factSale && f.Kind != factRefund {
		_ = json.Unmarshal(f.Body, &b) // what cannot be read has no number; the amounts are those of the postings
		e.Ref = b.No + b.OwnNo
		if e.Ref == "" {
			e.Ref = b.Reason
		}
		return e, nil
	}
	if err := json.Unmarshal(f.Body, &b); err != nil {
		return e, err
	}
	e.Ref, e.Postings = b.No, nil
	rates := b.Sum.Taxes
	for _, p := range f.Postings {
		if code, ok := strings.CutPrefix(p.Account, ledger.Tax+":"); ok {
			for i, t := range rates { // postings come in the order of the rates; what is zero has none
				if t.Code == code && -t.Tax == p.Minor {
					p.Account += ":" + t.Rate.Percent() + "%"
					rates = rates[i+1:]
					break
				}
			}
		}
		e.Postings = append(e.Postings, p)
	}
	return e, nil
}

// bookDays finds the facts of business days.
type bookDays struct {
	s    *Shop
	v    View
	days map[string]string // of shifts
}

// of is the day on which a fact is booked: that of its shift, or without one the business day of its moment.
func (b *bookDays) of(f *ledger.Fact) (string, error) {
	if f.Shift == "" {
		return shift.BusinessDay(f.At.Local(), b.s.config().Cutover), nil
	}
	day, known := b.days[f.Shift]
	if !known {
		sh, err := shiftOf(b.v, f.Shift)
		if err != nil {
			return "", err
		}
		day = sh.Day
		b.days[strings.Clone(f.Shift)] = day
	}
	return day, nil
}

// each visits the period's facts that moved money. The walk begins and ends beyond the period's edges, because zones differ
// and clocks are set; what counts is the day.
func (b *bookDays) each(ctx context.Context, p report.Period, fn func(f *ledger.Fact, day string) error) error {
	var from, to time.Time
	for _, day := range p.Days() { // newest first; a shift may have stayed open for days
		first, last, err := b.s.edges(b.v, day)
		if err != nil {
			return err
		}
		if from.IsZero() || first.Before(from) {
			from = first
		}
		if last.After(to) {
			to = last
		}
	}
	first, err := entryAt(b.v, from)
	if err != nil {
		return err
	}
	stop := errors.New("enough")
	err = b.v.Facts(first, 0, func(f *ledger.Fact) error {
		if f.At.After(to) {
			return stop
		}
		if len(f.Postings) == 0 {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		day, err := b.of(f)
		if err != nil || !p.Has(day) {
			return err
		}
		return fn(f, day)
	})
	if errors.Is(err, stop) {
		return nil
	}
	return err
}

// entryAt is the number of the last entry before a moment, 0 where there is none.
func entryAt(v View, at time.Time) (int64, error) {
	head, _, err := v.Head()
	if err != nil {
		return 0, err
	}
	n := sort.Search(int(head), func(i int) bool {
		f, e := v.Fact(int64(i) + 1)
		err = errors.Join(err, e)
		return e != nil || !f.At.Before(at)
	})
	return int64(n), err
}

// edges are the first and the last moment at which something of the business day can have happened, with half a day to spare.
func (s *Shop) edges(v View, day string) (from, to time.Time, err error) {
	if from, err = time.Parse(time.DateOnly, day); err != nil {
		return from, to, err
	}
	const spare = 14 * time.Hour
	to = from.Add(24*time.Hour + s.config().Cutover + spare)
	from = from.Add(-spare)
	ids, err := v.Shelf(shiftShelf).Find("day:"+day, 1000)
	for _, id := range ids {
		sh, err := shiftOf(v, id)
		if err != nil {
			return from, to, err
		}
		if sh.Opened.Before(from) {
			from = sh.Opened
		}
		switch {
		case sh.Open():
			to = s.p.Clock.Now().Add(spare)
		case sh.Closed.After(to):
			to = sh.Closed
		}
	}
	return from, to, err
}
