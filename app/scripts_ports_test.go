package app_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"suanpan/app/pay"
	"suanpan/payments"
	"suanpan/payments/alipay"
	"suanpan/payments/nexo"
	"suanpan/payments/sandbox/alipaybox"
	"suanpan/payments/sandbox/nexobox"
	"suanpan/payments/sandbox/stripebox"
	"suanpan/payments/stripeterminal"
)

var alipayKeys = sync.OnceValues(alipaybox.NewKeys)

func still(context.Context, time.Duration) {}

// alipayPort is Alipay as newPort is WeChat Pay.
func alipayPort(t testing.TB) *port {
	t.Helper()
	p := emptyPort(t)
	k, err := alipayKeys()
	if err != nil {
		t.Fatal(err)
	}
	box, err := alipaybox.Start(context.Background(), alipaybox.Options{Keys: k, Faults: true, Now: p.now, PasswordAbove: 1 << 40, Wait: still})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	s := box.Settings()
	settings, err := alipay.Parse(alipay.Form{BaseURL: s.BaseURL, Training: true, Mode: s.Mode, AppID: s.AppID, SellerID: s.SellerID, PrivateKey: s.PrivateKey, AlipayKey: s.AlipayKey})
	if err != nil {
		t.Fatal(err)
	}
	client := payments.NewClient(payments.Options{Now: p.now, Timeout: 10 * time.Second})
	p.book, p.fresh = box, box.FreshCode
	if p.real, err = alipay.New(settings, client, client); err != nil {
		t.Fatal(err)
	}
	return p
}

// nexoPort is a terminal in the shop's own network.
func nexoPort(t testing.TB) *port {
	t.Helper()
	p := emptyPort(t)
	box, err := nexobox.Start(context.Background(), nexobox.Options{Faults: true, Now: p.now, Money: "CNY", Wait: still})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	s := box.Settings()
	settings, err := nexo.Parse(nexo.Form{Address: s.Address, Training: true, Environment: s.Environment, POIID: s.POIID, SaleID: s.SaleID,
		Root: s.Root, KeyIdentifier: s.KeyIdentifier, KeyVersion: json.Number(s.KeyVersion), Passphrase: s.Passphrase, Currency: s.Currency})
	if err != nil {
		t.Fatal(err)
	}
	o := settings.Client()
	o.Now, o.Timeout = p.now, 10*time.Second
	p.book = box
	if p.real, err = nexo.New(settings, payments.NewClient(o)); err != nil {
		t.Fatal(err)
	}
	return p
}

// stripePort is a reader that Stripe's server drives.
func stripePort(t testing.TB) *port {
	t.Helper()
	p := emptyPort(t)
	box, err := stripebox.Start(context.Background(), stripebox.Options{Faults: true, Now: p.now, Money: "CNY", Wait: still})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	b, err := json.Marshal(box.Settings())
	if err != nil {
		t.Fatal(err)
	}
	var s stripebox.Settings
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatal(err)
	}
	settings, err := stripeterminal.Parse(stripeterminal.Form{BaseURL: s.BaseURL, Training: true, Key: s.Key, Reader: s.Reader, Currency: s.Currency, Webhook: s.Webhook})
	if err != nil {
		t.Fatal(err)
	}
	o := settings.Client()
	o.Now, o.Timeout, o.Roots = p.now, 10*time.Second, rootsOf(s.Root)
	p.book = box
	if p.real, err = stripeterminal.New(settings, payments.NewClient(o)); err != nil {
		t.Fatal(err)
	}
	return p
}

// alipayTroubles are WeChat Pay's in Alipay's words, and those that only Alipay has.
func alipayTroubles() []trouble {
	var out []trouble
	for _, tr := range walletTroubles() {
		words := strings.Join(tr.faults, " ")
		switch {
		case strings.Contains(words, "stale_ts"), strings.Contains(words, "refund_closed"): // answers carry no time, and no refund is closed later
			continue
		case strings.Contains(words, "AUTHCODEEXPIRE"):
			words = "decline(ACQ.AUTH_CODE_INVALID_OR_EXPIRE)"
			tr.faults = []string{"decline(ACQ.PAYMENT_AUTH_CODE_INVALID)"}
		case strings.Contains(words, "NOTENOUGH"):
			tr.faults = []string{"decline(ACQ.BUYER_BALANCE_NOT_ENOUGH)"}
		case strings.Contains(words, "PAYERROR"): // a payer who gives up looks like one who waits
			tr.want = notPaid
		case strings.Contains(words, "clock_skew"):
			tr.want = append(append([]pay.State{}, failed...), notPaid...)
		}
		out = append(out, tr)
	}
	return append(out, trouble{faults: []string{"commit_then_20000"}, want: paid}, trouble{faults: []string{"escaped_slash"}, want: paid},
		trouble{faults: []string{"refund_lag(3)"}, refund: true, want: paid, refunds: []pay.RefundState{pay.RefundPaid}})
}

func rows(want []pay.State, scripts ...string) (out []trouble) {
	for _, s := range scripts {
		out = append(out, trouble{faults: strings.Fields(s), want: want})
	}
	return out
}

func refunded(want pay.RefundState, scripts ...string) (out []trouble) {
	for _, s := range scripts {
		out = append(out, trouble{faults: strings.Fields(s), refund: true, want: paid, refunds: []pay.RefundState{want}})
	}
	return out
}

func nexoTroubles() []trouble {
	all := rows(paid, "", "hangup", "hangup later(30s)", "commit_then_drop", "commit_then_500", "cut(600)", "plain", "wrong_key", "bad_hmac", "bad_padding",
		"tampered", "wrong_header", "other_question", "other_order", "in_progress*3 commit_then_drop", "full_pan")
	all = append(all, rows(failed, "decline", "decline(InvalidCard)", "payer_cancels", "hangup never", "hangup never abort_ignored*2")...)
	all = append(all, rows(notPaid, "drop_before", "html_captive_portal")...)
	all = append(all, rows(wentBack, "hangup never pay_wins_cancel_race")...)
	all = append(all, rows(append(append([]pay.State{}, review...), wentBack...), "wrong_amount", "partial(500)")...)
	return append(all, refunded(pay.RefundPaid, "", "refund:commit_then_drop*1", "refund:drop_before*1")...)
}

func stripeTroubles() []trouble {
	all := rows(paid, "", "later(40s)", "reader_timeout_lies cancel:drop_before*1", "commit_then_drop", "commit_then_500", "commit_then_409", "slow_body", "reader_500",
		"query:drop_before*3", "query:slow_body*3", "other_order*3", "live*3")
	all = append(all, rows(failed, "decline", "payer_cancels", "decline cancel:drop_before*1", "reader_error(terminal_reader_busy)", "drop_before", "html_captive_portal", "too_many")...)
	all = append(all, rows(append(append([]pay.State{}, notPaid...), failed...), "never", "never stop_ignored", "create:drop_before", "create:commit_then_500", "never cancel:commit_then_500*2")...)
	all = append(all, rows(wentBack, "never pay_wins_cancel_race")...)
	all = append(all, rows(append(append([]pay.State{}, review...), wentBack...), "wrong_amount")...)
	return append(all, refunded(pay.RefundPaid, "", "refund:commit_then_drop*1", "refund_pending(3)")...)
}

func rootsOf(pem string) *x509.CertPool {
	if pem == "" {
		return nil
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(pem))
	return roots
}
