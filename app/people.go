package app

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"suanpan/app/shift"
)

const staffShelf = "staff"

// approved carries the person who approved, in a context.
type approved struct{}

// Approve checks a second person's PIN for one act and returns a context in which it is permitted (X38). Approving one's
// own exception is refused; a lapsed context ends the approval.
func (s *Shop) Approve(ctx context.Context, staff, pin string) (context.Context, error) {
	if i := s.Info(); i.Staff != nil && i.Staff.ID == staff {
		return ctx, refuse("own_approval", nil)
	}
	who, err := s.checkPIN(ctx, staff, pin)
	if err != nil {
		return ctx, err
	}
	return context.WithValue(ctx, approved{}, who), nil
}

// Login signs on. A wrong PIN and an unknown person are the same refusal; after three the wait grows, and it survives a
// restart.
func (s *Shop) Login(ctx context.Context, staff, pin string) (shift.Staff, error) {
	who, err := s.checkPIN(ctx, staff, pin)
	if err != nil {
		return shift.Staff{}, err
	}
	return change(ctx, s, "staff.login", staff, func(t *turn) (shift.Staff, error) {
		t.staff = who
		if _, err := t.fact("staff.signed_on", map[string]string{"staff": who.ID}); err != nil {
			return shift.Staff{}, err
		}
		t.after = append(t.after, func() { c := who; s.staff = &c })
		t.tell(Event{Kind: StaffChanged})
		out := who
		out.Hash = ""
		return out, nil
	})
}

// Logout locks the till; the shift stays open.
func (s *Shop) Logout(ctx context.Context) error {
	_, err := change(ctx, s, "staff.logout", nil, func(t *turn) (bool, error) {
		if t.staff.ID == "" {
			return true, nil
		}
		t.after = append(t.after, func() { s.staff = nil })
		t.tell(Event{Kind: StaffChanged})
		_, err := t.fact("staff.signed_off", map[string]string{"staff": t.staff.ID})
		return true, err
	})
	return err
}

// checkPIN compares outside any transaction, for the hash is slow on purpose, and writes down what came of it.
func (s *Shop) checkPIN(ctx context.Context, id, pin string) (shift.Staff, error) {
	who, err := view(ctx, s, func(v View) (shift.Staff, error) { return getStaff(v, id) })
	if err != nil {
		return shift.Staff{}, err
	}
	now := s.p.Clock.Now()
	if now.Before(who.Wait) {
		return shift.Staff{}, refuse("pin_wait", shift.ErrWait, "seconds", int(who.Wait.Sub(now).Seconds())+1)
	}
	right := shift.Matches(who.Hash, pin) && who.ID != "" && !who.Left
	if right && who.Wrong == 0 {
		return who, nil
	}
	ctx = WithKey(context.WithoutCancel(ctx), "") // the key belongs to the act, not to the look at the PIN
	_, err = change(ctx, s, "staff.pin", nil, func(t *turn) (bool, error) {
		who, err := getStaff(t, id)
		if err != nil || who.ID == "" {
			return false, err
		}
		if right {
			who.Wrong, who.Wait = 0, time.Time{}
		} else {
			who.Wrong++
			who.Wait = t.now.Add(shift.Delay(who.Wrong))
			if _, err := t.fact("staff.wrong_pin", map[string]any{"staff": id, "wrong": who.Wrong}); err != nil {
				return false, err
			}
		}
		return true, t.putStaff(who)
	})
	if err != nil {
		return shift.Staff{}, err
	}
	if !right {
		return shift.Staff{}, refuse("wrong_pin", shift.ErrPIN)
	}
	who.Wrong = 0
	return who, nil
}

// StaffPut is one person to be added or changed; an empty PIN keeps the old one.
type StaffPut struct {
	ID, Name string
	Roles    []string
	PIN      string `json:"-"` // never part of a fingerprint or a log
	Left     bool
}

// PutStaff adds or changes a person. The first manager's template PIN is replaced the same way.
func (s *Shop) PutStaff(ctx context.Context, in StaffPut) (shift.Staff, error) {
	in.ID = strings.TrimSpace(in.ID)
	if in.ID == "" || len(in.ID) > 20 || strings.TrimSpace(in.Name) == "" || len(in.Roles) == 0 {
		return shift.Staff{}, refuse("staff_invalid", nil)
	}
	for _, r := range in.Roles {
		if !shift.Role(r) {
			return shift.Staff{}, refuse("unknown_role", nil, "role", r)
		}
	}
	hash := ""
	if in.PIN != "" {
		var err error
		if hash, err = shift.HashPIN(in.PIN, false); err != nil {
			return shift.Staff{}, s.fault(err)
		}
	}
	return change(ctx, s, "staff.put", in, func(t *turn) (shift.Staff, error) {
		if err := t.need(shift.EditStaff); err != nil {
			return shift.Staff{}, err
		}
		who, err := getStaff(t, in.ID)
		if err != nil {
			return shift.Staff{}, err
		}
		if who.ID == "" && hash == "" {
			return shift.Staff{}, refuse("pin_missing", nil)
		}
		who.ID, who.Name, who.Roles, who.Left = in.ID, strings.TrimSpace(in.Name), in.Roles, in.Left
		if hash != "" {
			who.Hash, who.Initial, who.Wrong = hash, false, 0
		}
		if _, err := t.fact("staff.put", map[string]any{"staff": who.ID, "name": who.Name, "roles": who.Roles, "left": who.Left, "pin": hash != "", "approved": t.by}); err != nil {
			return shift.Staff{}, err
		}
		if err := t.putStaff(who); err != nil {
			return shift.Staff{}, err
		}
		t.tell(Event{Kind: StaffChanged})
		who.Hash = ""
		return who, nil
	})
}

// Staff lists everyone who may sign on, for the sign-on screen: no hashes.
func (s *Shop) Staff(ctx context.Context) ([]shift.Staff, error) {
	return view(ctx, s, func(v View) ([]shift.Staff, error) {
		var out []shift.Staff
		err := v.Shelf(staffShelf).List("", 500, func(_ string, doc json.RawMessage) error {
			var p shift.Staff
			if err := json.Unmarshal(doc, &p); err != nil {
				return err
			}
			p.Hash = ""
			if !p.Left {
				out = append(out, p)
			}
			return nil
		})
		return out, err
	})
}

// getStaff answers the zero Staff when there is nobody of that id.
func getStaff(v View, id string) (shift.Staff, error) {
	var p shift.Staff
	doc, ok, err := v.Shelf(staffShelf).Get(id)
	if err != nil || !ok {
		return p, err
	}
	return p, json.Unmarshal(doc, &p)
}

func (t *turn) putStaff(p shift.Staff) error {
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return t.ShelfTx(staffShelf).Put(p.ID, b)
}
