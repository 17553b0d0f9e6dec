package zvtbox

import (
	"strconv"
	"time"
)

// session is one command of a till and what follows from it.
type session struct {
	t       *Terminal
	w       *wire
	gone    bool // the till hung up
	aborted bool // 06 B0 came
	owed    int  // acknowledgements still to come for messages that did not wait for theirs
}

// Results.
const (
	unreadable = 0x64
	stopped    = 0x6C
	fails      = 0xFF
	missing    = 0x9D // no such receipt (check)
	busyNow    = 0x83
)

// command carries out one command.
func (s *session) command(m message) {
	s.w.lock.Lock()
	_, s.w.torn = s.t.strikes("fragment")
	s.w.left = -1
	if arg, yes := s.t.strikes("cut"); yes {
		if n, err := strconv.Atoi(arg); err == nil {
			s.w.left = n
		}
	}
	s.w.lock.Unlock()
	if arg, yes := "", false; !m.is(0x06, 0x00) {
		if arg, yes = s.t.strikes("refuse"); yes {
			code, err := strconv.ParseUint(arg, 16, 8)
			if err != nil {
				code = busyNow
			}
			s.tell(0x84, byte(code))
			return
		}
	}
	switch {
	case m.is(0x06, 0x00):
		s.register(m)
		return
	case m.is(0x06, 0x02):
		s.t.setRegistered(false)
		s.tell(0x80, 0)
		return
	case m.is(0x06, 0xB0):
		s.tell(0x80, 0)
		return
	}
	if !s.t.isRegistered() {
		s.tell(0x84, busyNow)
		return
	}
	wait := time.NewTimer(s.t.o.Ack)
	defer wait.Stop()
	select {
	case s.t.busy <- struct{}{}:
		defer func() { <-s.t.busy }()
	case <-wait.C:
		s.tell(0x84, busyNow)
		return
	}
	switch {
	case m.is(0x06, 0x01):
		s.money("pay", values(m.data))
	case m.is(0x06, 0x22):
		s.money("reserve", values(m.data))
	case m.is(0x06, 0x31) && len(m.data) >= 3:
		s.money("refund", values(m.data[3:]))
	case m.is(0x06, 0x30) && len(m.data) >= 3:
		s.after("reverse", values(m.data[3:]))
	case m.is(0x06, 0x24) && len(m.data) >= 3:
		s.after("book", values(m.data[3:]))
	case m.is(0x06, 0x25) && len(m.data) >= 3:
		s.after("unreserve", values(m.data[3:]))
	case m.is(0x06, 0x20):
		s.again()
	case m.is(0x06, 0x50):
		s.closeDay()
	case m.is(0x06, 0x70):
		s.tell(0x80, 0)
		s.say(message{0x06, 0xD1, append([]byte{0x00}, "Diagnose OK"...)})
		s.say(message{0x06, 0x0F, nil})
	case m.is(0x05, 0x01):
		s.tell(0x80, 0)
		s.say(message{0x06, 0x0F, nil})
	default:
		s.tell(0x84, busyNow)
	}
}

func (s *session) register(m message) {
	if len(m.data) < 4 {
		s.tell(0x84, busyNow)
		return
	}
	s.t.setRegistered(true)
	s.tell(0x80, 0)
	s.say(message{0x06, 0x0F, append([]byte{0x19, 0x00}, s.t.id()...)})
}

func (t *Terminal) setRegistered(yes bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.registered = yes
}

func (t *Terminal) isRegistered() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.registered
}

// tell answers a command: 80 00 00 or 84 xx 00.
func (s *session) tell(class, instr byte) {
	if !s.w.send(message{class, instr, nil}) {
		s.gone = true
	}
}

// say sends a message and waits for its acknowledgement: 80, 84 xx as xx, or -1 where none came.
func (s *session) say(m message) int {
	if s.gone || !s.w.send(m) {
		s.gone = true
		return -1
	}
	return s.hear(s.t.o.Ack)
}

// hear waits for an acknowledgement. An abort that comes in between is answered and remembered.
func (s *session) hear(most time.Duration) int {
	wait := time.NewTimer(most)
	defer wait.Stop()
	for {
		select {
		case m, open := <-s.w.in:
			switch {
			case !open:
				s.gone = true
				return -1
			case m.class == 0x80 && s.owed > 0:
				s.owed--
			case m.class == 0x80:
				return 0x80
			case m.class == 0x84:
				return int(m.instr)
			case m.is(0x06, 0xB0):
				s.aborted = true
				s.tell(0x80, 0)
			}
		case <-wait.C:
			return -1
		}
	}
}

