package rpc

import (
	"context"
	"encoding/json"

	"suanpan/app"
)

type providerName struct {
	Provider string `json:"provider"`
}

type providerAct struct {
	Key
	Approval
	Provider string `json:"provider"`
	Reason   string `json:"reason,omitempty"`
}

func providerMethods() []Method {
	const g = "Providers"
	return []Method{
		def(g, "provider.kinds", "Lists the providers that can be set up, with the fields of each form.", func(_ context.Context, f *Face, _ none) (map[string]any, error) {
			return map[string]any{"kinds": f.Shop.ProviderKinds()}, nil
		}),
		def(g, "provider.put", "Keeps a provider's settings as a draft; secrets go in and never come out, and one left empty stays. What takes money goes on unchanged.", func(ctx context.Context, f *Face, p struct {
			Key
			Provider string          `json:"provider"`
			Settings json.RawMessage `json:"settings"`
			Contract app.Contract    `json:"contract,omitzero"`
		}) (map[string]any, error) {
			got, err := f.Shop.PutProvider(p.in(ctx), app.ProviderPut{Provider: p.Provider, Settings: p.Settings, Contract: p.Contract})
			return map[string]any{"provider": p.Provider, "profile": got, "providers": f.Shop.Providers(ctx)}, err
		}),
		def(g, "provider.list", "Lists the providers that take money, and the profiles of all that are set up, without secrets.", func(ctx context.Context, f *Face, _ none) (map[string]any, error) {
			return map[string]any{"providers": f.Shop.Providers(ctx), "profiles": f.Shop.Profiles(ctx)}, nil
		}),
		def(g, "provider.back", "Tries a provider that is out of service, and lets it take money again if the test is passed.", func(ctx context.Context, f *Face, p providerName) (app.ProviderTest, error) {
			return f.Shop.BackInService(ctx, p.Provider)
		}),
		def(g, "provider.test", "Asks a provider about a payment that does not exist: keys, clock and line are proven by its signed answer.", func(ctx context.Context, f *Face, p providerName) (app.ProviderTest, error) {
			return f.Shop.TestProfile(ctx, p.Provider)
		}),
		def(g, "provider.accept", "Runs the acceptance script with the newest settings: pay, query, refund, reverse, bill. No money moves.", func(ctx context.Context, f *Face, p providerName) (app.Acceptance, error) {
			return f.Shop.Accept(ctx, p.Provider, nil)
		}),
		def(g, "provider.live", "Puts tested and accepted settings to work, or a suspended provider back.", func(ctx context.Context, f *Face, p providerAct) (app.ProfileInfo, error) {
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return app.ProfileInfo{}, err
			}
			return f.Shop.GoLive(ctx, p.Provider)
		}),
		def(g, "vault.status", "Where the key of the sealed provider settings lies (keyring, passphrase, file), whether it is open, and which providers wait for it.", func(_ context.Context, f *Face, _ none) (app.VaultInfo, error) {
			info, ok := f.Shop.Vault()
			if !ok {
				return info, &app.Error{Code: "sandbox_only"}
			}
			return info, nil
		}),
		def(g, "vault.unlock", "Opens the vault and puts the providers that waited for it back to work. Without a passphrase the system's keyring is asked again.", func(ctx context.Context, f *Face, p struct {
			Passphrase string `json:"passphrase,omitempty"`
		}) (app.VaultInfo, error) {
			return f.Shop.UnlockVault(ctx, p.Passphrase)
		}),
		def(g, "vault.protect", "Puts a key that lies in a file under a passphrase, or under another one than old. What was sealed stays as it is.", func(ctx context.Context, f *Face, p struct {
			Old        string `json:"old,omitempty"`
			Passphrase string `json:"passphrase"`
		}) (app.VaultInfo, error) {
			return f.Shop.ProtectVault(ctx, p.Old, p.Passphrase)
		}),
		def(g, "provider.suspend", "Takes a provider off the till; payments that began with it are followed to their end.", func(ctx context.Context, f *Face, p providerAct) (app.ProfileInfo, error) {
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return app.ProfileInfo{}, err
			}
			return f.Shop.SuspendProvider(ctx, p.Provider, p.Reason)
		}),
	}
}
