package rpc

import (
	"context"

	"suanpan/app"
)

func deviceMethods() []Method {
	const g = "Devices"
	return []Method{
		def(g, "device.list", "Lists the configured devices.", func(ctx context.Context, f *Face, _ none) (map[string]any, error) {
			list, err := f.Shop.Devices(ctx)
			if list == nil {
				list = []app.Device{}
			}
			return map[string]any{"devices": list}, err
		}),
		def(g, "device.put", "Adds or replaces a device; an empty address removes it.", func(ctx context.Context, f *Face, p struct {
			Key
			app.Device
		}) (map[string]any, error) {
			list, err := f.Shop.PutDevice(p.in(ctx), p.Device)
			return map[string]any{"devices": list}, err
		}),
	}
}

func sandboxMethods() []Method {
	const g = "Sandbox"
	return []Method{
		def(g, "sandbox.script", "Makes a stand-in provider misbehave as its fault names say.", func(_ context.Context, f *Face, p struct {
			Provider string   `json:"provider"`
			Faults   []string `json:"faults"`
			Seed     int64    `json:"seed,omitempty"`
		}) (none, error) {
			return none{}, f.Shop.SandboxScript(p.Provider, p.Faults, p.Seed)
		}),
		def(g, "sandbox.accounts", "Shows the stand-in payers and what they have left.", func(_ context.Context, f *Face, _ none) (any, error) {
			return f.Shop.SandboxAccounts()
		}),
		def(g, "sandbox.statement", "Shows what a stand-in provider has on its books for a day.", func(_ context.Context, f *Face, p struct {
			Provider string `json:"provider"`
			Date     string `json:"date"`
		}) (any, error) {
			return f.Shop.SandboxStatement(p.Provider, p.Date)
		}),
	}
}
