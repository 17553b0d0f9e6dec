package emvqr_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	qrcode "github.com/skip2/go-qrcode"
	"pgregory.net/rapid"

	"suanpan/app/money"
	"suanpan/payments/emvqr"
)

// The samples of the papers: EMVCo MPM 1.1 annex, and the manual of Brazil's central bank.
const (
	sampleEMV = "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT6007BEIJING" +
		"64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME91320016A0112233449988770708123456786304A13A"
	samplePIX = "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR5913Fulano de Tal6008BRASILIA62070503***63041D3D"
)

func TestTheSamplesOfThePapersAreRead(t *testing.T) {
	c, err := emvqr.Parse(sampleEMV)
	if err != nil {
		t.Fatal(err)
	}
	if c.Once != true || c.Amount != money.Of(2372, "CNY") || c.MCC != "4111" || c.Name != "BEST TRANSPORT" || c.Local[1].Value != "最佳运输" || len(c.Accounts) != 2 ||
		c.Accounts[0].Parts[0].Value != "D15600000000" || len(c.More) != 2 {
		t.Errorf("%+v", c)
	}
	p, err := emvqr.Parse(samplePIX)
	if err != nil {
		t.Fatal(err)
	}
	if p.Once || !p.Amount.Zero() || p.Amount.Currency != "BRL" || p.Accounts[0].Parts[1].Value != "123e4567-e12b-12d1-a456-426655440000" {
		t.Errorf("%+v", p)
	}
	if emvqr.Checksum("123456789") != 0x29B1 {
		t.Error("not CRC-16/CCITT-FALSE")
	}
}

// sum puts the right checksum behind a body, so that only the one fault is there.
func sum(body string) string {
	text := body + "6304"
	return text + strings.ToUpper(hex4(emvqr.Checksum(text)))
}

func hex4(n uint16) string {
	const d = "0123456789ABCDEF"
	return string([]byte{d[n>>12], d[n>>8&15], d[n>>4&15], d[n&15]})
}

