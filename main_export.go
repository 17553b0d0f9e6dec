package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"suanpan/app"
)

// exportCommand writes the journal of a period for an accountant's program.
func exportCommand() command {
	return command{"write the journal of business days to the file named: csv, beancount or hledger", func(set *flag.FlagSet) func(context.Context, job) error {
		from := set.String("from", "", "first business day, 2026-11-01")
		to := set.String("to", "", "last business day; the first where left out")
		format := set.String("format", "csv", "csv, beancount or hledger")
		staff := set.String("staff", "1", "who signs on; the PIN is the first line of the input")
		return func(ctx context.Context, j job) error {
			if len(j.args) != 1 {
				return errors.New("name one file to write")
			}
			pin, err := firstLine(j.in)
			if err != nil {
				return err
			}
			h, err := open(ctx, j)
			if err != nil {
				return err
			}
			if _, err = h.shop.Login(ctx, *staff, pin); err == nil {
				var done app.JournalDone
				done, err = h.shop.SaveJournal(ctx, app.JournalAsk{From: *from, To: *to, Format: *format}, j.args[0])
				if err == nil {
					fmt.Fprintf(j.out, "%d entries\n", done.Entries)
				}
			}
			return errors.Join(err, h.close())
		}
	}}
}
