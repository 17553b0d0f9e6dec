package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/assets"
	"suanpan/devices/virtual"
	"suanpan/ui"
)

// demoAsk are the flags of the demo command.
type demoAsk struct {
	out, day string
	limit    time.Duration
}

// demoCommand plays a day at the real window and keeps what it left behind.
func demoCommand() command {
	return command{"play a trading day at the window, and keep its pictures, receipts, Z and ledger", func(set *flag.FlagSet) func(context.Context, job) error {
		var ask demoAsk
		set.StringVar(&ask.out, "out", "demo-out", "the folder for what the day leaves behind")
		set.StringVar(&ask.day, "day", "retail", "which day")
		seconds := set.Int("seconds", 300, "give up after so many seconds")
		measured := set.Bool("measure", false, "measure the window instead, on the shop in --data (one made by store/bench/fill; the sample shop without)")
		return func(ctx context.Context, j job) error {
			ask.limit = time.Duration(*seconds) * time.Second
			if *measured {
				return measure(ctx, j)
			}
			return demo(ctx, j, ask)
		}
	}}
}

// demoMark is the file by which a folder is known to hold nothing but an earlier day.
const demoMark = "summary.txt"

func demo(ctx context.Context, j job, ask demoAsk) error {
	steps, ok := ui.Days()[ask.day]
	if !ok {
		return fmt.Errorf("no day %q", ask.day)
	}
	if err := makeRoom(ask.out); err != nil {
		return err
	}
	begun := time.Now()
	ctx, stop := context.WithTimeout(ctx, ask.limit)
	defer stop()
	j.data = filepath.Join(ask.out, "till")
	h, err := open(ctx, j)
	if err != nil {
		return err
	}
	keep := &keeper{folder: ask.out, words: h.words.In(assets.Home)}
	var day ui.Played
	err = h.window(ctx, stage{id: appID + ".demo", slip: keep.slip, play: func(ctx context.Context, w *ui.Window) (err error) {
		day, err = w.Play(ctx, steps(), ui.Set{Show: keep.picture, Photo: photo, Furnish: func(ctx context.Context) error { return populate(ctx, h) }})
		return err
	}})
	err = errors.Join(err, keep.finish())
	if err != nil {
		return err
	}
	return summary(j.out, ask.out, day, keep, time.Since(begun))
}

// makeRoom makes room for a day. A folder that holds anything but an earlier one is left alone.
func makeRoom(folder string) error {
	there, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if len(there) > 0 && !slices.ContainsFunc(there, func(e os.DirEntry) bool { return e.Name() == demoMark }) {
		return fmt.Errorf("%s is not empty and holds no earlier day: name another folder with --out", folder)
	}
	for _, name := range []string{"till", "receipts"} {
		if err := os.RemoveAll(filepath.Join(folder, name)); err != nil {
			return err
		}
	}
	for _, e := range there {
		if name := e.Name(); strings.HasSuffix(name, ".png") || strings.HasSuffix(name, ".txt") {
			if err := os.Remove(filepath.Join(folder, name)); err != nil {
				return err
			}
		}
	}
	if err := os.MkdirAll(filepath.Join(folder, "receipts"), 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, demoMark), []byte("This day is being played, or was broken off.\n"), 0o644)
}

// keeper writes pictures and slips into the folder while the day goes on.
type keeper struct {
	folder string
	words  func(string, ...any) string
	work   sync.WaitGroup
	mu     sync.Mutex
	err    error
	slips  []string // names, in the order in which they were printed
	z      string   // text of the last Z
}

// picture keeps a picture beside the day, which goes on meanwhile.
func (k *keeper) picture(name string, m image.Image) error {
	k.work.Go(func() {
		var b bytes.Buffer
		err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, m)
		if err == nil {
			err = os.WriteFile(filepath.Join(k.folder, name+".png"), b.Bytes(), 0o644)
		}
		k.failed(err)
	})
	return nil
}

