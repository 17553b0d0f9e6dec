package ui_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
)

// play lets a hand work on a goroutine of its own while virtual time and the window go on, and returns what it says.
func (c *till) play(work func() error) error {
	c.t.Helper()
	done := make(chan error, 1)
	go func() { done <- work() }()
	for {
		c.pass(20 * time.Millisecond)
		select {
		case err := <-done:
			return err
		default:
		}
	}
}

func TestAHandSellsByWhatItSees(t *testing.T) {
	day(t, fyne.NewSize(1280, 800), nil, func(c *till) {
		t := c.t
		h := c.window.Hand(context.Background(), 5*time.Second, nil)
		steps := []func() error{
			func() error { return h.Tap("王小丽", "") },
			func() error { return h.Type("2580") },
			func() error { return h.Press(fyne.KeyReturn) },
			func() error { return h.Sees(c.words.In("zh-Hans")("sell.no_shift")) },
			func() error { return h.Type("200") },
			func() error { return h.Press(fyne.KeyReturn) },
			func() error { return h.Sees("¥0.00", "矿泉水 550ml") },
			func() error { return h.Gun("6901234567892") },
			func() error { return h.Tap("可乐 330ml 罐装", "") },
			func() error { return h.Sees("¥5.50") },
			func() error { return h.Type("3*") },
			func() error { return h.Gun("6907350000145") },
			func() error { return h.Sees("3 × 3.00", "¥14.50") },
		}
		for n, step := range steps {
			if err := c.play(step); err != nil {
				t.Fatalf("step %d: %v\n%s", n+1, err, c.seen())
			}
		}
	})
}

func TestAHandPressesNothingThatAFingerCouldNot(t *testing.T) {
	day(t, fyne.NewSize(1280, 800), nil, func(c *till) {
		t := c.t
		c.begin()
		w := c.words.In("zh-Hans")
		h := c.window.Hand(context.Background(), time.Second, nil)
		refuses := func(text, why string) {
			t.Helper()
			if err := c.play(func() error { return h.Tap(text, "") }); err == nil || !strings.Contains(err.Error(), why) {
				t.Errorf("tap %q: %v, want %q", text, err, why)
			}
		}
		refuses(w("sell.pay"), "switched off") // nothing is in the basket
		refuses("一种没有的商品", "nothing on the window says so")
		refuses(w("sell.total"), "not a key")
		if err := c.play(func() error { return h.Tap(w("nav.help"), "") }); err != nil {
			t.Fatal(err)
		}
		refuses("矿泉水 550ml", "covered")
	})
}
