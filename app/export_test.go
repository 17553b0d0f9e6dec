package app

import "suanpan/app/shift"

// SignOn signs somebody on without a PIN: comparing one takes longer than a whole simulated day.
func SignOn(s *Shop, who shift.Staff) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.staff = &who
}

// Poke makes Run look again: its timers follow the wall, and a test's clock may be faster.
func Poke(s *Shop) { s.poke() }
