package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"suanpan/app/shift"
)

// approvalLasts is how long a person's word for an act of somebody else stands.
const approvalLasts = 2 * time.Minute

// approved carries those who approved, in a context: []word.
type approved struct{}

// word is one person's approval of what is asked next.
type word struct {
	who    shift.Staff
	reason string
	given  time.Time
	until  time.Duration // on the steady clock
}

// ApprovalAsk is a second person at the same screen: by number and PIN, or by card.
type ApprovalAsk struct {
	Staff, PIN string
	Card       string `json:"-"` // number of a card; Staff and PIN are not needed then
	Reason     string
}

// Approve checks a second person's PIN and returns a context in which one act is permitted that the person may do (X38). It
// holds for two minutes. Approving one's own exception is refused. Acts under the four-eyes rule want two such words.
func (s *Shop) Approve(ctx context.Context, staff, pin string) (context.Context, error) {
	return s.ApproveFor(ctx, ApprovalAsk{Staff: staff, PIN: pin})
}

// ApproveFor is Approve with a reason, and by card where one is given.
func (s *Shop) ApproveFor(ctx context.Context, ask ApprovalAsk) (context.Context, error) {
	who, err := s.identify(ctx, ask)
	if err != nil {
		return ctx, err
	}
	if i := s.Info(); i.Staff != nil && i.Staff.ID == who.ID {
		return ctx, refuse("own_approval", nil)
	}
	old, _ := ctx.Value(approved{}).([]word)
	now := s.steady()
	var kept []word
	for _, w := range old {
		switch {
		case w.until < now:
		case w.who.ID == who.ID:
			return ctx, refuse("same_approver", nil)
		default:
			kept = append(kept, w)
		}
	}
	kept = append(kept, word{who: who, reason: strings.TrimSpace(ask.Reason), given: s.p.Clock.Now(), until: now + approvalLasts})
	return context.WithValue(ctx, approved{}, kept), nil
}

func (s *Shop) identify(ctx context.Context, ask ApprovalAsk) (shift.Staff, error) {
	if ask.Card != "" {
		return s.checkCard(ctx, ask.Card)
	}
	if i := s.Info(); i.Staff != nil && i.Staff.ID == ask.Staff {
		return shift.Staff{}, refuse("own_approval", nil) // before the PIN is looked at
	}
	return s.checkPIN(ctx, ask.Staff, ask.PIN)
}

// words are the approvals in force for act by people other than the asker; lapsed says that there was one too old.
func (t *turn) words(act shift.Act) (in []word, lapsed bool) {
	all, _ := t.ctx.Value(approved{}).([]word)
	now := t.s.steady()
	for _, w := range all {
		switch {
		case w.who.ID == t.staff.ID || !w.who.May(act):
		case w.until < now:
			lapsed = true
		default:
			in = append(in, w)
		}
	}
	return in, lapsed
}

// other is somebody who gave a word and may do act, other than the asker.
func (t *turn) other(act shift.Act) (shift.Staff, bool) {
	in, _ := t.words(act)
	if len(in) == 0 {
		return shift.Staff{}, false
	}
	return in[0].who, true
}

// need refuses unless the person signed on, or the one who approved, may do act; two people must approve it where the shop
// says so (four eyes). What was approved is a fact of its own, beside the act.
func (t *turn) need(act shift.Act) error {
	if t.staff.ID == "" {
		return refuse("not_signed_on", nil)
	}
	want := 0
	if !t.staff.May(act) {
		want = 1
	}
	if slices.Contains(t.s.config().FourEyes, string(act)) {
		want = 2
	}
	if want == 0 {
		return nil
	}
	in, lapsed := t.words(act)
	switch {
	case len(in) >= want:
		return t.grant(act, in[:want])
	case lapsed:
		return refuse("approval_lapsed", shift.ErrDenied, "act", string(act))
	case want > 1:
		return refuse("needs_two", shift.ErrDenied, "act", string(act), "given", len(in))
	}
	return refuse("needs_approval", shift.ErrDenied, "act", string(act))
}

// granted is the body of an approval that was used.
type granted struct {
	Act    shift.Act `json:"act"`
	Asker  string    `json:"asker"`
	By     []string  `json:"approved_by"`
	Reason string    `json:"reason,omitempty"`
	Given  time.Time `json:"given"`
	Lapses time.Time `json:"lapses"`
}

// grant writes an approval down, once for an act in a change.
func (t *turn) grant(act shift.Act, in []word) error {
	t.by = in[0].who.ID
	if t.Tx == nil || slices.Contains(t.granted, act) {
		return nil // a look changes nothing, and leaves nothing
	}
	t.granted = append(t.granted, act)
	g := granted{Act: act, Asker: t.staff.ID, Given: in[0].given, Lapses: in[0].given.Add(approvalLasts)}
	for _, w := range in {
		g.By = append(g.By, w.who.ID)
		if g.Reason == "" {
			g.Reason = w.reason
		}
	}
	_, err := t.fact("approval.used", g)
	return err
}
