package alipaybox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"suanpan/payments/sandbox"
)

// The operations that faults belong to.
const (
	opPay         = "pay" // by code and by a code of ours
	opQuery       = "query"
	opCancel      = "reverse" // the word of all providers
	opClose       = "close"
	opRefund      = "refund"
	opRefundQuery = "refund_query"
	opBill        = "bill"
	opNotify      = "notify"
	opAny         = "any"
	opStanding    = "standing" // holds all the time, not per request
)

// FaultTable lists every fault. A script's word is [op:]name[(arguments)][*times][%percent], as for every stand-in.
func FaultTable() []sandbox.Fault {
	return []sandbox.Fault{
		{Name: "drop_before", Op: opPay, Does: "the connection breaks before the provider has done anything"},
		{Name: "commit_then_drop", Op: opPay, Does: "done, and the connection breaks before the answer"},
		{Name: "commit_then_500", Op: opPay, Does: "done, and the answer is a server error"},
		{Name: "commit_then_20000", Op: opPay, Does: "done, and the gateway signs that it does not know"},
		{Name: "delay", Op: opPay, Does: "(duration) the answer takes so long"},
		{Name: "slow_body", Op: opPay, Does: "done, and half of the answer's body never comes"},
		{Name: "html_captive_portal", Op: opPay, Does: "somebody else's web page answers, nothing is done"},
		{Name: "tls_wrong_host", Op: opStanding, Does: "the certificate is for another name"},
		{Name: "userpaying", Op: opPay, Does: "(queries, SUCCESS, PAYERROR or never) the payer types a password; PAYERROR closes the dialogue"},
		{Name: "decline", Op: opPay, Does: "(sub code) refused, signed, with this code"},
		{Name: "unsigned_200", Op: opPay, Does: "done, and the answer is not signed"},
		{Name: "unsigned_400", Op: opPay, Does: "done, and an unsigned answer says that it was refused"},
		{Name: "bad_sig", Op: opPay, Does: "done, and the signature does not fit"},
		{Name: "wrong_serial", Op: opPay, Does: "done, and signed by a stranger's key"},
		{Name: "escaped_slash", Op: opPay, Does: "signed first, and slashes escaped afterwards"},
		{Name: "tampered_amount", Op: opPay, Does: "done, and the amount is changed after signing"},
		{Name: "wrong_amount", Op: opPay, Does: "done, and the provider signs another amount"},
		{Name: "other_order", Op: opPay, Does: "done, and the provider signs an answer about another order"},
		{Name: "clock_skew", Op: opStanding, Does: "(duration) the provider's clock is ahead by so much"},
		{Name: "scan_never", Op: opStanding, Does: "nobody scans the code that we show"},
		{Name: "reverse_refused", Op: opCancel, Does: "(times) no cancel now, ask again"},
		{Name: "reverse_lies", Op: opCancel, Does: "the cancel says done and does nothing"},
		{Name: "reverse_late", Op: opCancel, Does: "(duration) the cancel gets no answer and takes effect so much later"},
		{Name: "pay_wins_cancel_race", Op: opCancel, Does: "the payer pays just before the cancel, which is refused"},
		{Name: "refund_abnormal", Op: opRefund, Does: "the payer's account takes no refund"},
		{Name: "refund_lag", Op: opRefund, Does: "(queries) so many queries do not see the refund yet"},
		{Name: "bill_missing", Op: opBill, Does: "the bill leaves out its first payment"},
		{Name: "bill_extra", Op: opBill, Does: "the bill holds a payment that nobody made here"},
		{Name: "bill_amount", Op: opBill, Does: "the bill's first payment has another amount"},
		{Name: "bill_state", Op: opBill, Does: "the bill says that its first payment went back"},
		{Name: "bill_hash", Op: opBill, Does: "a byte of the packed bill is changed"},
		{Name: "bill_cut", Op: opBill, Does: "the second half of the bill's rows is gone, and its end"},
		{Name: "bill_sum", Op: opBill, Does: "the bill's own sums do not fit its rows"},
		{Name: "bill_none", Op: opBill, Does: "there is no bill of that day yet"},
		{Name: "bill_early", Op: opStanding, Does: "today's bill is there already"},
		{Name: "dup_notify", Op: opNotify, Does: "(times) each notification comes so many times more"},
		{Name: "notify_before_response", Op: opPay, Does: "the notification comes before the answer"},
		{Name: "reorder_notify", Op: opStanding, Does: "notifications wait, and come last one first"},
	}
}

