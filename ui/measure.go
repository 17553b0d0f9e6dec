package ui

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
)

// Measure is what is measured at a window: from the key that ends a code, or one letter of a search, to the frame that shows
// what came of it.
type Measure struct {
	Lines int      // in the basket before the first code
	Codes []string // to be scanned: Lines of them beforehand, the others measured
	Texts []string // to be typed into the search line, letter by letter
}

// Times are durations from key to pixels, shortest first.
type Times []time.Duration

// At returns the time that so many of a hundred stay below; 0 where nothing was measured.
func (t Times) At(percent int) time.Duration {
	if len(t) == 0 {
		return 0
	}
	return t[min(len(t)-1, len(t)*percent/100)]
}

// frame is the toolkit's tempo: it looks for keys, and paints, once in each.
const frame = time.Second / 60

// Measure measures while the window runs, on a goroutine of its own. Somebody is signed on and a shift is open.
func (w *Window) Measure(ctx context.Context, m Measure) (scans, letters Times, err error) {
	h := w.Hand(ctx, 30*time.Second, nil)
	for _, code := range m.Codes[:min(m.Lines, len(m.Codes))] {
		if _, err := w.p.Shop.Scan(ctx, "", code, 0); err != nil {
			return nil, nil, err
		}
	}
	sell := w.face.sell
	if err := h.Await("a full basket", func() bool { return sell.Lines() == m.Lines && sell.Tiles() > 0 }); err != nil {
		return nil, nil, err
	}
	for n, code := range m.Codes[min(m.Lines, len(m.Codes)):] {
		if err := h.keys(code, trigger); err != nil {
			return nil, nil, err
		}
		t, err := h.reaction(func() { h.down(fyne.KeyReturn, 0); h.up(fyne.KeyReturn) }, func() bool { return sell.Lines() == m.Lines+n+1 })
		if err != nil {
			return nil, nil, fmt.Errorf("code %s: %w", code, err)
		}
		scans = append(scans, t)
		if err := h.pause(lift); err != nil {
			return nil, nil, err
		}
	}
	for _, text := range m.Texts {
		times, err := h.search(text)
		if err != nil {
			return nil, nil, fmt.Errorf("search %q: %w", text, err)
		}
		letters = append(letters, times...)
	}
	slices.Sort(scans)
	slices.Sort(letters)
	return scans, letters, nil
}

// search types one text, each letter once the answer to the one before is seen, and takes it back.
func (h *Hand) search(text string) (times Times, err error) {
	if err := h.Press(fyne.KeyF2); err != nil {
		return nil, err
	}
	for _, r := range text {
		if err := h.pause(2 * lift); err != nil {
			return nil, err
		}
		typed := false
		t, err := h.reaction(func() { h.down(keyOf(r), r); h.up(keyOf(r)); typed = true }, func() bool { return typed && h.w.face.sell.Answered() })
		if err != nil {
			return nil, err
		}
		times = append(times, t)
	}
	if err := h.pause(2 * lift); err != nil {
		return nil, err
	}
	return times, h.Press(fyne.KeyEscape)
}

// reaction measures from a key to the end of the frame in which seen first holds. The key goes down at a chance moment between
// two frames, as fingers do, and waits for the toolkit to look for keys, which is part of what a person waits for.
func (h *Hand) reaction(act func(), seen func() bool) (time.Duration, error) {
	var pressed atomic.Int64 // unix nanoseconds; 0: not yet
	now := h.w.p.Clock.Now
	waiting, acted := false, false
	var took time.Duration
	before := func() bool {
		switch {
		case !waiting:
			waiting = true
			time.AfterFunc(rand.N(frame), func() { pressed.Store(now().UnixNano()) })
		case !acted && pressed.Load() != 0:
			acted = true
			act()
		}
		return acted && seen()
	}
	err := h.framed(before, func() { took = time.Duration(now().UnixNano() - pressed.Load()) })
	return took, err
}

// Painted waits until the counter was painted, ready to be scanned at, then until its goods were, too. It tells of each when the
// frame is on the display, on the UI goroutine.
func (w *Window) Painted(ctx context.Context, counter, goods func()) error {
	h := w.Hand(ctx, 30*time.Second, nil)
	ready := func() bool { return w.face.front == "frame" && w.face.route == "sell" && w.p.Shop.Info().Shift != nil }
	if err := h.framed(ready, counter); err != nil {
		return err
	}
	return h.framed(func() bool { return ready() && w.face.sell.Tiles() > 0 }, goods)
}
