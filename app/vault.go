package app

import (
	"context"
	"maps"
	"slices"

	"suanpan/app/pay"
	"suanpan/app/shift"
)

// Safe is the till's vault, where the desk keeps what it seals (N10); wire.go hands it in. Its answers are *Error.
type Safe interface {
	// Vault says where its key lies and whether it is open. It may wait for the system's keyring.
	Vault() VaultState
	// Unlock opens it; a wrong passphrase is answered late. An empty one asks the system's keyring again.
	Unlock(ctx context.Context, passphrase string) error
	// Protect puts a key that lies in a file under a passphrase, or under another one than old.
	Protect(ctx context.Context, old, passphrase string) error
}

// VaultState is how the vault stands. Home is "keyring", "passphrase" or "file"; empty where the keyring does not say.
type VaultState struct {
	Home string `json:"home,omitempty"`
	Open bool   `json:"open"`
	Warn bool   `json:"warn,omitempty"` // whoever copies the folder can open the secrets
	Why  string `json:"why,omitempty"`  // of a shut one: the code of an error
}

// VaultInfo is the vault with what waits for it.
type VaultInfo struct {
	VaultState
	Off []string `json:"off"` // providers that take no money until it is open
}

// PassphraseLeast is how many characters a passphrase has at least.
const PassphraseLeast = 10

// Vault says how the vault stands; ok is false where this till has none. It may wait for the system's keyring.
func (s *Shop) Vault() (info VaultInfo, ok bool) {
	if s.p.Safe == nil || s.sandbox() != nil {
		return VaultInfo{Off: []string{}}, false
	}
	info.VaultState = s.p.Safe.Vault()
	s.mu.Lock()
	defer s.mu.Unlock()
	info.Off = slices.Sorted(maps.Keys(s.shut))
	if info.Off == nil {
		info.Off = []string{}
	}
	return info, true
}

// UnlockVault opens the vault and puts the providers that waited for it back to work. Who knows the passphrase needs no
// further right than to be signed on.
func (s *Shop) UnlockVault(ctx context.Context, passphrase string) (VaultInfo, error) {
	if _, ok := s.Vault(); !ok {
		return VaultInfo{}, refuse("sandbox_only", nil)
	}
	if s.Info().Staff == nil {
		return VaultInfo{}, refuse("not_signed_on", nil)
	}
	if err := s.p.Safe.Unlock(ctx, passphrase); err != nil {
		return VaultInfo{}, err
	}
	_, err := change(WithKey(ctx, ""), s, "vault.unlock", nil, func(t *turn) (bool, error) {
		list, shut, err := s.opened(t)
		if err != nil {
			return false, err
		}
		t.after = append(t.after, func() { s.p.Providers, s.shut, s.provided = list, shut, s.provided+1 })
		t.tell(Event{Kind: SettingsChanged})
		_, err = t.fact("vault.unlocked", map[string]any{"off": len(shut)})
		return err == nil, err
	})
	s.poke()
	info, _ := s.Vault()
	return info, err
}

// ProtectVault puts the vault's key under a passphrase, or under another one than old; what was sealed stays as it is.
func (s *Shop) ProtectVault(ctx context.Context, old, passphrase string) (VaultInfo, error) {
	if _, ok := s.Vault(); !ok {
		return VaultInfo{}, refuse("sandbox_only", nil)
	}
	if err := s.may(ctx, shift.EditShop); err != nil {
		return VaultInfo{}, err
	}
	if len([]rune(passphrase)) < PassphraseLeast {
		return VaultInfo{}, refuse("vault_short", nil, "least", PassphraseLeast)
	}
	if err := s.p.Safe.Protect(ctx, old, passphrase); err != nil {
		return VaultInfo{}, err
	}
	_, err := change(WithKey(context.WithoutCancel(ctx), ""), s, "vault.protect", nil, func(t *turn) (bool, error) {
		t.tell(Event{Kind: SettingsChanged})
		_, err := t.fact("vault.protected", map[string]any{"home": s.p.Safe.Vault().Home})
		return err == nil, err
	})
	info, _ := s.Vault()
	return info, err
}

// opened makes the providers of the live settings. One whose settings do not open is answered with why: cash is not
// affected (N10).
func (s *Shop) opened(v View) (list []pay.Provider, shut map[string]*Error, err error) {
	all, err := sealedProviders(v, liveSettings)
	if err != nil {
		return nil, nil, err
	}
	shut = map[string]*Error{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		made, err := s.p.Desk.Open(name, all[name])
		if err != nil {
			s.p.Log.Error("provider is off", "provider", name, "err", err)
			code, _, _ := Explain(err)
			if code == "internal" {
				code = "provider_invalid"
			}
			shut[name] = &Error{Code: code, Data: map[string]any{"provider": name, "method": name, "why": err.Error()}, Err: err}
			continue
		}
		list = append(list, made.Provider)
	}
	return list, shut, nil
}

// absent says why there is no such provider: the vault is shut, or nobody set one up. method may be a flow.
func (s *Shop) absent(method string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.shut[method]; e != nil {
		return e
	}
	if method == string(pay.ByCard) || method == string(pay.ByQR) {
		for _, e := range s.shut { // one of them might have offered it
			return e
		}
	}
	return refuse("method_unavailable", nil, "method", method)
}
