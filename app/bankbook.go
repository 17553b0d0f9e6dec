package app

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"

	"suanpan/app/pay"
	"suanpan/app/reconcile"
	"suanpan/app/shift"
)

// ArrivalRules lists by when each provider's money should be at the bank.
func (s *Shop) ArrivalRules(ctx context.Context) ([]reconcile.ArrivalRule, error) {
	return view(ctx, s, func(v View) ([]reconcile.ArrivalRule, error) {
		all, err := arrivalRules(v)
		return byName(all), err
	})
}

// BankFormats lists how the shop's banks write their statements, by name.
func (s *Shop) BankFormats(ctx context.Context) ([]reconcile.BankFormat, error) {
	return view(ctx, s, func(v View) ([]reconcile.BankFormat, error) {
		all, err := bankFormatsOf(v)
		return byName(all), err
	})
}

// byName lists the values of a map in the order of its keys.
func byName[T any](all map[string]T) []T {
	out := []T{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		out = append(out, all[name])
	}
	return out
}

// BankPreview is what a statement would bring. Nothing of it is saved.
type BankPreview struct {
	reconcile.BankHead
	Lines []reconcile.BankLine `json:"lines"`           // the first 100 as they would be read
	Count int                  `json:"count"`           // all of them
	Why   string               `json:"why,omitempty"`   // it cannot be read so, and why
	Known int                  `json:"known,omitempty"` // of Count, how many are here already
}

// previewLines is how many lines a person looks at before a statement is taken.
const previewLines = 100

// PreviewBank reads a statement as f says and saves nothing. Where f has no columns yet, those are used that the titles suggest.
func (s *Shop) PreviewBank(ctx context.Context, path string, f reconcile.BankFormat) (BankPreview, error) {
	if err := s.may(ctx, shift.Reconcile); err != nil {
		return BankPreview{}, err
	}
	var out BankPreview
	var err error
	if err = s.readFile(path, func(r io.Reader) error { out.BankHead, err = reconcile.ReadBankHead(r); return err }); err != nil {
		return out, err
	}
	if f.Day == "" {
		name := f.Name
		f = out.Guess
		f.Name = name
	}
	out.Guess = f
	if f.Name == "" {
		f.Name = "preview" // a name is needed to save the columns, not to try them
	}
	var lines []reconcile.BankLine
	err = s.readFile(path, func(r io.Reader) error { lines, err = reconcile.ReadBank(r, f, s.config().Currency); return err })
	var refused *Error
	if errors.As(err, &refused) && refused.Code == "bank_refused" {
		out.Why = refused.Data["why"].(string)
		return out, nil
	}
	if err != nil {
		return out, err
	}
	out.Count, out.Lines = len(lines), lines[:min(len(lines), previewLines)]
	return view(ctx, s, func(v View) (BankPreview, error) {
		for _, l := range lines {
			_, there, err := v.Shelf(lineShelf).Get(l.Day + "/" + l.Hash)
			if err != nil {
				return out, err
			}
			if there {
				out.Known++
			}
		}
		return out, nil
	})
}

// readFile opens a person's file for read, whose refusal names the statement.
func (s *Shop) readFile(path string, read func(io.Reader) error) error {
	if s.p.Files == nil {
		return refuse("file", nil, "path", path)
	}
	f, err := s.p.Files.Open(path)
	if err != nil {
		return refuse("file", err, "path", path)
	}
	if err := errors.Join(read(f), f.Close()); err != nil {
		return refuse("bank_refused", err, "why", err.Error())
	}
	return nil
}

// BankMatch is what a person says of a line of the bank: whose payout it is, and which days it pays.
type BankMatch struct {
	Day      string    `json:"day"`  // of the line
	Line     string    `json:"line"` // its hash
	Provider string    `json:"provider"`
	Days     []pay.Day `json:"days"` // reconciled, and not paid by another line
}

// HandMatched is the line as it is kept then, and what the days should have brought.
type HandMatched struct {
	BankLine
	Expected int64 `json:"expected"` // minor units; another amount than the line's is a work item
}

// MatchBank gives a line that no rule claimed to the days that a person names. It is booked as every arrival is; what is more or less
// than the days' net is somebody's work.
func (s *Shop) MatchBank(ctx context.Context, in BankMatch) (HandMatched, error) {
	return change(ctx, s, "bank.match", in, func(t *turn) (HandMatched, error) {
		if err := t.need(shift.Reconcile); err != nil {
			return HandMatched{}, err
		}
		var l BankLine
		ok, err := get(t, lineShelf, in.Day+"/"+in.Line, &l)
		if err != nil {
			return HandMatched{}, err
		}
		if !ok || l.Provider != "" || l.Minor <= 0 || len(in.Days) == 0 {
			return HandMatched{}, refuse("bank_line", nil)
		}
		open, err := waiting(t, in.Provider)
		if err != nil {
			return HandMatched{}, err
		}
		var paid []reconcile.Payout
		want := int64(0)
		for _, p := range open { // in the order of days, each once
			if slices.Contains(in.Days, p.Day) {
				paid, want = append(paid, p), want+p.Net
			}
		}
		if len(paid) != len(in.Days) {
			return HandMatched{}, refuse("bank_day", nil)
		}
		l.By = t.staff.ID
		if err := t.arrive(l, in.Provider, paid, want == l.Minor); err != nil {
			return HandMatched{}, err
		}
		t.tell(Event{Kind: Reconciled})
		_, err = get(t, lineShelf, in.Day+"/"+in.Line, &l)
		return HandMatched{l, want}, err
	})
}

// Waiting lists a provider's reconciled days that no line of the bank pays yet.
func (s *Shop) Waiting(ctx context.Context, provider string) ([]reconcile.Payout, error) {
	return view(ctx, s, func(v View) ([]reconcile.Payout, error) { return waiting(v, provider) })
}
