// Package assets holds what travels inside the program: the font, icons, pictures, sounds and words. It has no Fyne in it,
// so that ui/rpc, receipts and tests read the same files without a window.
package assets

import (
	"embed"
	"path"
)

// Regular is the face for everything that is read; it holds every Han character of Noto Sans CJK SC. Bold is for our own
// words and for digits: GB2312 and the characters of lang. Neither may be changed by the caller.
var (
	//go:embed fonts/regular.otf
	Regular []byte
	//go:embed fonts/bold.otf
	Bold []byte
)

//go:embed lang/*.json icons/*.svg icons/goods/*.svg sounds/*.wav demo/*.csv
var files embed.FS

// Icon returns the SVG of an icon by its name without folder and ending ("bead", "pay"), or nil where there is none.
func Icon(name string) []byte { return read("icons/" + name + ".svg") }

// Picture returns the SVG of one of the demo goods by name ("water"), or nil where there is none.
func Picture(name string) []byte { return read("icons/goods/" + name + ".svg") }

// Sound returns a WAV (mono, 16 bit, 22,050 Hz): "line", "unknown", "approved", "refused" or "attention" (N26); nil where there is none.
func Sound(name string) []byte { return read("sounds/" + name + ".wav") }

// Pictures returns the names that Picture knows, in order.
func Pictures() []string { return names("icons/goods") }

// Icons returns the names that Icon knows, in order.
func Icons() []string { return names("icons") }

func read(name string) []byte {
	data, err := files.ReadFile(path.Clean(name))
	if err != nil { // an embedded file is there or it is not; the caller shows its own stand-in
		return nil
	}
	return data
}

func names(folder string) []string {
	entries, err := files.ReadDir(folder)
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		if n := e.Name(); !e.IsDir() {
			out = append(out, n[:len(n)-len(path.Ext(n))])
		}
	}
	return out
}

// DemoGoods is the sample catalogue as a table that can be imported: CSV in UTF-8, made up by us.
func DemoGoods() []byte { return read("demo/goods.csv") }
