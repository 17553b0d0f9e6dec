package printer_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"suanpan/app/device"
	"suanpan/app/receipt"
	"suanpan/devices"
	"suanpan/devices/escpos"
	"suanpan/devices/printer"
	"suanpan/devices/transport"
	"suanpan/devices/virtual"
)

// spool is a spool in memory that remembers every state. The shop's lies in its ledger.
type spool struct {
	mu      sync.Mutex
	change  chan struct{}
	jobs    []device.Job
	history map[int64][]string
}

func newSpool() *spool { return &spool{change: make(chan struct{}), history: map[int64][]string{}} }

// known is a profile whose printer is known to answer, so that a slow machine is not taken for a silent printer.
func known(t testing.TB, name string) escpos.Profile {
	p := profile(t, name)
	p.Status = escpos.StatusFull
	return p
}

func (s *spool) put(j device.Job) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	j.ID, j.State, j.Printer = int64(len(s.jobs)+1), device.Queued, "receipt"
	s.jobs = append(s.jobs, j)
	return j.ID
}

func (s *spool) Next(_ context.Context, name string) (device.Job, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, kind := range []device.JobKind{device.Drawer, device.Paper} {
		for _, j := range s.jobs {
			if j.Printer == name && j.Kind == kind && (j.State == device.Queued || j.State == device.Waiting) {
				return j, nil
			}
		}
	}
	return device.Job{}, device.ErrNoJob
}

func (s *spool) Mark(_ context.Context, id int64, state device.JobState, reason string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := &s.jobs[id-1]
	if j.State.Final() {
		return fmt.Errorf("job %d is %s", id, j.State)
	}
	if state == device.Sending {
		j.Tries++
	}
	j.State, j.Reason = state, reason
	s.history[id] = append(s.history[id], strings.TrimSuffix(string(state)+":"+reason, ":"))
	close(s.change)
	s.change = make(chan struct{})
	return nil
}

// until waits for a state of a job and returns all it went through.
func (s *spool) until(t *testing.T, id int64, state device.JobState) []string {
	t.Helper()
	limit := time.After(8 * time.Second)
	for {
		s.mu.Lock()
		now, change, history := s.jobs[id-1].State, s.change, slices.Clone(s.history[id])
		s.mu.Unlock()
		if now == state {
			return history
		}
		if now.Final() {
			t.Fatalf("job %d ended as %s, want %s; it went %v", id, now, state, history)
		}
		select {
		case <-change:
		case <-limit:
			t.Fatalf("job %d is %s after 8 s, want %s; it went %v", id, now, state, history)
		}
	}
}

// counter is a unit, its printer and its spool.
type counter struct {
	*spool
	unit   *printer.Unit
	device *virtual.Printer
	mu     sync.Mutex
	events []string
}

var quick = printer.Timing{
	Ask: 300 * time.Millisecond, Maybe: 150 * time.Millisecond, GiveUp: 3 * time.Second, Confirm: 5 * time.Second,
	Drawer: 2 * time.Second, Idle: 50 * time.Millisecond, Watch: 10 * time.Second, Linger: 20 * time.Millisecond,
	Retry: []time.Duration{20 * time.Millisecond}, Progress: 20 * time.Millisecond,
}

func profile(t testing.TB, name string) escpos.Profile {
	t.Helper()
	p, ok := escpos.Find(name)
	if !ok {
		t.Fatal("no profile " + name)
	}
	return p
}

