package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"suanpan/app"
)

// owner is the hold on a folder: a lock that the system gives back when the process dies, and a socket by which a second
// start asks the first one to come forward.
type owner struct {
	file   *os.File
	door   net.Listener // nil where the system has no such sockets: the second start then only says who owns the folder
	mu     sync.Mutex
	nudged func()
	done   sync.WaitGroup
}

// card is what the owner writes into the lock file.
type card struct {
	PID    int    `json:"pid"`
	Socket string `json:"socket"`
}

// claim takes the folder or returns app.ErrOwned with the owner's process id.
func claim(dir string) (*owner, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, disk(err)
	}
	switch free, err := lock(f); {
	case err != nil:
		return nil, disk(errors.Join(err, f.Close()))
	case !free:
		pid := 0
		if c, err := readCard(f); err == nil {
			pid = c.PID
		}
		return nil, errors.Join(fmt.Errorf("%w: process %d", app.ErrOwned, pid), f.Close())
	}
	o := &owner{file: f}
	c := card{PID: os.Getpid(), Socket: socketPath(dir)}
	if err := os.Remove(c.Socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		c.Socket = ""
	} else if o.door, err = net.Listen("unix", c.Socket); err != nil {
		o.door, c.Socket = nil, ""
	}
	if err := writeCard(f, c); err != nil {
		return nil, errors.Join(disk(err), o.release())
	}
	if o.door != nil {
		o.done.Add(1)
		go o.listen()
	}
	return o, nil
}

// socketPath is in the folder where the name fits into a socket's address (104 bytes on the smallest system).
func socketPath(dir string) string {
	if p := filepath.Join(dir, "shop.sock"); len(p) < 100 {
		return p
	}
	sum := sha256.Sum256([]byte(dir))
	return filepath.Join(os.TempDir(), "suanpan-"+hex.EncodeToString(sum[:8])+".sock")
}

func writeCard(f *os.File, c card) error {
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt(text, 0)
	return err
}

func readCard(f *os.File) (card, error) {
	var c card
	text, err := io.ReadAll(io.NewSectionReader(f, 0, 4096))
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(bytes.TrimSpace(text), &c)
}

// release gives the folder back. The lock file stays: removing it could take it from under the next owner.
func (o *owner) release() error {
	var errs []error
	if o.door != nil {
		errs = append(errs, o.door.Close())
		o.done.Wait()
	}
	return errors.Join(append(errs, o.file.Close())...)
}

// show is the one thing that may be asked through the socket.
const show = "show\n"

func (o *owner) listen() {
	defer o.done.Done()
	for {
		peer, err := o.door.Accept()
		if err != nil {
			return
		}
		o.answer(peer)
	}
}

func (o *owner) answer(peer net.Conn) {
	defer peer.Close() // nothing more is said
	if peer.SetDeadline(time.Now().Add(2*time.Second)) != nil {
		return
	}
	said := make([]byte, len(show))
	if _, err := io.ReadFull(peer, said); err != nil || string(said) != show {
		return
	}
	o.mu.Lock()
	call := o.nudged
	o.mu.Unlock()
	if call == nil {
		return
	}
	call()
	_, _ = io.WriteString(peer, "ok\n") // a peer that does not wait for it is content
}

// OnNudge sets what happens when a second start asks this process to come forward. call runs on its own goroutine.
func (s *Store) OnNudge(call func()) {
	s.owner.mu.Lock()
	s.owner.nudged = call
	s.owner.mu.Unlock()
}

// Owner is the process id of the running owner of dir, or 0 where nobody owns it.
func Owner(dir string) (int, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, disk(err)
	}
	defer f.Close() // also gives back the lock, where it was free
	free, err := lock(f)
	if err != nil || free {
		return 0, err
	}
	c, err := readCard(f)
	return c.PID, err
}

// Nudge asks the owner of dir to bring its window forward and waits up to two seconds for its word that it did.
func Nudge(dir string) error {
	f, err := os.Open(filepath.Join(dir, lockName))
	if err != nil {
		return disk(err)
	}
	c, err := readCard(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if c.Socket == "" {
		return errors.New("store: the owner cannot be reached")
	}
	peer, err := net.DialTimeout("unix", c.Socket, 2*time.Second)
	if err != nil {
		return err
	}
	defer peer.Close() // all is said by then
	if err := peer.SetDeadline(time.Now().Add(2 * time.Second)); err != nil {
		return err
	}
	if _, err := io.WriteString(peer, show); err != nil {
		return err
	}
	if _, err := io.ReadFull(peer, make([]byte, 3)); err != nil {
		return fmt.Errorf("store: the owner did not answer: %w", err)
	}
	return nil
}
