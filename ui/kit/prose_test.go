package kit_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"pgregory.net/rapid"

	"suanpan/ui/kit"
)

func rows(p *kit.Prose) []string {
	var out []string
	for _, o := range test.WidgetRenderer(p).Objects() {
		out = append(out, o.(*canvas.Text).Text)
	}
	return out
}

func TestSentencesWrapAsChineseIsSet(t *testing.T) {
	themedApp(t, kit.Light, 1)
	p := kit.NewProse("")
	for _, c := range []struct {
		text  string
		width float32
		want  string
	}{
		{"请装纸。再打一次", 54, "请装|纸。再|打一次"},
		{"Load paper and press Print", 130, "Load paper|and press Print"},
		{"可收 ¥32.91 现金", 110, "可收 ¥32.91|现金"},
		{"一\n\n二", 100, "一||二"},
		{"Unbreakableword", 40, "Unbreakableword"},
		{"", 100, ""},
	} {
		p.SetText(c.text)
		p.Resize(fyne.NewSize(c.width, 10))
		if got := strings.Join(rows(p), "|"); got != c.want {
			t.Errorf("%q in %v: %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

func TestWrappingLosesNothingAndNeverBeginsARowWithAStop(t *testing.T) {
	themedApp(t, kit.Light, 1)
	p := kit.NewProse("")
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.StringMatching(`([a-z]{1,9} |[一-龥]{1,6}|[，。！？）”]){1,30}`).Draw(r, "text")
		width := float32(rapid.IntRange(60, 500).Draw(r, "width"))
		p.SetText(text)
		p.Resize(fyne.NewSize(width, 10))
		got := rows(p)
		bare := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if bare(strings.Join(got, "")) != bare(text) {
			r.Fatalf("%q became %q", text, got)
		}
		for i, row := range got {
			if i > 0 && row != "" && strings.ContainsRune("，。！？）”", []rune(row)[0]) {
				r.Fatalf("row %q begins with a stop", row)
			}
		}
	})
}
