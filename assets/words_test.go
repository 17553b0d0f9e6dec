package assets_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/font/sfnt"

	"suanpan/assets"
)

func load(t *testing.T) *assets.Words {
	t.Helper()
	w, err := assets.Load()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

var gaps = regexp.MustCompile(`\{[a-z0-9_]+\}`)

func TestEveryLanguageHasEveryKeyWithTheSameGaps(t *testing.T) {
	w := load(t)
	if got := w.Locales(); !slices.Equal(got, []string{"zh-Hans", "zh-Hant", "en"}) {
		t.Fatalf("languages %v", got)
	}
	home := w.Table(assets.Home)
	for _, locale := range w.Locales() {
		table := w.Table(locale)
		for key, text := range home {
			other, ok := table[key]
			if !ok || strings.TrimSpace(other) == "" {
				t.Errorf("%s lacks %q: a file is complete, or a person reads two languages at once", locale, key)
				continue
			}
			a, b := gaps.FindAllString(text, -1), gaps.FindAllString(other, -1)
			slices.Sort(a)
			slices.Sort(b)
			if !slices.Equal(a, b) {
				t.Errorf("%s: %q has the gaps %v, %s has %v", locale, key, b, assets.Home, a)
			}
		}
		for key := range table {
			if _, ok := home[key]; !ok {
				t.Errorf("%s has %q, which %s lacks", locale, key, assets.Home)
			}
		}
	}
}

func TestNoLanguageUsesCharactersThatTheFontLacksOrSetsBadly(t *testing.T) {
	regular, bold := parse(t, assets.Regular), parse(t, assets.Bold)
	w := load(t)
	for _, locale := range w.Locales() {
		for key, text := range w.Table(locale) {
			for _, r := range text {
				if r == '\n' {
					continue
				}
				if !has(t, regular, r) || !has(t, bold, r) {
					t.Errorf("%s %q: %q is in no bundled face; run assets/fonts.sh if it should be", locale, key, r)
				}
				if locale == "en" && strings.ContainsRune("’‘“”…", r) {
					t.Errorf("%s %q: %q is a full square in this face; write ' \" or three points", locale, key, r)
				}
			}
		}
	}
}

func TestTheRegularFaceHoldsRareNamesAndTheShapesOfLamps(t *testing.T) {
	regular := parse(t, assets.Regular)
	for _, r := range "䶮㛃𬭎喆堃朱镕囍¥￥€£₩₫●◐▲■◆○×−←→±½①★ＡＢ１２カナひら" {
		if !has(t, regular, r) {
			t.Errorf("the regular face lacks %q", r)
		}
	}
}

func parse(t *testing.T, data []byte) *sfnt.Font {
	t.Helper()
	f, err := sfnt.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func has(t *testing.T, f *sfnt.Font, r rune) bool {
	t.Helper()
	var b sfnt.Buffer
	g, err := f.GlyphIndex(&b, r)
	if err != nil {
		t.Fatal(err)
	}
	return g != 0
}

func TestWordsFillTheirGaps(t *testing.T) {
	w := load(t)
	say := w.In("en")
	for _, c := range []struct {
		got, want string
	}{
		{say("tender.state.succeeded", "¥32.91"), "Paid ¥32.91"},
		{say("tender.part_paid", "¥1", "¥2"), "¥1 taken, ¥2 still due"},
		{say("tender.part_paid", "¥1"), "¥1 taken, {1} still due"},
		{say("error.pin_wait", map[string]any{"seconds": 30}), "Too many wrong PINs. Wait 30 seconds."},
		{say("tender.state.succeeded", "{0}{1}"), "Paid {0}{1}"},
		{w.In("nowhere")("sell.pay"), "收款"},
		{say("no.such.key"), "no.such.key"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestALanguageIsFoundByTheSystemsName(t *testing.T) {
	w := load(t)
	for tag, want := range map[string]string{
		"zh_CN.UTF-8": "zh-Hans", "zh": "zh-Hans", "zh_TW.UTF-8": "zh-Hant", "zh-Hant-HK": "zh-Hant", "zh_HK": "zh-Hant",
		"en_GB.UTF-8": "en", "en": "en", "C": "zh-Hans", "": "zh-Hans", "de_DE": "zh-Hans",
	} {
		if got := w.Match(tag); got != want {
			t.Errorf("%q: %s, want %s", tag, got, want)
		}
	}
}

// toolkitKeys are the words of Fyne 2.8.1's own dialogs; its own files have them in 16 languages and not in 繁體.
var toolkitKeys = []string{"Advanced", "Cancel", "Confirm", "Copy", "Create Folder", "Cut", "Enter filename", "Error", "Favourites", "File",
	"Folder", "New Folder", "No", "OK", "Open", "Paste", "Quit", "Redo", "Save", "Select all", "Show Hidden Files", "Undo", "Yes",
	"file.name", "file.parent", "friday", "friday.short", "monday", "monday.short", "saturday", "saturday.short", "sunday", "sunday.short",
	"thursday", "thursday.short", "tuesday", "tuesday.short", "wednesday", "wednesday.short"}

func TestTheToolkitsOwnWordsAreComplete(t *testing.T) {
	w := load(t)
	for _, locale := range w.Locales() {
		data, err := w.Toolkit(locale)
		if err != nil {
			t.Fatal(err)
		}
		var table map[string]any
		if err := json.Unmarshal(data, &table); err != nil {
			t.Fatal(err)
		}
		if len(table) != len(toolkitKeys) {
			t.Errorf("%s: %d words, want %d", locale, len(table), len(toolkitKeys))
		}
		for _, key := range toolkitKeys {
			if table[key] == nil {
				t.Errorf("%s lacks the toolkit's %q: it would show another language", locale, key)
			}
		}
	}
}

func FuzzWordsFillAnything(f *testing.F) {
	f.Add("{0} {1", "x")
	f.Add("}{", "{0}")
	w, err := assets.Load()
	if err != nil {
		f.Fatal(err)
	}
	say := w.In("en")
	f.Fuzz(func(t *testing.T, key, arg string) {
		if got := say("tender.asking", arg); got != "Asking "+arg {
			t.Errorf("%q", got)
		}
		say(key, arg, map[string]any{arg: key})
	})
}
