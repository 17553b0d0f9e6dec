package app

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"suanpan/app/ledger"
	"suanpan/app/money"
	"suanpan/app/shift"
)

// factTrailOut says that somebody took a part of the trail out of the house.
const factTrailOut ledger.Kind = "trail.exported"

// trailMost is how many rows one file holds.
const trailMost = 1_000_000

// RawEntry is one entry as it is stored, with the hashes that hold it.
type RawEntry struct {
	TrailRow
	Prev     string           `json:"prev"`
	Body     json.RawMessage  `json:"body"`
	Postings []ledger.Posting `json:"postings"`
}

// ActAt reads one entry whole, personal data masked as everywhere.
func (s *Shop) ActAt(ctx context.Context, seq int64) (RawEntry, error) {
	if err := s.may(ctx, shift.SeeLedger); err != nil {
		return RawEntry{}, err
	}
	return view(ctx, s, func(v View) (RawEntry, error) {
		f, err := v.Fact(seq)
		if errors.Is(err, ErrNoFact) {
			return RawEntry{}, refuse("entry_unknown", err, "entry", seq)
		}
		if err != nil {
			return RawEntry{}, err
		}
		names, err := staffNames(v)
		out := RawEntry{TrailRow: rowOf(f), Prev: hexOf(f.Prev), Body: veiled(f.Body), Postings: f.Postings}
		out.Name = names[out.Staff]
		return out, err
	})
}

// ExportActs writes what q selects to a CSV file, newest first, for the owner and the accountant: words in the language
// locale. That it was written is an entry itself. The answer is the number of rows.
func (s *Shop) ExportActs(ctx context.Context, q TrailQuery, path, locale string) (rows int, err error) {
	if err := s.may(ctx, shift.SeeLedger); err != nil {
		return 0, err
	}
	if s.p.Files == nil || strings.TrimSpace(path) == "" {
		return 0, refuse("file", nil, "path", path)
	}
	w, err := s.p.Files.Create(path)
	if err != nil {
		return 0, refuse("file", err, "path", path)
	}
	rows, err = s.writeActs(ctx, csv.NewWriter(w), q, locale)
	if err = errors.Join(err, w.Close()); err != nil {
		return 0, refuse("file", err, "path", path)
	}
	_, err = change(ctx, s, "trail.export", nil, func(t *turn) (bool, error) {
		if err := t.need(shift.SeeLedger); err != nil {
			return false, err
		}
		_, err := t.fact(factTrailOut, map[string]any{"path": path, "rows": rows, "query": q, "approved": t.by})
		return true, err
	})
	return rows, err
}

func (s *Shop) writeActs(ctx context.Context, out *csv.Writer, q TrailQuery, locale string) (rows int, err error) {
	words, c := s.p.Words(locale), s.config().Currency
	_ = out.Write([]string{"entry", "at", "kind", "what", "staff", "name", "amount", "approved_by", "about", "reason", "shift", "hash"}) // Error below
	q.Limit = 1000
	for ctx.Err() == nil && rows < trailMost {
		page, err := view(ctx, s, func(v View) (Trail, error) { return s.trail(v, q) })
		if err != nil {
			return rows, err
		}
		for _, r := range page.Rows {
			amount := ""
			if r.Amount != 0 {
				amount = money.Of(r.Amount, c).Decimal()
			}
			_ = out.Write([]string{strconv.FormatInt(r.Seq, 10), r.At.Local().Format(time.RFC3339), r.Kind, words("fact." + r.Kind), r.Staff, cell(r.Name), amount, r.By, cell(r.About), cell(r.Reason), r.Shift, r.Hash}) // Error below
		}
		rows += len(page.Rows)
		if q.Before = page.Next; page.Next == 0 {
			break
		}
	}
	out.Flush()
	return rows, errors.Join(ctx.Err(), out.Error())
}

// cell keeps a text from being taken for a formula by the program that opens the table.
func cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
