package catalog

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"

	"suanpan/app/money"
)

// Bounds of the search keys: readings of one name, and characters of a name that are read.
const (
	readingsMax = 12
	readMax     = 60
)

// polyphones are the initials of characters that goods carry and that people read in more than one way, the likelier first.
// A dictionary lists many more readings, most of which nobody at a counter has in mind.
const polyphones = "重zc长cz行hx乐ly单ds调td藏cz盛sc参sc朝cz厦xs弹td传cz降jx解jx曾zc系xj校xj泊bp便bp番fp秘mb折zs石sd宿sx给gj会hk壳kq咖kg茄qj" +
	"蛤hg贾jg扁bp卡kq澄cd粘zn叶yx车cj万wm囤td臭cx鸟nd仔zs钥y谷gy呗b莎s裳sc刹sc柿s螯a蕃f率ls匙cs洗x查cz差cc畜cx种zc奇qj期qj强qj琢z" +
	"重zc長cz行hx樂ly單ds調td參sc廈xs彈td傳cz係x車cj萬wm葉yx殼kq賈jg會hk給gj畜cx種zc"

// Initials returns the pinyin initials of a name in lower case: 可口可乐 gives "kkkl" and, since 乐 has two readings, "kkky".
// Latin letters and digits stay, everything else falls out. The likely reading comes first; at most twelve are answered,
// combinations of common readings before rare ones.
func Initials(name string) []string {
	keys := []string{""}
	var rare [][]string // rare readings by place
	n := 0
	for _, r := range strings.ToLower(money.Narrow(name)) {
		if n++; n > readMax {
			break
		}
		switch {
		case unicode.Is(unicode.Han, r):
			common, others := readings(r)
			if len(common) > 0 {
				keys, rare = extend(keys, common), append(rare, others)
			}
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			keys, rare = extend(keys, []string{string(r)}), append(rare, nil)
		}
	}
	if keys[0] == "" {
		return nil
	}
	usual := []rune(keys[0])
	for place, others := range rare {
		for _, other := range others {
			if len(keys) < readingsMax {
				keys = append(keys, string(usual[:place])+other+string(usual[place+1:]))
			}
		}
	}
	return keys
}

// readings returns the initials of one character: those people have in mind, and the others that a dictionary knows.
func readings(r rune) (common, rare []string) {
	known := letters(r)
	if i := strings.IndexRune(polyphones, r); i >= 0 {
		for _, c := range polyphones[i+len(string(r)):] {
			if c > 'z' {
				break
			}
			common = append(common, string(c))
		}
	} else if len(known) > 0 {
		common = known[:1]
	}
	for _, k := range known {
		if !slices.Contains(common, k) {
			rare = append(rare, k)
		}
	}
	return common, rare
}

// toned are the vowels with which a syllable may begin, each before itself without its tone.
const toned = "āaáaǎaàaēeéeěeèeêeếeềeōoóoǒoòoḿmńnňnǹn"

// letters returns the first letters of what a dictionary knows for one character, each once. The dictionary is read as it
// lies: its own search cleans every syllable with regular expressions, which made up a third of an import.
func letters(r rune) (out []string) {
	for syllable := range strings.SplitSeq(pinyin.PinyinDict[int(r)], ",") {
		first, n := utf8.DecodeRuneInString(syllable)
		letter := syllable[:min(n, len(syllable))]
		if i := strings.IndexRune(toned, first); first >= utf8.RuneSelf && i >= 0 {
			letter = toned[i+n : i+n+1]
		}
		if letter != "" && !slices.Contains(out, letter) {
			out = append(out, letter)
		}
	}
	return out
}

// extend appends each reading to each key, as far as there is room; every key goes on with the first reading.
func extend(keys, readings []string) []string {
	if len(readings) == 1 {
		for i := range keys {
			keys[i] += readings[0]
		}
		return keys
	}
	out := make([]string, 0, readingsMax)
	for _, k := range keys {
		out = append(out, k+readings[0])
	}
	for _, r := range readings[1:] {
		for _, k := range keys {
			if len(out) == readingsMax {
				return out
			}
			out = append(out, k+r)
		}
	}
	return out
}

// SearchText is what a search for any part of an item looks at: names in every language, SKU, style, PLU and barcodes, in lower
// case and narrow characters, with blanks between. Initials are kept apart, because they are matched from the front.
func (i Item) SearchText() string {
	parts := append([]string{i.Name, i.SKU, i.Style, i.Colour, i.Size, i.PLU}, i.codes()...)
	for _, locale := range sortedKeys(i.Names) {
		parts = append(parts, i.Names[locale])
	}
	return Fold(strings.Join(tidy(parts, strings.TrimSpace), " "))
}

// Fold brings a question and the text it is asked of to one form: lower case, narrow, single blanks.
func Fold(text string) string {
	return strings.Join(strings.Fields(strings.ToLower(money.Narrow(text))), " ")
}
