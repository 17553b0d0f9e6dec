package glyph_test

import (
	"errors"
	"os"
	"sync"
	"testing"

	"suanpan/devices/glyph"
)

func face(t *testing.T) *glyph.Face {
	t.Helper()
	data, err := os.ReadFile("../../assets/fonts/regular.otf")
	if err != nil {
		t.Fatal(err)
	}
	f, err := glyph.Open(data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestBytesThatAreNoFontAreRefused(t *testing.T) {
	for _, data := range [][]byte{nil, []byte("ttcf"), []byte("not a font at all, whatever it says")} {
		if _, err := glyph.Open(data); !errors.Is(err, glyph.ErrFont) {
			t.Errorf("%q: %v", data, err)
		}
	}
}

func TestCharactersStayInsideTheirCells(t *testing.T) {
	f := face(t)
	for _, r := range "算盘镕喆囍𠮷WMgj|￥" {
		width := 24
		if r < 0x80 {
			width = 12
		}
		m, ok := f.Cell(r, width, 24)
		if !ok || m.Width != width || m.Height != 24 || len(m.Pix) != width*24 {
			t.Fatalf("%c: %v", r, ok)
		}
		ink, bottom := 0, 0
		for i, v := range m.Pix {
			if v > 0x80 {
				ink++
				if i >= 23*width {
					bottom++
				}
			}
		}
		if ink < 10 || ink > width*20 || bottom > width/2 {
			t.Errorf("%c has %d dots of ink, %d of them in the last row", r, ink, bottom)
		}
	}
	if _, ok := f.Cell('\U0001F600', 24, 24); ok || f.Has('\U0001F600') {
		t.Error("a character that the font lacks was drawn")
	}
	if _, ok := f.Cell('A', 0, 24); ok {
		t.Error("drawn into a cell of no width")
	}
}

func TestManyMayDrawAtOnce(t *testing.T) {
	f := face(t)
	var all sync.WaitGroup
	for n := range 4 {
		all.Go(func() {
			for r := '一'; r < '一'+200; r++ {
				f.Cell(r+rune(n), 24, 24)
			}
		})
	}
	all.Wait()
}
