package payments

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/zalando/go-keyring"
)

func testKeyPEM(t *testing.T) []byte {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

var use = Use{"wechatpay", "1900000109", "api"}

func TestTheVaultKeepsItsKeyInTheKeyring(t *testing.T) {
	keyring.MockInit()
	folder := t.TempDir()
	v, err := OpenVault(folder, "shop-1", "")
	if err != nil || v.Home() != InKeyring || v.Home().Warn() {
		t.Fatal(v, err)
	}
	sealed, err := v.Seal(use, []byte("secret"))
	if err != nil || bytes.Contains(sealed, []byte("secret")) {
		t.Fatal(err)
	}
	again, err := OpenVault(folder, "shop-1", "")
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := again.Open(use, sealed); err != nil || string(plain) != "secret" {
		t.Errorf("%q %v", plain, err)
	}
	for name, other := range map[string]Use{"provider": {"alipay", use.Merchant, use.Name}, "merchant": {use.Provider, "1", use.Name}, "name": {use.Provider, use.Merchant, "x"}} {
		if _, err := again.Open(other, sealed); !errors.Is(err, ErrSealed) {
			t.Errorf("opens for another %s: %v", name, err)
		}
	}
	for at := range sealed {
		bad := bytes.Clone(sealed)
		bad[at] ^= 1
		if _, err := again.Open(use, bad); !errors.Is(err, ErrSealed) {
			t.Fatalf("a flipped bit at %d opens: %v", at, err)
		}
	}
	if _, err := again.Open(use, nil); !errors.Is(err, ErrSealed) {
		t.Error(err)
	}
	keyring.MockInitWithError(errors.New("locked"))
	if _, err := OpenVault(folder, "shop-1", ""); !errors.Is(err, ErrVaultLocked) {
		t.Errorf("a silent keyring makes a new key: %v", err)
	}
	if _, err := os.Stat(filepath.Join(folder, vaultKeyFile)); err == nil {
		t.Error("a second key was written")
	}
	keyring.MockInit() // answers, but has lost the key
	if _, err := OpenVault(folder, "shop-1", ""); !errors.Is(err, ErrVaultLocked) {
		t.Errorf("a lost key is replaced: %v", err)
	}
}

func TestWithoutAKeyringTheKeyLiesInAFileAndPeopleAreWarned(t *testing.T) {
	keyring.MockInitWithError(errors.New("no keyring here"))
	folder := t.TempDir()
	v, err := OpenVault(folder, "shop-1", "")
	if err != nil || v.Home() != InFile || !v.Home().Warn() {
		t.Fatal(v, err)
	}
	sealed, _ := v.Seal(use, []byte("secret"))
	info, err := os.Stat(filepath.Join(folder, vaultKeyFile))
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	keyring.MockInit() // a keyring that appears later does not hide the file
	again, err := OpenVault(folder, "shop-1", "")
	if err != nil || again.Home() != InFile {
		t.Fatal(err)
	}
	if plain, err := again.Open(use, sealed); err != nil || string(plain) != "secret" {
		t.Errorf("%q %v", plain, err)
	}
}

func TestAPassphraseSealsTheKeyAndWhatWasSealedStaysOpen(t *testing.T) {
	keyring.MockInitWithError(errors.New("no keyring here"))
	folder := t.TempDir()
	bare, err := OpenVault(folder, "shop-1", "")
	if err != nil {
		t.Fatal(err)
	}
	sealed, _ := bare.Seal(use, []byte("secret"))
	key, _ := os.ReadFile(filepath.Join(folder, vaultKeyFile))
	v, err := SealVault(folder, "", "correct horse battery")
	if err != nil || v.Home() != UnderPassphrase || v.Home().Warn() {
		t.Fatal(v, err)
	}
	if _, err := os.Stat(filepath.Join(folder, vaultKeyFile)); err == nil {
		t.Error("the bare key stayed")
	}
	info, err := os.Stat(filepath.Join(folder, vaultSealFile))
	text, _ := os.ReadFile(filepath.Join(folder, vaultSealFile))
	if err != nil || info.Mode().Perm()&0o077 != 0 || bytes.Contains(text, key) {
		t.Errorf("%v %v", info.Mode(), err)
	}
	opens := func(pass string, want error) {
		t.Helper()
		v, err := OpenVault(folder, "shop-1", pass)
		if !errors.Is(err, want) {
			t.Fatal(err)
		}
		if err == nil {
			if plain, err := v.Open(use, sealed); err != nil || string(plain) != "secret" {
				t.Errorf("%q %v", plain, err)
			}
		}
	}
	opens("", ErrVaultPassphrase)
	opens("correct horse", ErrPassphrase)
	keyring.MockInit() // a keyring that appears later does not make a second key
	opens("", ErrVaultPassphrase)
	opens("correct horse battery", nil)
	if _, err := SealVault(folder, "wrong", "staple staple"); !errors.Is(err, ErrPassphrase) {
		t.Error(err)
	}
	if _, err := SealVault(folder, "correct horse battery", ""); !errors.Is(err, ErrPassphrase) {
		t.Error(err)
	}
	if _, err := SealVault(folder, "correct horse battery", "staple staple"); err != nil {
		t.Fatal(err)
	}
	opens("correct horse battery", ErrPassphrase)
	opens("staple staple", nil)
	text, _ = os.ReadFile(filepath.Join(folder, vaultSealFile))
	for _, bad := range [][]byte{nil, text[:40], append([]byte("x"), text...)} {
		if err := os.WriteFile(filepath.Join(folder, vaultSealFile), bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenVault(folder, "shop-1", "staple staple"); err == nil {
			t.Error("a damaged seal opens")
		}
	}
}

func TestAPassphraseGivenAtTheFirstStartLeavesNoBareKey(t *testing.T) {
	keyring.MockInitWithError(errors.New("no keyring here"))
	folder := t.TempDir()
	v, err := OpenVault(folder, "shop-1", "correct horse battery")
	if err != nil || v.Home() != UnderPassphrase {
		t.Fatal(v, err)
	}
	if _, err := os.Stat(filepath.Join(folder, vaultKeyFile)); err == nil {
		t.Error("a bare key was written")
	}
	keyring.MockInit()
	v, err = OpenVault(t.TempDir(), "shop-1", "correct horse battery")
	if err != nil || v.Home() != InKeyring {
		t.Error("the keyring comes first", err)
	}
	if _, err := SealVault(t.TempDir(), "", "correct horse battery"); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}
