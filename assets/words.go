package assets

import (
	"encoding/json"
	"fmt"
	"path"
	"sort"
	"strconv"
	"strings"
)

// Home is the language that every other one falls back to: a missing translation shows the Chinese term, never a key (X58).
const Home = "zh-Hans"

// Words is the table of all words in all languages. It never changes after Load, so any goroutine may read it.
type Words struct {
	tables  map[string]map[string]string
	locales []string
}

// Load reads the embedded files. An error names the file and is a fault of the build.
func Load() (*Words, error) {
	entries, err := files.ReadDir("lang")
	if err != nil {
		return nil, fmt.Errorf("words: %w", err)
	}
	w := &Words{tables: map[string]map[string]string{}}
	for _, e := range entries {
		locale := strings.TrimSuffix(e.Name(), ".json")
		data, err := files.ReadFile(path.Join("lang", e.Name()))
		if err != nil {
			return nil, fmt.Errorf("words %s: %w", locale, err)
		}
		table := map[string]string{}
		if err := json.Unmarshal(data, &table); err != nil {
			return nil, fmt.Errorf("words %s: %w", locale, err)
		}
		w.tables[locale] = table
		w.locales = append(w.locales, locale)
	}
	if w.tables[Home] == nil {
		return nil, fmt.Errorf("words %s: no such file", Home)
	}
	sort.Slice(w.locales, func(a, b int) bool { return rank(w.locales[a]) < rank(w.locales[b]) })
	return w, nil
}

// rank puts the shop's own languages first and every further one in alphabetical order behind them.
func rank(locale string) string {
	switch locale {
	case Home:
		return "0"
	case "zh-Hant":
		return "1"
	case "en":
		return "2"
	}
	return "3" + locale
}

// Locales returns the languages in the order in which a person is asked: "zh-Hans", "zh-Hant", "en", then others.
func (w *Words) Locales() []string { return append([]string(nil), w.locales...) }

// Match returns the locale of the table that serves a system's language tag ("zh_TW.UTF-8", "zh-Hant-HK", "en-GB"), Home
// where none does.
func (w *Words) Match(tag string) string {
	tag, _, _ = strings.Cut(strings.ReplaceAll(tag, "_", "-"), ".")
	lower := strings.ToLower(tag)
	if strings.HasPrefix(lower, "zh") {
		for _, part := range []string{"hant", "tw", "hk", "mo"} {
			if strings.Contains(lower, part) && w.tables["zh-Hant"] != nil {
				return "zh-Hant"
			}
		}
		return Home
	}
	language, _, _ := strings.Cut(lower, "-")
	for _, l := range w.locales {
		if strings.EqualFold(l, tag) || strings.EqualFold(l, language) {
			return l
		}
	}
	return Home
}

// In returns the reader of one language: it looks up a key and puts the arguments in the places of {0}, {1}… An argument that
// is a map fills the places of its names, {due}, {sku}…, as app.Error's Data does. A key that the language lacks is read from
// Home, then from any other language; only a key that no language has comes back as it is.
func (w *Words) In(locale string) func(key string, args ...any) string {
	tables := []map[string]string{w.tables[locale], w.tables[Home]}
	for _, l := range w.locales {
		tables = append(tables, w.tables[l])
	}
	return func(key string, args ...any) string {
		for _, t := range tables {
			if text, ok := t[key]; ok && text != "" {
				return fill(text, args)
			}
		}
		return key
	}
}

// Has reports whether some language knows the key.
func (w *Words) Has(key string) bool {
	for _, t := range w.tables {
		if t[key] != "" {
			return true
		}
	}
	return false
}

// Table returns a copy of one language's words, nil for an unknown locale.
func (w *Words) Table(locale string) map[string]string {
	t := w.tables[locale]
	if t == nil {
		return nil
	}
	out := make(map[string]string, len(t))
	for k, v := range t {
		out[k] = v
	}
	return out
}

// Toolkit returns the words of the window toolkit's own dialogs in one language, as the JSON that it reads. They stand in
// the files under "fyne." with the toolkit's own key behind it (fyne.md §9).
func (w *Words) Toolkit(locale string) ([]byte, error) {
	say := w.In(locale)
	out := map[string]any{}
	for key := range w.tables[Home] {
		own, ok := strings.CutPrefix(key, toolkit)
		if !ok {
			continue
		}
		if strings.HasPrefix(own, "file.") {
			out[own] = map[string]string{"other": say(key)}
			continue
		}
		out[own] = say(key)
	}
	data, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("words %s: %w", locale, err)
	}
	return data, nil
}

const toolkit = "fyne."

// fill puts args in the places of {0}, {1}…; a place without an argument stays as it stands.
func fill(text string, args []any) string {
	if len(args) == 0 || !strings.Contains(text, "{") {
		return text
	}
	var b strings.Builder
	for {
		open := strings.IndexByte(text, '{')
		if open < 0 {
			break
		}
		end := strings.IndexByte(text[open:], '}')
		if end < 0 {
			break
		}
		b.WriteString(text[:open])
		if value, ok := value(text[open+1:open+end], args); ok {
			fmt.Fprint(&b, value)
		} else {
			b.WriteString(text[open : open+end+1])
		}
		text = text[open+end+1:]
	}
	b.WriteString(text)
	return b.String()
}

// value returns the argument for a gap.
func value(name string, args []any) (any, bool) {
	if n, err := strconv.Atoi(name); err == nil {
		if n < 0 || n >= len(args) {
			return nil, false
		}
		return args[n], true
	}
	for _, a := range args {
		if m, ok := a.(map[string]any); ok {
			v, ok := m[name]
			return v, ok
		}
	}
	return nil, false
}
