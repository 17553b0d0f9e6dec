package payments

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"filippo.io/age"
)

// A passphrase is made dear to try: 2^17 rounds of scrypt are about half a second and 128 MiB. A file that asks for more
// than sealMost would only stop the till.
const (
	sealWork = 17
	sealMost = 20
)

// SealVault puts the key of the shop in folder under a passphrase: one that lies in a file, or one that is under the
// passphrase old already. What the vault has sealed stays as it is. A key in the system's keyring needs none and is
// fs.ErrNotExist. The new file is opened again before the bare key is removed. Not to be called twice at once.
func SealVault(folder, old, passphrase string) (Vault, error) {
	if passphrase == "" {
		return nil, ErrPassphrase
	}
	bare := filepath.Join(folder, vaultKeyFile)
	sealed, err := os.ReadFile(filepath.Join(folder, vaultSealFile))
	var key []byte
	switch {
	case err == nil:
		key, err = unseal(sealed, old)
	case errors.Is(err, fs.ErrNotExist):
		key, err = os.ReadFile(bare)
	}
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	if err := writeSealed(folder, key, passphrase); err != nil {
		return nil, err
	}
	if err := os.Remove(bare); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("vault: %w", err)
	}
	return newVault(key, UnderPassphrase)
}

func openSealed(sealed []byte, passphrase string) (Vault, error) {
	if passphrase == "" {
		return nil, ErrVaultPassphrase
	}
	key, err := unseal(sealed, passphrase)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	return newVault(key, UnderPassphrase)
}

// unseal answers the key; another passphrase than the right one is ErrPassphrase.
func unseal(sealed []byte, passphrase string) ([]byte, error) {
	if passphrase == "" {
		return nil, ErrPassphrase
	}
	who, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, err
	}
	who.SetMaxWorkFactor(sealMost)
	plain, err := age.Decrypt(bytes.NewReader(sealed), who)
	var none *age.NoIdentityMatchError
	switch {
	case errors.As(err, &none):
		return nil, ErrPassphrase
	case err != nil:
		return nil, fmt.Errorf("seal file: %w", err)
	}
	key, err := io.ReadAll(io.LimitReader(plain, keySize+1))
	if err != nil {
		return nil, fmt.Errorf("seal file: %w", err)
	}
	return key, nil
}

// writeSealed replaces the seal file in one step, once what was written opens.
func writeSealed(folder string, key []byte, passphrase string) error {
	who, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	who.SetWorkFactor(sealWork)
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, who)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	_, err = w.Write(key)
	if err = errors.Join(err, w.Close()); err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	fresh := filepath.Join(folder, vaultSealFile+".new")
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("vault: %w", err)
	}
	if err := writeOnce(fresh, sealed.Bytes()); err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	back, err := os.ReadFile(fresh)
	if err == nil {
		back, err = unseal(back, passphrase)
	}
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	if !bytes.Equal(back, key) {
		return errors.New("vault: the sealed key does not read back")
	}
	if err := os.Rename(fresh, filepath.Join(folder, vaultSealFile)); err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	return syncFolder(folder)
}

// syncFolder makes a rename outlive a power cut; systems without the means are believed.
func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	_ = d.Sync()
	return d.Close()
}
