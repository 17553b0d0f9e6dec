// Command suanpan is a point of sale: a till with a window, and without one when asked.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/store"
	"suanpan/ui/rpc"
)

// version is set by release builds (-ldflags "-X main.version=…").
var version = "0.1.0-dev"

// options are what every subcommand understands.
type options struct {
	data     string
	sync     string
	sandbox  bool
	training bool
	verbose  bool
	doubtful bool   // the ledger is only looked at, even where its newest entries do not follow each other
	phrase   string // file whose first line is the vault's passphrase
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "suanpan:", err)
		stop()
		os.Exit(1)
	}
}

// run picks the subcommand; without one it opens the window.
func run(ctx context.Context, args []string, in io.Reader, out, log io.Writer) error {
	name := ""
	if len(args) > 0 && len(args[0]) > 0 && args[0][0] != '-' {
		name, args = args[0], args[1:]
	}
	c, ok := commands()[name]
	if !ok {
		usage(log)
		return fmt.Errorf("unknown command %q", name)
	}
	var o options
	set := flag.NewFlagSet("suanpan "+name, flag.ContinueOnError)
	set.SetOutput(log)
	set.StringVar(&o.data, "data", home(), "the till's folder")
	set.StringVar(&o.sync, "sync", "FULL", "durability of commits; anything but FULL is for tests of the tests")
	set.BoolVar(&o.sandbox, "sandbox", false, "use the stand-in payment providers")
	set.BoolVar(&o.training, "training", false, "a shop that is set up now is for practice: its providers are stand-ins on this machine (suanpan sandbox)")
	set.BoolVar(&o.verbose, "v", false, "log more")
	set.StringVar(&o.phrase, "passphrase-file", os.Getenv("SUANPAN_VAULT_PASSPHRASE_FILE"),
		"file whose first line opens the vault of payment keys, for a till that nobody sits at (or SUANPAN_VAULT_PASSPHRASE_FILE)")
	work := c.flags(set)
	if err := set.Parse(args); err != nil {
		if err == flag.ErrHelp {
			return nil
		}
		return err
	}
	level := slog.LevelWarn
	if o.verbose {
		level = slog.LevelInfo
	}
	return work(ctx, job{options: o, args: set.Args(), in: in, out: out, log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: level}))})
}

// job is one run of a subcommand.
type job struct {
	options
	args []string
	in   io.Reader
	out  io.Writer
	log  *slog.Logger
}

// command declares its own flags and answers what to do once they are parsed.
type command struct {
	help  string
	flags func(*flag.FlagSet) func(context.Context, job) error
}

// plain is a command without flags of its own.
func plain(help string, work func(context.Context, job) error) command {
	return command{help, func(*flag.FlagSet) func(context.Context, job) error { return work }}
}

func commands() map[string]command {
	return map[string]command{
		"":        windowCommand(),
		"rpc":     rpcCommand(),
		"verify":  plain("recompute the ledger's chain and totals, and say what is wrong", verifyCommand),
		"import":  importCommand(),
		"demo":    demoCommand(),
		"backup":  backupCommand(),
		"restore": restoreCommand(),
		"export":  exportCommand(),
		"sandbox": sandboxCommand(),
		"version": plain("print the version", func(_ context.Context, j job) error { fmt.Fprintln(j.out, "suanpan", version); return nil }),
		"help":    plain("print this", func(_ context.Context, j job) error { usage(j.out); return nil }),
	}
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "suanpan [command] [--data DIR]: without a command the till's window opens")
	for _, name := range []string{"rpc", "verify", "import", "export", "backup", "restore", "demo", "sandbox", "version"} {
		fmt.Fprintf(w, "  %-8s %s\n", name, commands()[name].help)
	}
}

// home is where a till's folder lies when nobody says otherwise.
func home() string {
	dir, err := os.UserConfigDir()
	if err != nil {
		dir = "."
	}
	return filepath.Join(dir, "suanpan")
}

