package zvt_test

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"

	"suanpan/app/pay"
	"suanpan/app/pay/paytest"
)

var errDead = errors.New("dead")

// mortal is a program, or its line, that ends after so many bytes in both directions together.
type mortal struct {
	mu    sync.Mutex
	left  int
	moved int
	over  bool
}

func (m *mortal) alive() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return !m.over
}

// spend takes up to n bytes off what is left; over once nothing is.
func (m *mortal) spend(n int) (allowed int, over bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n >= m.left {
		n, m.over = m.left, true
	}
	m.left -= n
	m.moved += n
	return n, m.over
}

// line is a wire that dies with it.
type line struct {
	io.ReadWriteCloser
	m *mortal
}

func (l line) Read(b []byte) (int, error) {
	if !l.m.alive() {
		return 0, errDead
	}
	n, err := l.ReadWriteCloser.Read(b)
	n, over := l.m.spend(n)
	if over {
		l.Close()
		return n, errDead
	}
	return n, err
}

func (l line) Write(b []byte) (int, error) {
	if !l.m.alive() {
		return 0, errDead
	}
	n, over := l.m.spend(len(b))
	n, err := l.ReadWriteCloser.Write(b[:n])
	if over {
		l.Close()
		return n, errDead
	}
	return n, err
}

// dieAfter runs one payment that ends after n bytes, and answers where it rests, with the terminal's net.
func dieAfter(t *testing.T, n int, killed bool, faults ...string) (a pay.Attempt, net int64, moved int) {
	t.Helper()
	r := newRig(t)
	healthy := r.dial
	m := &mortal{left: n}
	r.dial = func(ctx context.Context, address string) (io.ReadWriteCloser, error) {
		wire, err := healthy(ctx, address)
		if err != nil || !m.alive() && !killed {
			return wire, err
		}
		return line{wire, m}, nil
	}
	h := r.card(t, "tcp:127.0.0.1:20007")
	h.Fault(faults...)
	again := h.Restart
	if killed {
		h.Alive = m.alive
		h.Restart = func() pay.Provider { r.dial = healthy; return again() }
	} else {
		h.Restart = func() pay.Provider { return h.Provider } // only the line broke
	}
	died, a := paytest.Crash(t, h)
	if net = r.box.Net(""); net != 0 && died.ProviderTxn == "" {
		t.Errorf("cut after byte %d: the terminal keeps the money, and its receipt was not on the disk", n)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return a, net, m.moved
}

// TestMoneyAtTheTerminalIsTheAttemptsEndWhereverTheTillDies kills the till, or cuts its line, after every single byte of a
// payment, starts it again, and compares the terminal's books with where the attempt rests.
func TestMoneyAtTheTerminalIsTheAttemptsEndWhereverTheTillDies(t *testing.T) {
	for _, c := range []struct {
		name   string
		killed bool
		faults []string
	}{
		{"the till is killed", true, nil},
		{"the line is cut", false, nil},
		{"the till is killed, and the terminal forgets what it reversed", true, []string{"forgets"}},
		{"the till is killed, and the terminal repeats itself", true, []string{"dup_status", "lost_ack*1"}},
		{"the line is cut, and packets are joined", false, []string{"join"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			whole, net, total := dieAfter(t, 1<<20, c.killed, c.faults...)
			if whole.State != pay.Succeeded || net != 1999 {
				t.Fatalf("whole: %s, net %d", whole.State, net)
			}
			paid, first, doubts := 0, -1, 0
			for n := 0; n <= total; n++ {
				a, net, _ := dieAfter(t, n, c.killed, c.faults...)
				switch {
				case a.State == pay.Succeeded && net == 1999:
					if paid++; first < 0 {
						first = n
					}
				case (a.State == pay.Canceled || a.State == pay.Failed) && net == 0:
				case a.State == pay.LateSuccess && net == 1999:
					doubts++
				default:
					t.Fatalf("cut after byte %d of %d: %s (%s), and the terminal holds %d", n, total, a.State, a.Reason, net)
				}
			}
			t.Logf("%d cuts: %d end unpaid, %d paid (from byte %d), %d late", total+1, total+1-paid-doubts, paid, first, doubts)
		})
	}
}