func TestWhatIsNotQuiteACodeIsRefused(t *testing.T) {
	const good = "00020101021226180014br.gov.bcb.pix5204000053039865802BR5901N6001C"
	if _, err := emvqr.Parse(sum(good)); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nothing":                 "",
		"no checksum":             good,
		"lower-case checksum":     strings.ToLower(sum(good)[len(good):]) + "",
		"checksum in lower case":  good + "6304" + strings.ToLower(hex4(emvqr.Checksum(good+"6304"))) + "x",
		"wrong checksum":          good + "63040000",
		"duplicate":               sum(good + "5901N"),
		"duplicate in a template": sum(strings.Replace(good, "26180014br.gov.bcb.pix", "26230014br.gov.bcb.pix0001A", 1)),
		"length beyond the end":   sum(strings.Replace(good, "6001C", "6099C", 1)),
		"template cut off":        sum(strings.Replace(good, "26180014", "26180099", 1)),
		"format not first":        sum("010212" + "000201" + good[12:]),
		"letters in a length":     sum(good + "61A1x"),
		"empty object":            sum(good + "6100"),
		"unknown currency":        sum(strings.Replace(good, "5303986", "5303999", 1)),
		"no country":              sum(strings.Replace(good, "5802BR", "", 1)),
		"long name":               sum(strings.Replace(good, "5901N", "5926ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1)),
		"Chinese outside 64":      sum(strings.Replace(good, "5901N", "5901算", 1)),
		"amount of 14 characters": sum(good + "541412345678901.00"),
		"amount with a comma":     sum(good + "54051,000"),
		"amount of nothing":       sum(good + "54040.00"),
		"negative amount":         sum(good + "5402-1"),
		"too many decimals":       sum(good + "54051.005"),
		"two points":              sum(good + "54051.0.0"),
		"checksum in the middle":  sum(good + "63041111"),
		"bad UTF-8":               sum(strings.Replace(good, "5901N", "5901\xff", 1)),
	} {
		if _, err := emvqr.Parse(text); !errors.Is(err, emvqr.ErrCode) {
			t.Errorf("%s: %v", name, err)
		}
	}
	lower := good + "6304" + strings.ToLower(hex4(emvqr.Checksum(good+"6304")))
	if lower != sum(good) {
		if _, err := emvqr.Parse(lower); !errors.Is(err, emvqr.ErrCode) {
			t.Error("a checksum in lower case passed")
		}
	}
	if c, err := emvqr.Parse(sum(good + "540298")); err != nil || c.Amount.Minor != 9800 {
		t.Error(c.Amount, err)
	}
}

func TestAmountsFollowTheCurrencyAndHave13Characters(t *testing.T) {
	base := emvqr.Code{Accounts: []emvqr.Object{{ID: "15", Value: "1234567890123456789012345678901"}}, MCC: "0000", Country: "CN", Name: "N", City: "C"}
	for _, c := range []struct {
		a    money.Amount
		want string
	}{{money.Of(1310, "CNY"), "540513.10"}, {money.Of(1310, "JPY"), "54041310"}, {money.Of(1310, "KWD"), "54051.310"}, {money.Of(1, "CNY"), "54040.01"},
		{money.Of(999999999999, "CNY"), "54139999999999.99"}, {money.Of(100000000000000, "CNY"), ""}, {money.Of(-1, "CNY"), ""}, {money.Of(1, "XXX"), ""}} {
		base.Amount = c.a
		text, err := base.Text()
		if (err != nil) != (c.want == "") || !strings.Contains(text, c.want) {
			t.Errorf("%s: %q %v", c.a, text, err)
		}
	}
}

// value draws text for one object.
func value(t *rapid.T, label string, least, most int) string {
	return rapid.StringOfN(rapid.RuneFrom([]rune("ABCdef 0123456789.*-/@")), least, most, -1).Draw(t, label)
}

func TestWhatWasMadeReadsBackTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := emvqr.Code{Once: rapid.Bool().Draw(t, "once"), MCC: rapid.StringMatching(`[0-9]{4}`).Draw(t, "mcc"), Country: rapid.StringMatching(`[A-Z]{2}`).Draw(t, "country"),
			Name: value(t, "name", 1, 25), City: value(t, "city", 1, 15), Postal: value(t, "postal", 0, 10)}
		c.Amount = money.Of(rapid.Int64Range(0, 9_999_999_999).Draw(t, "minor"), rapid.SampledFrom([]money.Currency{"CNY", "JPY", "KWD", "EUR", "BRL"}).Draw(t, "currency"))
		for _, id := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"02", "15", "26", "29", "51"}), 1, 3, rapid.ID).Draw(t, "accounts") {
			o := emvqr.Object{ID: id, Value: value(t, "account", 1, 40)}
			if id >= "26" {
				o = emvqr.Object{ID: id, Parts: []emvqr.Object{{ID: "00", Value: value(t, "guid", 1, 30)}, {ID: "01", Value: value(t, "key", 1, 40)}}}
			}
			c.Accounts = append(c.Accounts, o)
		}
		sortObjects(c.Accounts)
		if rapid.Bool().Draw(t, "extra") {
			c.Extra = []emvqr.Object{{ID: "05", Value: value(t, "ref", 1, 25)}}
		}
		if rapid.Bool().Draw(t, "local") {
			c.Local = []emvqr.Object{{ID: "00", Value: "ZH"}, {ID: "01", Value: rapid.StringOfN(rapid.RuneFrom([]rune("算盘茶楼北京😀A")), 1, 25, -1).Draw(t, "local name")}}
		}
		text, err := c.Text()
		if err != nil {
			t.Fatal(err)
		}
		back, err := emvqr.Parse(text)
		if err != nil || !reflect.DeepEqual(back, c) {
			t.Fatalf("%q\n%+v\n%+v\n%v", text, c, back, err)
		}
		i := rapid.IntRange(0, len(text)-1).Draw(t, "at") // CRC-16 finds every single changed byte
		spoilt := []byte(text)
		spoilt[i] ^= byte(rapid.IntRange(1, 127).Draw(t, "by"))
		if _, err := emvqr.Parse(string(spoilt)); err == nil {
			t.Fatalf("%q passed for %q", spoilt, text)
		}
	})
}

