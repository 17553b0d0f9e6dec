// Command compare measures a sale against the C anchor (store/bench/anchor.c), both on the same rows and the same disk, in
// turns, because a disk's temper changes within minutes; then it runs the other benchmarks once, and writes the figures
// between the marks of docs/BENCHMARKS.md. Run it with `make bench`.
//
//	-dir DIR   measures on copies of a shop made by store/bench/fill; otherwise on a new one with 1,000 items and sales
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"suanpan/store/bench/till"
)

func main() {
	b := bench{}
	flag.StringVar(&b.from, "dir", "", "a shop made by store/bench/fill; it is copied")
	flag.StringVar(&b.binary, "binary", "./suanpan", "the program")
	flag.StringVar(&b.page, "page", "docs/BENCHMARKS.md", "where the figures go; empty prints them only")
	flag.IntVar(&b.rounds, "rounds", 5, "turns")
	flag.IntVar(&b.sales, "sales", 1000, "sales in a turn")
	flag.BoolVar(&b.others, "others", true, "run the other benchmarks too")
	flag.Parse()
	if err := b.run(); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

type bench struct {
	from, binary, page string
	rounds, sales      int
	others             bool
	folder             string // of this run
	size, shop         string // small: made here; large: given, with the copy that Go works on
}

// figure is one contestant: medians over the turns, in nanoseconds.
type figure struct {
	name     string
	p50, p99 []int64
}

func (b *bench) run() (err error) {
	if b.folder, err = os.MkdirTemp("", "bench"); err != nil {
		return err
	}
	defer os.RemoveAll(b.folder)
	if err := b.prepare(); err != nil {
		return err
	}
	c, g, r := figure{name: "C, the same rows (the anchor)"}, figure{name: "store: the same rows"}, figure{name: "`sale.complete` over JSON-RPC, whole"}
	scan := figure{name: "`basket.scan` over JSON-RPC, whole"}
	rows := 0
	for i := range b.rounds {
		if rows, err = b.anchor(&c); err != nil {
			return err
		}
		if err := b.goSale(&g); err != nil {
			return err
		}
		if err := b.rpc(i, &r, &scan); err != nil {
			return err
		}
		fmt.Printf("turn %d of %d: C %s, store %s, rpc %s\n", i+1, b.rounds, micro(c.p50[i]), micro(g.p50[i]), micro(r.p50[i]))
	}
	text := b.table(rows, c, g, r, scan)
	if b.others {
		others, err := otherBenchmarks(b.shop)
		if err != nil {
			return err
		}
		text += others
	}
	fmt.Print(text)
	if b.page == "" {
		return nil
	}
	return writePage(b.page, b.size, text)
}

// prepare makes the shop twice, once for Go and once for C, and compiles both contestants.
func (b *bench) prepare() error {
	b.size, b.shop = "large", filepath.Join(b.folder, "go")
	if b.from == "" {
		b.size, b.shop = "small", ""
		b.from = filepath.Join(b.folder, "shop")
		if err := run("go", "run", "./store/bench/fill", "-dir", b.from, "-items", "1000", "-sales", "1000"); err != nil {
			return err
		}
	}
	for _, to := range []string{"go", "c"} {
		if err := run("cp", "-r", b.from, filepath.Join(b.folder, to)); err != nil {
			return err
		}
	}
	if err := run("gcc", "-O2", "-o", filepath.Join(b.folder, "anchor"), "store/bench/anchor.c", "-lsqlite3"); err != nil {
		return err
	}
	return run("go", "test", "-c", "-o", filepath.Join(b.folder, "sale.test"), "./store/bench")
}

func (b *bench) anchor(f *figure) (rows int, err error) {
	out, err := exec.Command(filepath.Join(b.folder, "anchor"), filepath.Join(b.folder, "c", "shop.db"), fmt.Sprint(b.sales)).Output()
	if err != nil {
		return 0, fmt.Errorf("anchor: %w", withStderr(err))
	}
	var a struct {
		Rows int   `json:"rows"`
		P50  int64 `json:"p50_us"`
		P99  int64 `json:"p99_us"`
	}
	if err := json.Unmarshal(out, &a); err != nil {
		return 0, fmt.Errorf("anchor: %w", err)
	}
	f.p50, f.p99 = append(f.p50, a.P50*1000), append(f.p99, a.P99*1000)
	return a.Rows, nil
}

func (b *bench) goSale(f *figure) error {
	cmd := exec.Command(filepath.Join(b.folder, "sale.test"), "-test.run", "^$", "-test.bench", "^BenchmarkSale$", "-test.benchtime", fmt.Sprintf("%dx", b.sales))
	cmd.Env = append(os.Environ(), "SUANPAN_BENCH_DIR="+filepath.Join(b.folder, "go"))
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("BenchmarkSale: %w: %s", withStderr(err), out)
	}
	for _, l := range parse(string(out)) {
		p50, ok50 := l.metric("p50-µs")
		p99, ok99 := l.metric("p99-µs")
		if ok50 && ok99 {
			f.p50, f.p99 = append(f.p50, p50), append(f.p99, p99)
			return nil
		}
	}
	return fmt.Errorf("BenchmarkSale gave no p50 and p99: %s", out)
}

// rpc serves customers on the real program, in a new folder.
func (b *bench) rpc(turn int, sale, scan *figure) error {
	r := till.Rush{Command: []string{b.binary, "rpc", "--data", filepath.Join(b.folder, fmt.Sprint("till", turn))}, Seed: uint64(turn + 1)}
	if err := r.Serve(b.sales / 4); err != nil {
		return err
	}
	for f, method := range map[*figure]string{sale: "sale.complete", scan: "basket.scan"} {
		took := r.Took(method)
		slices.Sort(took)
		f.p50, f.p99 = append(f.p50, int64(took[len(took)/2])), append(f.p99, int64(took[len(took)*99/100]))
	}
	return nil
}

func (b *bench) table(rows int, c figure, others ...figure) string {
	text := fmt.Sprintf("%s, %s/%s, %d CPUs, %s. %d turns of %d sales, medians over the turns, × C turn by turn; %d rows a sale, WAL, synchronous=FULL.\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), time.Now().Format("2006-01-02"), b.rounds, b.sales, rows)
	text += "| one sale of 5 lines and 2 tenders | p50 | × C | p99 | × C |\n|---|---|---|---|---|\n"
	for _, f := range append([]figure{c}, others...) {
		text += fmt.Sprintf("| %s | %s | %s | %s | %s |\n", f.name, micro(median(f.p50)), times(f.p50, c.p50), micro(median(f.p99)), times(f.p99, c.p99))
	}
	return text
}

func median(v []int64) int64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}

// micro writes nanoseconds as microseconds, or as milliseconds where there are many.
func micro(ns int64) string {
	if ns >= 10_000_000 {
		return fmt.Sprintf("%d.%d ms", ns/1_000_000, ns/100_000%10)
	}
	return fmt.Sprintf("%d µs", (ns+500)/1000)
}

// times compares turn by turn, since what the disk does to one contestant it does to the other a second later, and answers
// the middle one.
func times(a, b []int64) string {
	var each []int64
	for i := range a {
		each = append(each, a[i]*100/max(b[i], 1))
	}
	m := median(each)
	return fmt.Sprintf("%d.%02d", m/100, m%100)
}
