package payments

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/zalando/go-keyring"
)

// Errors of the vault.
var (
	ErrVaultLocked     = errors.New("payments: the system's keyring does not answer; payments are off, cash is not")
	ErrVaultPassphrase = errors.New("payments: the vault waits for its passphrase; payments are off, cash is not")
	ErrPassphrase      = errors.New("payments: that is not the vault's passphrase")
	ErrSealed          = errors.New("payments: sealed with another key, for another use, or damaged")
)

// Vault seals secrets for the store. The shop keeps the sealed bytes; the vault keeps only its one key.
type Vault interface {
	// Seal encrypts plain for one use. It is safe for concurrent use.
	Seal(use Use, plain []byte) ([]byte, error)
	// Open is the reverse; bytes sealed for another use are ErrSealed.
	Open(use Use, sealed []byte) ([]byte, error)
	// Home says where the key lies, and whether people must be warned.
	Home() Home
}

// Use binds sealed bytes to what they are for, so that a row copied elsewhere in the store does not open.
type Use struct{ Provider, Merchant, Name string }

func (u Use) bytes() []byte {
	return fmt.Appendf(nil, "suanpan vault 1|%q|%q|%q", u.Provider, u.Merchant, u.Name)
}

// Home says where the vault's key lies.
type Home string

// The homes. InFile wants a warning on the screen: whoever copies the folder can open the secrets.
const (
	InKeyring       Home = "keyring"
	UnderPassphrase Home = "passphrase" // in a file that a passphrase opens
	InFile          Home = "file"
)

// Warn reports whether people must be told that the key is poorly kept.
func (h Home) Warn() bool { return h == InFile }

// The vault's names outside.
const (
	keyringService = "suanpan"
	vaultKeyFile   = "vault.key"  // the key itself, where there is neither keyring nor passphrase
	vaultSealFile  = "vault.age"  // the key under a passphrase
	vaultHomeFile  = "vault.home" // says "keyring": then a missing keyring is never answered by a new key
	keyringWait    = 5 * time.Second
	keySize        = 32
)

// OpenVault finds or makes the 32-byte key of the shop in folder: in the system's keyring under account, else in a file
// beside the data that passphrase seals, else, where passphrase is empty and with Home.Warn true, in the file itself. A
// sealed key without a passphrase is ErrVaultPassphrase, with a wrong one ErrPassphrase. Once the key is in the keyring, a
// keyring that does not answer is ErrVaultLocked: a second key would leave the sealed secrets shut for ever.
func OpenVault(folder, account, passphrase string) (Vault, error) {
	if sealed, err := os.ReadFile(filepath.Join(folder, vaultSealFile)); err == nil {
		return openSealed(sealed, passphrase)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("vault seal file: %w", err)
	}
	if key, err := os.ReadFile(filepath.Join(folder, vaultKeyFile)); err == nil {
		return newVault(key, InFile)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("vault key file: %w", err)
	}
	_, err := os.Stat(filepath.Join(folder, vaultHomeFile))
	known := err == nil
	key, err := fromKeyring(account, !known)
	switch {
	case err == nil:
		if !known {
			err = writeOnce(filepath.Join(folder, vaultHomeFile), []byte(InKeyring))
		}
		if err != nil {
			return nil, fmt.Errorf("vault: %w", err)
		}
		return newVault(key, InKeyring)
	case known:
		return nil, fmt.Errorf("%w: %w", ErrVaultLocked, err)
	}
	key = make([]byte, keySize)
	if _, err := rand.Read(key); err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	if passphrase != "" {
		if err := writeSealed(folder, key, passphrase); err != nil {
			return nil, err
		}
		return newVault(key, UnderPassphrase)
	}
	if err := writeOnce(filepath.Join(folder, vaultKeyFile), key); err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	return newVault(key, InFile)
}

// fromKeyring reads the key, and makes it where it is missing and may be made. A keyring that waits for a person's
// password is given up after a while.
func fromKeyring(account string, fresh bool) ([]byte, error) {
	type answer struct {
		key []byte
		err error
	}
	got := goAsk(func() (a answer) {
		a.key, a.err = askKeyring(account, fresh)
		return a
	})
	select {
	case a := <-got:
		return a.key, a.err
	case <-time.After(keyringWait):
		return nil, errors.New("keyring: no answer")
	}
}

func goAsk[T any](ask func() T) <-chan T {
	got := make(chan T, 1)
	go func() { got <- ask() }()
	return got
}

func askKeyring(account string, fresh bool) ([]byte, error) {
	text, err := keyring.Get(keyringService, account)
	if err == nil {
		return base64.StdEncoding.DecodeString(text)
	}
	if !errors.Is(err, keyring.ErrNotFound) || !fresh {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	key := make([]byte, keySize)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	if err := keyring.Set(keyringService, account, base64.StdEncoding.EncodeToString(key)); err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	return key, nil
}

// writeOnce makes a file that only this user reads, and fails where it exists.
func writeOnce(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

type vault struct {
	aead cipher.AEAD
	home Home
}

func newVault(key []byte, home Home) (Vault, error) {
	if len(key) != keySize {
		return nil, fmt.Errorf("vault: key of %d bytes: %w", len(key), ErrKey)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	return vault{aead, home}, nil
}

func (v vault) Home() Home { return v.home }

// Seal answers nonce and AES-256-GCM ciphertext, bound to the use.
func (v vault) Seal(use Use, plain []byte) ([]byte, error) {
	nonce := make([]byte, v.aead.NonceSize(), v.aead.NonceSize()+len(plain)+v.aead.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	return v.aead.Seal(nonce, nonce, plain, use.bytes()), nil
}

// Open answers what Seal was given.
func (v vault) Open(use Use, sealed []byte) ([]byte, error) {
	n := v.aead.NonceSize()
	if len(sealed) < n {
		return nil, ErrSealed
	}
	plain, err := v.aead.Open(nil, sealed[:n], sealed[n:], use.bytes())
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}
