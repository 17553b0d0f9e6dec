package paytest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"suanpan/app/pay"
)

func cardReversed(u *cardTill) {
	u.begin("back")
	u.send()
	u.reload()
	if r := u.refund("whole", u.h.Amount.Minor); r.State != pay.RefundPaid {
		u.t.Fatalf("%s %s", r.State, r.WireMsg)
	}
	for _, p := range []pay.Provider{u.p, u.h.Restart()} { // the same row again, also by a program that forgot
		o, err := p.(pay.Refunder).QueryRefund(context.Background(), u.rows[0])
		if err != nil || pay.JudgeRefund(u.rows[0], o) != pay.ObsSuccess {
			u.t.Errorf("the refund asked about: %s %v", o, err)
		}
	}
	u.expect(pay.Succeeded, 1, 0)
	o, err := u.h.Restart().(pay.Refunder).Refund(context.Background(), u.rows[0])
	if err != nil || u.h.Net("") != 0 {
		u.t.Errorf("the same refund again: %s %v, net %d", o, err, u.h.Net(""))
	}
}

func (u *cardTill) refund(id string, minor int64) pay.Refund {
	u.t.Helper()
	u.till.h.Provider = u.p
	return u.till.refund(id, minor)
}

func cardParts(u *cardTill) {
	u.begin("parts")
	u.send()
	half := u.h.Amount.Minor / 2
	for i, minor := range []int64{half, u.h.Amount.Minor - half} {
		if r := u.refund(fmt.Sprint("part", i), minor); r.State != pay.RefundPaid {
			u.t.Fatalf("part %d: %s %s", i, r.State, r.WireMsg)
		}
	}
	u.expect(pay.Succeeded, 1, 0)
	if left := pay.Refundable(u.a, u.rows); !left.Zero() {
		u.t.Errorf("%s left", left)
	}
}

func cardRefundLost(u *cardTill) {
	for i, fault := range []string{"cut_after_ack*1", "drop_before*1", "deaf*3"} {
		u.h.Fault()
		u.rows, u.effects = nil, map[pay.EffectKind]int{}
		before := u.h.Net("")
		u.begin(fmt.Sprint("payment", i))
		u.send()
		u.h.Fault(fault)
		if r := u.refund(fmt.Sprint("lost", i), 1); r.State != pay.RefundPaid && !(r.State == pay.RefundRejected && strings.HasPrefix(fault, "deaf")) {
			u.t.Errorf("%s: %s %s", fault, r.State, r.WireMsg)
		} else if want := before + u.h.Amount.Minor - 1; r.State == pay.RefundPaid && u.h.Net("") != want {
			u.t.Errorf("%s: net %d, want %d", fault, u.h.Net(""), want)
		}
	}
}

func cardNumbers(u *cardTill) {
	u.h.Fault("unmasked", "cut_after_ack*1")
	u.begin("numbers")
	u.send()
	u.rest(soon)
	u.expect(pay.Succeeded, 1, u.h.Amount.Minor)
	all := u.log.String() + fmt.Sprintf("%+v %#v", u.a, u.a)
	if u.h.Kept != nil {
		all += u.h.Kept()
	}
	packed := make([]byte, len(u.h.Number)/2)
	for i := range packed {
		packed[i] = (u.h.Number[2*i]-'0')<<4 | (u.h.Number[2*i+1] - '0')
	}
	quoted, _ := json.Marshal(packed) // base64
	for _, form := range []string{u.h.Number, string(packed), strings.Trim(string(quoted), `"`)} {
		if len(form) < 6 || strings.Contains(all, form) {
			u.t.Errorf("the card number %q was kept", form)
		}
	}
}

// Crash runs one payment whose program dies when the harness says so (Alive), starts it again, and answers the attempt as it
// was on the disk and where it rests in the end. The caller compares the terminal's books.
func Crash(t *testing.T, h Card) (died, rests pay.Attempt) {
	t.Helper()
	u := &cardTill{till: newTill(t, h.Harness), h: h, p: h.Provider}
	u.begin("crash")
	u.send()
	u.lock.Lock()
	err := json.Unmarshal(u.disk, &died)
	u.lock.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	u.reload()
	u.rest(time.Hour)
	if t.Failed() {
		t.Log(strings.Join(u.events, "\n"))
	}
	return died, u.a
}
