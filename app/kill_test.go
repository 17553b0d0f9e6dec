package app_test

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/payments/sandbox"
	"suanpan/payments/sandbox/zvtbox"
	"suanpan/payments/wechatpay"
	"suanpan/payments/zvt"
	"suanpan/store"
)

var (
	killRuns = flag.Int("kill.runs", 1, "how many days of killed tills to play")
	killSeed = flag.Uint64("kill.seed", 0, "play the day of this seed; what the machine does meanwhile differs each time")
)

// kills is how often the till dies in one day.
const kills = 14

// TestKilledInAnyState starts a whole till in a process of its own, with WeChat Pay's and a card terminal's stand-ins in this
// one, and kills it (SIGKILL) again and again: at random moments, between commit and send, while a request is on its way to
// the provider or its answer on the way back, and between answer and commit. In the end a till takes up what is left, and the
// providers' books and the ledger must agree, payment by payment.
//
//	go test ./app -run TestKilledInAnyState -kill.runs=50
func TestKilledInAnyState(t *testing.T) {
	first := *killSeed
	if first == 0 {
		first = uint64(time.Now().UnixNano())
	}
	for i := range uint64(*killRuns) {
		t.Run(fmt.Sprint("seed ", first+i), func(t *testing.T) { newMorgue(t, first+i).day() })
	}
}

// morgue is one day of tills that die.
type morgue struct {
	t      *testing.T
	rng    *rand.Rand
	dir    string
	mu     sync.Mutex
	clock  fastClock
	wechat *sandbox.Server
	card   *zvtbox.Terminal
	told   errand
	lines  []*cutter
	deaths map[string]int
}

func (m *morgue) now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.clock.Now()
}

// pass changes how fast time goes by from here.
func (m *morgue) pass(speed int64) fastClock {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.clock = fastClock{Wall: time.Now().Round(0), Shown: m.clock.Now(), Speed: speed}
	return m.clock
}

