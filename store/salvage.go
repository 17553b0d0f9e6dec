package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"suanpan/app"
	"suanpan/app/ledger"
)

// Salvaged says what was brought from a damaged file into a restored shop, and where reading ended.
type Salvaged struct {
	From, To int64            // facts that were brought over; To below From: none
	Rows     map[string]int64 // rows of other tables that were brought over, by table
	Ends     string           // why nothing beyond To could be had: "" where the damaged file ends there too
	Lost     map[string]string
}

// Salvage reads the damaged shop that Restore moved into aside and brings into s, which was restored from a copy, every
// fact that follows the copy's last one with an unbroken chain, folded anew by fold; then, row by row, payments, unfinished
// orders, settings and documents; the catalogue stays the copy's. It stops at the first fact that is not proven: nothing behind a gap
// is believed. Nothing of aside is changed.
func (s *Store) Salvage(ctx context.Context, aside string, fold func(*ledger.Fact) (app.Entry, error)) (Salvaged, error) {
	out := Salvaged{Rows: map[string]int64{}, Lost: map[string]string{}}
	seq, hash := int64(0), [32]byte{}
	err := s.View(ctx, func(v app.View) (err error) { seq, hash, err = v.Head(); return err })
	if err != nil {
		return out, err
	}
	out.From, out.To = seq+1, seq
	c, err := openReader(filepath.Join(aside, fileName))
	if err != nil {
		out.Ends = err.Error()
		return out, nil // a file that does not open is what was to be expected
	}
	broken := &view{c: c}
	out.Ends = s.salvageFacts(ctx, broken, &out, hash, fold)
	for _, table := range []string{"attempt", "movement", "observation", "bill_part", "draft", "draft_line", "setting", "shelf", "shelf_key", "series", "once", "job"} {
		n, err := s.salvageRows(ctx, c, table)
		if out.Rows[table] = n; err != nil {
			out.Lost[table] = err.Error()
		}
	}
	return out, c.close()
}

// salvageFacts appends what follows, one transaction each stretch, and answers why it stopped.
func (s *Store) salvageFacts(ctx context.Context, from *view, out *Salvaged, hash [32]byte, fold func(*ledger.Fact) (app.Entry, error)) string {
	stop := ""
	err := from.Facts(out.To, 0, func(f *ledger.Fact) error {
		if err := f.Follows(out.To+1, hash); err != nil {
			return fmt.Errorf("fact %d: %w", out.To+1, err)
		}
		entry, err := fold(f)
		if err != nil {
			return err
		}
		want := f.Hash
		if err := s.Update(ctx, func(tx app.Tx) error {
			if err := tx.Append(f, entry); err != nil {
				return err
			}
			if f.Hash != want {
				return fmt.Errorf("fact %d: %w", f.Seq, ledger.ErrBroken)
			}
			return nil
		}); err != nil {
			return err
		}
		out.To, hash = f.Seq, want
		return nil
	})
	if err != nil {
		stop = err.Error()
	}
	return stop
}

// salvageRows copies the rows of one table over those of the copy, until one cannot be read. Unfinished orders replace the
// copy's where all could be read: one that was finished since must not come back.
func (s *Store) salvageRows(ctx context.Context, from *conn, table string) (int64, error) {
	cols, err := columns(from, table)
	if err != nil {
		return 0, err
	}
	marks := strings.TrimSuffix(strings.Repeat("?,", len(cols)), ",")
	names := strings.Join(cols, ", ")
	rows, err := from.query("SELECT " + names + " FROM " + table)
	if err != nil {
		return 0, err
	}
	var all [][]any
	for rows.next() {
		row := make([]any, len(cols))
		for i := range cols {
			row[i] = rows.any(i)
		}
		all = append(all, row)
	}
	ended := rows.end()
	verb := "INSERT OR REPLACE INTO "
	if table == "observation" || table == "job" { // rows that never change are added where they are missing
		verb = "INSERT OR IGNORE INTO "
	}
	err = s.Update(ctx, func(t app.Tx) error {
		w := t.(*tx).c
		if ended == nil && strings.HasPrefix(table, "draft") {
			if err := w.exec("DELETE FROM " + table); err != nil {
				return err
			}
		}
		for _, row := range all {
			if err := w.exec(verb+table+" ("+names+") VALUES ("+marks+")", row...); err != nil {
				return err
			}
		}
		return nil
	})
	return int64(len(all)), errors.Join(err, ended)
}

func columns(c *conn, table string) ([]string, error) {
	s, err := c.query("SELECT name FROM pragma_table_info(?1)", table)
	if err != nil {
		return nil, err
	}
	var out []string
	for s.next() {
		out = append(out, s.text(0))
	}
	if err := s.end(); err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%w: no table %s", app.ErrDamaged, table)
	}
	return out, nil
}
