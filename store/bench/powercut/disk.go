package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"unsafe"
)

// disk is an ext4 file system in a file, mounted over a loop device, whose power can be cut: after the ioctl nothing more
// reaches the image, neither data nor journal, exactly as if the plug had been pulled. What was fsync'd before stays.
type disk struct {
	image, dir string
	folders    int // data folders so far
}

const imageBytes = 256 << 20

// FS_IOC_SHUTDOWN is _IOR('X', 125, __u32); flag 2 drops the journal that was not flushed (ext4's "nologflush").
const (
	ioctlShutdown = 0x8004587d
	noLogFlush    = 2
)

// newDisk makes the image and mounts it; the error says what this machine does not allow.
func newDisk(folder string) (*disk, error) {
	if os.Geteuid() != 0 {
		return nil, errors.New("mounting a loop device needs root")
	}
	d := &disk{image: filepath.Join(folder, "disk.img"), dir: filepath.Join(folder, "disk")}
	if err := os.WriteFile(d.image, nil, 0o600); err != nil {
		return nil, err
	}
	if err := errors.Join(os.Truncate(d.image, imageBytes), os.Mkdir(d.dir, 0o700)); err != nil {
		return nil, err
	}
	if err := run("mkfs.ext4", "-q", "-F", d.image); err != nil {
		return nil, err
	}
	return d, d.mount()
}

func (d *disk) mount() error { return run("mount", "-o", "loop", d.image, d.dir) }

// cut takes the power away.
func (d *disk) cut() error {
	f, err := os.Open(d.dir)
	if err != nil {
		return err
	}
	defer f.Close()
	flag := uint32(noLogFlush)
	if _, _, no := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), ioctlShutdown, uintptr(unsafe.Pointer(&flag))); no != 0 {
		return fmt.Errorf("shutdown ioctl: %w", no)
	}
	return nil
}

// mend gives it back: unmount, and mount again, which replays the file system's own journal.
func (d *disk) mend() error {
	if err := run("umount", d.dir); err != nil {
		return err
	}
	return d.mount()
}

// remove leaves nothing behind, whatever state the disk is in.
func (d *disk) remove() {
	if err := run("umount", d.dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

func run(name string, args ...string) error {
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(string(out)))
	}
	return nil
}
