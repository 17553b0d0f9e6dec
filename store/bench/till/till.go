// Package till drives a Suanpan program from outside: it starts `suanpan rpc` as a process, speaks JSON-RPC 2.0 with it
// (docs/rpc.md), works a rush hour on it, ends it without warning, and compares everything that was answered with what the
// ledger says afterwards. It knows the program by its command line alone, so it finds a fault even where all our own code
// agrees with itself.
package till

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"
)

// ErrGone says that the process ended before it answered: what was asked may have happened or not.
var ErrGone = errors.New("till: gone before the answer")

// Refusal is an error that the program answered: nothing happened, and Reason says why.
type Refusal struct {
	Code    int
	Message string
	Reason  string
}

func (r *Refusal) Error() string { return fmt.Sprintf("%s (%d %s)", r.Message, r.Code, r.Reason) }

// answerMax bounds one line of answer, in bytes.
const answerMax = 64 << 20

// patience is how long one answer may take; more is a fault of its own.
const patience = 2 * time.Minute

// Till is one running program. Call is for one goroutine; Kill may come from any other.
type Till struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	pipe   *os.File
	out    *bufio.Scanner
	log    *tail
	id     int
	ended  chan struct{}
	result error
	before func() // called before each request is sent
}

// Open starts command (the program and its arguments, which end with the data folder).
func Open(command ...string) (*Till, error) {
	t := &Till{cmd: exec.Command(command[0], command[1:]...), log: &tail{}, ended: make(chan struct{})}
	in, err := t.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	// A pipe of our own: Wait must not close it while an answer is still to be read.
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	t.in, t.pipe, t.out, t.cmd.Stdout, t.cmd.Stderr = in, read, bufio.NewScanner(read), write, t.log
	t.out.Buffer(nil, answerMax)
	err = t.cmd.Start()
	write.Close()
	if err != nil {
		read.Close()
		return nil, fmt.Errorf("start %s: %w", command[0], err)
	}
	go func() {
		t.result = t.cmd.Wait()
		close(t.ended)
	}()
	return t, nil
}

// Call sends one request and waits for its answer, which it also returns as it came. The error is a *Refusal, or wraps ErrGone.
func (t *Till) Call(method string, params, result any) (json.RawMessage, error) {
	t.id++
	request, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": t.id, "method": method, "params": params})
	if err != nil {
		return nil, err
	}
	if t.before != nil {
		t.before()
	}
	if _, err := t.in.Write(append(request, '\n')); err != nil {
		return nil, fmt.Errorf("%s: %w: %v", method, ErrGone, err)
	}
	if err := t.pipe.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	if !t.out.Scan() {
		if errors.Is(t.out.Err(), os.ErrDeadlineExceeded) {
			return nil, fmt.Errorf("%s %s: no answer in %s", method, compact(params), patience)
		}
		return nil, fmt.Errorf("%s: %w: %v", method, ErrGone, t.out.Err())
	}
	var answer struct {
		ID     int             `json:"id"`
		Result json.RawMessage `json:"result"`
		Error  *struct {
			Code    int    `json:"code"`
			Message string `json:"message"`
			Data    struct {
				Reason string `json:"reason"`
			} `json:"data"`
		} `json:"error"`
	}
	line := bytes.Clone(t.out.Bytes())
	switch err := json.Unmarshal(line, &answer); {
	case err != nil:
		return nil, fmt.Errorf("%s: not an answer: %q: %w", method, line, err)
	case answer.ID != t.id:
		return nil, fmt.Errorf("%s: the answer %q is not to request %d", method, line, t.id)
	case answer.Error != nil:
		return nil, fmt.Errorf("%s %s: %w", method, compact(params), &Refusal{answer.Error.Code, answer.Error.Message, answer.Error.Data.Reason})
	case result == nil:
		return answer.Result, nil
	}
	return answer.Result, json.Unmarshal(answer.Result, result)
}

// Kill ends the process at once (SIGKILL) and does not wait.
func (t *Till) Kill() { _ = t.cmd.Process.Kill() }

// Gone waits until the process has ended; nothing can be asked of it any more.
func (t *Till) Gone() {
	<-t.ended
	t.pipe.Close()
}

// Close ends the input, waits, and says how the process ended: it must exit 0.
func (t *Till) Close() error {
	err := t.in.Close()
	t.Gone()
	if t.result != nil {
		return fmt.Errorf("%w; its last words: %s", t.result, t.log)
	}
	return err
}

// Log returns the last lines that the program wrote to standard error.
func (t *Till) Log() string { return t.log.String() }

// tail keeps the end of a log.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if n := len(t.text); n > 4096 {
		t.text = bytes.Clone(t.text[n-4096:])
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}

func compact(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}
