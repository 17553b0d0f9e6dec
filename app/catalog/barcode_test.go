package catalog_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"suanpan/app/catalog"
)

const sep = "\x1d"

// signed appends the check digit.
func signed(digits string) string { return digits + string(catalog.CheckDigit(digits)) }

func TestACodeIsUnderstoodAsWhatItIs(t *testing.T) {
	label := signed("210012300690")
	deli := signed("26001230069000500")
	for _, c := range []struct {
		code  string
		kind  catalog.ScanKind
		valid bool
	}{
		{"6901234567892", catalog.EAN13, true},
		{"６９０１２３４５６７８９２", catalog.EAN13, true},
		{" 6901234567892\r\n", catalog.EAN13, true},
		{"]E06901234567892", catalog.EAN13, true},
		{"6901234567893", catalog.EAN13, false},
		{"96385074", catalog.EAN8, true},
		{"96385075", catalog.EAN8, false},
		{"036000291452", catalog.UPCA, true},
		{"036000291453", catalog.UPCA, false},
		{"04252614", catalog.UPCA, true}, // UPC-E
		{"16901234567899", catalog.ITF14, true},
		{label, catalog.EAN13, true},
		{signed("290012300690"), catalog.Unknown, false}, // no rule for 29
		{signed("020012300690"), catalog.Unknown, false},
		{deli, catalog.Code18, true},
		{"260012300690005009", catalog.Code18, false},
		{"134567890123456789", catalog.Wallet, true},
		{"2812345678901234", catalog.Wallet, true},
		{"281234567890123456789012", catalog.Wallet, true},
		{"6212345678901234567", catalog.Wallet, true},
		{"161234567890123456", catalog.Unknown, false},
		{"hQVDUFYwMWETTwegAAAAVVVV", catalog.Wallet, true},
		{"SPA-00012320", catalog.Receipt, true},
		{"spa-00012320", catalog.Receipt, true},
		{"SPA-00012321", catalog.Unknown, false},
		{"M1008670", catalog.Member, true},
		{"M1008607", catalog.Unknown, false},
		{"]C10106901234567892", catalog.GS1, true},
		{"0106901234567892" + "3103001250", catalog.GS1, true},
		{"(01)06901234567892(10)A(7)", catalog.GS1, true},
		{"", catalog.Unknown, false},
		{"house-4711", catalog.Unknown, false},
		{strings.Repeat("9", 5000), catalog.Unknown, false},
	} {
		s := catalog.Parse(c.code, catalog.DefaultRules())
		if s.Kind != c.kind || s.Valid != c.valid {
			t.Errorf("%q is %s, valid %v (%s); want %s, %v", c.code, s.Kind, s.Valid, s.Why, c.kind, c.valid)
		}
		if !s.Valid && s.Err != nil && !errors.Is(s.Err, catalog.ErrBarcode) {
			t.Errorf("%q: %v", c.code, s.Err)
		}
	}
}

func TestAPayerCodeNeverLeavesTheGrammar(t *testing.T) {
	code := "134567890123456789"
	if s := catalog.Parse(code, nil); s.Wallet != "wechatpay" || s.Code != "13**************89" {
		t.Errorf("%+v", s)
	}
	if w, ok := catalog.Payer(signed("26001230069000500"), catalog.DefaultWallets()); !ok || w != "alipay" {
		t.Errorf("the payment screen takes 18 digits from 26 for %q, %v", w, ok)
	}
}

