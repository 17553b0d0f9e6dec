package app

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"strings"
	"time"

	"suanpan/app/shift"
)

const staffShelf = "staff"

// Login signs on; whoever was signed on before is off. A wrong PIN and an unknown person are the same refusal; after three
// the wait grows, and neither a restart nor the clock shortens it.
func (s *Shop) Login(ctx context.Context, staff, pin string) (shift.Staff, error) {
	who, err := s.checkPIN(ctx, staff, pin)
	if err != nil {
		return shift.Staff{}, err
	}
	return s.signOn(ctx, who, "pin")
}

// LoginCard signs on by a card: uid is its number as the reader tells it, in hex. Only a hash of it is kept.
func (s *Shop) LoginCard(ctx context.Context, uid string) (shift.Staff, error) {
	who, err := s.checkCard(ctx, uid)
	if err != nil {
		return shift.Staff{}, err
	}
	return s.signOn(ctx, who, "card")
}

func (s *Shop) signOn(ctx context.Context, who shift.Staff, by string) (shift.Staff, error) {
	return change(ctx, s, "staff.login", who.ID, func(t *turn) (shift.Staff, error) {
		t.staff = who
		if err := t.clockBack(); err != nil {
			return shift.Staff{}, err
		}
		if err := t.ownDrawer(who); err != nil {
			return shift.Staff{}, err
		}
		if _, err := t.fact("staff.signed_on", map[string]string{"staff": who.ID, "by": by}); err != nil {
			return shift.Staff{}, err
		}
		t.after = append(t.after, func() { c := who; s.staff = &c })
		t.tell(Event{Kind: StaffChanged})
		return who.Public(), nil
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
		own, err := readRoles(t)
		if err != nil {
			return shift.Staff{}, err
		}
		for _, r := range in.Roles {
			if !own.Known(r) {
				return shift.Staff{}, refuse("unknown_role", nil, "role", r)
			}
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
			who.Hash, who.Initial, who.Wrong, who.Wait = hash, false, 0, time.Time{}
			t.after = append(t.after, func() { delete(s.waits, who.ID) })
		}
		if who.Left {
			who.Card = ""
		}
		if _, err := t.fact("staff.put", map[string]any{"staff": who.ID, "name": who.Name, "roles": who.Roles, "left": who.Left, "pin": hash != "", "approved": t.by}); err != nil {
			return shift.Staff{}, err
		}
		if err := t.keepStaff(who); err != nil {
			return shift.Staff{}, err
		}
		if err := t.staffed(own); err != nil {
			return shift.Staff{}, err
		}
		return who.Public(), nil
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
			if !p.Left {
				out = append(out, p.Public())
			}
			return nil
		})
		return out, err
	})
}

// keepStaff writes a person, and whoever is signed on is at once what is written: a leaver is off.
func (t *turn) keepStaff(p shift.Staff) error {
	t.after = append(t.after, func() {
		if t.s.staff == nil || t.s.staff.ID != p.ID {
			return
		}
		c := p
		if t.s.staff = &c; p.Left {
			t.s.staff = nil
		}
	})
	t.tell(Event{Kind: StaffChanged})
	return t.putStaff(p)
}

// SetCard gives a person the card with this number, or takes the person's card away where uid is empty. A card is one
// person's.
func (s *Shop) SetCard(ctx context.Context, staff, uid string) error {
	uid = cardNumber(uid)
	if len(uid) > 64 {
		return refuse("card_unknown", nil)
	}
	sum := sha256.Sum256([]byte(uid)) // the key tells cards apart, and keeps none
	_, err := change(ctx, s, "staff.card", [2]any{staff, sum[:]}, func(t *turn) (bool, error) {
		if err := t.need(shift.EditStaff); err != nil {
			return false, err
		}
		who, err := getStaff(t, staff)
		if err != nil {
			return false, err
		}
		if who.ID == "" || who.Left {
			return false, refuse("staff_invalid", nil)
		}
		if who.Card = ""; uid != "" {
			if who.Card, err = t.newCard(who.ID, uid); err != nil {
				return false, err
			}
		}
		if _, err := t.fact("staff.card", map[string]any{"staff": who.ID, "card": uid != "", "approved": t.by}); err != nil {
			return false, err
		}
		return true, t.keepStaff(who)
	})
	return err
}

// newCard is the mark of a card that is nobody else's. The first card of a shop makes its salt.
func (t *turn) newCard(staff, uid string) (string, error) {
	if _, ok, err := t.Setting("card_salt"); err != nil {
		return "", err
	} else if !ok {
		salt := make([]byte, 16)
		if _, err := rand.Read(salt); err != nil {
			return "", err
		}
		if err := t.PutSetting("card_salt", rawJSON(salt)); err != nil {
			return "", err
		}
	}
	mark, err := cardMark(t, uid)
	if err != nil {
		return "", err
	}
	keys, err := t.Shelf(staffShelf).Find("card:"+mark, 1)
	if err != nil {
		return "", err
	}
	if len(keys) > 0 && keys[0] != staff {
		return "", refuse("card_taken", nil)
	}
	return mark, nil
}

// getStaff answers the zero Staff when there is nobody of that id.
func getStaff(v View, id string) (shift.Staff, error) {
	var p shift.Staff
	doc, ok, err := v.Shelf(staffShelf).Get(id)
	if err != nil || !ok {
		return p, err
	}
	if err := json.Unmarshal(doc, &p); err != nil {
		return p, err
	}
	own, err := readRoles(v)
	return p.With(own), err
}

func (t *turn) putStaff(p shift.Staff) error {
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	var found []string
	if p.Card != "" {
		found = append(found, "card:"+p.Card)
	}
	return t.ShelfTx(staffShelf).Put(p.ID, b, found...)
}
