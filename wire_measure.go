package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/ui"
)

// Who starts this program may say when, in unix nanoseconds: what the system needs before main is part of a start.
const startedAt = "SUANPAN_STARTED"

// What is measured: scans into a long basket, and letters of searches.
const (
	measureLines = 200
	measureScans = 200
	measureRuns  = 9 // starts; the middle one counts
)

// measure prints a table of what a person waits for at the window. Without --data it makes the sample shop in a folder of its
// own. It sells nothing: the basket is voided.
func measure(ctx context.Context, j job) error {
	if j.data == home() {
		dir, err := os.MkdirTemp("", "suanpan-measure-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		j.data = filepath.Join(dir, "till")
	}
	h, err := open(ctx, j)
	if err != nil {
		return err
	}
	m, items, err := h.prepare(ctx)
	if err != nil {
		return errors.Join(err, h.close())
	}
	var scans, letters ui.Times
	memory := ""
	err = h.window(ctx, stage{id: appID + ".demo", play: func(ctx context.Context, w *ui.Window) (err error) {
		if scans, letters, err = w.Measure(ctx, m); err != nil {
			return err
		}
		memory = resident()
		_, err = h.shop.VoidOrder(ctx, "", "measured")
		return err
	}})
	if err != nil {
		return err
	}
	fmt.Fprintf(j.out, "%d items; a basket of %d lines and more; %s\n\n", items, measureLines, memory)
	fmt.Fprintf(j.out, "%-34s %6s %9s %9s %9s %9s\n", "key to pixels", "n", "p50", "p90", "p99", "most")
	row := func(what string, t ui.Times) {
		fmt.Fprintf(j.out, "%-34s %6d %9s %9s %9s %9s\n", what, len(t), tenths(t.At(50)), tenths(t.At(90)), tenths(t.At(99)), tenths(t.At(100)))
	}
	row("Enter of a code to the line", scans)
	row("letter of a search to the results", letters)
	return starts(ctx, j)
}

// prepare signs the manager on, opens a shift where none is, and chooses codes and texts.
func (h *program) prepare(ctx context.Context) (m ui.Measure, items int64, err error) {
	if items, err = h.shop.CountItems(ctx); err != nil {
		return m, 0, err
	}
	switch {
	case items == 0 && !h.shop.Info().Ready:
		err = furnish(ctx, h)
	case !h.shop.Info().Ready: // store/bench/fill makes goods and sales, but no shop
		_, err = h.shop.Setup(ctx, app.Setup{Template: "demo", Name: "Bench", Currency: "CNY", Locale: "zh-Hans"})
	}
	if err != nil {
		return m, 0, err
	}
	if _, err := h.shop.Login(ctx, "1", "1234"); err != nil {
		return m, 0, err
	}
	if err := h.taxed(ctx); err != nil {
		return m, 0, err
	}
	if h.shop.Info().Shift == nil {
		if _, err := h.shop.OpenShift(ctx, 0); err != nil {
			return m, 0, err
		}
	}
	if h.shop.Current() != "" {
		return m, 0, errors.New("there is a basket on the counter already: this is not a shop to measure at")
	}
	list, err := h.shop.Items(ctx, "", "", 500)
	if err != nil {
		return m, 0, err
	}
	for len(m.Codes) < measureLines+measureScans {
		had := len(m.Codes)
		for _, i := range list {
			if len(i.Barcodes) > 0 && len(i.Barcodes[0]) > 6 && len(m.Codes) < measureLines+measureScans {
				m.Codes = append(m.Codes, i.Barcodes[0])
			}
		}
		if len(m.Codes) == had {
			return m, 0, errors.New("no item has a barcode")
		}
	}
	m.Lines = measureLines
	m.Texts = []string{"kl", "可乐", "690735", "nn", "牛奶", "qkl", "mianbao"}
	items, err = h.shop.CountItems(ctx)
	return m, items, err
}

// taxed adds the tax class of the goods of store/bench/fill where it is missing.
func (h *program) taxed(ctx context.Context) error {
	taxes, err := h.shop.Taxes(ctx)
	if err != nil || slices.ContainsFunc(taxes, func(t catalog.Tax) bool { return t.Code == "vat13" }) {
		return err
	}
	_, err = h.shop.PutTaxes(ctx, []catalog.Tax{{Code: "vat13", Name: "13%", Rate: 130_000}})
	return err
}

// starts measures the program's own start, each in a process of its own.
func starts(ctx context.Context, j job) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	var counter, goods []time.Duration
	for range measureRuns {
		c := exec.CommandContext(ctx, program, "--data", j.data, "--trace-start", "1:1234")
		c.Env = append(os.Environ(), startedAt+"="+strconv.FormatInt(time.Now().UnixNano(), 10))
		out, err := c.Output()
		if err != nil {
			return fmt.Errorf("start: %w", err)
		}
		var a, b, sign float64
		if _, err := fmt.Sscanf(string(out), startLine, &a, &b, &sign); err != nil {
			return fmt.Errorf("start said %q: %w", out, err)
		}
		counter, goods = append(counter, milli(a-sign)), append(goods, milli(b-sign))
	}
	slices.Sort(counter)
	slices.Sort(goods)
	fmt.Fprintf(j.out, "\n%-34s %6s %9s %9s %9s\n", "start of the process to", "n", "least", "middle", "most")
	for _, r := range []struct {
		what string
		t    []time.Duration
	}{{"a counter that can be scanned at", counter}, {"its goods", goods}} {
		fmt.Fprintf(j.out, "%-34s %6d %9s %9s %9s\n", r.what, len(r.t), tenths(r.t[0]), tenths(r.t[len(r.t)/2]), tenths(r.t[len(r.t)-1]))
	}
	return nil
}