// open starts a unit at address; "" is the virtual printer's own port on loopback.
func open(t *testing.T, p escpos.Profile, m virtual.Model, address string) *counter {
	t.Helper()
	c := &counter{spool: newSpool(), device: virtual.New(m)}
	t.Cleanup(func() { c.device.Close() })
	if address == "" {
		at, err := c.device.ListenTCP("127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address = "tcp:" + at
	}
	if address == "pty" {
		path, err := c.device.OpenPTY()
		if err != nil {
			t.Skip(err)
		}
		address = "file:" + path
	}
	if address == "serial" {
		path, err := c.device.OpenPTY()
		if err != nil {
			t.Skip(err)
		}
		address = "serial:" + path + "?115200,8N1"
	}
	wires := transport.Opener{Virtual: map[string]func(context.Context) (devices.Conn, error){
		"paper": func(ctx context.Context) (devices.Conn, error) { return c.device.Dial(ctx) },
	}}
	c.unit = printer.New(printer.Settings{ID: "receipt", Address: address, Profile: p}, printer.Ports{
		Open: wires.Open, Spool: c.spool, Now: time.Now, Timing: quick,
		Emit: func(e devices.Event) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.events = append(c.events, e.Name)
		},
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.unit.Run(ctx)
	}()
	t.Cleanup(func() { cancel(); <-done })
	return c
}

func (c *counter) print(page receipt.Page) int64 {
	id := c.put(device.Job{Kind: device.Paper, Page: page, At: time.Now()})
	c.unit.Wake()
	return id
}

func (c *counter) kick(at time.Time) int64 {
	id := c.put(device.Job{Kind: device.Drawer, At: at})
	c.unit.Wake()
	return id
}

func (c *counter) saw(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Contains(c.events, name)
}

// page has n numbered lines of Chinese and a cut.
func page(n int) receipt.Page {
	p := receipt.Page{Version: receipt.Version, Columns: 48}
	for i := range n {
		p = p.Add(receipt.Row{Kind: receipt.Columns, Cells: []receipt.Cell{
			{Text: fmt.Sprintf("第 %d 行 农夫山泉", i+1)}, {Text: "2.00", Width: 8, Align: receipt.Right}}})
	}
	return p.Add(receipt.Row{Kind: receipt.Cut})
}

// lines counts the numbered lines on all slips.
func (c *counter) lines() int {
	n := 0
	for _, s := range c.device.Slips() {
		n += strings.Count(s.Text(), "农夫山泉")
	}
	return n
}

func TestAPageIsDoneOnlyWhenThePrinterSaysSo(t *testing.T) {
	for _, wire := range []string{"", "virtual:paper", "pty", "serial"} {
		for _, kind := range []string{"xprinter-80", "epson-tm-t88-gb"} {
			t.Run(kind+" "+wire, func(t *testing.T) {
				c := open(t, known(t, kind), virtual.Model{}, wire)
				id := c.print(page(60))
				if got := c.until(t, id, device.Done); !slices.Equal(got, []string{"sending", "done"}) {
					t.Errorf("went %v", got)
				}
				if n := c.lines(); n != 60 {
					t.Errorf("%d lines on paper, want 60", n)
				}
				if err := c.device.Err(); err != nil {
					t.Error(err)
				}
				if h := c.unit.Health(); h.State != device.Ready || h.Proof.IsZero() {
					t.Errorf("health %+v", h)
				}
			})
		}
	}
}

func TestAPrinterThatNeverAnswersIsOnlyHandedThePage(t *testing.T) {
	for _, kind := range []string{"one-way", "default"} {
		c := open(t, profile(t, kind), virtual.Model{Silent: true}, "")
		c.until(t, c.print(page(3)), device.HandedOn)
		if h := c.unit.Health(); h.State != device.Unknown {
			t.Errorf("%s: state %q without any answer", kind, h.State)
		}
	}
}

func TestPaperOutBeforeTheJobWaitsAndGoesOn(t *testing.T) {
	c := open(t, known(t, "xprinter-80"), virtual.Model{}, "")
	c.device.SetPaper(virtual.PaperOut)
	id := c.print(page(5))
	if got := c.until(t, id, device.Waiting); got[len(got)-1] != "waiting:paper_out" {
		t.Fatalf("went %v", got)
	}
	if h := c.unit.Health(); h.State != device.Blocked || h.Reason != "paper_out" {
		t.Errorf("health %+v", h)
	}
	c.device.SetPaper(virtual.PaperFull)
	c.until(t, id, device.Done)
	if n := c.lines(); n != 5 {
		t.Errorf("%d lines on paper, want 5", n)
	}
	if !c.saw("paper_out") || !c.saw("paper_ok") {
		t.Errorf("events %v", c.events)
	}
}

func TestPaperOutInMidPageResumesWithoutDoubling(t *testing.T) {
	for _, wire := range []string{"", "virtual:paper", "serial"} {
		t.Run(wire, func(t *testing.T) {
			c := open(t, known(t, "xprinter-80"), virtual.Model{}, wire)
			c.device.PaperOutAfter(37)
			id := c.print(page(200))
			c.until(t, id, device.Waiting)
			if n := c.lines(); n != 37 {
				t.Errorf("%d lines before the paper ended, want 37", n)
			}
			c.device.SetPaper(virtual.PaperFull)
			c.until(t, id, device.Done)
			if n := c.lines(); n != 200 {
				t.Errorf("%d lines on paper, want 200", n)
			}
		})
	}
}

func TestAnOpenCoverHoldsThePage(t *testing.T) {
	c := open(t, known(t, "epson-tm-t88-gb"), virtual.Model{}, "")
	c.until(t, c.print(page(1)), device.Done)
	c.device.SetCover(true)
	id := c.print(page(2))
	if got := c.until(t, id, device.Waiting); got[len(got)-1] != "waiting:cover_open" {
		t.Fatalf("went %v", got)
	}
	c.device.SetCover(false)
	c.until(t, id, device.Done)
}

func TestAWireThatBreaksInMidPageLeavesDoubt(t *testing.T) {
	c := open(t, known(t, "xprinter-80"), virtual.Model{}, "")
	c.until(t, c.print(page(1)), device.Done)
	c.device.UnplugAt(2500)
	id := c.print(page(200))
	c.until(t, id, device.Doubtful)
	if !c.saw("lost") {
		t.Errorf("events %v", c.events)
	}
	again := c.print(page(3))
	if got := c.until(t, again, device.Waiting); got[len(got)-1] != "waiting:lost" {
		t.Errorf("went %v", got)
	}
	c.device.Plug()
	c.until(t, again, device.Done)
}

func TestAPowerCutInMidPageLeavesDoubt(t *testing.T) {
	c := open(t, known(t, "epson-tm-t88-gb"), virtual.Model{}, "")
	c.device.PaperOutAfter(10)
	id := c.print(page(50))
	c.until(t, id, device.Waiting)
	c.device.PowerOff()
	c.until(t, id, device.Doubtful)
}

func TestAnAbsentPrinterOnlyKeepsThePageWaiting(t *testing.T) {
	c := open(t, known(t, "xprinter-80"), virtual.Model{}, "tcp:127.0.0.1:1")
	id := c.print(page(1))
	if got := c.until(t, id, device.Waiting); got[0] != "waiting:absent" {
		t.Errorf("went %v", got)
	}
	if h := c.unit.Health(); h.State != device.Absent {
		t.Errorf("health %+v", h)
	}
}

func TestTheDrawerOpensBeforeTheBodyAndItsSwitchProvesIt(t *testing.T) {
	c := open(t, known(t, "epson-tm-t88-gb"), virtual.Model{}, "")
	kicked := make(chan int, 1)
	c.device.OnKick(func() { kicked <- 1 })
	body := c.put(device.Job{Kind: device.Paper, Page: page(10), At: time.Now()})
	kick := c.kick(time.Now())
	c.until(t, kick, device.Done)
	<-kicked
	c.until(t, body, device.Done)
	if open, kicks := c.device.Drawer(); !open || kicks != 1 {
		t.Errorf("drawer open %v after %d kicks", open, kicks)
	}
	if open, known := c.unit.DrawerOpen(); !open || !known {
		t.Errorf("unit says open %v, known %v", open, known)
	}
	if !c.saw("drawer_open") {
		t.Errorf("events %v", c.events)
	}
}

func TestTheDrawerOpensWhileAPageWaitsForPaper(t *testing.T) {
	c := open(t, known(t, "epson-tm-t88-gb"), virtual.Model{}, "")
	c.device.PaperOutAfter(5)
	body := c.print(page(20))
	c.until(t, body, device.Waiting)
	c.until(t, c.kick(time.Now()), device.Done)
	c.device.SetPaper(virtual.PaperFull)
	c.until(t, body, device.Done)
	if n := c.lines(); n != 20 {
		t.Errorf("%d lines on paper, want 20", n)
	}
}

func TestALateKickIsNeverGiven(t *testing.T) {
	c := open(t, known(t, "epson-tm-t88-gb"), virtual.Model{}, "")
	id := c.kick(time.Now().Add(-2 * device.KickLife))
	if got := c.until(t, id, device.Cancelled); got[0] != "cancelled:expired" {
		t.Errorf("went %v", got)
	}
	if _, kicks := c.device.Drawer(); kicks != 0 {
		t.Errorf("%d kicks", kicks)
	}
}

func TestACopyDoesNotOpenTheDrawer(t *testing.T) {
	c := open(t, known(t, "xprinter-80"), virtual.Model{}, "")
	first := receipt.Page{Version: receipt.Version, Columns: 48, Rows: append([]receipt.Row{{Kind: receipt.Kick}}, page(2).Rows...)}
	c.until(t, c.print(first), device.Done)
	c.until(t, c.put(device.Job{Kind: device.Paper, Page: first.Marked("补打 COPY 1"), Copy: 1, At: time.Now()}), device.Done)
	if _, kicks := c.device.Drawer(); kicks != 1 {
		t.Errorf("%d kicks, want 1", kicks)
	}
	slips := c.device.Slips()
	if n := strings.Count(slips[len(slips)-1].Text(), "补打 COPY 1"); n != 2 {
		t.Errorf("%d marks on the copy:\n%s", n, slips[len(slips)-1].Text())
	}
}
