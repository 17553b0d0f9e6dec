package ui

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"

	"suanpan/ui/kit"
)

// frames calls before each frame on the UI goroutine, just before it is painted, until it answers true. Then done is called
// once that frame is on the display.
func frames(before func() bool, done func()) {
	var a *fyne.Animation
	over := false
	a = fyne.NewAnimation(time.Hour, func(float32) {
		if over || !before() {
			return
		}
		over = true
		// The toolkit paints in the same turn in which it ticks; what is posted now runs after the buffers were swapped.
		kit.Post(func() { a.Stop(); done() })
	})
	a.Start()
}

// painted waits until what was done before the call is on the display, whole: what an act has changed may be laid out only in
// the frame under way.
func (h *Hand) painted() error {
	frames := 0
	return h.framed(func() bool { frames++; return frames > 1 }, func() {})
}

// framed waits until a frame was painted before which cond held; done runs once it is on the display. Both run on the UI
// goroutine.
func (h *Hand) framed(cond func() bool, done func()) error {
	over := make(chan struct{})
	gone := func() bool { return h.ctx.Err() != nil }
	err := h.on(func() {
		frames(func() bool { return gone() || cond() }, func() { defer close(over); done() })
	})
	if err != nil {
		return err
	}
	late := time.NewTimer(h.patience)
	defer late.Stop()
	select {
	case <-over:
		return h.ctx.Err()
	case <-late.C:
		return fmt.Errorf("waited %s for a frame", h.patience)
	case <-h.ctx.Done():
		return h.ctx.Err()
	}
}
