// Command powercut works a rush hour on a till whose disk loses power at random moments, mounts the disk again, and compares
// everything that the till had answered with its ledger. Then it does the same with a weaker sync: that must lose sales, or
// the harness proves nothing. It needs root, loop devices and ext4; run it with `make powercut`.
package main

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"suanpan/store/bench/till"
)

// cutsPerFolder is how many cuts one data folder sees.
const cutsPerFolder = 4

func main() {
	binary := flag.String("binary", "./suanpan", "the program")
	rounds := flag.Int("rounds", 20, "how many power cuts; the weaker sync gets the same number of folders at most")
	seed := flag.Uint64("seed", rand.Uint64N(1<<32), "the first seed")
	flag.Parse()
	fmt.Println("seed", *seed)
	err := prove(*binary, *rounds, *seed)
	if errors.Is(err, errMachine) {
		fmt.Println("Not done:", err)
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var errMachine = errors.New("this machine does not allow it")

func prove(binary string, rounds int, seed uint64) error {
	folder, err := os.MkdirTemp("", "powercut")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	d, err := newDisk(folder)
	if err != nil {
		return fmt.Errorf("%w: %w", errMachine, err)
	}
	defer d.remove()
	program := filepath.Join(folder, "suanpan") // not on the disk that dies
	if err := copyFile(program, binary); err != nil {
		return err
	}
	sales, cuts := 0, 0
	for s := seed; cuts < rounds; s++ {
		n := min(cutsPerFolder, rounds-cuts)
		sold, err := d.rush(program, s, n)
		if err != nil {
			return fmt.Errorf("seed %d: %w", s, err)
		}
		cuts, sales = cuts+n, sales+sold
	}
	fmt.Printf("synchronous=FULL: %d power cuts, %d sales, none lost, none doubled, no number missing\n", cuts, sales)
	return d.mustLose(program, rounds, seed)
}

// mustLose runs the till with synchronous=NORMAL until it has lost something.
func (d *disk) mustLose(program string, rounds int, seed uint64) error {
	for i := range rounds {
		sold, err := d.rush(program, seed+uint64(i), cutsPerFolder, "--sync", "normal")
		if err == nil {
			fmt.Printf("synchronous=NORMAL, folder %d: %d sales, nothing lost yet\n", i+1, sold)
			continue
		}
		if strings.Contains(err.Error(), "ended by itself") {
			return fmt.Errorf("synchronous=NORMAL: %w", err) // it did not even run
		}
		fmt.Printf("synchronous=NORMAL, folder %d: found as it must be: %v\n", i+1, err)
		return nil
	}
	return fmt.Errorf("synchronous=NORMAL lost nothing in %d folders: this harness proves nothing here", rounds)
}

// rush serves customers in a fresh folder until the power was cut that often.
func (d *disk) rush(program string, seed uint64, cuts int, more ...string) (sales int, err error) {
	// A name of its own: a folder that was removed comes back when the power goes before the removal is on the disk.
	d.folders++
	data := filepath.Join(d.dir, fmt.Sprintf("till-%d", d.folders))
	defer os.RemoveAll(data)
	var failed error
	r := till.Rush{
		Command: append(append([]string{program, "rpc"}, more...), "--data", data),
		Seed:    seed,
		// The ioctl takes two milliseconds, and an fsync that runs meanwhile may claim success for a block that never
		// arrives: seen with a ten-line C program too, 4 times in 80, and never for one that had returned before.
		Fading: true,
		Cut: func(t *till.Till) {
			if err := d.cut(); err != nil {
				failed = err
			}
			t.Kill()
		},
		Mend: d.mend,
	}
	err = r.Run(cuts)
	if failed != nil {
		return 0, fmt.Errorf("%w: %w", errMachine, failed)
	}
	return r.Sales(), err
}

func copyFile(to, from string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o700)
}
