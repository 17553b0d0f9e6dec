//go:build unix

package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"suanpan/app"
)

// start runs the test binary as a child that does what in dir.
func start(t *testing.T, what, dir string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "SUANPAN_CHILD="+what, "SUANPAN_CHILD_DIR="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// kill ends the child without a word and reads what it had said.
func kill(t *testing.T, cmd *exec.Cmd, said *bufio.Scanner) (last string) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for said.Scan() {
		last = said.Text()
	}
	_ = cmd.Wait() // killed is what it says
	return last
}

func TestWhatWasAnsweredSurvivesBeingKilled(t *testing.T) {
	dir, seed := t.TempDir(), uint64(time.Now().UnixNano())
	rng := rand.New(rand.NewPCG(seed, 1))
	t.Log("seed", seed)
	sold := int64(0)
	for range 12 {
		cmd, said := start(t, "sell", dir)
		for until := sold + 1 + rng.Int64N(60); said.Scan(); {
			if n := answered(t, said.Text()); n >= until {
				sold = n
				break
			}
		}
		if last := kill(t, cmd, said); last != "" {
			sold = answered(t, last)
		}
		s, err := Open(context.Background(), dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		err = s.View(context.Background(), func(v app.View) error { return complete(v, sold) })
		if err := errors.Join(err, s.Close()); err != nil {
			t.Fatalf("after %d answered sales: %v", sold, err)
		}
	}
}

func answered(t *testing.T, line string) int64 {
	t.Helper()
	var n int64
	if _, err := fmt.Sscanf(line, "sold %d", &n); err != nil {
		t.Fatalf("child says %q", line)
	}
	return n
}

// complete checks that at least sold sales are there, each whole: chain, number, index and total agree.
func complete(v app.View, sold int64) error {
	n, err := follow(v)
	if err != nil {
		return err
	}
	if n != sold && n != sold+1 { // the last one may have been killed between commit and answer
		return fmt.Errorf("%d facts", n)
	}
	d, err := v.Total("account", "cash:till1 CNY")
	if err != nil || d.N != n || d.Minor != n*(n+1)/2 {
		return fmt.Errorf("total %+v of %d facts, %w", d, n, err)
	}
	row := int64(0)
	return v.EachSale(0, func(r app.SaleRow) error {
		if row++; r.Seq != row || r.No != fmt.Sprintf("T1-%06d", row) {
			return fmt.Errorf("row %d is %+v", row, r)
		}
		return nil
	})
}

// longScripts is a schema whose second step takes a while.
func longScripts() []script {
	return []script{{1, "0001_a.sql", "CREATE TABLE fact(seq INTEGER PRIMARY KEY, hash BLOB); CREATE TABLE sale_form(prefix, width)"},
		{2, "0002_b.sql", `CREATE TABLE b(n INTEGER PRIMARY KEY, t TEXT);
WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n < 300000) INSERT INTO b SELECT n, hex(n) FROM c;
CREATE TABLE done(n)`}}
}

func TestAMigrationKilledInTheMiddleLeavesTheOldSchema(t *testing.T) {
	dir := t.TempDir()
	if err := create(dir, longScripts()[:1]); err != nil {
		t.Fatal(err)
	}
	cmd, said := start(t, "migrate", dir)
	wal := filepath.Join(dir, fileName+"-wal")
	for deadline := time.Now().Add(20 * time.Second); ; { // killed as soon as the step has begun to write
		if n, _ := size(wal); n > 100_000 || time.Now().After(deadline) {
			break
		}
	}
	kill(t, cmd, said)
	c, err := openConn(filepath.Join(dir, fileName), 2)
	if err != nil {
		t.Fatal(err)
	}
	at, err := c.pragma("user_version")
	if err != nil {
		t.Fatal(err)
	}
	tables, err := number(c, "SELECT count(*) FROM sqlite_schema WHERE name IN ('b', 'done')")
	if err != nil {
		t.Fatal(err)
	}
	if at == 1 && tables != 0 || at == 2 && tables != 2 {
		t.Errorf("version %d with %d of 2 tables", at, tables)
	}
	if at != 1 {
		t.Log("the step was faster than the kill")
	}
	if err := errors.Join(migrate(c, longScripts()), c.close()); err != nil {
		t.Errorf("the next start: %v", err)
	}
}

func TestASecondOwnerIsToldWhoTheFirstIsAndCanCallIt(t *testing.T) {
	dir := t.TempDir()
	cmd, said := start(t, "own", dir)
	if !said.Scan() || said.Text() != "ready" {
		t.Fatalf("child says %q", said.Text())
	}
	_, err := Open(context.Background(), dir, Options{})
	if !errors.Is(err, app.ErrOwned) || !strings.Contains(err.Error(), fmt.Sprint(cmd.Process.Pid)) {
		t.Errorf("second start: %v, want ErrOwned by %d", err, cmd.Process.Pid)
	}
	if pid, err := Owner(dir); err != nil || pid != cmd.Process.Pid {
		t.Errorf("owner %d, %v", pid, err)
	}
	if err := Nudge(dir); err != nil {
		t.Errorf("nudge: %v", err)
	}
	if !said.Scan() || said.Text() != "nudged" {
		t.Errorf("child says %q", said.Text())
	}
	kill(t, cmd, said)
	if pid, err := Owner(dir); err != nil || pid != 0 {
		t.Errorf("owner of the dead: %d, %v", pid, err)
	}
	s, err := Open(context.Background(), dir, Options{})
	if err != nil {
		t.Fatalf("after the owner died: %v", err)
	}
	if _, err := Open(context.Background(), dir, Options{}); !errors.Is(err, app.ErrOwned) {
		t.Errorf("twice in one process: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// doubtful sells until the log may not grow any more, which fails in the middle of a COMMIT, and then tries once more.
func doubtful(s *Store) error {
	limit := syscall.Rlimit{Cur: 200_000, Max: 1 << 40}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	for n := 1; ; n++ {
		err := s.Update(context.Background(), func(tx app.Tx) error { return sell(tx, n) })
		if err == nil {
			fmt.Println("sold", n)
			continue
		}
		again := s.Update(context.Background(), func(app.Tx) error { return nil })
		fmt.Println(errors.Is(err, app.ErrDoubt), errors.Is(again, app.ErrDoubt), s.View(context.Background(), func(v app.View) error {
			_, err := follow(v)
			return err
		}))
		return nil
	}
}

func TestAfterAFailedCommitNothingMoreIsWritten(t *testing.T) {
	dir := t.TempDir()
	cmd, said := start(t, "doubt", dir)
	sold, last := int64(0), ""
	for said.Scan() {
		if last = said.Text(); strings.HasPrefix(last, "sold") {
			sold = answered(t, last)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if last != "true true <nil>" {
		t.Errorf("ErrDoubt, then ErrDoubt, reading goes on: %s", last)
	}
	s, err := Open(context.Background(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(context.Background(), func(v app.View) error { return complete(v, sold) })
	if err := errors.Join(err, s.Close()); err != nil {
		t.Error(err)
	}
}
