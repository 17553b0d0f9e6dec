package pay

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestScannedCodesFindTheirWallet(t *testing.T) {
	for code, want := range map[string]string{
		"130123456789012345":       "wechatpay",
		" 100000000000000000\n":    "wechatpay",
		"160123456789012345":       "",
		"1301234567890123456":      "",
		"13012345678901234x":       "",
		"2512345678901234":         "alipay",
		"301234567890123456789012": "alipay",
		"241234567890123456":       "",
		"6212345678901234567":      "unionpay",
		"6901234567892":            "",
		"hQVDUFYwMWFgTwig":         "emvqr",
		"":                         "",
	} {
		if got, ok := RouteCode(DefaultRoutes(), code); got != want || ok != (want != "") {
			t.Errorf("%q goes to %q, want %q", code, got, want)
		}
	}
}

func TestNoTwoScanRoutesOverlap(t *testing.T) {
	if err := CheckRoutes(DefaultRoutes()); err != nil {
		t.Fatal(err)
	}
	twice := append(DefaultRoutes(), Route{Wallet: "new", From: "155", To: "155", MinLen: 18, MaxLen: 20, Digits: true})
	if err := CheckRoutes(twice); !errors.Is(err, ErrRouteOverlap) {
		t.Errorf("an overlap passes: %v", err)
	}
	if CheckRoutes([]Route{{Wallet: "x", From: "2", To: "1", MinLen: 1, MaxLen: 2}}) == nil {
		t.Error("a row that fits nothing passes")
	}
}

func FuzzRouteCode(f *testing.F) {
	f.Add("130123456789012345")
	f.Add("hQVDUFYwMWFgTwig")
	f.Add("中文")
	f.Fuzz(func(t *testing.T, code string) {
		fits := 0
		for _, r := range DefaultRoutes() {
			if _, ok := RouteCode([]Route{r}, code); ok {
				fits++
			}
		}
		if fits > 1 {
			t.Errorf("%q fits %d routes", code, fits)
		}
		if wallet, ok := RouteCode(DefaultRoutes(), code); ok && wallet != "emvqr" && strings.Trim(strings.TrimSpace(code), "0123456789") != "" {
			t.Errorf("%q went to %s", code, wallet)
		}
	})
}

func TestTimersFollowTheTable(t *testing.T) {
	if err := wallet.Check(); err != nil {
		t.Fatal(err)
	}
	if (Timing{}).Check() == nil {
		t.Error("no patience at all passes")
	}
	a := attempt(Created)
	a, _ = Step(a, Event{Kind: Submitted, At: noon})
	var got []string
	for range 20 {
		due, ok := Next(a, wallet)
		if !ok {
			break
		}
		got = append(got, string(due.Do)+"@"+due.At.Sub(noon).String())
		if e, isEvent := due.Event(due.At); isEvent {
			a, _ = Step(a, e)
		}
		switch due.Do {
		case DoQuery:
			a, _ = Step(a, said(ObsPending, due.At))
		case DoCancel:
			a, _ = Step(a, said(CancelRefused, due.At))
		}
		if a.Undo.Sent == 3 {
			break
		}
	}
	want := "query@5s query@10s query@15s query@20s query@25s query@30s query@40s deadline@45s query@45s cancel@45s query@45s cancel@50s query@50s cancel@1m0s"
	if strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
	}
	due := CancelDue(wallet, noon, time.Time{}, 0)
	if due.Sub(noon) != 15*time.Second {
		t.Errorf("first cancel at %s", due.Sub(noon))
	}
}

// Found by the walk: one "not found" and then nothing but doubt had the till ask without pause.
func TestDoubtAfterAnAbsenceGoesBackToCancelling(t *testing.T) {
	a := attempt(AwaitingPayer)
	now := noon.Add(time.Minute)
	a, _ = Step(a, Event{Kind: Deadline, At: now})
	answers := []EventKind{ObsPending, ObsNotFound}
	cancels, queries := 0, 0
	for now.Sub(noon) < 10*time.Minute {
		due, ok := Next(a, wallet)
		if !ok {
			t.Fatalf("nothing moves %s", a.State)
		}
		now = later(now, due.At).Add(time.Millisecond)
		k := ObsUnknown
		if len(answers) > 0 && due.Do == DoQuery {
			k, answers = answers[0], answers[1:]
		}
		if e, isEvent := due.Event(now); isEvent {
			a, _ = Step(a, e)
			k = CancelOK
			cancels++
		} else {
			queries++
		}
		a, _ = Step(a, said(k, now))
	}
	if cancels < 4 || queries > 30 {
		t.Errorf("%d cancels and %d queries in ten minutes", cancels, queries)
	}
}
