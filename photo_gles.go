//go:build (gles || arm || arm64) && !darwin

package main

import (
	"image"

	"fyne.io/fyne/v2"
)

// photo returns what a window shows.
func photo(win fyne.Window) image.Image { return win.Canvas().Capture() }
