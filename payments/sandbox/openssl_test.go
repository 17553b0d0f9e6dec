package sandbox

import (
	"encoding/base64"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// need skips a test for a missing program, unless SUANPAN_REQUIRE_<NAME> says that it must be there.
func need(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(strings.ToLower(name))
	if err != nil {
		if os.Getenv("SUANPAN_REQUIRE_"+name) != "" {
			t.Fatalf("%s is required and missing: %v", name, err)
		}
		t.Skipf("needs the program %s", strings.ToLower(name))
	}
	return path
}

func TestOpenSSLAgreesWithTheSignature(t *testing.T) {
	for _, mode := range []string{ModePublicKey, ModeCertificate} {
		t.Run(mode, func(t *testing.T) { agreeOpenSSL(t, need(t, "OPENSSL"), mode) })
	}
}

func agreeOpenSSL(t *testing.T, openssl, mode string) {
	c := start(t, Options{Mode: mode})
	_, _, body := c.call("GET", "/v3/pay/transactions/out-trade-no/own9999?mchid="+wechatMchID, nil)
	h := c.last.Header
	folder := t.TempDir()
	write := func(name string, content []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	signature, err := base64.StdEncoding.DecodeString(h.Get("Wechatpay-Signature"))
	if err != nil {
		t.Fatal(err)
	}
	public := []byte(c.WechatSettings().PublicKey)
	if mode == ModeCertificate {
		x := c.wechat.platform[0]
		if h.Get("Wechatpay-Serial") != x.serial {
			t.Errorf("signed by %s", h.Get("Wechatpay-Serial"))
		}
		cert := write("cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: x.der}))
		if public, err = exec.Command(openssl, "x509", "-in", cert, "-pubkey", "-noout").Output(); err != nil {
			t.Fatal(err)
		}
	}
	key := write("key.pem", public)
	sig := write("sig", signature)
	for text, want := range map[string]string{
		h.Get("Wechatpay-Timestamp") + "\n" + h.Get("Wechatpay-Nonce") + "\n" + string(body) + "\n":  "Verified OK",
		h.Get("Wechatpay-Timestamp") + "\n" + h.Get("Wechatpay-Nonce") + "\n" + string(body) + " \n": "Verification failure",
	} {
		out, _ := exec.Command(openssl, "dgst", "-sha256", "-verify", key, "-signature", sig, write("text", []byte(text))).CombinedOutput()
		if !strings.Contains(string(out), want) {
			t.Errorf("openssl says %s, want %s", out, want)
		}
	}
}
