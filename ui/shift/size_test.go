package shift_test

import (
	"testing"

	"fyne.io/fyne/v2/test"

	"suanpan/ui/kit"
	"suanpan/ui/shift"
)

// The smallest window is 1024 by 600; the rail and the line of lamps take their part of it, and letters may be large.
func TestEveryPartFitsTheSmallestWindowInTheLargestLetters(t *testing.T) {
	const width, height, rail, line = 1024, 600, 92, 56
	for _, scale := range []float32{1, 1.2, 1.4} {
		day(t, func(c *till) {
			test.NewTempApp(c.t).Settings().SetTheme(kit.NewTheme(kit.Light, scale))
			c.ready()
			must(c.shop.OpenShift(c.env.Context, 20000))
			c.sell(1)
			s := shift.New(c.shop, c.env, shift.Calls{})
			c.show(s)
			for _, part := range []string{"now", "cash", "close", "hand", "past"} {
				s.Open(part)
				c.pass(0)
				arrange(c.window.Content())
				if m := s.Content().MinSize(); m.Width > width-rail*scale || m.Height > height-line*scale {
					c.t.Errorf("%s at scale %v wants %v", part, scale, m)
				}
			}
		})
	}
}
