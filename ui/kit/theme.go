// Package kit holds what every screen is made of: the theme with the bundled font, the one door to the UI goroutine (Post),
// the one key router (Keys), and widgets that a cashier can use by touch and by key. Nothing in it knows the shop.
//
// Unless a comment says otherwise everything here belongs to the UI goroutine.
package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"suanpan/assets"
)

// Look is one set of colours.
type Look string

// The looks. Contrast is black on white with at least 7:1 everywhere.
const (
	Light    Look = "light"
	Dark     Look = "dark"
	Contrast Look = "contrast"
)

// Looks lists the looks in the order in which a person is asked.
func Looks() []Look { return []Look{Light, Dark, Contrast} }

// The colours by meaning. Each has one meaning only, and none stands without a shape and a word.
const (
	Paper          fyne.ThemeColorName = "paper"          // the window's ground
	Surface        fyne.ThemeColorName = "surface"        // panels, tiles, fields
	Rule           fyne.ThemeColorName = "rule"           // lines and borders
	Ink            fyne.ThemeColorName = "ink"            // text
	Muted          fyne.ThemeColorName = "muted"          // second text
	Off            fyne.ThemeColorName = "off"            // what cannot be pressed now
	Do             fyne.ThemeColorName = "do"             // the one thing to do next
	OnDo           fyne.ThemeColorName = "onDo"           // text on Do
	Attention      fyne.ThemeColorName = "attention"      // look here; a shape or text on AttentionPaper
	AttentionPaper fyne.ThemeColorName = "attentionPaper" // ground of a notice
	Stop           fyne.ThemeColorName = "stop"           // stop, refund, negative amounts
	OnStop         fyne.ThemeColorName = "onStop"         // text on Stop
	Proven         fyne.ThemeColorName = "proven"         // money that is proven
	Doubt          fyne.ThemeColorName = "doubt"          // a payment of which nobody knows yet; nothing else
	Chosen         fyne.ThemeColorName = "chosen"         // ground of the selected row or key
	Flash          fyne.ThemeColorName = "flash"          // ground of the line just added
	Pressed        fyne.ThemeColorName = "pressed"        // a key under the finger
	Retail         fyne.ThemeColorName = "retail"         // modes
	Dining         fyne.ThemeColorName = "dining"
	Clinic         fyne.ThemeColorName = "clinic"
	Tickets        fyne.ThemeColorName = "tickets"
)

// The sizes in pixels at scale 1.
const (
	SizeSmall  fyne.ThemeSizeName = "small"  // text 15
	SizeBody   fyne.ThemeSizeName = "body"   // text 18
	SizeHead   fyne.ThemeSizeName = "head"   // text 24
	SizeDue    fyne.ThemeSizeName = "due"    // text 40
	SizeTotal  fyne.ThemeSizeName = "total"  // text 64
	SizeTouch  fyne.ThemeSizeName = "touch"  // smallest target 48
	SizeAction fyne.ThemeSizeName = "action" // main action 64 high
	SizeKeyW   fyne.ThemeSizeName = "keyW"   // keypad key 72 wide
	SizeKeyH   fyne.ThemeSizeName = "keyH"   // keypad key 56 high
	SizeGap    fyne.ThemeSizeName = "gap"    // 8
	SizePanel  fyne.ThemeSizeName = "panel"  // panel padding 16
	SizeRadius fyne.ThemeSizeName = "corner" // 6
)

// Theme is the shop's look in the bundled font. Set changes it while the program runs.
type Theme struct {
	look          Look
	scale         float32
	regular, bold fyne.Resource
	rest          fyne.Theme
}

// NewTheme returns a theme. scale multiplies text and targets: 1, or 1.25 for large type; values outside 0.75 to 2 are
// brought to the nearest of them.
func NewTheme(look Look, scale float32) *Theme {
	t := &Theme{
		regular: fyne.NewStaticResource("suanpan-regular.otf", assets.Regular),
		bold:    fyne.NewStaticResource("suanpan-bold.otf", assets.Bold),
		rest:    theme.DefaultTheme(),
	}
	t.look, t.scale = known(look), min(max(scale, 0.75), 2)
	return t
}

// Set changes look and scale and redraws every window of the app.
func (t *Theme) Set(app fyne.App, look Look, scale float32) {
	t.look, t.scale = known(look), min(max(scale, 0.75), 2)
	app.Settings().SetTheme(t)
}

// Look returns the look in force.
func (t *Theme) Look() Look { return t.look }

// Scale returns the scale in force.
func (t *Theme) Scale() float32 { return t.scale }

// Color implements fyne.Theme. The system's wish for light or dark is not asked: the shop's setting decides.
func (t *Theme) Color(name fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	if own, ok := fyneNames[name]; ok {
		name = own
	}
	if c, ok := palettes[t.look][name]; ok {
		return c
	}
	switch name {
	case theme.ColorNameShadow:
		return color.NRGBA{A: 0x30}
	case theme.ColorNameFocus, theme.ColorNameSelection:
		return fade(palettes[t.look][Do], 0x50)
	case theme.ColorNameScrollBar:
		return fade(palettes[t.look][Muted], 0xA0)
	case theme.ColorNameScrollBarBackground:
		return color.Transparent
	case theme.ColorNameHover:
		return fade(palettes[t.look][Ink], 0x0C)
	}
	return t.rest.Color(name, theme.VariantLight)
}

// Font implements fyne.Theme: one face for Latin and Han, so that nothing is ever an empty box.
func (t *Theme) Font(style fyne.TextStyle) fyne.Resource {
	switch {
	case style.Symbol:
		return t.rest.Font(style)
	case style.Bold:
		return t.bold
	}
	return t.regular
}

// Icon implements fyne.Theme.
func (t *Theme) Icon(name fyne.ThemeIconName) fyne.Resource { return t.rest.Icon(name) }

// Size implements fyne.Theme. Fyne's own text 18 with padding 12 makes buttons, entries and rows 50 high.
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	if n, ok := sizes[name]; ok {
		return n * t.scale
	}
	return t.rest.Size(name)
}

// themed returns the theme of o where it is ours, and a light one otherwise, so that a widget shown under a foreign theme
// (a test without one) is still laid out.
func themed(o fyne.CanvasObject) fyne.Theme {
	th := theme.CurrentForWidget(o)
	if own, ok := th.(*Theme); ok {
		return own
	}
	return foreign{th}
}

// foreign lends our colours and sizes to somebody else's theme.
type foreign struct{ fyne.Theme }

func (f foreign) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	if c, ok := palettes[Light][name]; ok {
		return c
	}
	return f.Theme.Color(name, v)
}

func (f foreign) Size(name fyne.ThemeSizeName) float32 {
	if n, ok := sizes[name]; ok {
		return n
	}
	return f.Theme.Size(name)
}

func known(l Look) Look {
	if _, ok := palettes[l]; ok {
		return l
	}
	return Light
}

func fade(c color.NRGBA, alpha uint8) color.NRGBA { c.A = alpha; return c }
