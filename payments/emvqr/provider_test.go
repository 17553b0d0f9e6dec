package emvqr_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/payments/emvqr"
)

// forms has one shop for each row of the table.
func forms() []emvqr.Form {
	return []emvqr.Form{
		{Scheme: "unionpay", Key: "1234567812345678123456789012345", Name: "SUANPAN TEA", City: "BEIJING", Country: "CN", Currency: "CNY", Local: "算盘茶楼"},
		{Scheme: "promptpay", KeyKind: "phone", Key: "081-234-5678", Name: "SUANPAN", City: "BANGKOK"},
		{Scheme: "promptpay", KeyKind: "person", Key: "1234567890123", Name: "SUANPAN", City: "BANGKOK"},
		{Scheme: "promptpay_bill", Key: "123456789012345", Name: "SUANPAN", City: "BANGKOK"},
		{Scheme: "pix", Key: "123e4567-e12b-12d1-a456-426655440000", Name: "Fulano de Tal", City: "BRASILIA"},
		{Scheme: "pix", KeyKind: "url", Key: "https://pix.example.com/v2/9d36b84f", Name: "Fulano de Tal", City: "BRASILIA"},
		{Scheme: "paynow", KeyKind: "phone", Key: "+65 9123 4567", Name: "SUANPAN", City: "SINGAPORE"},
		{Scheme: "paynow", KeyKind: "company", Key: "201403121W", Name: "SUANPAN", City: "SINGAPORE"},
		{Scheme: "duitnow", Key: "0000000001", Institute: "890053", Name: "SUANPAN", City: "KL"},
		{Scheme: "qris", Key: "ID1020021181745", Name: "SUANPAN", City: "JAKARTA"},
		{Scheme: "vietqr", Key: "0011012345678", Institute: "970403", Name: "SUANPAN", City: "HANOI"},
		{Scheme: "fps", Key: "1234567", Name: "SUANPAN", City: "HK"},
		{Scheme: "jpqr", Key: "00011234567890", Name: "SUANPAN", City: "TOKYO"},
		{Scheme: "upi", Key: "tea-house@bank", Name: "Suanpan & Sons"},
		{Scheme: "sepa", Key: "DE89 3704 0044 0532 0130 00", Institute: "COBADEFFXXX", Name: "Teehaus Grün"},
	}
}

func attempt(p *emvqr.Provider, minor int64) pay.Attempt {
	c := p.Caps().Currencies[0]
	return pay.NewAttempt(p, pay.Plan{ID: "0190f2a4-7c1e-7b33-8f21-3f1f6c2d9a01", Seq: 17, Till: "A", Amount: money.Of(minor, c), Flow: pay.ByStatic, At: time.Unix(1, 0)})
}

func shown(t *testing.T, f emvqr.Form) string {
	t.Helper()
	p, err := emvqr.New(f)
	if err != nil {
		t.Fatal(f.Scheme, err)
	}
	o, err := p.Present(context.Background(), attempt(p, 1310))
	if err != nil {
		t.Fatal(f.Scheme, err)
	}
	return o.QR
}

func TestEachSchemeShowsItsOwnCode(t *testing.T) {
	want := []string{
		"15311234567812345678123456789012345", "29370016A000000677010111011300668" + "12345678", "0213" + "1234567890123", "3050", "26580014br.gov.bcb.pix0136123e4567",
		"2527pix.example.com/v2/9d36b84f", "0211+6591234567", "01012", "0106890053", "0215ID1020021181745", "01270006970403011300110123" + "45678", "02071234567",
		"jp.or.paymentsjapan", "upi://pay?pa=tea-house@bank&pn=Suanpan%20%26%20Sons&tr=A000017&am=13.10&cu=INR",
		"BCD\n002\n1\nSCT\nCOBADEFFXXX\nTeehaus Grün\nDE89370400440532013000\nEUR13.10\n\n\nA000017",
	}
	for i, f := range forms() {
		text := shown(t, f)
		if !strings.Contains(text, want[i]) {
			t.Errorf("%s %s: %q lacks %q", f.Scheme, f.KeyKind, text, want[i])
		}
		if f.Scheme == "upi" || f.Scheme == "sepa" {
			continue
		}
		c, err := emvqr.Parse(text)
		if err != nil || !c.Once || c.Amount.Minor != 1310 {
			t.Errorf("%s: %+v %v", f.Scheme, c, err)
		}
		if f.KeyKind != "url" && !strings.Contains(text, "A000017") {
			t.Errorf("%s: no reference in %q", f.Scheme, text)
		}
	}
}