func TestWalletTable(t *testing.T) {
	if err := catalog.CheckWallets(catalog.DefaultWallets()); err != nil {
		t.Error(err)
	}
	for name, row := range map[string]catalog.WalletCode{
		"overlap":  {Wallet: "new", First: "291", Last: "292", DigitsMin: 20, DigitsMax: 20},
		"reversed": {Wallet: "new", First: "90", Last: "80", DigitsMin: 20, DigitsMax: 20},
		"ean":      {Wallet: "new", First: "90", Last: "91", DigitsMin: 13, DigitsMax: 20},
		"unnamed":  {First: "90", Last: "91", DigitsMin: 18, DigitsMax: 20},
	} {
		if err := catalog.CheckWallets(append(catalog.DefaultWallets(), row)); !errors.Is(err, catalog.ErrRules) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestElementStrings(t *testing.T) {
	s := catalog.Parse("]C1"+"01069012345678923103001250"+"10LOT7"+sep+"17271231"+"39221310", catalog.DefaultRules())
	if !s.Valid {
		t.Fatalf("%+v", s)
	}
	if s.Code != "6901234567892" || *s.Weight != 1250 || *s.Price != 131000 || s.AI["10"] != "LOT7" || s.AI["17"] != "271231" {
		t.Errorf("%+v", s)
	}
	s = catalog.Parse("]d2"+sep+"0206901234567892"+"3712"+sep+"3202000100", nil)
	if !s.Valid || s.Code != "6901234567892" || *s.Qty != 12000 || *s.Weight != 454 {
		t.Errorf("%+v", s)
	}
	s = catalog.Parse("]e0"+"0106901234567892"+"39321561310", nil)
	if !s.Valid || s.Currency != "CNY" || *s.Price != 131000 {
		t.Errorf("%+v", s)
	}
}

func TestErrorsOfElementStringsNameIdentifierAndValue(t *testing.T) {
	gtin := "0106901234567892"
	for _, c := range []struct{ text, ai, value, reason string }{
		{gtin + "17271331", "17", "271331", "no such date"},
		{gtin + "17270230", "17", "270230", "no such date"},
		{gtin + "15270200" + "10A" + sep + "10B", "10", "B", "repeated"},
		{gtin + "37" + "12", "37", "12", "must not stand together"},
		{gtin + "3103001250" + "3102000125", "3103", "001250", "must not stand together"},
		{"0106901234567893", "01", "06901234567893", "check digit is 2"},
		{gtin + "310300125", "3103", "00125", "too short"},
		{gtin + "31030" + sep + "1250", "3103", "0", "a separator cuts it short"},
		{gtin + "10" + strings.Repeat("A", 21), "10", strings.Repeat("A", 21), "separator after it is missing"},
		{gtin + "30A", "30", "A", "not allowed"},
		{gtin + "39250000131015" + sep, "3925", "0000131015", "decimal"},
		{gtin + "05", "", "05", "no such application identifier"},
	} {
		s := catalog.Parse("]C1"+c.text, nil)
		var e *catalog.GS1Error
		if s.Valid || !errors.As(s.Err, &e) || e.AI != c.ai || e.Value != c.value || !strings.Contains(e.Error(), c.reason) {
			t.Errorf("%q: %v", c.text, s.Err)
		}
	}
}

func TestAGunMayTypeAnotherKeyForTheSeparator(t *testing.T) {
	g := catalog.Grammar{Separator: "|"}
	s := g.Parse("0106901234567892" + "10LOT7|" + "17271231")
	if !s.Valid || s.AI["10"] != "LOT7" {
		t.Errorf("%+v", s)
	}
	if s := g.Parse("a|b"); s.Kind != catalog.Unknown {
		t.Errorf("%+v", s)
	}
}

func TestDatesFindTheirCentury(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{"270228": "2027-02-28", "270200": "2027-02-28", "280200": "2028-02-29", "771231": "1977-12-31", "760101": "2076-01-01"} {
		if got, err := catalog.GS1Date(text, now); err != nil || got.Format(time.DateOnly) != want {
			t.Errorf("%s: %v %v", text, got, err)
		}
	}
	if _, err := catalog.GS1Date("271301", now); err == nil {
		t.Error("month 13")
	}
}

func TestOneBarcodeHasOneKey(t *testing.T) {
	for _, c := range [][]string{
		{"036000291452", "0036000291452", "00036000291452"},
		{"96385074", "0000096385074", "00000096385074"},
		{"6901234567892", "06901234567892"},
		{"04252614", "042100005264", "0042100005264"},
	} {
		for _, code := range c[1:] {
			if catalog.Key(code) != catalog.Key(c[0]) {
				t.Errorf("%s and %s: %s, %s", c[0], code, catalog.Key(c[0]), catalog.Key(code))
			}
			found := false
			for _, f := range catalog.Forms(code) {
				found = found || f == c[0]
			}
			if !found && c[0] != "04252614" {
				t.Errorf("%v lacks %s", catalog.Forms(code), c[0])
			}
		}
	}
	if catalog.Key("12345678") != "12345678" || catalog.Key("abc") != "abc" {
		t.Error("codes without a right check digit stay as they are")
	}
	if catalog.PLUKey("00123") != "123" || catalog.PLUKey("000") != "0" || catalog.PLUKey("") != "" {
		t.Error("PLU")
	}
}

func TestOwnCodesFindMisreading(t *testing.T) {
	code, err := catalog.ReceiptCode("A-2026-000123")
	if err != nil {
		t.Fatal(err)
	}
	if s := catalog.Parse(code, nil); s.Kind != catalog.Receipt || s.Number != "A-2026-000123" {
		t.Fatalf("%+v", s)
	}
	for i := 2; i < len(code); i++ {
		for _, r := range "0123456789ABCXYZ-" {
			wrong := code[:i] + string(r) + code[i+1:]
			if wrong != code && catalog.Parse(wrong, nil).Kind == catalog.Receipt {
				t.Errorf("%s read as %s", code, wrong)
			}
		}
	}
	for _, bad := range []string{"", "a b", "票1", strings.Repeat("1", 41)} {
		if _, err := catalog.MemberCode(bad); !errors.Is(err, catalog.ErrBarcode) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"6901234567892", "26001230125000500", "134567890123456789", "SPA-00012320", "]C10106901234567892", "(01)06901234567892(10)A", "04252614", "hQVDUFYwMWETTwegAAAAVVVV"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, code string) {
		s := catalog.Grammar{Rules: catalog.DefaultRules(), Wallets: catalog.DefaultWallets(), Separator: "|"}.Parse(code)
		if s.Kind == "" || (s.Valid && s.Err != nil) {
			t.Fatalf("%+v", s)
		}
		if s.Kind == catalog.Wallet && len(s.Code) > 4 && !strings.Contains(s.Code, "*") {
			t.Fatalf("a payer code leaves the grammar: %+v", s)
		}
		_, _ = catalog.Sell(s, catalog.Item{Unit: "kg", Price: 12345}, catalog.Terms{Currency: "CNY"})
		for _, form := range catalog.Forms(code) {
			if catalog.Key(form) != catalog.Key(code) {
				t.Fatalf("%q and %q", form, code)
			}
		}
	})
}

func FuzzGS1(f *testing.F) {
	f.Add("0106901234567892310300125010LOT7" + sep + "17271231")
	f.Add("8008260101" + "12" + sep + "7007260101260201" + sep + "423156392")
	f.Add("25306901234567892X" + sep + "8003006901234567892A" + sep + "4309" + strings.Repeat("1", 20))
	f.Fuzz(func(t *testing.T, text string) {
		s := catalog.Parse("]C1"+text, nil)
		if s.Kind != catalog.GS1 && len(text) < 300 {
			t.Fatalf("%+v", s)
		}
		for ai, v := range s.AI {
			if len(ai) < 2 || len(v) > 90 {
				t.Fatalf("(%s) %q", ai, v)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	rules := catalog.DefaultRules()
	for name, code := range map[string]string{"ean13": "6901234567892", "label": signed("210012301250"), "gs1": "]C10106901234567892310300125010LOT7" + sep + "17271231"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				catalog.Parse(code, rules)
			}
		})
	}
}
