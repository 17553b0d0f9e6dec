package payments

import (
	"net/http"
	"sync/atomic"
	"time"
)

// Bounds of the clock's error.
const (
	skewIgnored = 5 * time.Second  // below this the Date header's one second and the way itself are most of it
	skewWarning = 60 * time.Second // above this people are told
)

// Skew estimates how far a provider's clock is ahead of ours, from the Date header of answers whose sender is proven. It
// is safe for concurrent use; the zero value knows nothing and corrects nothing.
type Skew struct{ offset atomic.Int64 }

// Offset is the provider's clock minus ours, positive when we are behind.
func (s *Skew) Offset() time.Duration { return time.Duration(s.offset.Load()) }

// Correction is what to add to our time before signing: nothing while the difference may be mere delay.
func (s *Skew) Correction() time.Duration {
	if d := s.Offset(); d.Abs() >= skewIgnored {
		return d
	}
	return 0
}

// Warn reports whether the difference is so large that people should set the clock.
func (s *Skew) Warn() bool { return s.Offset().Abs() > skewWarning }

// learn takes one answer's Date, which was written at some moment between begun and ended and cut to the second.
func (s *Skew) learn(date string, begun, ended time.Time) {
	at, err := http.ParseTime(date)
	if err != nil || ended.Before(begun) {
		return
	}
	middle := begun.Add(ended.Sub(begun) / 2)
	s.offset.Store(int64(at.Add(500 * time.Millisecond).Sub(middle)))
}
