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

// painted waits until a frame was painted in which cond, which is asked on the UI goroutine before each frame, held.
func (h *Hand) painted(cond func() bool) error {
	done := make(chan struct{})
	start := func() {
		first := true // what an act has changed may be laid out in the frame under way; the next one shows it whole
		frames(func() bool {
			if first || h.ctx.Err() != nil {
				first = false
				return h.ctx.Err() != nil
			}
			return cond()
		}, func() { close(done) })
	}
	if err := h.on(start); err != nil {
		return err
	}
	late := time.NewTimer(h.patience)
	defer late.Stop()
	select {
	case <-done:
		return h.ctx.Err()
	case <-late.C:
		return fmt.Errorf("waited %s for a frame", h.patience)
	case <-h.ctx.Done():
		return h.ctx.Err()
	}
}
