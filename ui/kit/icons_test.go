package kit_test

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/software"

	"suanpan/assets"
	"suanpan/ui/kit"
)

func TestEveryIconAndPictureIsDrawn(t *testing.T) {
	themedApp(t, kit.Light, 1)
	var marks, goods []fyne.CanvasObject
	for _, name := range assets.Icons() {
		colour := kit.Ink
		if name == "app" {
			colour = ""
		}
		marks = append(marks, kit.NewMark(kit.Icon(name), colour, 48))
	}
	for _, name := range assets.Pictures() {
		goods = append(goods, kit.NewMark(kit.Picture(name), "", 88))
	}
	for i, o := range append(append([]fyne.CanvasObject(nil), marks...), goods...) {
		c := software.NewCanvas()
		c.SetPadded(false)
		c.SetContent(container.NewStack(kit.NewGround(kit.Surface, ""), o))
		c.Resize(fyne.NewSize(48, 48))
		seen := map[string]bool{}
		picture := c.Capture()
		for x := range 48 {
			for y := range 48 {
				seen[fmt.Sprint(picture.At(x, y))] = true
			}
		}
		if len(seen) < 2 {
			t.Errorf("drawing %d of %d icons and %d pictures is empty", i, len(marks), len(goods))
		}
	}
	draw(t, "icons", kit.Light, fyne.NewSize(1000, 460), container.NewGridWrap(fyne.NewSize(56, 56), marks...))
	draw(t, "goods", kit.Light, fyne.NewSize(1100, 640), container.NewGridWrap(fyne.NewSize(96, 96), goods...))
}
