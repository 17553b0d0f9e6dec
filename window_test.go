package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"suanpan/store/bench/till"
)

// TestASaleAtTheRealWindow drives the built program as a person does: a key for every key, a scanner's burst of digits, one
// tap, in whatever display it finds itself. Then it asks the ledger what was sold. `make window` gives it a virtual display;
// without SUANPAN it does nothing, because it would type into the developer's own desktop. SUANPAN_REQUIRE_XVFB=1 makes that a
// failure, so that CI cannot skip it unseen.
func TestASaleAtTheRealWindow(t *testing.T) {
	program := os.Getenv("SUANPAN")
	if program == "" && os.Getenv("SUANPAN_REQUIRE_XVFB") == "1" {
		t.Fatal("SUANPAN names no program: the window must be driven here")
	}
	if program == "" {
		t.Skip("types on the display: `make window` runs it in a virtual one (SUANPAN names the program)")
	}
	dir := filepath.Join(t.TempDir(), "till")
	stock(t, program, dir)
	w := openWindow(t, program, dir)

	w.saved("the cashier signs on", func() { w.slowly("1234"); w.key("Return") })
	w.saved("a scan", func() { w.scan("6999900000019") })
	w.saved("a scan right behind it", func() { w.scan("6999900000026") })
	w.saved("a tap on the first tile", func() { w.tap(180, 190) })
	w.key("F12")
	w.still()
	w.key("a") // the first way to pay: cash
	w.still()
	w.saved("the exact amount in cash", func() { w.key("Return") })

	w.saved("the next customer's scan, with no key pressed before", func() { w.scan("6999900000026") })
	w.key("F2")
	w.still()
	w.saved("a scan while the search has the focus", func() { w.scan("6999900000033") })
	w.tap(1040, 110) // a line of the basket
	w.still()
	w.saved("a scan after the basket was tapped", func() { w.scan("6999900000019") })
	w.key("F12")
	w.still()
	w.key("a") // the first way to pay: cash
	w.still()
	w.saved("a note of 100", func() { w.slowly("100"); w.key("Return") })
	comesForward(t, w, program, dir)
	w.close()

	want := []string{"total 1100 change 0 items a×1 b×1 a×1", "total 2900 change 7100 items b×1 c×1 a×1"}
	got := sold(t, program, dir)
	if !slices.Equal(got, want) {
		t.Errorf("sold %q, want %q", got, want)
	}
}

// comesForward covers the window with another till's and starts the program on the same folder once more: that start ends well
// at once, and the first window lies on top.
func comesForward(t *testing.T, w *hands, program, dir string) {
	t.Helper()
	before := display()
	other := openWindow(t, program, filepath.Join(t.TempDir(), "other"))
	if !wait(20*time.Second, func() bool { return differ(display(), before) > 0.2 }) {
		t.Fatal("the other till's window is not to be seen")
	}
	if out, err := exec.Command(program, "--data", dir).CombinedOutput(); err != nil {
		t.Fatalf("a second start on the same folder: %v: %s", err, out)
	}
	if !wait(20*time.Second, func() bool { return differ(display(), before) < 0.05 }) {
		w.shoot("behind")
		t.Error("a second start does not bring the first window forward")
	}
	other.close()
}

// differ is the share of bytes in which two pictures differ.
func differ(a, b []byte) float64 {
	if len(a) != len(b) || len(a) == 0 {
		return 1
	}
	n := 0
	for i := range a {
		if a[i] != b[i] {
			n++
		}
	}
	return float64(n) / float64(len(a))
}

// stock sets a small shop up and opens the shift, over the other face.
func stock(t *testing.T, program, dir string) {
	t.Helper()
	ask(t, program, dir, func(call func(string, map[string]any, any)) {
		call("shop.setup", map[string]any{"template": "retail", "name": "窗口", "currency": "CNY", "locale": "zh-CN", "prices_include_tax": true}, nil)
		call("staff.login", map[string]any{"staff": "1", "pin": "1234"}, nil)
		call("catalog.put", map[string]any{"items": []map[string]any{
			{"sku": "a", "name": "矿泉水", "price": 200, "barcodes": []string{"6999900000019"}},
			{"sku": "b", "name": "绿茶", "price": 700, "barcodes": []string{"6999900000026"}},
			{"sku": "c", "name": "雨伞", "price": 2000, "barcodes": []string{"6999900000033"}},
		}}, nil)
		call("shift.open", map[string]any{"float": 20000}, nil)
	})
}

