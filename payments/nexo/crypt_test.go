package nexo

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// The expected values come from another implementation: Python 3 hashlib.pbkdf2_hmac('sha1', pass, b'AdyenNexoV1Salt', 4000,
// 80) and its package cryptography 48 (AES-256-CBC with IV xor nonce, PKCS #7; HMAC-SHA256 over the plaintext), run by hand
// on 2026-11-22. The same Python, and this code, opened the encrypted example that Adyen publishes in the tests of its
// Node.js library ("should decrypt event notification"); its keys and texts stay there.
const (
	knownPass  = "Ein Passwort 口令"
	knownPlain = `{"SaleToPOIRequest":{"MessageHeader":{"ServiceID":"S1"}}}`
	knownBlob  = "G3rsY/hIdmknVg2OCrNjosVsBDFZJKw6gCLFwodUNScMichuXa2KIpZiY/tbcgUxRJmDwkFvDckIkQLr2Bukrw=="
	knownMAC   = "0DJp1H0KGN7TNJNT1pHPT9Ilk8enh7YjbnAmwAaW7oM="
	knownKeys  = "ee05b95eb7d7fa33e1f86195fdf21fa50cbd064d9cbc4f8176cf31a4f72dc26f" +
		"8d484c6fe8463861a65f4a3f0ffd2e6485bf33074f66a766e075f58ad410805a" + "680d57cb1917818a950b9d49437d3230"
)

func knownNonce() []byte {
	n := make([]byte, 16)
	for i := range n {
		n[i] = byte(i)
	}
	return n
}

func knownKey(t testing.TB) *keys {
	t.Helper()
	k, err := deriveKeys(knownPass)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func decode(t testing.TB, text string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestKeysAndMessagesAreThoseOfAnotherImplementation(t *testing.T) {
	k := knownKey(t)
	if got := hex.EncodeToString(k.mac[:]) + hex.EncodeToString(k.cipher[:]) + hex.EncodeToString(k.iv[:]); got != knownKeys {
		t.Errorf("keys %s", got)
	}
	blob, mac := k.seal([]byte(knownPlain), knownNonce())
	if base64.StdEncoding.EncodeToString(blob) != knownBlob || base64.StdEncoding.EncodeToString(mac) != knownMAC {
		t.Errorf("%x %x", blob, mac)
	}
	plain, err := k.open(decode(t, knownBlob), knownNonce(), decode(t, knownMAC))
	if err != nil || string(plain) != knownPlain {
		t.Errorf("%s %v", plain, err)
	}
}

func TestEveryChangedByteIsTheSameRefusal(t *testing.T) {
	k := knownKey(t)
	plain := []byte(strings.Repeat("x", 40))
	blob, mac := k.seal(plain, knownNonce())
	refused := func(what string, blob, nonce, mac []byte) {
		t.Helper()
		if got, err := k.open(blob, nonce, mac); err == nil || err != errSealed || got != nil {
			t.Errorf("%s: %q %v", what, got, err)
		}
	}
	for i := range blob {
		bad := bytes.Clone(blob)
		bad[i] ^= 1
		refused(fmt.Sprint("blob ", i), bad, knownNonce(), mac)
	}
	for i := range mac {
		bad := bytes.Clone(mac)
		bad[i] ^= 0x80
		refused(fmt.Sprint("mac ", i), blob, knownNonce(), bad)
	}
	for i := range 16 {
		bad := knownNonce()
		bad[i]++
		refused(fmt.Sprint("nonce ", i), blob, bad, mac)
	}
	refused("short nonce", blob, knownNonce()[:15], mac)
	refused("no blob", nil, knownNonce(), mac)
	refused("half a block", blob[:len(blob)-1], knownNonce(), mac)
	refused("a block less", blob[:len(blob)-16], knownNonce(), mac)
	refused("half a mac", blob, knownNonce(), mac[:16])
	other, err := deriveKeys("another passphrase")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.open(blob, knownNonce(), mac); !errors.Is(err, errSealed) {
		t.Error("opened with another passphrase")
	}
	if text := fmt.Sprintf("%v %+v %#v %x", k, k, k, k); strings.Contains(text, "ee05") || strings.Contains(text, "238") {
		t.Error("keys show themselves")
	}
}

func TestPaddingIsJudgedWhole(t *testing.T) {
	block := func(tail ...byte) []byte { return append(bytes.Repeat([]byte{9}, 32-len(tail)), tail...) }
	for _, tc := range []struct {
		plain []byte
		pad   int
		good  int
	}{
		{block(1), 1, 1}, {block(2, 2), 2, 1}, {block(3, 2), 2, 0}, {block(0), 16, 0}, {block(17), 16, 0}, {block(255), 16, 0},
		{bytes.Repeat([]byte{16}, 32), 16, 1}, {append(block()[:16], append([]byte{15}, bytes.Repeat([]byte{16}, 15)...)...), 16, 0},
	} {
		if pad, good := padding(tc.plain); good != tc.good || (good == 1 && pad != tc.pad) {
			t.Errorf("%v: %d %d", tc.plain[16:], pad, good)
		}
	}
}

func FuzzOpen(f *testing.F) {
	k := knownKey(f)
	f.Add(decode(f, knownBlob), knownNonce(), decode(f, knownMAC))
	f.Add([]byte{}, []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, blob, nonce, mac []byte) {
		plain, err := k.open(blob, nonce, mac)
		if err == nil && string(plain) != knownPlain {
			t.Fatal("noise opens")
		}
		if len(nonce) == 16 { // whatever we seal opens again
			blob, mac := k.seal(blob, nonce)
			if _, err := k.open(blob, nonce, mac); err != nil {
				t.Fatal(err)
			}
		}
	})
}
