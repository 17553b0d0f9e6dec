package app

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"suanpan/app/money"
	"suanpan/app/shift"
)

// roleSettings names the shop's own roles, and the limits it sets to those of the house.
const roleSettings = "roles"

func readRoles(v View) (shift.Roles, error) {
	doc, ok, err := v.Setting(roleSettings)
	if err != nil || !ok {
		return nil, err
	}
	var own shift.Roles
	return own, json.Unmarshal(doc, &own)
}

// Roles lists who may do what: the roles of the house, then the shop's own.
func (s *Shop) Roles(ctx context.Context) ([]shift.Role, error) {
	return view(ctx, s, func(v View) ([]shift.Role, error) {
		own, err := readRoles(v)
		return own.All(), err
	})
}

// PutRole adds or changes a role of the shop's own, or sets limits to one of the house, whose acts are fixed. A role of its
// own without acts is taken away; it must not be anybody's.
func (s *Shop) PutRole(ctx context.Context, r shift.Role) ([]shift.Role, error) {
	r.Name = strings.TrimSpace(r.Name)
	if r.Name == "" || len(r.Name) > 40 || r.Limits.Wrong() || (shift.Fixed(r.Name) && len(r.Acts) > 0) {
		return nil, refuse("role_invalid", nil, "role", r.Name)
	}
	for _, a := range r.Acts {
		if !slices.Contains(shift.Acts(), a) {
			return nil, refuse("role_invalid", nil, "role", r.Name)
		}
	}
	return change(ctx, s, "role.put", r, func(t *turn) ([]shift.Role, error) {
		if err := t.need(shift.EditStaff); err != nil {
			return nil, err
		}
		old, err := readRoles(t)
		if err != nil {
			return nil, err
		}
		own := shift.Roles{}
		maps.Copy(own, old)
		own[r.Name] = r
		if len(r.Acts) == 0 && !shift.Fixed(r.Name) {
			delete(own, r.Name)
		}
		if err := t.staffed(own); err != nil {
			return nil, err
		}
		if _, err := t.fact("role.put", r); err != nil {
			return nil, err
		}
		t.after = append(t.after, func() {
			if s.staff != nil {
				c := s.staff.With(own)
				s.staff = &c
			}
		})
		t.tell(Event{Kind: StaffChanged})
		return own.All(), t.PutSetting(roleSettings, rawJSON(own))
	})
}

// staffed refuses to leave somebody with a role that is none, or the shop without anybody who may change its staff.
func (t *turn) staffed(own shift.Roles) error {
	boss := false
	err := eachStaff(t, func(p shift.Staff) error {
		p = p.With(own)
		for _, r := range p.Roles {
			if !own.Known(r) && !p.Left {
				return refuse("role_in_use", nil, "role", r, "name", p.Name)
			}
		}
		boss = boss || p.May(shift.EditStaff)
		return nil
	})
	if err == nil && !boss {
		return refuse("last_manager", nil)
	}
	return err
}

func eachStaff(v View, each func(shift.Staff) error) error {
	return v.Shelf(staffShelf).List("", 10_000, func(_ string, doc json.RawMessage) error {
		var p shift.Staff
		if err := json.Unmarshal(doc, &p); err != nil {
			return err
		}
		return each(p)
	})
}

// limits are what the shop lets everybody do whose role says nothing.
func (c Config) limits() shift.Limits {
	l := shift.Limits{Discount: &c.DiscountCap, Cash: &c.CashCap, Lock: &c.LockMinutes}
	if c.RefundCap > 0 {
		l.Refund = &c.RefundCap
	}
	return l
}

// limits are those of the person signed on.
func (t *turn) limits() shift.Limits { return t.staff.Limits(t.s.config().limits()) }

// discountCap is how much of a price the person may take off.
func (t *turn) discountCap() money.Rate { return *t.limits().Discount }

// refundCap refuses a refund above the person's limit unless somebody approves. minor is what goes back, positive.
func (t *turn) refundCap(minor int64) error {
	if l := t.limits().Refund; l == nil || minor <= *l {
		return nil
	}
	return t.need(shift.RefundOver)
}

// LockAfter is how long the till may lie idle before it locks for the person signed on; 0 never. The window measures it: an
// open basket stays as it is.
func (s *Shop) LockAfter() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.staff == nil {
		return 0
	}
	return time.Duration(*s.staff.Limits(s.conf.limits()).Lock) * time.Minute
}
