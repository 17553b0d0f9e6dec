package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// result is one line of `go test -bench`: a name and pairs of figure and unit.
type result struct {
	name    string
	metrics map[string]string
	units   []string
}

// parse reads the lines that are benchmark results and skips all others.
func parse(out string) (lines []result) {
	for _, line := range strings.Split(out, "\n") {
		f := strings.Fields(line)
		if len(f) < 4 || !strings.HasPrefix(f[0], "Benchmark") || len(f)%2 != 0 {
			continue
		}
		r := result{name: strings.TrimPrefix(f[0], "Benchmark"), metrics: map[string]string{}}
		if at := strings.LastIndex(r.name, "-"); at > 0 {
			r.name = r.name[:at]
		}
		for i := 2; i < len(f); i += 2 {
			r.metrics[f[i+1]] = f[i]
			r.units = append(r.units, f[i+1])
		}
		lines = append(lines, r)
	}
	return lines
}

// metric answers a figure in microseconds as nanoseconds, without a float.
func (r result) metric(unit string) (int64, bool) {
	text, there := r.metrics[unit]
	whole, frac, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(whole+(frac + "000")[:3], 10, 64)
	return n, there && err == nil
}

// otherBenchmarks runs every benchmark of the house that needs no window, once; on a given shop, those of the store.
func otherBenchmarks(shop string) (string, error) {
	packages, env := []string{"suanpan/store/bench"}, append(os.Environ(), "SUANPAN_BENCH_DIR="+shop)
	if shop == "" {
		out, err := exec.Command(".ci/packages", "plain").Output()
		if err != nil {
			return "", withStderr(err)
		}
		packages = strings.Fields(string(out))
	}
	text := "\n| benchmark | each | more |\n|---|---|---|\n"
	for _, p := range packages {
		cmd := exec.Command("go", "test", "-run", "^$", "-bench", ".", "-benchmem", p)
		cmd.Env = env
		out, err := cmd.Output()
		if err != nil {
			return "", fmt.Errorf("%s: %w: %s", p, withStderr(err), out)
		}
		for _, r := range parse(string(out)) {
			more := []string{}
			for _, u := range r.units {
				if u != "ns/op" {
					more = append(more, r.metrics[u]+" "+u)
				}
			}
			text += fmt.Sprintf("| %s %s | %s ns | %s |\n", strings.TrimPrefix(p, "suanpan/"), r.name, r.metrics["ns/op"], strings.Join(more, ", "))
		}
	}
	return text, nil
}

// marks enclose what is written for a shop of that size.
func marks(size string) (begins, ends string) {
	return "<!-- make bench writes the " + size + " shop from here -->\n", "<!-- to here: " + size + " -->\n"
}

// writePage puts text between the marks and leaves the rest of the page alone.
func writePage(name, size, text string) error {
	page, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	begins, ends := marks(size)
	head, rest, ok := strings.Cut(string(page), begins)
	_, foot, closed := strings.Cut(rest, ends)
	if !ok || !closed {
		return fmt.Errorf("%s: the marks %q and %q are not there", name, begins, ends)
	}
	return os.WriteFile(name, []byte(head+begins+text+ends+foot), 0o644)
}

func run(name string, args ...string) error {
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, out)
	}
	return nil
}

func withStderr(err error) error {
	if e := (*exec.ExitError)(nil); errors.As(err, &e) {
		return fmt.Errorf("%w: %s", err, e.Stderr)
	}
	return err
}
