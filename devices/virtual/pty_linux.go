package virtual

import (
	"os"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// OpenPTY serves the printer on a pseudo terminal and returns the path of the till's end, which stands for /dev/usb/lp0 or
// a serial port. Unplugging it ends it: a new one is opened with another name, as real ports do.
func (p *Printer) OpenPTY() (string, error) {
	master, slave, err := rawPTY()
	if err != nil {
		return "", err
	}
	if err := p.attach(&terminal{master, slave}); err != nil {
		master.Close()
		slave.Close()
		return "", err
	}
	return slave.Name(), nil
}

// terminal is the machine's end of a pseudo terminal. It holds the other end open too, for the line must live while the
// till opens and closes it.
type terminal struct {
	*os.File
	slave *os.File
}

func (t *terminal) Close() error {
	t.slave.Close()
	return t.File.Close()
}

// rawPTY opens a pair without echo and without any change to bytes.
func rawPTY() (master, slave *os.File, err error) {
	master, slave, err = pty.Open()
	if err != nil {
		return nil, nil, err
	}
	raw, err := slave.SyscallConn()
	if err == nil {
		var inner error
		err = raw.Control(func(fd uintptr) {
			var t *unix.Termios
			if t, inner = unix.IoctlGetTermios(int(fd), unix.TCGETS); inner != nil {
				return
			}
			t.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
			t.Oflag &^= unix.OPOST
			t.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
			t.Cflag = t.Cflag&^(unix.CSIZE|unix.PARENB) | unix.CS8
			inner = unix.IoctlSetTermios(int(fd), unix.TCSETS, t)
		})
		if err == nil {
			err = inner
		}
	}
	if err != nil {
		master.Close()
		slave.Close()
		return nil, nil, err
	}
	return master, slave, nil
}

// Gun is a serial scanner on a pseudo terminal.
type Gun struct {
	master, slave *os.File
	Suffix        string // "\r" where OpenGun made it
}

// OpenGun plugs a scanner in and returns it with the path of its port.
func OpenGun() (*Gun, string, error) {
	master, slave, err := rawPTY()
	if err != nil {
		return nil, "", err
	}
	return &Gun{master: master, slave: slave, Suffix: "\r"}, slave.Name(), nil
}

// Scan sends a code with the suffix.
func (g *Gun) Scan(code string) error { return g.Send(code + g.Suffix) }

// Send sends bytes as they are: half codes, noise.
func (g *Gun) Send(text string) error {
	_, err := g.master.WriteString(text)
	return err
}

// Unplug pulls the cable.
func (g *Gun) Unplug() error {
	g.slave.Close()
	return g.master.Close()
}
