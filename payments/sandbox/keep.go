package sandbox

import (
	"slices"
	"sync"
)

// Keep is where a stand-in keeps its keys and books between starts, so that yesterday's bill is there tomorrow. A stand-in
// without one begins anew each time. Each name is one append-only sequence of lines of JSON.
type Keep interface {
	// Lines calls each for every line kept under name, oldest first; none where nothing was ever kept.
	Lines(name string, each func(line []byte) error) error
	// Append keeps one more line before it returns. It is safe for concurrent use.
	Append(name string, line []byte) error
}

// Book is what every stand-in answers to those who steer and check it, whatever wire it speaks.
type Book interface {
	// Play sets what goes wrong from now on, in place of what was set before; no words make it calm. ErrFault.
	Play(faults []string, seed uint64) error
	Balances() []Account
	// Movements are the provider's own books of one day in its own zone, "2026-11-22"; all days where date is empty.
	Movements(date string) ([]Line, error)
	// Net is what the merchant gained under an own number: captured less refunded, minor units. Checks compare it with the ledger.
	Net(no string) int64
	Close() error
}

// Play implements Book.
func (s *Server) Play(faults []string, seed uint64) error { return s.Script(Wechat, faults, seed) }

// Balances implements Book.
func (s *Server) Balances() []Account { return s.Accounts() }

// Movements implements Book.
func (s *Server) Movements(date string) ([]Line, error) { return s.Statement(Wechat, date) }

// Net implements Book.
func (s *Server) Net(no string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wechat.catchUp()
	return s.wechat.net[no]
}

// Memory is a Keep that lives as long as the process does: a stand-in can be stopped and started again in a test. The zero
// value is empty.
type Memory struct {
	mu    sync.Mutex
	lines map[string][][]byte
}

// Lines implements Keep.
func (m *Memory) Lines(name string, each func(line []byte) error) error {
	m.mu.Lock()
	all := slices.Clone(m.lines[name])
	m.mu.Unlock()
	for _, line := range all {
		if err := each(line); err != nil {
			return err
		}
	}
	return nil
}

// Append implements Keep.
func (m *Memory) Append(name string, line []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.lines == nil {
		m.lines = map[string][][]byte{}
	}
	m.lines[name] = append(m.lines[name], slices.Clone(line))
	return nil
}