// startLine is what a traced start prints: milliseconds since the process started, and how many of them the PIN took.
const startLine = "counter %f ms, goods %f ms, sign-on %f ms\n"

// trace signs who ("ID:PIN") on, opens the window, prints when the counter was painted, and ends.
func (h *program) trace(ctx context.Context, out io.Writer, who string) error {
	begun := started()
	id, pin, _ := strings.Cut(who, ":")
	signing := time.Now()
	if _, err := h.shop.Login(ctx, id, pin); err != nil {
		return errors.Join(err, h.close())
	}
	sign := time.Since(signing)
	var counter, goods time.Duration
	err := h.window(ctx, stage{id: appID + ".demo", play: func(ctx context.Context, w *ui.Window) error {
		return w.Painted(ctx, func() { counter = time.Since(begun) }, func() { goods = time.Since(begun) })
	}})
	if err == nil {
		_, err = fmt.Fprintf(out, startLine, ms(counter), ms(goods), ms(sign))
	}
	return err
}

// started is when the process began: as the one who started it says, else as the system remembers it, to a hundredth of a second.
func started() time.Time {
	if n, err := strconv.ParseInt(os.Getenv(startedAt), 10, 64); err == nil {
		return time.Unix(0, n)
	}
	stat, err := os.ReadFile("/proc/self/stat")
	up, err2 := os.ReadFile("/proc/uptime")
	_, rest, ok := strings.Cut(string(stat), ") ")
	fields, since := strings.Fields(rest), strings.Fields(string(up))
	if err != nil || err2 != nil || !ok || len(fields) < 20 || len(since) == 0 {
		return time.Now()
	}
	ticks, err := strconv.ParseInt(fields[19], 10, 64)
	seconds, err2 := time.ParseDuration(since[0] + "s")
	if err != nil || err2 != nil {
		return time.Now()
	}
	return time.Now().Add(time.Duration(ticks)*10*time.Millisecond - seconds)
}

// resident says how much memory the process holds, where the system tells.
func resident() string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "memory unknown"
	}
	for line := range strings.Lines(string(status)) {
		if kb, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			return "memory " + strings.TrimSpace(kb)
		}
	}
	return "memory unknown"
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func milli(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

func tenths(d time.Duration) string { return fmt.Sprintf("%.1f ms", ms(d)) }
