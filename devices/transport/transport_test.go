package transport_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"suanpan/devices"
	"suanpan/devices/transport"
	"suanpan/devices/virtual"
)

func TestAddressesThatCannotBeOpenedSayWhy(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().String()
	l.Close()
	for address, want := range map[string]error{
		"":                            devices.ErrAddress,
		"tcp":                         devices.ErrAddress,
		"smoke:signal":                devices.ErrAddress,
		"tcp:" + closed:               devices.ErrAbsent,
		"file:/dev/suanpan-none":      devices.ErrAbsent,
		"usb:/dev/usb/lp999":          devices.ErrAbsent,
		"serial:/dev/suanpan-none":    devices.ErrAbsent,
		"serial:/dev/null?9600,9X1":   devices.ErrAddress,
		"serial:/dev/null?fast":       devices.ErrAddress,
		"serial:/dev/null?9600,8N1.5": devices.ErrAddress,
		"virtual:none":                devices.ErrAbsent,
	} {
		conn, err := (transport.Opener{}).Open(t.Context(), address)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", address, err, want)
		}
		if conn != nil {
			conn.Close()
		}
	}
}

func TestAPlainFileTakesEverythingAndNeverAnswers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "paper.bin")
	for _, text := range []string{"one", "two"} {
		conn, err := (transport.Opener{}).Open(t.Context(), "file:"+path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, text); err != nil {
			t.Fatal(err)
		}
		conn.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("read ended with %v", err)
		}
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if got, _ := os.ReadFile(path); string(got) != "onetwo" {
		t.Errorf("the file holds %q", got)
	}
}

// wires opens one end of every transport that has another end in a test.
func wires(t *testing.T) map[string]devices.Conn {
	t.Helper()
	opener := transport.Opener{Virtual: map[string]func(context.Context) (devices.Conn, error){}}
	out := map[string]devices.Conn{}
	open := func(name, address string) {
		conn, err := opener.Open(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		out[name] = conn
	}
	device := func() *virtual.Printer {
		p := virtual.New(virtual.Model{})
		t.Cleanup(func() { p.Close() })
		return p
	}
	at, err := device().ListenTCP("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	open("tcp", "tcp:"+at)
	inside := device()
	opener.Virtual["paper"] = func(ctx context.Context) (devices.Conn, error) { return inside.Dial(ctx) }
	open("virtual", "virtual:paper")
	if path, err := device().OpenPTY(); err == nil {
		open("file", "file:"+path)
	}
	if path, err := device().OpenPTY(); err == nil {
		open("serial", "serial:"+path+"?19200,7E1")
	}
	open("plain", "file:"+filepath.Join(t.TempDir(), "paper"))
	return out
}

func TestDeadlinesEndReadsOnEveryWire(t *testing.T) {
	for name, conn := range wires(t) {
		conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		if n, err := conn.Read(make([]byte, 8)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: %d bytes, %v", name, n, err)
		}
	}
}

func TestCloseEndsABlockedReadOnEveryWire(t *testing.T) {
	for name, conn := range wires(t) {
		ended := make(chan error, 1)
		go func() {
			_, err := conn.Read(make([]byte, 8))
			ended <- err
		}()
		conn.Close()
		select {
		case err := <-ended:
			if err == nil {
				t.Errorf("%s: the read ended without an error", name)
			}
		case <-time.After(5 * time.Second):
			t.Errorf("%s: the read is still blocked", name)
		}
	}
}

func TestQuestionsAndAnswersShareEveryWire(t *testing.T) {
	for name, conn := range wires(t) {
		if name == "plain" {
			continue
		}
		deadline := time.Now().Add(5 * time.Second)
		conn.SetWriteDeadline(deadline)
		conn.SetReadDeadline(deadline)
		if _, err := conn.Write([]byte{0x10, 0x04, 0x02}); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := make([]byte, 1)
		if _, err := io.ReadFull(conn, got); err != nil || got[0] != 0x12 {
			t.Errorf("%s: answer % X, %v", name, got, err)
		}
	}
}

func TestADeafSerialLineIsGivenUpAtItsDeadline(t *testing.T) {
	gun, path, err := virtual.OpenGun() // nobody reads the other end
	if err != nil {
		t.Skip(err)
	}
	defer gun.Unplug()
	conn, err := (transport.Opener{}).Open(t.Context(), "serial:"+path)
	if err != nil {
		t.Fatal(err)
	}
	conn.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
	if n, err := conn.Write(make([]byte, 200_000)); !errors.Is(err, os.ErrDeadlineExceeded) || n >= 200_000 {
		t.Errorf("%d bytes, %v", n, err)
	}
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("the line is still open")
	}
}

func TestALinePulledOutIsLostNotClosed(t *testing.T) {
	gun, path, err := virtual.OpenGun()
	if err != nil {
		t.Skip(err)
	}
	conn, err := (transport.Opener{}).Open(t.Context(), "serial:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	gun.Unplug()
	conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, devices.ErrLost) {
		t.Errorf("read ended with %v", err)
	}
}