// windowCommand opens the till's window.
func windowCommand() command {
	return command{"open the till's window", func(set *flag.FlagSet) func(context.Context, job) error {
		demo := set.Bool("demo", false, "a stocked sample shop with a printer that shows its paper, and stand-in payment providers")
		trace := set.String("trace-start", "", "ID:PIN of the one who sells: print when the counter was painted, and end")
		return func(ctx context.Context, j job) error {
			h, err := open(ctx, j)
			if err == nil && *trace != "" {
				return h.trace(ctx, j.out, *trace)
			}
			if errors.Is(err, app.ErrOwned) && store.Nudge(j.data) == nil {
				return nil // the window that is open already comes to the front
			}
			if err != nil {
				return err
			}
			if *demo {
				if err := furnish(ctx, h); err != nil {
					return errors.Join(err, h.close())
				}
			}
			return h.window(ctx, stage{})
		}
	}}
}

func rpcCommand() command {
	return command{"answer JSON-RPC on standard input and output", func(set *flag.FlagSet) func(context.Context, job) error {
		doc := set.Bool("doc", false, "print docs/rpc.md instead")
		return func(ctx context.Context, j job) error {
			if *doc {
				return rpc.Document(j.out)
			}
			return serve(ctx, j)
		}
	}}
}

func serve(ctx context.Context, j job) error {
	if j.data == ":memory:" {
		return errors.New("the ledger is never in memory only: name a folder with --data")
	}
	h, err := open(ctx, j)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() { h.shop.Run(ctx) })
	done.Go(func() { h.gear.Run(ctx) })
	done.Go(func() { h.shop.RunBackups(ctx) })
	face := &rpc.Face{Shop: h.shop, Words: h.words.In}
	err = face.Serve(ctx, j.in, j.out)
	stop()
	done.Wait()
	return errors.Join(err, h.close())
}

func verifyCommand(ctx context.Context, j job) error {
	j.doubtful = true
	h, err := open(ctx, j)
	if err != nil {
		return err
	}
	defer h.close()
	begun := time.Now()
	p, err := h.shop.Verify(ctx, func(done, total int64) {
		if time.Since(begun) > time.Second {
			fmt.Fprintf(j.out, "\r%d / %d", done, total)
		}
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(j.out, "\r%d entries, %d rows in %s, head %s\n", p.Entries, p.Rows, time.Since(begun).Truncate(time.Millisecond), p.Head)
	found, err := h.store.Integrity(ctx)
	if err != nil {
		return err
	}
	for _, f := range found {
		fmt.Fprintln(j.out, "page:", f)
	}
	if len(found) > 0 && p.OK {
		return fmt.Errorf("the file is damaged where no entry is: %d findings", len(found))
	}
	if !p.OK {
		fmt.Fprintln(j.out, h.words.In(h.shop.Info().Config.Locale)("flaw."+string(p.Kind), p.BrokenAt, p.What))
		return fmt.Errorf("entry %d: %s", p.BrokenAt, p.Why)
	}
	fmt.Fprintf(j.out, "the chain is whole, every entry balances, every total agrees with its parts, every page is sound; %d marks outside the ledger are met\n", p.Marks)
	return nil
}

// importCommand takes a catalogue in. Whoever does it signs on as at the till; the PIN is the first line of the input, so that
// it stands in no list of processes.
func importCommand() command {
	return command{"take in a catalogue (CSV, XLSX); the first line of the input is the PIN", func(set *flag.FlagSet) func(context.Context, job) error {
		staff := set.String("staff", "1", "who signs on")
		dry := set.Bool("dry-run", false, "check everything, change nothing")
		return func(ctx context.Context, j job) error {
			if len(j.args) != 1 {
				return errors.New("name one file")
			}
			pin, err := bufio.NewReader(j.in).ReadString('\n')
			if err != nil && err != io.EOF {
				return err
			}
			h, err := open(ctx, j)
			if err != nil {
				return err
			}
			if _, err := h.shop.Login(ctx, *staff, strings.TrimSpace(pin)); err != nil {
				return errors.Join(err, h.close())
			}
			format := catalog.Format(strings.TrimPrefix(strings.ToLower(filepath.Ext(j.args[0])), "."))
			got, err := h.shop.Import(ctx, app.ImportAsk{Path: j.args[0], Format: format, Dry: *dry}, func(rows int) { fmt.Fprintf(j.out, "\r%d", rows) })
			if err != nil {
				return errors.Join(err, h.close())
			}
			for _, r := range got.Rejected {
				fmt.Fprintf(j.out, "\rrow %d: %s: %s\n", r.Row, r.Field, r.Reason)
			}
			fmt.Fprintf(j.out, "\r%d taken, %d refused\n", got.Put, got.Refused)
			return h.close()
		}
	}}
}
