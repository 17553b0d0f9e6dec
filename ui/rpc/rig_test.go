package rpc_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/pay"
	"suanpan/assets"
	"suanpan/payments"
	"suanpan/payments/sandbox"
	"suanpan/payments/wechatpay"
	"suanpan/store"
	"suanpan/ui/rpc"
)

var (
	keys  = sync.OnceValues(sandbox.NewKeys)
	words = sync.OnceValues(assets.Load)
)

type wall struct{}

func (wall) Now() time.Time { return time.Now() }

// newFace is a till on a real folder with a real provider that speaks to a sandbox in this process.
func newFace(t testing.TB, files app.Files) *rpc.Face {
	t.Helper()
	w, err := words()
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(context.Background(), t.TempDir(), store.Options{Sync: "OFF"})
	if err != nil {
		t.Fatal(err)
	}
	trial := func() ([]pay.Provider, app.Sandbox) { return trial(t) }
	shop, err := app.New(context.Background(), app.Params{Store: s, Files: files, Clock: wall{}, Words: w.In, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Version: "test", Schema: 1, AlwaysTrial: true, Trial: trial, Renderer: letters{}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { shop.Run(ctx) })
	t.Cleanup(func() {
		stop()
		done.Wait()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &rpc.Face{Shop: shop, Words: w.In}
}

func trial(t testing.TB) ([]pay.Provider, app.Sandbox) {
	k, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	box, err := sandbox.Start(context.Background(), sandbox.Options{Keys: k, Faults: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	w := box.WechatSettings()
	settings, err := wechatpay.Parse(wechatpay.Form{BaseURL: w.BaseURL, Training: true, AppID: w.AppID, MchID: w.MchID, Serial: w.Serial,
		PrivateKey: w.PrivateKey, PublicKeyID: w.PublicKeyID, PublicKey: w.PublicKey})
	if err != nil {
		t.Fatal(err)
	}
	p, err := wechatpay.New(settings, payments.NewClient(payments.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	return []pay.Provider{p}, toys{box}
}

// toys makes the sandbox an app.Sandbox.
type toys struct{ box *sandbox.Server }

func (b toys) Script(provider string, faults []string, seed int64) error {
	return b.box.Script(provider, faults, uint64(seed))
}
func (b toys) Accounts() (any, error)                       { return b.box.Accounts(), nil }
func (b toys) Statement(provider, date string) (any, error) { return b.box.Statement(provider, date) }

// answers sends text as it is and returns the lines that come back.
func answers(t testing.TB, f *rpc.Face, text string) []string {
	t.Helper()
	var out bytes.Buffer
	if err := f.Serve(context.Background(), strings.NewReader(text), &out); err != nil {
		t.Fatal(err)
	}
	if out.Len() == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

// answer is one line taken apart.
type answer struct {
	ID     json.RawMessage `json:"id"`
	Result any             `json:"result"`
	Error  *struct {
		Code    int            `json:"code"`
		Message string         `json:"message"`
		Data    map[string]any `json:"data"`
	} `json:"error"`
}

// reason is why it was refused, empty where it was not.
func (a answer) reason() string {
	if a.Error == nil {
		return ""
	}
	if r, ok := a.Error.Data["reason"].(string); ok {
		return r
	}
	return fmt.Sprint(a.Error.Code)
}

func parse(t testing.TB, line string) (a answer) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(line))
	d.UseNumber()
	if err := d.Decode(&a); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	return a
}

// ask sends one request.
func ask(t testing.TB, f *rpc.Face, method, params string) answer {
	t.Helper()
	lines := answers(t, f, fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q,"params":%s}`+"\n", method, params))
	if len(lines) != 1 {
		t.Fatalf("%s: %d answers: %q", method, len(lines), lines)
	}
	return parse(t, lines[0])
}

// begun is a shop that is set up, signed on and open, with two items. It touches no files of others.
func begun(t testing.TB) *rpc.Face {
	t.Helper()
	f := newFace(t, nil)
	for _, call := range [][2]string{{"shop.setup", `{"template":"retail","name":"小店","currency":"CNY","locale":"en"}`}, {"staff.login", `{"staff":"1","pin":"1234"}`},
		{"catalog.put", `{"items":[{"sku":"tea","name":"Tea","price":1310,"barcodes":["6901234567892"]},{"sku":"pen","name":"Pen","price":"1.9900"}]}`}, {"shift.open", `{"float":10000}`}} {
		if a := ask(t, f, call[0], call[1]); a.Error != nil {
			t.Fatal(call[0], a.Error)
		}
	}
	return f
}