func sortObjects(list []emvqr.Object) {
	for i := range list {
		for j := i; j > 0 && list[j].ID < list[j-1].ID; j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{sampleEMV, samplePIX, "", "63041D3D", "000201"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := emvqr.Parse(s)
		if err != nil {
			return
		}
		text, err := c.Text() // what was read can be made again, in our order
		if err != nil {
			return // a foreign code may have more in an object than we would write
		}
		if again, err := emvqr.Parse(text); err != nil || again.Amount != c.Amount || again.Name != c.Name {
			t.Errorf("%q became %q: %v", s, text, err)
		}
	})
}

// b64 is a payer's code with these bytes.
func b64(b string) string { return base64.StdEncoding.EncodeToString([]byte(b)) }

const samplePayer = "\x85\x05CPV01\x61\x1a\x4f\x08\xa0\x00\x00\x03\x33\x01\x01\x01\x57\x04\x12\x34\x56\x78\x50\x08UNIONPAY\x62\x03\x9f\x25\x00"

func TestAPayersCodeIsTakenApart(t *testing.T) {
	p, err := emvqr.ParsePayer(b64(samplePayer))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Applications) != 1 || p.Applications[0] != (emvqr.Application{AID: "A000000333010101", Label: "UNIONPAY"}) {
		t.Errorf("%+v", p)
	}
	for name, text := range map[string]string{"not base64": "%%%%", "empty": "", "not CPV01": b64("\x85\x05CPV02\x61\x00"), "no application": b64("\x85\x05CPV01"),
		"cut off": b64(samplePayer[:20]), "two common": b64(samplePayer + "\x62\x00"), "two formats": b64(samplePayer + "\x85\x05CPV01"),
		"indefinite length": b64("\x85\x05CPV01\x61\x80\x00\x00"), "no AID": b64("\x85\x05CPV01\x61\x03\x50\x01A"), "long": strings.Repeat("A", 4096),
		"too deep": b64("\x85\x05CPV01\x61\x0c\x61\x0a\x61\x08\x61\x06\x61\x04\x61\x02\x61\x00")} {
		if _, err := emvqr.ParsePayer(text); !errors.Is(err, emvqr.ErrCode) || (len(text) > 9 && strings.Contains(err.Error(), text)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParsePayer(f *testing.F) {
	f.Add([]byte(samplePayer))
	f.Add([]byte("\x85\x05CPV01\x61\x82\xff\xff"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := emvqr.ParsePayer(base64.StdEncoding.EncodeToString(raw))
		if err == nil && len(p.Applications) == 0 {
			t.Error("a code without an application passed")
		}
	})
}

func TestAnotherProgramReadsTheCode(t *testing.T) {
	if _, err := exec.LookPath("zbarimg"); err != nil {
		if os.Getenv("SUANPAN_REQUIRE_ZBAR") != "" {
			t.Fatal("zbarimg is not here: install zbar-tools")
		}
		t.Skip("zbarimg is not here: install zbar-tools")
	}
	for _, f := range forms() {
		text := shown(t, f)
		code, err := qrcode.New(text, qrcode.Medium)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := png.Encode(&b, code.Image(-6)); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "code.png")
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("zbarimg", "-q", "--raw", "-Sbinary", path).Output()
		if err != nil || strings.TrimSuffix(string(out), "\n") != text {
			t.Errorf("%s: zbarimg reads %q, want %q: %v", f.Scheme, out, text, err)
		}
	}
}