func TestNobodyButAPersonSaysThatItIsPaid(t *testing.T) {
	p, err := emvqr.New(forms()[0])
	if err != nil {
		t.Fatal(err)
	}
	a := attempt(p, 1310)
	a, _ = pay.Step(a, pay.Event{Kind: pay.Submitted, At: time.Unix(2, 0)})
	obs, err := p.Submit(context.Background(), a, nil)
	a, _ = pay.Step(a, pay.Answered(pay.BySubmit, obs, err, time.Unix(2, 0), time.Unix(3, 0)))
	if a.State != pay.AwaitingPayer || a.QR == "" || a.ProviderTxn != "A000017" {
		t.Fatalf("%+v", a)
	}
	obs, err = p.Query(context.Background(), a.Ref())
	if err != nil || obs.Outcome != pay.Unknown || obs.Verified {
		t.Errorf("a query says %s %v", obs, err)
	}
	if _, due := pay.Next(a, p.Timing(pay.ByStatic)); due {
		t.Error("something asks by itself")
	}
	if err := p.Timing(pay.ByStatic).Check(); err != nil {
		t.Error(err)
	}
	a.Amount.Currency = "JPY"
	if _, err := p.Present(context.Background(), a); !errors.Is(err, pay.ErrNotSent) {
		t.Error("a code for other money was shown", err)
	}
}

func TestSettingsThatMakeNoCodeAreRefused(t *testing.T) {
	for name, f := range map[string]emvqr.Form{
		"no scheme":     {},
		"no key":        {Scheme: "promptpay", Name: "N", City: "C"},
		"other key":     {Scheme: "promptpay", KeyKind: "iban", Key: "1", Name: "N", City: "C"},
		"short phone":   {Scheme: "promptpay", KeyKind: "phone", Key: "12345678", Name: "N", City: "C"},
		"ten digits":    {Scheme: "promptpay", KeyKind: "phone", Key: "1812345678", Name: "N", City: "C"},
		"no name":       {Scheme: "pix", Key: "k", City: "C"},
		"Chinese name":  {Scheme: "pix", Key: "k", Name: "茶", City: "C"},
		"no bank":       {Scheme: "vietqr", Key: "0011012345678", Name: "N", City: "C"},
		"bad IBAN":      {Scheme: "sepa", Key: "DE88370400440532013000", Name: "N"},
		"no UPI @":      {Scheme: "upi", Key: "abc", Name: "N"},
		"no currency":   {Scheme: "unionpay", Key: "1234567812345678123456789012345", Name: "N", City: "C", Country: "CN"},
		"no country":    {Scheme: "unionpay", Key: "1234567812345678123456789012345", Name: "N", City: "C", Currency: "CNY"},
		"category of 3": {Scheme: "pix", Key: "k", Name: "N", City: "C", MCC: "123"},
	} {
		if _, err := emvqr.New(f); !errors.Is(err, emvqr.ErrSettings) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReferencesAreShortAndPlain(t *testing.T) {
	if got := emvqr.Reference("A", 17, ""); got != "A000017" {
		t.Error(got)
	}
	for _, id := range []string{"0190f2a4-7c1e-7b33-8f21-3f1f6c2d9a01", "ffffffff-ffff-ffff-ffff-ffffffffffff", "x"} {
		if got := emvqr.Reference("A", 0, id); len(got) == 0 || len(got) > 25 || strings.Trim(got, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
			t.Errorf("%q", got)
		}
	}
}
