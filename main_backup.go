package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"filippo.io/age"

	"suanpan/app"
	"suanpan/store"
)

// backupCommand copies the shop to one folder now, or to the folders of the plan. It signs nobody on: whoever may read the
// folder may copy it, and the copy is encrypted to the owner's key.
func backupCommand() command {
	return command{"copy the ledger to the folders of the plan, encrypted; --list FOLDER shows the copies in one", func(set *flag.FlagSet) func(context.Context, job) error {
		list := set.String("list", "", "show the copies in this folder instead")
		staff := set.String("staff", "1", "who signs on; the PIN is the first line of the input")
		return func(ctx context.Context, j job) error {
			h, err := open(ctx, j)
			if err != nil {
				return err
			}
			if *list != "" {
				copies, err := h.shop.Copies(ctx, *list)
				for _, c := range copies {
					fmt.Fprintf(j.out, "%s  %s  %d entries, %d bytes (%s)\n", c.Name, c.At.Local().Format("2006-01-02 15:04"), c.Seq, c.Bytes, c.Why)
				}
				return errors.Join(err, h.close())
			}
			pin, err := firstLine(j.in)
			if err == nil {
				_, err = h.shop.Login(ctx, *staff, pin)
			}
			if err != nil {
				return errors.Join(err, h.close())
			}
			state, err := h.shop.BackUp(ctx, func(done, all int64) { fmt.Fprintf(j.out, "\r%d / %d", done, all) })
			for _, t := range state.Targets {
				fmt.Fprintf(j.out, "\r%s: %s %s\n", t.Target, t.Last.Name, t.Failed)
			}
			return errors.Join(err, h.close())
		}
	}}
}

func firstLine(in io.Reader) (string, error) {
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", err
	}
	return strings.TrimSpace(line), nil
}

// restoreCommand puts a copy in the place of the till's folder. The recovery key is read from the input, so that it stands
// in no list of processes.
func restoreCommand() command {
	return command{"put a copy (the file named) in the place of the ledger in --data; the recovery key is the first line of the input", func(set *flag.FlagSet) func(context.Context, job) error {
		salvage := set.Bool("salvage", true, "bring over what the damaged ledger still holds beyond the copy")
		return func(ctx context.Context, j job) error {
			if len(j.args) != 1 {
				return errors.New("name one copy")
			}
			text, err := firstLine(j.in)
			if err != nil {
				return err
			}
			key, err := recoveryKey(text)
			if err != nil {
				return err
			}
			return restoreFrom(ctx, j, j.args[0], key, *salvage)
		}
	}}
}

func restoreFrom(ctx context.Context, j job, path string, key age.Identity, salvage bool) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	now := time.Now()
	m, aside, err := store.Restore(ctx, f, []age.Identity{key}, j.data, now, func(done, all int64) { fmt.Fprintf(j.out, "\r%d / %d", done, all) })
	if err != nil {
		return err
	}
	fmt.Fprintf(j.out, "\rrestored %s, till %s, as of %s: %d entries\n", m.Shop, m.Till, m.At.Local().Format("2006-01-02 15:04"), m.Seq)
	s, err := store.Open(ctx, j.data, store.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if aside != "" {
		fmt.Fprintf(j.out, "what was there lies in %s\n", aside)
		if salvage {
			got, err := s.Salvage(ctx, aside, app.Fold)
			if err != nil {
				return err
			}
			report(j.out, got)
		}
	}
	if err := app.MarkRestored(ctx, s, m.At, m.Seq, m.Head, now); err != nil {
		return err
	}
	fmt.Fprintln(j.out, "before it sells, a manager enrols the till in the office (Office, Copies), and its receipt numbers go on in a new series")
	return nil
}

// report says exactly what the damaged ledger gave, and what is missing.
func report(out io.Writer, got store.Salvaged) {
	if got.To >= got.From {
		fmt.Fprintf(out, "brought over: entries %d to %d\n", got.From, got.To)
	} else {
		fmt.Fprintln(out, "brought over: no entry beyond the copy")
	}
	if got.Ends != "" {
		fmt.Fprintf(out, "missing: everything after entry %d (%s)\n", got.To, got.Ends)
	}
	for table, why := range got.Lost {
		fmt.Fprintf(out, "missing: rows of %s (%s)\n", table, why)
	}
}