// known maps the words of other stand-ins to ours.
func known(name string) string {
	switch name {
	case "202_userpaying":
		return "userpaying"
	case "unsigned":
		return "unsigned_200"
	case "cancel_refused", "cancel_lies", "cancel_late":
		return "reverse_" + strings.TrimPrefix(name, "cancel_")
	}
	return name
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

func parseScript(lines []string) (*script, error) {
	s := &script{}
	for _, line := range lines {
		for _, word := range words(line) {
			f, err := parseFault(word)
			if err != nil {
				return nil, err
			}
			s.faults = append(s.faults, f)
		}
	}
	return s, nil
}

// words splits at blanks, commas and semicolons outside of brackets.
func words(line string) []string {
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
	bad := fmt.Errorf("%w: %q", sandbox.ErrFault, word)
	f := &fault{left: -1, percent: 100}
	rest := word
	for _, tail := range []struct {
		mark string
		to   *int
	}{{"%", &f.percent}, {"*", &f.left}} {
		if i := strings.LastIndex(rest, tail.mark); i >= 0 && !strings.Contains(rest[i:], ")") {
			n, err := strconv.Atoi(rest[i+1:])
			if err != nil || n < 1 {
				return nil, bad
			}
			*tail.to, rest = n, rest[:i]
		}
	}
	if i := strings.Index(rest, "("); i >= 0 {
		if !strings.HasSuffix(rest, ")") {
			return nil, bad
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
	name = known(name)
	i := slices.IndexFunc(FaultTable(), func(t sandbox.Fault) bool { return t.Name == name })
	if i < 0 {
		return nil, bad
	}
	f.name, f.op = name, FaultTable()[i].Op
	if named {
		if f.op == opStanding || !slices.Contains([]string{opPay, opQuery, opCancel, opClose, opRefund, opRefundQuery, opBill, opNotify, opAny}, op) {
			return nil, bad
		}
		f.op = op
	}
	if !f.sound() {
		return nil, bad
	}
	return f, nil
}

// sound checks the arguments.
func (f *fault) sound() bool {
	number := func(i int) bool {
		if i >= len(f.args) {
			return true
		}
		n, err := strconv.Atoi(f.args[i])
		return err == nil && n >= 0
	}
	switch f.name {
	case "delay", "clock_skew", "reverse_late":
		if len(f.args) != 1 {
			return false
		}
		_, err := time.ParseDuration(f.args[0])
		return err == nil
	case "userpaying":
		return len(f.args) <= 2 && number(0) && (len(f.args) < 2 || slices.Contains([]string{"SUCCESS", "PAYERROR", "never"}, f.args[1]))
	case "reverse_refused":
		if len(f.args) == 1 {
			f.left = f.number(0, 1)
		}
		return len(f.args) <= 1 && number(0) && f.left != 0
	case "refund_lag", "dup_notify":
		return len(f.args) <= 1 && number(0)
	case "decline":
		return len(f.args) == 1 && f.args[0] != ""
	}
	return true
}

func (f *fault) duration() time.Duration {
	d, _ := time.ParseDuration(f.args[0]) // checked when parsed
	return d
}

func (f *fault) number(i, other int) int {
	if i >= len(f.args) {
		return other
	}
	n, err := strconv.Atoi(f.args[i])
	if err != nil {
		return other
	}
	return n
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
func (b *Box) strike(op string, scripts ...*script) struck {
	hit := struck{}
	for _, sc := range scripts {
		if sc == nil {
			continue
		}
		for _, f := range sc.faults {
			if (f.op != op && f.op != opAny) || f.left == 0 || hit[f.name] != nil || b.random.IntN(100) >= f.percent {
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
