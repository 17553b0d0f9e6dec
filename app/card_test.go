package app_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/devices/transport"
	"suanpan/payments/sandbox/zvtbox"
	"suanpan/payments/zvt"
)

// atTerminal is a till with a card terminal, with one article rung up.
func atTerminal(t *testing.T, address string, box *zvtbox.Terminal, clock app.Clock) *rig {
	t.Helper()
	p, err := zvt.New(zvt.Settings{Address: address, Currencies: []money.Currency{"CNY"}, Now: clock.Now}, func(ctx context.Context, a string) (io.ReadWriteCloser, error) {
		return transport.Opener{}.Open(ctx, a)
	})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, dir: t.TempDir(), clock: clock, models: []pay.Provider{p}}
	r.open()
	t.Cleanup(r.close)
	t.Cleanup(func() { _ = box.Close() })
	ctx := context.Background()
	for _, do := range []func() (any, error){
		func() (any, error) {
			return r.shop.Setup(ctx, app.Setup{Template: "retail", Name: "Laden", Currency: "CNY"})
		},
		func() (any, error) { return r.shop.Login(ctx, "1", "1234") },
		func() (any, error) { return r.shop.PutItems(ctx, goods()) },
		func() (any, error) { return r.shop.OpenShift(ctx, 0) },
		func() (any, error) { return r.shop.Scan(ctx, "", "6901234567892", money.One) },
	} {
		if _, err := do(); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// paysByCard tenders what is due at the terminal and completes the sale.
func paysByCard(t *testing.T, r *rig, box *zvtbox.Terminal, method string) {
	t.Helper()
	ctx := context.Background()
	p, err := r.shop.Tender(ctx, app.TenderAsk{Method: method, Wait: 20 * time.Second})
	if err != nil || p.State != pay.Succeeded || p.Method != "zvt" {
		t.Fatalf("%s: %+v %v", method, p, err)
	}
	if got := box.Net(p.Ref); got != p.Minor || p.Minor == 0 {
		t.Errorf("the terminal holds %d for %s, the till %d", got, p.Ref, p.Minor)
	}
	sale, err := r.shop.Complete(ctx, p.Order)
	if err != nil {
		t.Fatal(err)
	}
	job, err := r.shop.Print(ctx, app.PrintAsk{Sale: sale.ID})
	if err != nil {
		t.Fatal(err)
	}
	if page, err := json.Marshal(job.Page); err != nil || !strings.Contains(string(page), "K-U-N-D-E-N-B-E-L-E-G") || strings.Contains(string(page), zvtbox.CardNumber()) {
		t.Errorf("the terminal's slip is not on the receipt as it should be: %s %v", page, err)
	}
}

func TestACardAtATerminalOnTheNetworkSettlesASale(t *testing.T) {
	for _, method := range []string{"card", "zvt"} {
		clock := &ticking{}
		box, err := zvtbox.Start(context.Background(), zvtbox.Options{Now: clock.Now})
		if err != nil {
			t.Fatal(err)
		}
		if err := box.Play([]string{"unmasked"}, 0); err != nil {
			t.Fatal(err)
		}
		r := atTerminal(t, "tcp:"+box.Address(), box, clock)
		paysByCard(t, r, box, method)
		packed, err := hex.DecodeString(zvtbox.CardNumber())
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range [][]byte{[]byte(zvtbox.CardNumber()), packed, []byte(base64.StdEncoding.EncodeToString(packed))[:8]} {
			if file := holds(t, r.dir, form); file != "" {
				t.Errorf("%s holds the card number as %q", file, form)
			}
		}
	}
}

// holds names a file below dir that contains what.
func holds(t *testing.T, dir string, what []byte) (file string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, what) {
			file = path
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestACardAtATerminalOnASerialLineSettlesASale(t *testing.T) {
	master, slave, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo terminals here: %v; runs on Linux and macOS", err)
	}
	defer slave.Close()
	clock := &ticking{}
	box, err := zvtbox.New(zvtbox.Options{Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	r := atTerminal(t, "serial:"+slave.Name()+"?9600,8N2", box, clock)
	go box.Serve(master, true)
	paysByCard(t, r, box, "card")
}

func TestACashierStopsTheTerminal(t *testing.T) {
	clock := &ticking{}
	box, err := zvtbox.Start(context.Background(), zvtbox.Options{Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := box.Play([]string{"never"}, 0); err != nil {
		t.Fatal(err)
	}
	r := atTerminal(t, "tcp:"+box.Address(), box, clock)
	ctx := context.Background()
	events, stop := r.shop.Watch()
	defer stop()
	p, err := r.shop.Tender(ctx, app.TenderAsk{Method: "card"})
	for err == nil && !strings.Contains(p.Words, "Karte") {
		<-events
		p, err = r.shop.Payment(ctx, p.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	p, err = r.shop.CancelPayment(ctx, p.ID)
	for err == nil && !p.State.Final() {
		<-events
		p, err = r.shop.Payment(ctx, p.ID)
	}
	if err != nil || p.State != pay.Failed || box.Net("") != 0 {
		t.Errorf("%+v %v, net %d", p, err, box.Net(""))
	}
}
