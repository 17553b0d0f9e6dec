package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"suanpan/payments/sandbox"
)

// shelf keeps the stand-ins' keys and books beside the till's file, one file of lines per name, so that a demo shop's
// yesterday has a bill. The till's own lock sees to it that one process at a time comes here.
type shelf struct {
	dir string
	mu  sync.Mutex
}

// lineMost bounds one kept line.
const lineMost = 8 << 20

func shelfIn(folder string) *shelf { return &shelf{dir: filepath.Join(folder, "sandbox")} }

func (s *shelf) path(name string) (string, error) {
	if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" || strings.HasPrefix(name, ".") {
		return "", fmt.Errorf("%q is no name to keep under", name)
	}
	return filepath.Join(s.dir, name+".jsonl"), nil
}

// Lines implements sandbox.Keep. A last line that the power cut is taken off, so that the next one stands alone.
func (s *shelf) Lines(name string, each func(line []byte) error) error {
	path, err := s.path(name)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := os.OpenFile(path, os.O_RDWR, 0o600)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	r, whole := bufio.NewReaderSize(f, 64<<10), int64(0)
	for {
		line, err := readLine(r)
		switch {
		case err == io.EOF && len(line) == 0:
			return nil
		case err == io.EOF:
			return f.Truncate(whole)
		case err != nil:
			return fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
		whole += int64(len(line))
		if err := each(line[:len(line)-1]); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
	}
}

func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if line = append(line, part...); len(line) > lineMost {
			return nil, errors.New("a line is too long")
		}
		if err != bufio.ErrBufferFull {
			return line, err
		}
	}
}

// Append implements sandbox.Keep.
func (s *shelf) Append(name string, line []byte) error {
	path, err := s.path(name)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line[:len(line):len(line)], '\n'))
	return errors.Join(err, f.Close())
}

// write replaces a small file.
func (s *shelf) write(name, text string) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.dir, name), []byte(text+"\n"), 0o600)
}

var _ sandbox.Keep = (*shelf)(nil)
