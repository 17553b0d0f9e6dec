package shift

import (
	"maps"
	"slices"

	"suanpan/app/money"
)

// Role is one that a shop made itself, or the limits that it sets to one of the table.
type Role struct {
	Name   string `json:"role"`
	Acts   []Act  `json:"acts,omitempty"` // empty for a role of the table: its acts are fixed
	Limits Limits `json:"limits,omitzero"`
}

// Limits are what a role may do without asking. Nil leaves what the shop says for everyone.
type Limits struct {
	Discount *money.Rate `json:"discount,omitempty"` // of a line or basket
	Cash     *int64      `json:"cash,omitempty"`     // one movement of cash, minor units
	Refund   *int64      `json:"refund,omitempty"`   // one refund, minor units
	Lock     *int        `json:"lock,omitempty"`     // idle minutes until the till locks; 0 never
}

// Roles are a shop's own by name. A Roles is never changed in place.
type Roles map[string]Role

// Known reports whether a person may be given the role.
func (r Roles) Known(name string) bool {
	if _, ok := roles[name]; ok {
		return true
	}
	own, ok := r[name]
	return ok && len(own.Acts) > 0
}

// All is the whole table as it stands for a shop: that of the house, then its own, each in order of name.
func (r Roles) All() []Role {
	var out []Role
	for _, name := range slices.Sorted(maps.Keys(roles)) {
		out = append(out, Role{Name: name, Acts: slices.Clone(roles[name]), Limits: r[name].Limits})
	}
	for _, name := range slices.Sorted(maps.Keys(r)) {
		if !Fixed(name) {
			out = append(out, r[name])
		}
	}
	return out
}

// Fixed reports whether name is a role of the house, whose acts do not change.
func Fixed(name string) bool { _, ok := roles[name]; return ok }

// Acts are those that a role can be given, in order of name: what always takes a second person is none of them.
func Acts() []Act {
	seen := map[Act]bool{}
	for _, acts := range roles {
		for _, a := range acts {
			seen[a] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// With is the person under a shop's own roles.
func (s Staff) With(own Roles) Staff {
	s.own = own
	return s
}

// Limits are the person's own: of several roles the most generous counts, and for the lock the shortest. What no role says
// is the shop's.
func (s Staff) Limits(shop Limits) Limits {
	out, first := shop, true
	for _, name := range s.Roles {
		l := s.own[name].Limits
		l.Discount, l.Cash, l.Refund, l.Lock = or(l.Discount, shop.Discount), or(l.Cash, shop.Cash), or(l.Refund, shop.Refund), or(l.Lock, shop.Lock)
		if first {
			out, first = l, false
			continue
		}
		out.Discount, out.Cash, out.Refund = most(out.Discount, l.Discount), most(out.Cash, l.Cash), most(out.Refund, l.Refund)
		if l.Lock != nil && *l.Lock > 0 && (out.Lock == nil || *out.Lock == 0 || *l.Lock < *out.Lock) {
			out.Lock = l.Lock
		}
	}
	return out
}

func or[T any](a, b *T) *T {
	if a != nil {
		return a
	}
	return b
}

// most is the higher limit; nil is none at all.
func most[T money.Rate | int64](a, b *T) *T {
	if a == nil || b == nil {
		return nil
	}
	if *a > *b {
		return a
	}
	return b
}

// Wrong reports a limit that nobody could mean.
func (l Limits) Wrong() bool {
	return l.Discount != nil && (*l.Discount < 0 || *l.Discount > money.Whole) || l.Cash != nil && (*l.Cash < 0 || *l.Cash > money.MaxMinor) ||
		l.Refund != nil && (*l.Refund < 0 || *l.Refund > money.MaxMinor) || l.Lock != nil && (*l.Lock < 0 || *l.Lock > 24*60)
}
