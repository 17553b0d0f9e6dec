package zvtbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"suanpan/payments/sandbox"
)

// fault is one word of a script: name, name(argument), name*times.
type fault struct {
	name, arg string
	left      int // below 0: for ever
}

// Faults lists what a script may name.
func Faults() []sandbox.Fault {
	return []sandbox.Fault{
		{Name: "decline", Op: "pay", Does: "(hex) the bank refuses, with this result; 05 where none is given"},
		{Name: "unreadable", Op: "pay", Does: "the card cannot be read (64)"},
		{Name: "abort", Op: "pay", Does: "the payer presses the red key (6C)"},
		{Name: "system_error", Op: "pay", Does: "the terminal fails (FF)"},
		{Name: "slow", Op: "pay", Does: "(duration) the payer takes so long"},
		{Name: "never", Op: "pay", Does: "the payer does nothing"},
		{Name: "pay_wins_cancel_race", Op: "pay", Does: "an abort comes too late: the payment goes through"},
		{Name: "drop_before", Op: "pay", Does: "the line breaks when the command has come, and nothing is done"},
		{Name: "cut", Op: "any", Does: "(bytes) the line breaks after so many bytes from the terminal"},
		{Name: "cut_after_ack", Op: "pay", Does: "acknowledged, and the line breaks before the end"},
		{Name: "lost_ack", Op: "pay", Does: "the till's acknowledgement is not heard: the status comes again"},
		{Name: "deaf", Op: "pay", Does: "no acknowledgement is ever heard: the money goes back"},
		{Name: "dup_status", Op: "pay", Does: "the status comes again after it was acknowledged"},
		{Name: "wrong_amount", Op: "pay", Does: "the status speaks of one cent more"},
		{Name: "unmasked", Op: "any", Does: "card number and tracks in clear, on the slip too"},
		{Name: "fragment", Op: "any", Does: "every byte in a packet of its own"},
		{Name: "join", Op: "any", Does: "states and statuses in one packet"},
		{Name: "refuse", Op: "any", Does: "(hex) every command but registration is refused with 84 xx"},
		{Name: "forgets", Op: "any", Does: "a payment that was reversed is not in the journal"},
		{Name: "card", Op: "pay", Does: "(girocard, mastercard, visa, amex) which card it is"},
		{Name: "insert", Op: "pay", Does: "the payer inserts the card at once"},
	}
}

// Play implements sandbox.Book.
func (t *Terminal) Play(words []string, _ uint64) error {
	var list []*fault
	for _, line := range words {
		for _, word := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" ,;\n\t", r) }) {
			f := &fault{left: -1}
			name, times, some := strings.Cut(word, "*")
			if some {
				n, err := strconv.Atoi(times)
				if err != nil || n < 1 {
					return fmt.Errorf("%w: %q", sandbox.ErrFault, word)
				}
				f.left = n
			}
			f.name = name
			if i := strings.Index(name, "("); i > 0 && strings.HasSuffix(name, ")") {
				f.name, f.arg = name[:i], name[i+1:len(name)-1]
			}
			if !slices.ContainsFunc(Faults(), func(k sandbox.Fault) bool { return k.Name == f.name }) {
				return fmt.Errorf("%w: %q", sandbox.ErrFault, word)
			}
			list = append(list, f)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.faults = list
	for len(t.payer) > 0 {
		<-t.payer
	}
	return nil
}

// strikes reports whether a fault happens now, and uses it up.
func (t *Terminal) strikes(name string) (arg string, yes bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range t.faults {
		if f.name == name && f.left != 0 {
			if f.left > 0 {
				f.left--
			}
			return f.arg, true
		}
	}
	return "", false
}

func (t *Terminal) has(name string) bool { _, yes := t.strikes(name); return yes }

// patience is how long the payer takes.
func (t *Terminal) patience() time.Duration {
	if arg, yes := t.strikes("slow"); yes {
		if d, err := time.ParseDuration(arg); err == nil {
			return d
		}
	}
	if t.has("insert") {
		return 0
	}
	return t.o.Payer
}
