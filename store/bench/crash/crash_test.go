// Package crash kills a working till at random moments and compares everything that it had answered with its ledger.
package crash

import (
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"suanpan/store/bench/till"
)

var (
	binary = flag.String("binary", "", "the program to kill; built where empty")
	kills  = flag.Int("kills", 0, "how many kills; where 0, as many as fit into -for")
	within = flag.Duration("for", time.Minute, "how long to go on where -kills is 0")
	seed   = flag.Uint64("seed", 0, "the first seed; 0 draws one")
)

// perFolder is how many kills one data folder sees: long enough for a history, short enough that each check reads all of it.
const perFolder = 40

// TestNothingAnsweredIsLostOrDoubled works a rush hour on the real program and kills it with SIGKILL, also while it starts.
func TestNothingAnsweredIsLostOrDoubled(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute: `make crash`, or go test without -short")
	}
	program := build(t)
	if *seed == 0 {
		*seed = rand.Uint64N(1 << 32)
	}
	t.Logf("seed %d (the moments differ from run to run; -seed repeats the customers)", *seed)
	begun, killed, sold, returned := time.Now(), 0, 0, 0
	var restarts []time.Duration
	for s := *seed; ; s++ {
		n := perFolder
		if *kills > 0 {
			n = min(n, *kills-killed)
		} else {
			n = 8 // in folders this small the time is kept
		}
		dir := t.TempDir()
		r := till.Rush{Command: []string{program, "rpc", "--data", filepath.Join(dir, "till")}, Seed: s, Cut: (*till.Till).Kill}
		if err := r.Run(n); err != nil {
			t.Fatalf("seed %d: %v", s, err)
		}
		killed, sold, returned = killed+n, sold+r.Sales(), returned+r.Returns()
		restarts = append(restarts, r.Restarts()...)
		if *kills > 0 && killed >= *kills || *kills == 0 && time.Since(begun) > *within {
			break
		}
	}
	slices.Sort(restarts)
	t.Logf("%d kills, %d sales, %d returns: none lost, none doubled, no number missing; start after a kill p50 %s, worst %s",
		killed, sold, returned, restarts[len(restarts)/2].Round(time.Millisecond), restarts[len(restarts)-1].Round(time.Millisecond))
}

// build answers the program to test.
func build(t *testing.T) string {
	if *binary != "" {
		if _, err := os.Stat(*binary); err != nil {
			t.Fatal(err)
		}
		return *binary
	}
	program := filepath.Join(t.TempDir(), "suanpan")
	if out, err := exec.Command("go", "build", "-o", program, "suanpan").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return program
}
