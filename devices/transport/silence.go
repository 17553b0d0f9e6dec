package transport

import (
	"os"
	"sync"
	"time"
)

// silence is the reading half of a wire that has nothing to say: it waits for its deadline or its end.
type silence struct {
	mu     sync.Mutex
	until  time.Time
	change chan struct{} // closed and replaced whenever until changes
	done   chan struct{}
	once   sync.Once
}

func newSilence() *silence {
	return &silence{change: make(chan struct{}), done: make(chan struct{})}
}

func (s *silence) end() { s.once.Do(func() { close(s.done) }) }

// SetReadDeadline implements devices.Conn.
func (s *silence) SetReadDeadline(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.until = t
	close(s.change)
	s.change = make(chan struct{})
	return nil
}

// Read implements devices.Conn.
func (s *silence) Read([]byte) (int, error) {
	for {
		s.mu.Lock()
		until, change := s.until, s.change
		s.mu.Unlock()
		var timer <-chan time.Time
		if !until.IsZero() {
			left := time.Until(until)
			if left <= 0 {
				return 0, os.ErrDeadlineExceeded
			}
			timer = time.After(left)
		}
		select {
		case <-s.done:
			return 0, os.ErrClosed
		case <-change:
		case <-timer:
			return 0, os.ErrDeadlineExceeded
		}
	}
}
