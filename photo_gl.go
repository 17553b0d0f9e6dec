//go:build (!gles && !arm && !arm64) || darwin

package main

import (
	"image"

	"fyne.io/fyne/v2"
	"github.com/go-gl/gl/v2.1/gl"
)

// photo returns what was last painted in a window, read from the buffer that painting goes to. The toolkit's own Capture reads
// the buffer that is on the display, and Mesa's software renderer, which is what a virtual display has, answers that with
// black. It belongs to the UI goroutine, right after a frame was painted.
func photo(win fyne.Window) image.Image {
	context, ok := win.(interface{ RunWithContext(func()) })
	if !ok {
		return win.Canvas().Capture()
	}
	size := win.Canvas().Size()
	width, height := win.Canvas().PixelCoordinateForPosition(fyne.NewPos(size.Width, size.Height))
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	if len(m.Pix) == 0 {
		return m
	}
	context.RunWithContext(func() {
		gl.ReadBuffer(gl.BACK)
		gl.PixelStorei(gl.PACK_ALIGNMENT, 1)
		gl.ReadPixels(0, 0, int32(width), int32(height), gl.RGBA, gl.UNSIGNED_BYTE, gl.Ptr(m.Pix))
	})
	upright(m)
	return m
}

// upright turns rows over, because OpenGL counts them from below, and makes everything opaque.
func upright(m *image.NRGBA) {
	row := make([]byte, m.Stride)
	for top, bottom := 0, m.Rect.Dy()-1; top < bottom; top, bottom = top+1, bottom-1 {
		a, b := m.Pix[top*m.Stride:(top+1)*m.Stride], m.Pix[bottom*m.Stride:(bottom+1)*m.Stride]
		copy(row, a)
		copy(a, b)
		copy(b, row)
	}
	for i := 3; i < len(m.Pix); i += 4 {
		m.Pix[i] = 0xFF
	}
}
