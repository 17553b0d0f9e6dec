package zvt_test

import (
	"context"
	"sync"
	"testing"

	"suanpan/app/pay"
	"suanpan/payments/sandbox/zvtbox"
)

// shelf keeps a terminal's journal in memory.
type shelf struct {
	mu    sync.Mutex
	lines [][]byte
}

func (s *shelf) Lines(_ string, each func([]byte) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.lines {
		if err := each(l); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) Append(_ string, line []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, line)
	return nil
}

func TestAStandInThatIsSwitchedOffKeepsItsBooks(t *testing.T) {
	r, kept := newRig(t), &shelf{}
	on := func() {
		var err error
		if r.box, err = zvtbox.New(zvtbox.Options{Now: r.clock.Now, Keep: kept}); err != nil {
			t.Fatal(err)
		}
	}
	on()
	p := r.provider(t, "tcp:192.168.0.2:20007", r.dial)
	a := planned(r, p, "yesterday")
	o, err := p.Submit(context.Background(), a, nothing)
	if err != nil || o.Outcome != pay.Success {
		t.Fatal(o, err)
	}
	a, _ = pay.Step(a, pay.Answered(pay.BySubmit, o, err, r.clock.Now(), r.clock.Now()))
	if err := r.box.Close(); err != nil {
		t.Fatal(err)
	}
	on()
	if r.box.Net(o.ProviderTxn) != 1999 || r.box.Charges() != 1 {
		t.Errorf("net %d, %d charges", r.box.Net(o.ProviderTxn), r.box.Charges())
	}
	o, err = r.provider(t, "tcp:192.168.0.2:20007", r.dial).Query(context.Background(), a.Ref())
	if err != nil || pay.Judge(a, pay.ByQuery, o) != pay.ObsSuccess {
		t.Errorf("asked the next day: %s %v", o, err)
	}
}
