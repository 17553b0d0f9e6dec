package app

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"suanpan/app/ledger"
	"suanpan/app/shift"
)

// tillWrong is how many wrong PINs in a row, of whomever, the till takes before it makes everybody wait.
const tillWrong = 10

// Steady is a clock that also tells time that goes on whatever is done to the date. Without it a Clock's readings must carry
// a monotonic part, as time.Now's do.
type Steady interface {
	Steady() time.Duration
}

// steady is time since the shop was opened, that nobody can turn.
func (s *Shop) steady() time.Duration {
	if c, ok := s.p.Clock.(Steady); ok {
		return c.Steady() - s.bornSteady
	}
	return s.p.Clock.Now().Sub(s.born)
}

// pinWait is how long id must still wait after wrong PINs in a row. It runs on the steady clock and begins afresh when the
// till starts, so that neither a restart nor the date shortens it (N13).
func (s *Shop) pinWait(id string, wrong int) time.Duration {
	s.mu.Lock()
	until, ok := s.waits[id]
	s.mu.Unlock()
	if !ok {
		until = delay(id, wrong)
	}
	return until - s.steady()
}

// delay is what follows on so many wrong PINs; id "" is the till as a whole.
func delay(id string, wrong int) time.Duration {
	if id != "" {
		return shift.Delay(wrong)
	}
	return min(shift.Delay(wrong-tillWrong+3), time.Minute)
}

// mayTry refuses while the person or the till has to wait.
func (s *Shop) mayTry(who shift.Staff, till int) error {
	left := s.pinWait("", till)
	if who.ID != "" {
		left = max(left, s.pinWait(who.ID, who.Wrong))
	}
	if left > 0 {
		return refuse("pin_wait", shift.ErrWait, "seconds", int(left.Seconds())+1)
	}
	return nil
}

// asked is who a PIN or a card is of, and how often this till was told a wrong one in a row.
type asked struct {
	who  shift.Staff
	till int
}

func (s *Shop) ask(ctx context.Context, id string) (asked, error) {
	return view(ctx, s, func(v View) (a asked, err error) {
		if a.who, err = getStaff(v, id); err != nil {
			return a, err
		}
		a.till, err = wrongHere(v)
		return a, err
	})
}

func wrongHere(v View) (n int, err error) {
	doc, ok, err := v.Setting("pin_wrong")
	if err != nil || !ok {
		return 0, err
	}
	return n, json.Unmarshal(doc, &n)
}

// checkPIN compares outside any transaction, for the hash is slow on purpose, and writes down what came of it. One check at
// a time: many at once would all come before the first wrong one is counted.
func (s *Shop) checkPIN(ctx context.Context, id, pin string) (shift.Staff, error) {
	s.pin.Lock()
	defer s.pin.Unlock()
	a, err := s.ask(ctx, id)
	if err != nil {
		return shift.Staff{}, err
	}
	if err := s.mayTry(a.who, a.till); err != nil {
		return shift.Staff{}, err
	}
	right := shift.Matches(a.who.Hash, pin) && a.who.ID != "" && !a.who.Left
	if err := s.tried(ctx, a, id, right); err != nil {
		return shift.Staff{}, err
	}
	if !right {
		return shift.Staff{}, refuse("wrong_pin", shift.ErrPIN)
	}
	a.who.Wrong = 0
	return a.who, nil
}

// tried counts wrong ones and forgets them after a right one.
func (s *Shop) tried(ctx context.Context, a asked, id string, right bool) error {
	if right && a.who.Wrong == 0 && a.till == 0 {
		return nil
	}
	ctx = WithKey(context.WithoutCancel(ctx), "") // the key belongs to the act, not to the look at the PIN
	_, err := change(ctx, s, "staff.pin", nil, func(t *turn) (bool, error) {
		who, err := getStaff(t, id)
		if err != nil {
			return false, err
		}
		till := 0
		if right {
			who.Wrong, who.Wait = 0, time.Time{}
		} else {
			who.Wrong++
			till = a.till + 1
			who.Wait = t.now.Add(shift.Delay(who.Wrong))
			kind := ledger.Kind("staff.wrong_pin")
			if who.ID == "" {
				kind = "staff.unknown" // nobody of this number or card
			}
			if _, err := t.fact(kind, map[string]any{"staff": who.ID, "wrong": who.Wrong, "till": till}); err != nil {
				return false, err
			}
		}
		now := s.steady()
		t.after = append(t.after, func() {
			s.waits[""] = now + delay("", till)
			if who.ID != "" {
				s.waits[who.ID] = now + delay(who.ID, who.Wrong)
			}
		})
		if err := t.PutSetting("pin_wrong", rawJSON(till)); err != nil || who.ID == "" {
			return true, err
		}
		return true, t.putStaff(who)
	})
	return err
}

// cardMark is what is kept of a card's number: hashed as slowly as a PIN, for the numbers are short. The salt is the shop's,
// so that the mark can be looked up.
func cardMark(v View, number string) (string, error) {
	doc, ok, err := v.Setting("card_salt")
	if err != nil || !ok {
		return "", err
	}
	var salt []byte
	if err := json.Unmarshal(doc, &salt); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(shift.CardHash(number, salt)), nil
}

func cardNumber(uid string) string { return strings.ToUpper(strings.TrimSpace(uid)) }

// checkCard finds whose card it is. An unknown card counts as a wrong PIN of nobody.
func (s *Shop) checkCard(ctx context.Context, uid string) (shift.Staff, error) {
	uid = cardNumber(uid)
	if uid == "" || len(uid) > 64 {
		return shift.Staff{}, refuse("card_unknown", shift.ErrPIN)
	}
	s.pin.Lock()
	defer s.pin.Unlock()
	a, err := view(ctx, s, func(v View) (a asked, err error) {
		if a.till, err = wrongHere(v); err != nil {
			return a, err
		}
		mark, err := cardMark(v, uid)
		if err != nil || mark == "" {
			return a, err
		}
		keys, err := v.Shelf(staffShelf).Find("card:"+mark, 1)
		if err != nil || len(keys) == 0 {
			return a, err
		}
		a.who, err = getStaff(v, keys[0])
		return a, err
	})
	if err != nil {
		return shift.Staff{}, err
	}
	if err := s.mayTry(a.who, a.till); err != nil {
		return shift.Staff{}, err
	}
	if a.who.ID == "" || a.who.Left {
		return shift.Staff{}, orElse(s.tried(ctx, asked{till: a.till}, "", false), refuse("card_unknown", shift.ErrPIN))
	}
	return a.who, nil
}
