package app

import (
	"context"
	"errors"
	"fmt"
	"io"

	"suanpan/app/catalog"
	"suanpan/app/shift"
)

// rejectedMax bounds the list of rejected rows that is kept; the count goes on.
const rejectedMax = 1000

// ImportAsk names a table of items and says how to take it.
type ImportAsk struct {
	Path   string         `json:"path"`
	Format catalog.Format `json:"format"`
	Dry    bool           `json:"dry,omitempty"` // check everything, change nothing
}

// Rejected is one row of a table that was not taken, with why.
type Rejected struct {
	Row    int    `json:"row"`
	Field  string `json:"field,omitempty"`
	Reason string `json:"reason"`
}

// Imported says what came of a table.
type Imported struct {
	Put      int        `json:"put"`
	Rejected []Rejected `json:"rejected"` // at most 1,000
	Refused  int        `json:"refused"`  // all rejected rows
	Unknown  []string   `json:"unknown_columns,omitempty"`
}

// errDry rolls a dry run back.
var errDry = &Error{Code: "dry_run"}

// Import takes a table of items: every good row is put, every bad one is listed with its reason, and nothing is kept when
// ctx ends before the last row. It is one transaction; memory does not grow with the table. progress may be nil; it gets
// the rows read so far.
func (s *Shop) Import(ctx context.Context, ask ImportAsk, progress func(rows int)) (Imported, error) {
	if s.p.Files == nil {
		return Imported{}, refuse("file", nil, "path", ask.Path)
	}
	r, err := s.p.Files.Open(ask.Path)
	if err != nil {
		return Imported{}, refuse("file", err, "path", ask.Path)
	}
	defer r.Close()
	return s.ImportFrom(ctx, r, ask, progress)
}

// ImportFrom is Import from a reader, such as the sample goods that travel with the program; ask.Path only names it.
func (s *Shop) ImportFrom(ctx context.Context, r io.Reader, ask ImportAsk, progress func(rows int)) (Imported, error) {
	table, err := catalog.ReadTable(r, ask.Format)
	if err != nil {
		return Imported{}, refuse("table_invalid", err, "path", ask.Path, "why", err.Error())
	}
	defer table.Close()
	if table.Taxes, err = s.Taxes(ctx); err != nil {
		return Imported{}, err
	}
	var out Imported
	_, err = change(ctx, s, "catalog.import", ask, func(t *turn) (int, error) {
		if err := t.need(shift.EditItems); err != nil {
			return 0, err
		}
		out = Imported{Rejected: []Rejected{}, Unknown: table.Unknown}
		if err := t.rows(table, &out, progress); err != nil {
			return 0, err
		}
		if ask.Dry {
			return 0, errDry
		}
		t.tell(Event{Kind: CatalogueChanged})
		_, err := t.fact("catalogue.imported", map[string]any{"path": ask.Path, "put": out.Put, "refused": out.Refused})
		return out.Put, err
	})
	if errors.Is(err, errDry) {
		err = nil
	}
	return out, err
}

func (t *turn) rows(table *catalog.Table, out *Imported, progress func(int)) error {
	var failed error
	rows := 0
	table.Each(func(row int, item catalog.Item, err error) bool {
		if rows++; rows%1000 == 0 {
			if progress != nil {
				progress(rows)
			}
			if failed = t.ctx.Err(); failed != nil {
				return false
			}
		}
		if err == nil {
			err = t.PutItem(item)
		}
		switch {
		case err == nil:
			out.Put++
			return true
		case len(catalog.Faults(err)) == 0 && !errors.Is(err, catalog.ErrDuplicate):
			failed = fmt.Errorf("row %d: %w", row, err)
			return false
		}
		out.Refused++
		if len(out.Rejected) < rejectedMax {
			out.Rejected = append(out.Rejected, rejected(row, err)...)
		}
		return true
	})
	return failed
}

func rejected(row int, err error) []Rejected {
	faults := catalog.Faults(err)
	if len(faults) == 0 {
		return []Rejected{{Row: row, Reason: err.Error()}}
	}
	var out []Rejected
	for _, f := range faults {
		out = append(out, Rejected{row, f.Field, f.Reason})
	}
	return out
}

// Export writes the whole catalogue as a table; importing it again changes nothing. It answers how many items it wrote.
func (s *Shop) Export(ctx context.Context, path string, format catalog.Format, progress func(rows int)) (int, error) {
	if s.p.Files == nil {
		return 0, refuse("file", nil, "path", path)
	}
	w, err := s.p.Files.Create(path)
	if err != nil {
		return 0, refuse("file", err, "path", path)
	}
	n, err := view(ctx, s, func(v View) (int, error) {
		n := 0
		err := catalog.WriteTable(w, format, func(yield func(catalog.Item, error) bool) {
			after := ""
			for {
				items, err := v.ItemsIn("", after, 1000)
				if err = errors.Join(err, ctx.Err()); err != nil {
					yield(catalog.Item{}, err)
					return
				}
				if len(items) == 0 {
					return
				}
				for _, i := range items {
					if !yield(i, nil) {
						return
					}
				}
				n, after = n+len(items), items[len(items)-1].SKU
				if progress != nil {
					progress(n)
				}
			}
		})
		return n, err
	})
	if err != nil {
		if a, ok := w.(interface{ Abort() error }); ok {
			err = errors.Join(err, a.Abort())
		}
		return 0, refuse("file", err, "path", path)
	}
	if err := w.Close(); err != nil {
		return 0, refuse("file", err, "path", path)
	}
	return n, nil
}
