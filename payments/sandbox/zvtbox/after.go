package zvtbox

import "fmt"

// after is a transaction that follows an earlier one by its receipt number.
func (s *session) after(kind string, v map[byte][]byte) {
	receipt, ok := number(v[0x87])
	s.t.mu.Lock()
	var of *entry
	for _, e := range s.t.entries {
		if ok && int64(e.Receipt) == receipt && !e.Closed {
			of = e
		}
	}
	want := "reserve"
	if kind == "reverse" {
		want = "pay"
	}
	fit := of != nil && of.Kind == want && of.Result == 0 && !of.Undone
	s.t.mu.Unlock()
	s.tell(0x80, 0)
	if !fit {
		s.say(message{0x06, 0x1E, []byte{missing}})
		return
	}
	minor := of.Minor
	if n, given := number(v[0x04]); given && kind == "book" {
		minor = min(n, of.Minor)
	}
	e := s.t.open(kind, minor, map[byte][]byte{0x49: packed(of.Currency)}, true)
	e.Original, e.Card = of.Trace, of.Card
	s.finish(e)
}

// again repeats the last receipt.
func (s *session) again() {
	s.t.mu.Lock()
	var last *entry
	if n := len(s.t.entries); n > 0 {
		last = s.t.entries[n-1]
	}
	s.t.mu.Unlock()
	s.tell(0x80, 0)
	if last == nil {
		s.say(message{0x06, 0x1E, []byte{missing}})
		return
	}
	s.status(last)
	s.slips(last)
	s.say(message{0x06, 0x0F, nil})
}

func (e *entry) String() string {
	return fmt.Sprintf("%s %s %d %02X", e.Kind, e.name(), e.Minor, e.Result)
}
