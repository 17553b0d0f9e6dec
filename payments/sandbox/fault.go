package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ErrFault says that a script names a fault that does not exist, or gives it what it cannot take.
var ErrFault = errors.New("sandbox: no such fault")

// The operations that faults belong to.
const (
	opPay         = "pay"
	opQuery       = "query"
	opReverse     = "reverse"
	opRefund      = "refund"
	opRefundQuery = "refund_query"
	opAny         = "any"
	opStanding    = "standing" // holds all the time, not per request
)

// Fault describes one fault that a script may name.
type Fault struct {
	Name string `json:"name"`
	Op   string `json:"op"` // the operation it strikes unless the script says another
	Does string `json:"does"`
}

// FaultTable lists every fault. A script's word is [op:]name[(arguments)][*times][%percent]: "commit_then_drop",
// "query:bad_sig*2", "202_userpaying(3,PAYERROR)", "any:delay(200ms)%10". Percentages are drawn from the seed.
func FaultTable() []Fault {
	return []Fault{
		{"drop_before", opPay, "the connection breaks before the provider has done anything"},
		{"commit_then_drop", opPay, "done, and the connection breaks before the answer"},
		{"commit_then_500", opPay, "done, and the answer is a server error"},
		{"delay", opPay, "(duration) the answer takes so long"},
		{"slow_body", opPay, "done, and half of the answer's body never comes"},
		{"html_captive_portal", opPay, "somebody else's web page answers, nothing is done"},
		{"tls_wrong_host", opStanding, "the certificate is for another name"},
		{"202_userpaying", opPay, "(queries, SUCCESS, PAYERROR or never) the payer types a password"},
		{"decline", opPay, "(code) refused, signed, with this code"},
		{"unsigned_200", opPay, "done, and the answer is not signed"},
		{"unsigned_400", opPay, "done, and an unsigned answer says that it was refused"},
		{"bad_sig", opPay, "done, and the signature does not fit"},
		{"wrong_serial", opPay, "done, and signed in the name of an unknown key"},
		{"stale_ts", opPay, "done, and signed ten minutes ago"},
		{"tampered_amount", opPay, "done, and the amount is changed after signing"},
		{"wrong_amount", opPay, "done, and the provider signs another amount"},
		{"other_order", opPay, "done, and the provider signs an answer about another order"},
		{"clock_skew", opStanding, "(duration) the provider's clock is ahead by so much"},
		{"reverse_refused", opReverse, "(times) the payer is typing: no reversal now"},
		{"reverse_lies", opReverse, "the reversal says done and does nothing"},
		{"reverse_late", opReverse, "(duration) the reversal gets no answer and takes effect so much later"},
		{"pay_wins_cancel_race", opReverse, "the payer pays just before the reversal, which is refused"},
		{"refund_abnormal", opRefund, "the refund cannot reach the payer"},
		{"refund_closed", opRefund, "the refund is taken and later closed"},
		{"bill_missing", opBill, "a payment is not in the trade bill"},
		{"bill_extra", opBill, "the trade bill has a payment that never was"},
		{"bill_amount", opBill, "a payment stands in the trade bill with another amount"},
		{"bill_hash", opBill, "the hash of a bill does not fit"},
		{"bill_cut", opBill, "the bill ends in the middle"},
		{"notify_before_response", opPay, "a shown code is paid, and the notification comes before the answer that shows it"},
		{"dup_notify", opStanding, "(times) each notification comes so many times more"},
		{"reorder_notify", opStanding, "the newest notification comes first"},
		{"bill_early", opStanding, "today's bill is there already"},
	}
}

// fault is one word of a script, with what is left of it.
type fault struct {
	name, op string
	args     []string
	left     int // times; below 0 for ever
	percent  int
}

// script is a list of faults. A nil script has none.
type script struct{ faults []*fault }

func parseScript(words []string) (*script, error) {
	s := &script{}
	for _, line := range words {
		for _, word := range splitWords(line) {
			f, err := parseFault(word)
			if err != nil {
				return nil, err
			}
			s.faults = append(s.faults, f)
		}
	}
	return s, nil
}

// splitWords splits at blanks, commas and semicolons outside of brackets.
func splitWords(line string) []string {
	depth := 0
	return strings.FieldsFunc(line, func(r rune) bool {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		}
		return depth == 0 && strings.ContainsRune(" ,;\t\n", r)
	})
}