func newMorgue(t *testing.T, seed uint64) *morgue {
	m := &morgue{t: t, rng: rand.New(rand.NewPCG(seed, 9)), dir: t.TempDir(), deaths: map[string]int{}, clock: fastClock{time.Now().Round(0), noon, 1}}
	k, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	if m.wechat, err = sandbox.Start(t.Context(), sandbox.Options{Keys: k, Faults: true, Now: m.now, ScanAfter: 2 * time.Second, Seed: seed}); err != nil {
		t.Fatal(err)
	}
	if m.card, err = zvtbox.Start(t.Context(), zvtbox.Options{Payer: 15 * time.Millisecond, Faults: true, Now: m.now, Repeat: 50 * time.Millisecond, Ack: 200 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	w := m.wechat.WechatSettings()
	m.lines = []*cutter{tapped(t, strings.TrimPrefix(w.BaseURL, "http://")), tapped(t, m.card.Address())}
	m.told = errand{Dir: m.dir, Wechat: wechatpay.Form{BaseURL: "http://" + m.lines[0].addr, Training: true, AppID: w.AppID, MchID: w.MchID, Serial: w.Serial,
		PrivateKey: w.PrivateKey, PublicKeyID: w.PublicKeyID, PublicKey: w.PublicKey, NotifyURL: w.NotifyURL},
		ZVT: zvt.Form{Address: "tcp:" + m.lines[1].addr, TerminalID: "68001234", Currencies: "CNY", Training: true}}
	t.Cleanup(func() {
		_, _ = m.wechat.Close(), m.card.Close() // the context ends them anyway
	})
	m.prepare()
	return m
}

// prepare makes the shop with which the day begins.
func (m *morgue) prepare() {
	ctx := context.Background()
	s, err := store.Open(ctx, m.dir, store.Options{Sync: "OFF"})
	if err != nil {
		m.t.Fatal(err)
	}
	w, err := words()
	if err != nil {
		m.t.Fatal(err)
	}
	shop, err := app.New(ctx, app.Params{Store: s, Clock: m.clock, Words: w.In, Log: quiet})
	if err == nil {
		err = stocked(ctx, shop)
	}
	if err != nil {
		m.t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		m.t.Fatal(err)
	}
}

func (m *morgue) day() {
	for range kills {
		m.script()
		m.live()
		m.pass(1)
		m.mu.Lock()
		m.clock.Shown = m.clock.Shown.Add(time.Duration(m.rng.IntN(1000)) * time.Second) // it stays off for a while
		m.mu.Unlock()
	}
	for _, l := range m.lines {
		l.arm(0, 0, nil)
	}
	m.calm()
	m.told.Settle, m.told.Point, m.told.Clock = true, "", m.pass(300)
	cmd, said := m.start()
	for said.Scan() {
		if line := said.Text(); line != "open" {
			m.t.Fatalf("the till that takes up what is left: %s", line)
		}
	}
	if err := cmd.Wait(); err != nil {
		m.t.Fatal(err)
	}
	m.judge()
}

// script lets the stand-ins be difficult for a while.
func (m *morgue) script() {
	pick := func(words ...string) []string {
		if w := words[m.rng.IntN(len(words))]; w != "" {
			return []string{w}
		}
		return nil
	}
	if err := m.wechat.Play(pick("", "", "202_userpaying(2,SUCCESS)", "202_userpaying(0,never)", "decline(NOTENOUGH)", "commit_then_500*1", "reverse_lies*1"), 1); err != nil {
		m.t.Fatal(err)
	}
	if err := m.card.Play(pick("", "", "", "slow(60ms)", "never", "lost_ack*1"), 1); err != nil {
		m.t.Fatal(err)
	}
}

func (m *morgue) calm() {
	if err := m.wechat.Play(nil, 1); err != nil {
		m.t.Fatal(err)
	}
	if err := m.card.Play(nil, 1); err != nil {
		m.t.Fatal(err)
	}
}

func (m *morgue) start() (*exec.Cmd, *bufio.Scanner) {
	doc, err := json.Marshal(m.told)
	if err != nil {
		m.t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "SUANPAN_TILL="+string(doc))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		m.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// points are where a till is stopped and killed. With an empty one it dies at a random moment.
var points = []string{"", "", "submit:before", "submit:after", "cancel:before", "cancel:after", "refund:before", "refund:after", "query:before", "query:after",
	"settle:before", "settle:after", "wire:up", "wire:down", "wire:lost"}

// live starts a till and kills it.
func (m *morgue) live() {
	point := points[m.rng.IntN(len(points))]
	m.told.Settle, m.told.Seed, m.told.Clock = false, m.rng.Uint64(), m.pass(30)
	m.told.Point, m.told.Nth = point, 1+m.rng.IntN(3)
	cmd, said := m.start()
	once := sync.OnceFunc(func() { _ = cmd.Process.Kill() }) // one that is dead already is reaped below
	most := time.Duration(20+m.rng.IntN(180)) * time.Millisecond
	if point != "" {
		most = 500 * time.Millisecond // for one that never comes to the point
	}
	var reached atomic.Bool
	hit := func() { reached.Store(true); once() }
	if strings.HasPrefix(point, "wire:") {
		up, down := 0, 0
		if n := 1 + m.rng.IntN(12); point == "wire:down" {
			down = n
		} else {
			up = n
		}
		m.lines[m.rng.IntN(2)].arm(up, down, func() (deliver bool) { hit(); return point == "wire:up" })
	}
	for said.Scan() {
		switch line := said.Text(); {
		case line == "open":
			defer time.AfterFunc(most, once).Stop()
		case strings.HasPrefix(line, "at "):
			hit()
		default:
			once()
			_ = cmd.Wait()
			m.t.Fatalf("the till says %q", line)
		}
	}
	_ = cmd.Wait() // killed is what it says
	if reached.Load() {
		m.deaths[point]++
	} else {
		m.deaths["at a random moment"]++
	}
}

// cutter is a line between till and provider that can tell when bytes pass, and keep them.
type cutter struct {
	addr     string
	mu       sync.Mutex
	up, down int
	hit      func() bool
}

func tapped(t *testing.T, to string) *cutter {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{addr: l.Addr().String()}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				_ = near.Close()
				continue
			}
			go c.carry(near, far, func() *int { return &c.up })
			go c.carry(far, near, func() *int { return &c.down })
		}
	}()
	return c
}

// arm waits for the n-th packet to the provider (up) or back (down); 0 for none. hit answers whether it still arrives.
func (c *cutter) arm(up, down int, hit func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.up, c.down, c.hit = up, down, hit
}

func (c *cutter) carry(from, to net.Conn, left func() *int) {
	defer from.Close()
	defer to.Close()
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		c.mu.Lock()
		count, hit := left(), func() bool { return true }
		if *count > 0 {
			if *count--; *count == 0 {
				hit = c.hit
			}
		}
		c.mu.Unlock()
		if !hit() {
			return
		}
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}
