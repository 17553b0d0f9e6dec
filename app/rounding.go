package app

import "suanpan/app/money"

// RoundingPreset is one way in which shops round, by the name it has in the languages (admin.rounding.<name>).
type RoundingPreset struct {
	Name string
	Rule money.Rounding
}

// Roundings lists the usual ways for a currency, none first (X26). Currencies without decimals have nothing to round.
func Roundings(c money.Currency) []RoundingPreset {
	out := []RoundingPreset{{Name: "none"}}
	if c.Places() != 2 {
		return out
	}
	switch c {
	case "CNY", "HKD", "MOP", "TWD":
		return append(out, RoundingPreset{"down_fen", money.Rounding{Unit: 10, Mode: money.Down}}, RoundingPreset{"down_jiao", money.Rounding{Unit: 100, Mode: money.Down}},
			RoundingPreset{"half_up", money.Rounding{Unit: 10, Mode: money.HalfUp}}, RoundingPreset{"half_five", money.Rounding{Unit: 10, Mode: money.HalfFive}},
			RoundingPreset{"up_jiao", money.Rounding{Unit: 10, Mode: money.Up}}, RoundingPreset{"up_yuan", money.Rounding{Unit: 100, Mode: money.Up}})
	}
	return append(out, RoundingPreset{"five", money.Rounding{Unit: 5, Mode: money.HalfUp}}, RoundingPreset{"ten", money.Rounding{Unit: 10, Mode: money.HalfUp}})
}

// Preset names the way in which r rounds; ok is false for a rule of the shop's own making.
func Preset(c money.Currency, r money.Rounding) (name string, ok bool) {
	r.CashOnly = false
	for _, p := range Roundings(c) {
		if p.Rule == r {
			return p.Name, true
		}
	}
	return "", false
}
