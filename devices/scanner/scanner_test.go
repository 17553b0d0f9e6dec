package scanner_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"suanpan/app/device"
	"suanpan/devices"
	"suanpan/devices/scanner"
	"suanpan/devices/transport"
	"suanpan/devices/virtual"
)

func TestSplitterEndsCodesAndNamesSymbologies(t *testing.T) {
	for _, c := range []struct {
		name, prefix, in string
		want             []string
	}{
		{"CR", "", "6901234567892\r", []string{"6901234567892"}},
		{"CR LF is one end", "", "1\r\n2\r\n", []string{"1", "2"}},
		{"Tab", "", "A\tB\t", []string{"A", "B"}},
		{"AIM", "", "]E06901234567892\r]d201095\x1d10\r", []string{"]E0 6901234567892", "]d2 01095\x1d10"}},
		{"a bracket alone is data", "", "]x\r]]]\r", []string{"]x", "]]]"}},
		{"prefix before AIM", "~", "~]Q3abc\r~\r", []string{"]Q3 abc"}},
		{"no end, no code", "", "12345", nil},
		{"noise", "", "\x00\x0212\x7f3\x03\r", []string{"123"}},
		{"too long is dropped whole", "", strings.Repeat("9", 5000) + "\r7\r", []string{"7"}},
	} {
		for _, step := range []int{1, 3, 10_000} { // half codes as lines deliver them
			var got []string
			s := scanner.Splitter{Prefix: c.prefix}
			for in := []byte(c.in); len(in) > 0; in = in[min(step, len(in)):] {
				s.Feed(in[:min(step, len(in))], func(code, aim string) { got = append(got, strings.TrimSpace(aim+" "+code)) })
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s in steps of %d: %q, want %q", c.name, step, got, c.want)
			}
		}
	}
}

func FuzzSplitter(f *testing.F) {
	f.Add([]byte("]E06901234567892\r\n"), 3)
	f.Add([]byte("\x02~]Q3x\t\t"), 1)
	f.Fuzz(func(t *testing.T, data []byte, step int) {
		whole, parts := scanner.Splitter{}, scanner.Splitter{}
		var one, many []string
		whole.Feed(data, func(code, aim string) { one = append(one, aim+" "+code) })
		step = max(step%64, 1)
		for rest := data; len(rest) > 0; rest = rest[min(step, len(rest)):] {
			parts.Feed(rest[:min(step, len(rest))], func(code, aim string) { many = append(many, aim+" "+code) })
		}
		if !slices.Equal(one, many) {
			t.Fatalf("%q in one piece, %q in pieces", one, many)
		}
		for _, s := range one {
			if strings.ContainsAny(s, "\r\n\t\x00") || s == " " {
				t.Fatalf("code %q", s)
			}
		}
	})
}

// bench is a scanner on a line that can be pulled and put back under another name.
type bench struct {
	mu     sync.Mutex
	path   string
	events chan string
	*scanner.Scanner
}

func (b *bench) plug(path string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.path = path
}

func start(t *testing.T, quiet time.Duration) (*bench, *virtual.Gun) {
	t.Helper()
	gun, path, err := virtual.OpenGun()
	if err != nil {
		t.Skip(err)
	}
	b := &bench{path: path, events: make(chan string, 64)}
	b.Scanner = scanner.New(scanner.Settings{ID: "gun1", Address: "gun", Quiet: quiet}, scanner.Ports{
		Now: time.Now, Retry: []time.Duration{10 * time.Millisecond},
		Emit: func(e devices.Event) { b.events <- e.Name },
		Open: func(ctx context.Context, _ string) (devices.Conn, error) {
			b.mu.Lock()
			defer b.mu.Unlock()
			return transport.Opener{}.Open(ctx, "serial:"+b.path+"?115200,8N1")
		},
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.Run(ctx)
	}()
	t.Cleanup(func() { cancel(); <-done; gun.Unplug() })
	b.event(t, "connected")
	return b, gun
}

func (b *bench) event(t *testing.T, want string) {
	t.Helper()
	select {
	case got := <-b.events:
		if got != want {
			t.Fatalf("event %s, want %s", got, want)
		}
	case <-time.After(5 * time.Second):
		t.Fatalf("no event %s", want)
	}
}

func (b *bench) next(t *testing.T) device.Scan {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	scan, err := b.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return scan
}

func TestNoScanIsLostNorMergedNorOutOfOrder(t *testing.T) {
	b, gun := start(t, 0)
	const n = 600 // half a minute of the fastest gun, at once
	go func() {
		for i := range n {
			gun.Scan(fmt.Sprintf("]E0690%010d", i))
		}
	}()
	for i := range n {
		scan := b.next(t)
		if want := fmt.Sprintf("690%010d", i); scan.Code != want || scan.Symbology != "]E0" || scan.Device != "gun1" {
			t.Fatalf("scan %d is %+v, want %s", i, scan, want)
		}
	}
}

func TestAGunThatComesBackUnderAnotherNameReadsOn(t *testing.T) {
	b, gun := start(t, 0)
	gun.Scan("111")
	if got := b.next(t).Code; got != "111" {
		t.Fatalf("scan %q", got)
	}
	gun.Send("22") // half a code goes with the cable
	gun.Unplug()
	b.event(t, "lost")
	again, path, err := virtual.OpenGun()
	if err != nil {
		t.Fatal(err)
	}
	defer again.Unplug()
	b.plug(path)
	b.event(t, "connected")
	again.Scan("333")
	if got := b.next(t).Code; got != "333" {
		t.Fatalf("scan %q after the return", got)
	}
	if h := b.Health(); h.State != device.Ready {
		t.Errorf("health %+v", h)
	}
}

func TestSilenceEndsACodeOfAGunWithoutSuffix(t *testing.T) {
	b, gun := start(t, 100*time.Millisecond)
	gun.Send("6901234567892")
	if got := b.next(t).Code; got != "6901234567892" {
		t.Fatalf("scan %q", got)
	}
}

func TestTwoProgramsCannotReadOneGun(t *testing.T) {
	b, _ := start(t, 0)
	if _, err := (transport.Opener{}).Open(t.Context(), "serial:"+b.path); err == nil {
		t.Fatal("the line opened twice")
	}
}