// sold answers the sales of the ledger in short, oldest first, and wants the ledger to be whole.
func sold(t *testing.T, program, dir string) (short []string) {
	t.Helper()
	ask(t, program, dir, func(call func(string, map[string]any, any)) {
		var whole struct{ OK bool }
		if call("ledger.verify", map[string]any{}, &whole); !whole.OK {
			t.Error("the ledger is not whole")
		}
		call("staff.login", map[string]any{"staff": "1", "pin": "1234"}, nil)
		var all struct{ Sales []struct{ Sale string } }
		call("sale.list", map[string]any{"limit": 10}, &all)
		for _, s := range all.Sales {
			var sale struct {
				Total, Change int
				Lines         []struct{ SKU, Qty string }
			}
			call("sale.get", map[string]any{"sale": s.Sale}, &sale)
			text := fmt.Sprintf("total %d change %d items", sale.Total, sale.Change)
			for _, l := range sale.Lines {
				text += " " + l.SKU + "×" + l.Qty
			}
			short = append([]string{text}, short...)
		}
	})
	return short
}

func ask(t *testing.T, program, dir string, work func(call func(string, map[string]any, any))) {
	t.Helper()
	r, err := till.Open(program, "rpc", "--data", dir)
	if err != nil {
		t.Fatal(err)
	}
	work(func(method string, params map[string]any, result any) {
		if _, err := r.Call(method, params, result); err != nil {
			t.Fatal(err)
		}
	})
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

// hands are a person at the window, with xdotool.
type hands struct {
	t   *testing.T
	cmd *exec.Cmd
	log string // the store's write-ahead log: it changes whenever something is kept
}

func openWindow(t *testing.T, program, dir string) *hands {
	t.Helper()
	w := &hands{t: t, cmd: exec.Command(program, "--data", dir), log: filepath.Join(dir, "shop.db-wal")}
	var words bytes.Buffer
	w.cmd.Stderr = &words
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			w.shoot("failed")
			t.Logf("the program said: %s", words.String())
		}
		_ = w.cmd.Process.Kill()
	})
	w.do("timeout", "60", "xdotool", "search", "--sync", "--onlyvisible", "--pid", strconv.Itoa(w.cmd.Process.Pid))
	w.do("xdotool", "mousemove", "640", "5")
	w.still()
	return w
}

func (w *hands) do(name string, args ...string) {
	w.t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		w.t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, out)
	}
}

func (w *hands) key(name string) { w.do("xdotool", "key", name) }

// slowly types as people do, slower than any scanner.
func (w *hands) slowly(text string) { w.do("xdotool", "type", "--delay", "150", text) }

// scan types as a scanner does, 8 ms a key, and Enter.
func (w *hands) scan(code string) {
	w.do("xdotool", "type", "--delay", "8", "--args", "1", code, "key", "Return")
}

func (w *hands) tap(x, y int) {
	w.do("xdotool", "mousemove", strconv.Itoa(x), strconv.Itoa(y), "click", "1")
}

// saved does something and waits until the till has kept it, and shows it.
func (w *hands) saved(what string, act func()) {
	w.t.Helper()
	before := w.kept()
	act()
	if !wait(20*time.Second, func() bool { return w.kept() != before }) {
		w.t.Fatalf("%s: nothing was kept", what)
	}
	w.still()
}

func (w *hands) kept() string {
	info, err := os.Stat(w.log)
	if err != nil {
		return ""
	}
	return fmt.Sprint(info.Size(), info.ModTime().UnixNano())
}

// still waits until two pictures in a row are the same. A blinking cursor may keep it from that: then three seconds are enough.
func (w *hands) still() {
	var last []byte
	wait(3*time.Second, func() bool {
		now := display()
		same := now != nil && bytes.Equal(now, last)
		last = now
		return same
	})
}

// display is what the display shows, nil where it cannot be had.
func display() []byte {
	raw, err := exec.Command("import", "-window", "root", "-depth", "8", "rgb:-").Output()
	if err != nil {
		return nil
	}
	return raw
}

// wait asks every tenth of a second until it is so.
func wait(most time.Duration, so func() bool) bool {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(most); time.Now().Before(end); <-tick.C {
		if so() {
			return true
		}
	}
	return false
}

// shoot leaves a picture of the window for whoever looks into a failure.
func (w *hands) shoot(name string) {
	file := filepath.Join(os.TempDir(), "suanpan-window-"+name+".png")
	if err := exec.Command("import", "-window", "root", file).Run(); err == nil {
		w.t.Logf("the window as it was: %s", file)
	}
}

// close asks the program to end as a session manager does.
func (w *hands) close() {
	w.t.Helper()
	if err := w.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		w.t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- w.cmd.Wait() }()
	select {
	case <-done: // whether it ends by the signal or in order, what it kept counts
	case <-time.After(20 * time.Second):
		w.t.Fatal("the window does not close")
	}
}