func (k *keeper) failed(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.err = errors.Join(k.err, err)
}

var numbered = regexp.MustCompile(`[A-Z]+-\d{5,}`)

// slip keeps what the virtual printer put out, named for what it is.
func (k *keeper) slip(s virtual.Slip) {
	text := s.Text()
	name := numbered.FindString(text)
	switch {
	case strings.Contains(text, k.words("report.z")):
		k.z = text
	case strings.Contains(text, k.words("report.x")):
		name = "X"
	case strings.Contains(text, k.words("receipt.gift")):
		name += "-gift"
	case strings.Contains(text, strings.Fields(k.words("receipt.copy", ""))[0]):
		name += "-copy"
	case name == "":
		name = "slip"
	}
	k.mu.Lock()
	again := 1
	for plain := name; slices.Contains(k.slips, name); name = fmt.Sprintf("%s-%d", plain, again) {
		again++
	}
	k.slips = append(k.slips, name)
	k.mu.Unlock()
	k.work.Go(func() {
		var b bytes.Buffer
		err := s.PNG(&b, look)
		if err == nil {
			err = os.WriteFile(filepath.Join(k.folder, "receipts", name+".png"), b.Bytes(), 0o644)
		}
		if err == nil && name[0] == 'Z' {
			err = errors.Join(os.WriteFile(filepath.Join(k.folder, name+".png"), b.Bytes(), 0o644),
				os.WriteFile(filepath.Join(k.folder, name+".txt"), []byte(text), 0o644))
		}
		k.failed(err)
	})
}

func (k *keeper) finish() error {
	k.work.Wait()
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.err
}

// summary says what the day came to and where everything lies.
func summary(out io.Writer, folder string, day ui.Played, k *keeper, took time.Duration) error {
	var b strings.Builder
	sum := func(minor int64) string { return money.Of(minor, "CNY").Format() }
	fmt.Fprintf(&b, "sales      %d, %s\nrefunds    %d, %s\n", day.SaleCount, sum(day.Sales), day.BackCount, sum(-day.Refunds))
	ways := make([]string, 0, len(day.Tenders))
	for way := range day.Tenders {
		ways = append(ways, way)
	}
	slices.Sort(ways)
	for _, way := range ways {
		fmt.Fprintf(&b, "%-10s %s\n", way, sum(day.Tenders[way]))
	}
	fmt.Fprintf(&b, "cash in    %s\ncash out   %s\nshort      %s\n", sum(day.CashIn), sum(-day.CashOut), sum(-day.Short))
	fmt.Fprintf(&b, "Z          %d, as the script expected\nverify     %d entries, every chain, sum and total agrees; head %s\n", day.Z, day.Entries, day.Head)
	fmt.Fprintf(&b, "seconds    %.1f\n", took.Seconds())
	fmt.Fprintf(&b, "\n%s\n  NN-name.png  %d pictures of the window\n  receipts/    %d slips of the printer\n  Z-*.png, .txt\n  till/        the till's folder: suanpan verify --data %s\n",
		folder, day.Pictures, len(k.slips), filepath.Join(folder, "till"))
	if err := os.WriteFile(filepath.Join(folder, demoMark), []byte(b.String()), 0o644); err != nil {
		return err
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// populate puts the cashier and the stock into the sample shop. The manager is signed on.
func populate(ctx context.Context, h *program) error {
	if _, err := h.shop.PutStaff(ctx, app.StaffPut{ID: "2", Name: h.words.In(assets.Home)("demo.cashier"), Roles: []string{"cashier"}, PIN: "2580"}); err != nil {
		return err
	}
	items, err := h.shop.Items(ctx, "", "", 500)
	if err != nil {
		return err
	}
	var stock []app.StockLine
	for _, i := range items {
		stock = append(stock, app.StockLine{SKU: i.SKU, Qty: money.Pieces(48)})
	}
	_, err = h.shop.ReceiveStock(ctx, stock)
	return err
}
