package alipaybox

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// memory is a Keep.
type memory struct {
	mu    sync.Mutex
	lines map[string][][]byte
	fail  error
}

func (m *memory) Lines(name string, each func([]byte) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range m.lines[name] {
		if err := each(l); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) Append(name string, line []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lines[name] = append(m.lines[name], bytes.Clone(line))
	return m.fail
}

func TestKeysAndBooksSurvive(t *testing.T) {
	m := &memory{lines: map[string][][]byte{}}
	c := start(t, Options{Keep: m})
	code := c.FreshCode()
	c.pay("own0001", code, "13.10")
	c.refund("own0001", "r1", "3.10")
	c.Play([]string{"userpaying(0,never)"}, 1)
	c.pay("typing", c.FreshCode(), "1.00")
	_, node := c.call("alipay.trade.precreate", map[string]any{"out_trade_no": "shown", "subject": "店", "total_amount": "1.00"})
	before, settings := fmt.Sprint(c.Balances(), first(c.Movements(""))), c.Settings()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c.start(Options{Keep: m})
	after := c.Settings()
	if got := fmt.Sprint(c.Balances(), first(c.Movements(""))); got != before || after.PrivateKey != settings.PrivateKey || after.AlipayKey != settings.AlipayKey {
		t.Errorf("before %s\nafter  %s", before, got)
	}
	if c.query("own0001") != success || c.Net("own0001") != 1000 || c.refund("own0001", "r1", "3.10") != "10000 N 3.10" || c.query("typing") != waiting {
		t.Error("the trades are not what they were")
	}
	if said := c.pay("own0002", code, "1.00"); said != "40004ACQ.PAYMENT_AUTH_CODE_INVALID" {
		t.Error("a code paid twice:", said)
	}
	if err := c.Scan(node["qr_code"].(string), true); err != nil || c.Net("shown") != 100 {
		t.Error(err)
	}
	if text := fmt.Sprintf("%s", m.lines); strings.Contains(text, code) {
		t.Error("a payer's code is kept")
	}
	c.Close()
	c.start(Options{Keep: m, Certificates: true})
	if said := c.query("own0001"); said != success || c.Settings().RootCert == "" {
		t.Error("the other mode:", said)
	}
	m.fail = errors.New("disk full")
	if said := c.pay("own0009", c.FreshCode(), "1.00"); said != "10000" {
		t.Error(said)
	}
	if err := c.Close(); !errors.Is(err, m.fail) {
		t.Errorf("a full disk is kept quiet: %v", err)
	}
}

func first[T any](v T, _ error) T { return v }

func TestOpensslAgreesWithTheSignature(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Log("no openssl here")
		return
	}
	c := start(t, Options{})
	c.pay("own0001", c.FreshCode(), "13.10")
	text := string(c.last)
	node, rest, ok := strings.Cut(strings.TrimPrefix(text, `{"alipay_trade_pay_response":`), `,"sign":"`)
	if !ok {
		t.Fatal(text)
	}
	signature, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(rest, `"}`))
	if err != nil {
		t.Fatal(err)
	}
	public, _ := x509.MarshalPKIXPublicKey(&c.keys.alipay.PublicKey)
	dir := t.TempDir()
	for name, data := range map[string][]byte{"key.pem": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}), "sig": signature, "text": []byte(node)} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "sig", "text")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s %v", out, err)
	}
}
