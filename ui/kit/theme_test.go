package kit_test

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"suanpan/ui/kit"
)

// contrast is the ratio of WCAG 2.
func contrast(a, b color.Color) float64 {
	light := func(c color.Color) float64 {
		r, g, b, _ := c.RGBA()
		lin := func(v uint32) float64 {
			f := float64(v) / 0xFFFF
			if f <= 0.04045 {
				return f / 12.92
			}
			return math.Pow((f+0.055)/1.055, 2.4)
		}
		return 0.2126*lin(r) + 0.7152*lin(g) + 0.0722*lin(b)
	}
	x, y := light(a), light(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestEveryPairThatCarriesTextCanBeRead(t *testing.T) {
	grounds := map[fyne.ThemeColorName][]fyne.ThemeColorName{
		kit.Paper:          {kit.Ink, kit.Muted, kit.Do, kit.Stop, kit.Proven, kit.Doubt, kit.Attention},
		kit.Surface:        {kit.Ink, kit.Muted, kit.Do, kit.Stop, kit.Proven, kit.Doubt, kit.Attention, kit.Retail, kit.Dining, kit.Clinic, kit.Tickets},
		kit.AttentionPaper: {kit.Ink, kit.Attention},
		kit.Chosen:         {kit.Ink, kit.Muted, kit.Stop},
		kit.Flash:          {kit.Ink},
		kit.Pressed:        {kit.Ink},
		kit.Do:             {kit.OnDo},
		kit.Stop:           {kit.OnStop},
	}
	for _, look := range kit.Looks() {
		th := kit.NewTheme(look, 1)
		least := 4.5
		if look == kit.Contrast {
			least = 7
		}
		for ground, inks := range grounds {
			for _, ink := range inks {
				if c := contrast(th.Color(ground, 0), th.Color(ink, 0)); c < least {
					t.Errorf("%s: %s on %s has %.2f, text needs %.1f", look, ink, ground, c, least)
				}
			}
		}
	}
}

func TestTheLookChangesWhileRunning(t *testing.T) {
	app := test.NewTempApp(t)
	th := kit.NewTheme(kit.Light, 1)
	app.Settings().SetTheme(th)
	label := kit.Label("合计")
	w := test.NewTempWindow(t, label)
	before, small := w.Canvas().Capture(), label.MinSize()
	th.Set(app, kit.Dark, 1.25)
	if th.Look() != kit.Dark || label.MinSize().Height <= small.Height {
		t.Errorf("look %s, size %v after %v", th.Look(), label.MinSize(), small)
	}
	if after := w.Canvas().Capture(); after.At(1, 1) == before.At(1, 1) {
		t.Error("the ground stayed as it was")
	}
	th.Set(app, "nonsense", 9)
	if th.Look() != kit.Light || th.Scale() != 2 {
		t.Errorf("an unknown look is light, a scale has bounds: %s %v", th.Look(), th.Scale())
	}
}

func TestTargetsAreLargeEnough(t *testing.T) {
	themedApp(t, kit.Light, 1)
	k, _ := newKeys()
	for name, o := range map[string]fyne.CanvasObject{
		"button": kit.NewButton(k, kit.Plain, "x", nil), "small button": kit.NewButton(k, kit.Plain, "x", nil).Small(), "field": kit.NewField(k, ""),
		"check": kit.NewCheck(k, "x", nil), "select": kit.NewSelect(k, nil, nil), "lamp": kit.NewLamp(k, "x", nil), "stepper": kit.NewStepper(k, 1, 0, 2, nil),
		"chips": kit.NewChips(k, []kit.Option{{Key: "a", Label: "x"}}, nil), "entry": kit.NewMoneyEntry(k, "CNY"),
	} {
		if h := o.MinSize().Height; h < 48 {
			t.Errorf("%s is %v high; a finger needs 48", name, h)
		}
	}
	if h := kit.NewButton(k, kit.Main, "x", nil).MinSize().Height; h != 64 {
		t.Errorf("the main action is %v high", h)
	}
	if s := kit.NewKeypad(k, kit.TypistFunc(func(string) {})).MinSize(); s != fyne.NewSize(3*72+16, 5*56+32) {
		t.Errorf("the pad is %v", s)
	}
}

// The bundled face holds Chinese and Latin; the few currency signs it lacks stand in the toolkit's own font.
func TestTheThemeGivesItsOwnFaceForEveryText(t *testing.T) {
	th := kit.NewTheme(kit.Light, 1)
	if th.Font(fyne.TextStyle{}).Name() != "suanpan-regular.otf" || th.Font(fyne.TextStyle{Bold: true}).Name() != "suanpan-bold.otf" {
		t.Error("a text in another face may be an empty box")
	}
	if th.Font(fyne.TextStyle{Symbol: true}).Name() != theme.DefaultSymbolFont().Name() {
		t.Error("symbols are the toolkit's")
	}
}
