package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"suanpan/app/pay"
)

// callTime bounds one call to a provider; the provider's own limits are shorter.
const callTime = 60 * time.Second

// unwrittenPause is how long an attempt rests whose news could not be written down: it is still due, and a full disk must not
// become a storm of questions to the provider.
const unwrittenPause = 5 * time.Second

// Run asks, cancels and refunds as long as ctx lives: it looks at every open attempt, does what is due, and sleeps until the
// next thing is. What is due follows from the saved attempts alone, so a restart needs no queue (pay.Next). Call Resume first.
func (s *Shop) Run(ctx context.Context) {
	lanes := map[string]*lane{}
	for ctx.Err() == nil {
		s.lapse(ctx)
		timer := time.NewTimer(s.look(ctx, lanes))
		select {
		case <-ctx.Done():
		case <-s.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// Resume takes up what a stop or a crash left: attempts in flight are in doubt and are asked about; they are never sent
// again. Print jobs under way may be on paper.
func (s *Shop) Resume(ctx context.Context) error {
	s.mu.Lock()
	s.resumed = s.p.Clock.Now()
	s.mu.Unlock()
	_, err := change(ctx, s, "resume", nil, func(t *turn) (int, error) {
		open, err := t.OpenAttempts()
		if err != nil {
			return 0, err
		}
		for _, a := range open {
			if a, err = t.step(a, pay.Event{Kind: pay.Startup, At: t.now}); err != nil {
				return 0, err
			}
			for i := range a.Backs {
				if a.Backs[i].State.Open() {
					if a, err = t.stepRefund(a, i, pay.Event{Kind: pay.Startup, At: t.now}); err != nil {
						return 0, err
					}
				}
			}
		}
		if err := t.readOutages(); err != nil {
			return 0, err
		}
		if err := t.settleIn(); err != nil {
			return 0, err
		}
		return len(open), t.doubtJobs()
	})
	return err
}

// poke makes Run look again at once.
func (s *Shop) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// take claims the one call at a time that an attempt may have; leave gives it back.
func (s *Shop) take(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, busy := s.flying[id]; busy {
		return false
	}
	s.flying[id] = make(chan struct{})
	return true
}

func (s *Shop) leave(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.flying[id])
	delete(s.flying, id)
}

// rest waits for d or for the end of ctx.
func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// do carries out one due act: an event is stepped, a call is made and its answer observed. An error means that what came of
// it is not on the disk.
func (s *Shop) do(ctx context.Context, p pay.Provider, a Attempt, d due) error {
	ctx, end := context.WithTimeout(ctx, callTime)
	defer end()
	if d.refund != "" {
		return s.doRefund(ctx, p, a, d)
	}
	if e, ok := d.Event(s.p.Clock.Now()); ok {
		changed, err := s.advance(a.ID, e, a.State)
		if err != nil || d.Do != pay.DoCancel {
			return unwritten(err)
		}
		a = changed // the cancel is committed: now it may leave
	}
	begun := s.p.Clock.Now()
	var obs pay.Observation
	var err error
	via := pay.ByQuery
	switch d.Do {
	case pay.DoQuery:
		obs, err = p.Query(ctx, a.Ref())
	case pay.DoCancel:
		c, ok := p.(pay.Canceler)
		if !ok {
			return nil
		}
		via = pay.ByCancel
		obs, err = c.Cancel(ctx, a.Ref())
	case pay.DoCapture:
		c, ok := p.(pay.Capturer)
		if !ok {
			return nil
		}
		via = pay.ByCapture
		obs, err = c.Capture(ctx, a.Ref(), a.Amount)
	default:
		return nil
	}
	return s.observe(a.ID, pay.Answered(via, obs, err, begun, s.p.Clock.Now()))
}

// unwritten is err unless somebody else was faster, which is no failure of the disk.
func unwritten(err error) error {
	var e *Error
	if errors.As(err, &e) && e.Code == "overtaken" {
		return nil
	}
	return err
}

func (s *Shop) doRefund(ctx context.Context, p pay.Provider, a Attempt, d due) error {
	r, ok := p.(pay.Refunder)
	i := a.back(d.refund)
	if !ok || i < 0 {
		return nil
	}
	begun := s.p.Clock.Now()
	var obs pay.Observation
	var err error
	via := pay.ByRefund
	switch other := s.occupied(p, a.ID); {
	case d.Do == pay.DoRefund && other != "":
		err = fmt.Errorf("payment %s is in doubt at this terminal: %w", other, pay.ErrNotSent)
	case d.Do == pay.DoRefund:
		obs, err = r.Refund(ctx, a.Backs[i])
	default:
		via = pay.ByQuery
		obs, err = r.QueryRefund(ctx, a.Backs[i])
	}
	return s.observeRefund(a.ID, d.refund, pay.Answered(via, obs, err, begun, s.p.Clock.Now()))
}

// submit sends a committed attempt once, beside the caller. The query timer does not wait for it.
func (s *Shop) submit(ctx context.Context, p pay.Provider, a Attempt) {
	s.poke()
	go func() {
		ctx, end := context.WithTimeout(ctx, callTime)
		defer end()
		begun := s.p.Clock.Now()
		keep := func(_ context.Context, o pay.Observation) error {
			e := pay.Answered(pay.BySubmit, o, nil, begun, s.p.Clock.Now())
			e.Settling = true
			_, err := s.advanceObserved(a.ID, e)
			return err
		}
		var obs pay.Observation
		var err error
		if c, ok := p.(pay.Presenter); ok && (a.Flow == pay.ByQR || a.Flow == pay.ByStatic) {
			obs, err = c.Present(ctx, a.Attempt)
		} else {
			obs, err = p.Submit(ctx, a.Attempt, keep)
		}
		_ = s.observe(a.ID, pay.Answered(pay.BySubmit, obs, err, begun, s.p.Clock.Now())) // logged; the query timer asks again
	}()
}

// observe makes an answer durable and acts on it. A disk that fails leaves the attempt as it was: it is asked about again.
func (s *Shop) observe(id string, e pay.Event) error {
	_, err := s.advanceObserved(id, e)
	if err != nil {
		s.p.Log.Error("payments: observe", "payment", id, "err", err)
	}
	s.poke()
	return err
}

func (s *Shop) observeRefund(id, refund string, e pay.Event) error {
	_, err := change(context.Background(), s, "pay.observe", nil, func(t *turn) (bool, error) {
		a, err := t.Attempt(id)
		if err != nil {
			return false, err
		}
		if err := t.Observe(id, t.now, e.Obs); err != nil {
			return false, err
		}
		if err := t.heardOf(a.Provider, e.Obs); err != nil {
			return false, err
		}
		i := a.back(refund)
		if i < 0 {
			return false, ErrNoPayment
		}
		_, err = t.stepRefund(a, i, e)
		return true, err
	})
	if err != nil {
		s.p.Log.Error("payments: observe refund", "payment", id, "refund", refund, "err", err)
	}
	s.poke()
	return err
}

func (s *Shop) advanceObserved(id string, e pay.Event) (Attempt, error) {
	return change(context.Background(), s, "pay.observe", nil, func(t *turn) (Attempt, error) {
		a, err := t.Attempt(id)
		if err != nil {
			return a, err
		}
		if err := t.Observe(id, t.now, e.Obs); err != nil {
			return a, err
		}
		if e, err = t.claimed(a, e); err != nil {
			return a, err
		}
		if err := t.heardOf(a.Provider, e.Obs); err != nil {
			return a, err
		}
		return t.step(a, e)
	})
}

// advance steps an attempt that is still in the state in which the caller saw it; otherwise the event is out of date.
func (s *Shop) advance(id string, e pay.Event, seen pay.State) (Attempt, error) {
	return change(context.Background(), s, "pay.advance", nil, func(t *turn) (Attempt, error) {
		a, err := t.Attempt(id)
		if err != nil {
			return a, err
		}
		if a.State != seen {
			return a, refuse("overtaken", nil)
		}
		return t.step(a, e)
	})
}

// questions are what may be asked about an attempt and its refunds at any time.
func questions(a Attempt) (out []due) {
	if a.Unacked || (a.State.Open() && a.State != pay.Refunding) {
		out = append(out, due{Due: pay.Due{Do: pay.DoQuery}})
	}
	for _, r := range a.Backs {
		if r.State == pay.RefundInDoubt || r.State == pay.RefundProcessing {
			out = append(out, due{pay.Due{Do: pay.DoAskRefund}, r.ID})
		}
	}
	return out
}

// Sweep asks about every open payment at once and answers where each stands.
func (s *Shop) Sweep(ctx context.Context) ([]Payment, error) {
	open, err := view(ctx, s, func(v View) ([]Attempt, error) { return v.OpenAttempts() })
	if err != nil {
		return nil, err
	}
	for _, a := range open {
		p := s.provider(a.Provider)
		if p == nil {
			continue
		}
		for _, d := range questions(a) {
			if !s.take(a.ID + d.refund) {
				continue
			}
			err := s.do(ctx, p, a, d)
			s.leave(a.ID + d.refund)
			if err != nil {
				return nil, err
			}
		}
	}
	var out []Payment
	for _, a := range open {
		p, err := s.Payment(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}
