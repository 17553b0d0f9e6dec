package tender_test

import (
	"testing"

	"fyne.io/fyne/v2/test"

	"suanpan/ui/kit"
)

// At 1024 by 600 the rail, the basket and the screen share the width; letters may be large.
func TestPayFitsBesideTheBasketInLargeLetters(t *testing.T) {
	for _, scale := range []float32{1, 1.2} {
		day(t, func(c *till) {
			test.NewTempApp(c.t).Settings().SetTheme(kit.NewTheme(kit.Light, scale))
			c.open("32.91")
			arrange(c.window.Content())
			if m := c.screen.Content().MinSize(); m.Width > 540 || m.Height > 590 {
				c.t.Errorf("at scale %v it wants %v", scale, m)
			}
		})
	}
}