// card waits for the payer; the answer is a result code, 0 where the card is in.
func (s *session) card() byte {
	switch arg, yes := s.t.strikes("decline"); {
	case yes:
		if code, err := strconv.ParseUint(arg, 16, 8); err == nil && arg != "" {
			return byte(code)
		}
		return 0x05
	case s.t.has("unreadable"):
		return unreadable
	case s.t.has("abort"):
		return stopped
	case s.t.has("system_error"):
		return fails
	}
	var due <-chan time.Time
	if !s.t.has("never") {
		wait := time.NewTimer(s.t.patience())
		defer wait.Stop()
		due = wait.C
	}
	for !s.aborted {
		select {
		case m, open := <-s.w.in:
			if !open {
				s.gone = true
				return stopped
			}
			switch {
			case m.is(0x06, 0xB0):
				s.aborted = true
				s.tell(0x80, 0)
			case m.class == 0x80 && s.owed > 0:
				s.owed--
			}
		case act := <-s.t.payer:
			if act == "abort" {
				return stopped
			}
			return 0
		case <-due:
			return 0
		}
	}
	if s.t.has("pay_wins_cancel_race") {
		return 0
	}
	return stopped
}

// money is a transaction with a card: payment, reservation, refund.
func (s *session) money(kind string, v map[byte][]byte) {
	minor, ok := number(v[0x04])
	if !ok || minor <= 0 {
		s.tell(0x84, busyNow)
		return
	}
	if s.t.has("drop_before") {
		s.w.to.Close()
		s.gone = true
		return
	}
	s.tell(0x80, 0)
	s.state(0x0A, "Karte einstecken")
	code := s.card()
	if s.gone {
		return // nobody to be paid for
	}
	if code == 0 {
		s.state(0x04, "")
	}
	e := s.t.open(kind, minor, v, code == 0)
	e.Result = code
	s.finish(e)
}

// state sends 04 FF. With the fault "join" it goes out together with the next message, unanswered.
func (s *session) state(code byte, text string) {
	data := []byte{code}
	if text != "" {
		line := append([]byte{0x07, byte(len(text))}, text...)
		data = append(data, 0x00, 0x06, byte(len(line)+2), 0x24, byte(len(line)))
		data = append(data, line...)
	}
	m := message{0x04, 0xFF, data}
	if s.t.has("join") && !s.w.serial {
		s.w.hold(m)
		s.owed++
		return
	}
	s.say(m)
}

// open makes an entry; only what the bank approved gets numbers.
func (t *Terminal) open(kind string, minor int64, v map[byte][]byte, approved bool) *entry {
	card := "girocard"
	if arg, yes := t.strikes("card"); yes && arg != "" {
		card = arg
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	e := &entry{Kind: kind, Minor: minor, Currency: text(v[0x49]), At: t.o.Now(), Card: card, waiting: approved}
	if e.Currency == "" {
		e.Currency = "0978"
	}
	if approved {
		t.trace++
		if t.receipt++; t.receipt > 9999 {
			t.receipt = 1
		}
		e.Receipt, e.Trace = t.receipt, t.trace
		t.entries = append(t.entries, e)
	}
	return e
}

// finish tells the till how it ended and does not believe in money before it has heard so.
func (s *session) finish(e *entry) {
	if e.Result == 0 {
		s.confirm(e)
	} else {
		s.status(e)
	}
	if e.Result == 0 && s.t.has("cut_after_ack") {
		s.w.to.Close()
		s.gone = true
		return
	}
	if e.Result == 0 && s.t.has("dup_status") {
		s.status(e)
	}
	s.slips(e)
	if e.Result == 0 {
		s.say(message{0x06, 0x0F, nil})
		return
	}
	s.say(message{0x06, 0x1E, []byte{e.Result}})
}

// confirm repeats the status until it is acknowledged, or gives the money back.
func (s *session) confirm(e *entry) {
	if s.t.has("wrong_amount") {
		s.t.mu.Lock()
		e.Minor++
		s.t.mu.Unlock()
	}
	for tries := 0; tries < 40 && !s.gone; tries++ {
		answer := s.status(e)
		if s.t.has("deaf") || (answer == 0x80 && s.t.has("lost_ack")) {
			answer = -1
			if tries >= 2 {
				break
			}
			continue
		}
		if answer == 0x80 {
			s.t.accept(e)
			return
		}
		if answer != 0x9C && (answer >= 0 || tries >= 2) {
			break
		}
		if answer == 0x9C {
			s.pause(s.t.o.Repeat)
		}
	}
	s.t.undo(e)
	s.state(0x05, "")
	s.status(e)
}

// pause waits, and notices a till that hangs up.
func (s *session) pause(d time.Duration) {
	wait := time.NewTimer(d)
	defer wait.Stop()
	for {
		select {
		case m, open := <-s.w.in:
			if !open {
				s.gone = true
				return
			}
			if m.is(0x06, 0xB0) {
				s.tell(0x84, busyNow)
			}
		case <-wait.C:
			return
		}
	}
}

// accept is the moment from which nothing undoes it by itself.
func (t *Terminal) accept(e *entry) {
	t.mu.Lock()
	e.waiting = false
	if o := t.byTrace(e.Original); o != nil {
		o.Undone = true
	}
	t.mu.Unlock()
	t.note(e)
}

// undo is the terminal's own reversal.
func (t *Terminal) undo(e *entry) {
	forgets := t.has("forgets")
	t.mu.Lock()
	e.waiting, e.Result = false, stopped
	if forgets {
		t.entries = t.entries[:len(t.entries)-1]
	}
	t.mu.Unlock()
	t.note(e)
}