func parseFault(word string) (*fault, error) {
	f := &fault{left: -1, percent: 100}
	rest := word
	for _, tail := range []struct {
		mark string
		to   *int
	}{{"%", &f.percent}, {"*", &f.left}} {
		if i := strings.LastIndex(rest, tail.mark); i >= 0 && !strings.Contains(rest[i:], ")") {
			n, err := strconv.Atoi(rest[i+1:])
			if err != nil || n < 1 {
				return nil, fmt.Errorf("%w: %q", ErrFault, word)
			}
			*tail.to, rest = n, rest[:i]
		}
	}
	if i := strings.Index(rest, "("); i >= 0 {
		if !strings.HasSuffix(rest, ")") {
			return nil, fmt.Errorf("%w: %q", ErrFault, word)
		}
		for _, a := range strings.Split(rest[i+1:len(rest)-1], ",") {
			f.args = append(f.args, strings.TrimSpace(a))
		}
		rest = rest[:i]
	}
	op, name, named := strings.Cut(rest, ":")
	if !named {
		op, name = "", rest
	}
	i := slices.IndexFunc(FaultTable(), func(f Fault) bool { return f.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("%w: %q", ErrFault, word)
	}
	f.name, f.op = name, FaultTable()[i].Op
	if named {
		if f.op == opStanding || !slices.Contains([]string{opPay, opQuery, opReverse, opRefund, opRefundQuery, opBill, opBillFile, opAny}, op) {
			return nil, fmt.Errorf("%w: %q", ErrFault, word)
		}
		f.op = op
	}
	return f, f.check(word)
}

func (f *fault) check(word string) error {
	bad := fmt.Errorf("%w: %q", ErrFault, word)
	switch f.name {
	case "delay", "clock_skew", "reverse_late":
		if len(f.args) != 1 {
			return bad
		}
		if _, err := time.ParseDuration(f.args[0]); err != nil {
			return bad
		}
	case "202_userpaying":
		if len(f.args) > 2 || (len(f.args) == 2 && !slices.Contains([]string{"SUCCESS", "PAYERROR", "never"}, f.args[1])) {
			return bad
		}
		if len(f.args) > 0 {
			if _, err := strconv.Atoi(f.args[0]); err != nil {
				return bad
			}
		}
	case "dup_notify":
		if len(f.args) != 1 || atoi(f.args, 0, 0) < 1 || atoi(f.args, 0, 0) > 100 {
			return bad
		}
	case "reverse_refused":
		if len(f.args) == 1 {
			n, err := strconv.Atoi(f.args[0])
			if err != nil || n < 1 {
				return bad
			}
			f.left = n
		}
	case "decline":
		if len(f.args) != 1 || f.args[0] == "" {
			return bad
		}
	}
	return nil
}

func (f *fault) duration() time.Duration {
	d, _ := time.ParseDuration(f.args[0]) // checked when parsed
	return d
}

// standing answers a fault that holds all the time.
func (s *script) standing(name string) *fault {
	if s == nil {
		return nil
	}
	for _, f := range s.faults {
		if f.name == name {
			return f
		}
	}
	return nil
}

// struck are the faults that strike one request.
type struck map[string]*fault

func (x struck) has(name string) bool { return x[name] != nil }

func (x struck) names() (out []string) {
	for n := range x {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// strike takes the faults for one operation out of the scripts, the first script first. The caller holds mu.
func (s *Server) strike(op string, scripts ...*script) struck {
	hit := struck{}
	for _, sc := range scripts {
		if sc == nil {
			continue
		}
		for _, f := range sc.faults {
			if (f.op != op && f.op != opAny) || f.left == 0 || hit[f.name] != nil || s.random.IntN(100) >= f.percent {
				continue
			}
			if f.left > 0 {
				f.left--
			}
			hit[f.name] = f
		}
	}
	return hit
}

// Script sets what goes wrong at a provider from now on, in place of what was set before; no words make it calm. The seed
// begins the row of random numbers anew, so that a run can be repeated.
func (s *Server) Script(provider string, faults []string, seed uint64) error {
	parsed, err := parseScript(faults)
	if err != nil {
		return err
	}
	if provider != Wechat {
		return fmt.Errorf("%w: provider %q is not played here", ErrFault, provider)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scripts[provider] = parsed
	s.reseed(seed)
	return nil
}

// ScriptAmount sets what goes wrong with orders over exactly this amount, in minor units.
func (s *Server) ScriptAmount(minor int64, faults []string) error {
	parsed, err := parseScript(faults)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.amounts[minor] = parsed
	return nil
}
