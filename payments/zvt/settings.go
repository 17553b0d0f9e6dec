// Package zvt speaks ZVT, the protocol between tills and payment terminals of Germany, Austria and Switzerland, over TCP and
// serial lines: payment, reversal, refund, reservation and its booking, repeat receipt, end of day, diagnosis, abort.
//
// Papers: PA00P015 revision 13 (commands, fields) and PA00P016 (transport), terminalhersteller.de. Left out: reading cards,
// which the paper itself advises against over TCP; the service port; GeldKarte, vouchers, tips, display and file commands.
// Card numbers and tracks are dropped in the parser: nothing above it has a field that could hold one.
//
// One till per terminal: a payment is found again by the terminal's receipt number, and a second till would move it.
package zvt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
)

// ID is the provider's name in orders and accounts.
const ID = "zvt"

// ErrSettings says which setting cannot be used.
var ErrSettings = errors.New("zvt: settings cannot be used")

// Timers are the protocol's, all settable.
type Timers struct {
	T1     time.Duration // between the bytes of a serial block
	T2     time.Duration // until a serial block is acknowledged; it is sent three times in all
	T3     time.Duration // from a command to its 80 or 84, then the connection is given up
	T4     time.Duration // until the next message of a running command
	Commit time.Duration // how long writing a payment down may take before the terminal is asked for patience (84 9C 00)
}

// PaperTimers are the paper's.
func PaperTimers() Timers {
	return Timers{T1: 200 * time.Millisecond, T2: 5 * time.Second, T3: 5 * time.Second, T4: 180 * time.Second, Commit: time.Second}
}

// Settings are one terminal's.
type Settings struct {
	Address    string           // "tcp:host:20007" or "serial:/dev/ttyS0?9600,8N2"
	Password   string           // six digits; "000000" where empty
	TerminalID string           // eight digits, checked against each answer; where empty, the address stands for the merchant
	Currencies []money.Currency // EUR where empty
	TwoStep    bool             // reserve, then book
	Mirror     bool             // tell the terminal our last receipt number (TLV 1F1F)
	Slack      time.Duration    // how far the terminal's clock may be behind; 15 min where 0
	Timers     Timers           // PaperTimers where zero
	Timing     *pay.Timing      // CardTiming where nil
	Sum        Sum              // FrameSum where zero
	Zone       *time.Location   // the terminal's; the machine's where nil
	Now        func() time.Time // the wall clock where nil
}

// Form is Settings as people and files hold them.
type Form struct {
	Address    string `json:"address"`
	Password   string `json:"password,omitempty"`
	TerminalID string `json:"terminal_id,omitempty"`
	Currencies string `json:"currencies,omitempty"` // "EUR,CHF"
	TwoStep    string `json:"two_step,omitempty"`   // yes or no
	Training   bool   `json:"training,omitempty"`   // only then may the terminal be on this machine, and it must be
}

// Fields is what the settings form asks.
func Fields() []pay.Field {
	return []pay.Field{
		{Name: "address", Kind: pay.FieldText, Required: true, Default: "tcp:192.168.0.2:20007"},
		{Name: "password", Kind: pay.FieldSecret},
		{Name: "terminal_id", Kind: pay.FieldText},
		{Name: "currencies", Kind: pay.FieldText, Default: "EUR"},
	}
}

// Parse reads a form into settings.
func Parse(f Form) (Settings, error) {
	s := Settings{Address: f.Address, Password: f.Password, TerminalID: f.TerminalID, TwoStep: f.TwoStep == "yes"}
	for _, c := range strings.FieldsFunc(f.Currencies, func(r rune) bool { return r == ',' || r == ' ' }) {
		s.Currencies = append(s.Currencies, money.Currency(c))
	}
	if host, tcp := strings.CutPrefix(f.Address, "tcp:"); tcp || f.Training {
		name, _, err := net.SplitHostPort(host)
		if err != nil {
			return s, fmt.Errorf("%w: address: %w", ErrSettings, err)
		}
		if ip := net.ParseIP(name); f.Training != (name == "localhost" || ip != nil && ip.IsLoopback()) {
			return s, fmt.Errorf("%w: a stand-in on this machine is for training, and nothing else is", ErrSettings)
		}
	}
	return s.check()
}

// numbers are the ISO 4217 numbers of the currencies that a terminal may be asked for.
var numbers = map[money.Currency]string{"EUR": "0978", "CHF": "0756", "GBP": "0826", "USD": "0840", "CNY": "0156", "HKD": "0344",
	"DKK": "0208", "SEK": "0752", "NOK": "0578", "PLN": "0985", "CZK": "0203", "HUF": "0348", "JPY": "0392"}

// check answers the settings with their defaults.
func (s Settings) check() (Settings, error) {
	kind, rest, _ := strings.Cut(s.Address, ":")
	if (kind != "tcp" && kind != "serial") || rest == "" {
		return s, fmt.Errorf("%w: address %q is neither tcp:host:port nor serial:port", ErrSettings, s.Address)
	}
	if s.Password == "" {
		s.Password = "000000"
	}
	if _, ok := pack(s.Password); !ok || len(s.Password) != 6 {
		return s, fmt.Errorf("%w: the password has six digits", ErrSettings)
	}
	if _, ok := pack(s.TerminalID); !ok || (s.TerminalID != "" && len(s.TerminalID) != 8) {
		return s, fmt.Errorf("%w: terminal id %q has not eight digits", ErrSettings, s.TerminalID)
	}
	if len(s.Currencies) == 0 {
		s.Currencies = []money.Currency{"EUR"}
	}
	for _, c := range s.Currencies {
		if numbers[c] == "" {
			return s, fmt.Errorf("%w: currency %q", ErrSettings, c)
		}
	}
	if s.Slack == 0 {
		s.Slack = 15 * time.Minute
	}
	if s.Timers == (Timers{}) {
		s.Timers = PaperTimers()
	}
	if t := s.Timers; min(t.T1, t.T2, t.T3, t.T4, t.Commit) <= 0 {
		return s, fmt.Errorf("%w: a timer is not above zero", ErrSettings)
	}
	if s.Timing == nil {
		t := CardTiming()
		s.Timing = &t
	}
	if s.Sum == (Sum{}) {
		s.Sum = FrameSum
	}
	if s.Zone == nil {
		s.Zone = time.Local
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	return s, s.Timing.Check()
}

// CardTiming asks only for news from the open dialogue at first: the wire is silent towards a busy terminal. The cashier's
// patience ends after six minutes, twice the paper's T4.
func CardTiming() pay.Timing {
	return pay.Timing{
		FirstQuery: 5 * time.Second, Every: 5 * time.Second, SlowAfter: time.Minute, SlowEvery: 10 * time.Second,
		Deadline: 6 * time.Minute, MinCancelAge: 0, CancelWindow: 24 * time.Hour,
		CancelBackoff: []time.Duration{3 * time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute},
		NotFoundGap:   10 * time.Second, NotFoundCount: 3, Sweep: time.Minute, Decide: 10 * time.Minute,
	}
}

// Dial opens the wire to a terminal.
type Dial func(ctx context.Context, address string) (io.ReadWriteCloser, error)

// merchant is whom the terminal speaks for (G1).
func (s Settings) merchant() string {
	if s.TerminalID != "" {
		return s.TerminalID
	}
	return s.Address
}

func (s Settings) takes(c money.Currency) bool { return slices.Contains(s.Currencies, c) }
