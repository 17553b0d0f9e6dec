package app

import (
	"cmp"
	"context"
	"slices"
	"time"

	"suanpan/app/pay"
)

// Every provider has a lane of its own: one that hangs holds up nobody else. What has been open for long (a flood at start,
// leftovers of a bad line) is asked about at a pace, so that it neither buries the provider nor keeps the customer at the
// counter waiting.
const (
	laneCalls = 16                    // under way at once with one provider
	oldCalls  = 4                     // of these, for attempts that are old
	oldPace   = 20 * time.Millisecond // between their starts
	oldAge    = 10 * time.Minute      // from here an attempt is old
)

// lane is what is under way with one provider; the shop's mu guards it.
type lane struct {
	calls, old int
	next       time.Time // when the next old one may start
}

// due is the next thing for an attempt, or for one of its refunds.
type due struct {
	pay.Due
	refund string
}

func dues(a Attempt, t pay.Timing) []due {
	var out []due
	if d, ok := pay.Next(a.Attempt, t); ok {
		out = append(out, due{Due: d})
	}
	for _, r := range a.Backs {
		if d, ok := pay.NextRefund(r, t); ok {
			out = append(out, due{d, r.ID})
		}
	}
	return out
}

// chore is something that is due now.
type chore struct {
	due
	a   Attempt
	p   pay.Provider
	old bool
}

// look starts what is due, as far as the lanes have room, and answers how long nothing will be.
func (s *Shop) look(ctx context.Context, lanes map[string]*lane) time.Duration {
	if s.Info().Origin == Elsewhere {
		return time.Minute // the till that this is a copy of may be asking, and cancelling
	}
	now := s.p.Clock.Now()
	due, wait := s.chores(now)
	slices.SortFunc(due, func(a, b chore) int {
		if a.old != b.old {
			if a.old {
				return 1
			}
			return -1
		}
		return byDue(a, b)
	})
	for _, c := range due {
		l := lanes[c.p.ID()]
		if l == nil {
			l = &lane{}
			lanes[c.p.ID()] = l
		}
		if pause, ok := s.enter(l, c, now); !ok {
			wait = min(wait, pause)
			continue
		}
		go func() {
			if err := s.do(ctx, c.p, c.a, c.due); err != nil {
				rest(ctx, unwrittenPause)
			}
			s.exit(l, c)
			s.poke()
		}()
	}
	return max(wait, 10*time.Millisecond)
}

// unproven is an open attempt with what it waits for; the shop's mu guards it. The attempt is as on disk and never changed in
// place.
type unproven struct {
	Attempt
	gen  int64 // of the list of providers whose timing was used
	dues []due
}

// chores lists what is due, old things only as far as a lane could start them, and answers when the next thing will be.
// Thousands may be open, so each of them costs a comparison of times and no more.
func (s *Shop) chores(now time.Time) (out []chore, wait time.Duration) {
	wait = time.Minute
	s.mu.Lock()
	defer s.mu.Unlock()
	known := map[string]pay.Provider{}
	for _, p := range s.p.Providers {
		known[p.ID()] = p
	}
	late := map[string][]chore{}
	for id, a := range s.open {
		p := known[a.Provider]
		if p == nil {
			continue // kept and shown; the provider must be configured again
		}
		if a.gen != s.provided {
			a.gen, a.dues = s.provided, dues(a.Attempt, p.Timing(a.Flow))
		}
		for _, d := range a.dues {
			if until := d.At.Sub(now); until > 0 {
				wait = min(wait, until)
				continue
			}
			if _, busy := s.flying[id+d.refund]; busy {
				continue
			}
			c := chore{d, a.Attempt, p, now.Sub(a.SubmittedAt) > oldAge && d.refund == ""}
			if !c.old {
				out = append(out, c)
				continue
			}
			late[a.Provider] = earliest(late[a.Provider], c)
		}
	}
	for _, list := range late {
		out = append(out, list...)
	}
	return out, wait
}

// earliest keeps the oldCalls chores that have been due for longest.
func earliest(list []chore, c chore) []chore {
	if len(list) < oldCalls {
		return append(list, c)
	}
	last := slices.MaxFunc(list, byDue)
	if byDue(c, last) < 0 {
		list[slices.IndexFunc(list, func(x chore) bool { return byDue(x, last) == 0 })] = c
	}
	return list
}

func byDue(a, b chore) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.a.ID, b.a.ID)) }

// enter claims a place in a lane and the one call at a time that an attempt may have. Where there is no room it answers how
// long to wait; a call that ends wakes the runner anyway.
func (s *Shop) enter(l *lane, c chore, now time.Time) (time.Duration, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := c.a.ID + c.refund
	if _, busy := s.flying[id]; busy || l.calls >= laneCalls || (c.old && l.old >= oldCalls) {
		return time.Minute, false
	}
	if pause := l.next.Sub(now); c.old && pause > 0 {
		return pause, false
	}
	s.flying[id] = make(chan struct{})
	l.calls++
	if c.old {
		l.old++
		l.next = now.Add(oldPace)
	}
	return 0, true
}

// exit leaves the lane.
func (s *Shop) exit(l *lane, c chore) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := c.a.ID + c.refund
	close(s.flying[id])
	delete(s.flying, id)
	if l.calls--; c.old {
		l.old--
	}
}

// PutAttempt writes an attempt; the shop knows it when the turn is committed.
func (t *turn) PutAttempt(a Attempt) error {
	kept := a
	kept.Code, kept.Backs = pay.Secret{}, slices.Clone(a.Backs)
	t.after = append(t.after, func() {
		if delete(t.s.open, kept.ID); kept.Wanting() {
			t.s.open[kept.ID] = &unproven{Attempt: kept}
		}
	})
	return t.Tx.PutAttempt(a)
}
