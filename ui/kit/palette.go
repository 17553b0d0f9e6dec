package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

func hex(n uint32) color.NRGBA {
	return color.NRGBA{R: uint8(n >> 16), G: uint8(n >> 8), B: uint8(n), A: 0xFF}
}

// palettes are the looks. A test holds the contrast of every pair that carries text.
var palettes = map[Look]map[fyne.ThemeColorName]color.NRGBA{
	Light: {
		Paper: hex(0xF6F4EE), Surface: hex(0xFFFFFF), Rule: hex(0xE2DED3), Ink: hex(0x1B1D1F), Muted: hex(0x5F646B), Off: hex(0xA8A498),
		Do: hex(0x0B7A5B), OnDo: hex(0xFFFFFF), Attention: hex(0x8F5A0E), AttentionPaper: hex(0xFFF4DA),
		Stop: hex(0xB83227), OnStop: hex(0xFFFFFF), Proven: hex(0x167A42), Doubt: hex(0x6B46C1),
		Chosen: hex(0xE3F1EB), Flash: hex(0xBFE5D5), Pressed: hex(0xE9E5DA),
		Retail: hex(0x0B7A5B), Dining: hex(0xB83227), Clinic: hex(0x2459C4), Tickets: hex(0x8F5A0E),
	},
	Dark: {
		Paper: hex(0x14171A), Surface: hex(0x1D2126), Rule: hex(0x2C3238), Ink: hex(0xECEAE4), Muted: hex(0x9BA1A8), Off: hex(0x596067),
		Do: hex(0x2FB98C), OnDo: hex(0x08130F), Attention: hex(0xF0B64A), AttentionPaper: hex(0x3A2E14),
		Stop: hex(0xF0766A), OnStop: hex(0x1B0706), Proven: hex(0x4CC380), Doubt: hex(0xA98BF0),
		Chosen: hex(0x1A332C), Flash: hex(0x23584A), Pressed: hex(0x2A3036),
		Retail: hex(0x2FB98C), Dining: hex(0xF0766A), Clinic: hex(0x7FA6F5), Tickets: hex(0xF0B64A),
	},
	Contrast: {
		Paper: hex(0xFFFFFF), Surface: hex(0xFFFFFF), Rule: hex(0x000000), Ink: hex(0x000000), Muted: hex(0x2B2B2B), Off: hex(0x8A8A8A),
		Do: hex(0x00482F), OnDo: hex(0xFFFFFF), Attention: hex(0x5A3600), AttentionPaper: hex(0xFFF4DA),
		Stop: hex(0x8C0F0A), OnStop: hex(0xFFFFFF), Proven: hex(0x00512A), Doubt: hex(0x4A209E),
		Chosen: hex(0xD5F0E3), Flash: hex(0xA9E5C9), Pressed: hex(0xDDDDDD),
		Retail: hex(0x00482F), Dining: hex(0x8C0F0A), Clinic: hex(0x0A2F86), Tickets: hex(0x5A3600),
	},
}

// fyneNames gives Fyne's own widgets our colours.
var fyneNames = map[fyne.ThemeColorName]fyne.ThemeColorName{
	theme.ColorNameBackground:          Paper,
	theme.ColorNameForeground:          Ink,
	theme.ColorNameButton:              Surface,
	theme.ColorNameDisabledButton:      Paper,
	theme.ColorNameDisabled:            Off,
	theme.ColorNamePlaceHolder:         Muted,
	theme.ColorNameInputBackground:     Surface,
	theme.ColorNameInputBorder:         Rule,
	theme.ColorNameMenuBackground:      Surface,
	theme.ColorNameOverlayBackground:   Surface,
	theme.ColorNameHeaderBackground:    Paper,
	theme.ColorNameSeparator:           Rule,
	theme.ColorNamePressed:             Pressed,
	theme.ColorNamePrimary:             Do,
	theme.ColorNameHyperlink:           Do,
	theme.ColorNameSuccess:             Proven,
	theme.ColorNameError:               Stop,
	theme.ColorNameWarning:             Attention,
	theme.ColorNameForegroundOnPrimary: OnDo,
	theme.ColorNameForegroundOnSuccess: OnDo,
	theme.ColorNameForegroundOnError:   OnStop,
	theme.ColorNameForegroundOnWarning: OnDo,
}

// sizes in pixels at scale 1, ours and those of Fyne's own widgets.
var sizes = map[fyne.ThemeSizeName]float32{
	SizeSmall: 15, SizeBody: 18, SizeHead: 24, SizeDue: 40, SizeTotal: 64,
	SizeTouch: 48, SizeAction: 64, SizeKeyW: 72, SizeKeyH: 56, SizeGap: 8, SizePanel: 16, SizeRadius: 6,
	theme.SizeNameText: 18, theme.SizeNameCaptionText: 15, theme.SizeNameHeadingText: 24, theme.SizeNameSubHeadingText: 20,
	theme.SizeNamePadding: 8, theme.SizeNameInnerPadding: 12, theme.SizeNameInlineIcon: 24,
	theme.SizeNameInputRadius: 6, theme.SizeNameSelectionRadius: 4, theme.SizeNameScrollBar: 14, theme.SizeNameScrollBarSmall: 4,
}
