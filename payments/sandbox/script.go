package sandbox

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Script is what goes wrong at a stand-in that lives in a room of its own, in the words of FaultTable's grammar:
// [op:]name[(arguments)][*times][%percent]. The nil Script is calm. Its owner guards it.
type Script struct {
	faults []*fault
	random *mathrand.Rand
}

// Hit is one fault that strikes.
type Hit struct {
	Name string
	Args []string
}

// Hits are the faults that strike one request, by name.
type Hits map[string]Hit

// Has reports whether a fault strikes.
func (h Hits) Has(name string) bool { _, ok := h[name]; return ok }

// Duration is the fault's first argument as a duration, or other where it has none.
func (h Hit) Duration(other time.Duration) time.Duration {
	if len(h.Args) > 0 {
		if d, err := time.ParseDuration(h.Args[0]); err == nil {
			return d
		}
	}
	return other
}

// Int is the fault's first argument as a number, or other where it has none.
func (h Hit) Int(other int) int {
	if len(h.Args) > 0 {
		if n, err := strconv.Atoi(h.Args[0]); err == nil {
			return n
		}
	}
	return other
}

// Word is the fault's first argument, or other where it has none.
func (h Hit) Word(other string) string {
	if len(h.Args) > 0 && h.Args[0] != "" {
		return h.Args[0]
	}
	return other
}

// ReadScript reads words against a stand-in's own table. A Fault whose Op is "standing" holds all the time; the word's op
// must be one of the table's, or "any". ErrFault.
func ReadScript(lines []string, table []Fault, seed uint64) (*Script, error) {
	s := &Script{random: mathrand.New(mathrand.NewPCG(seed, 3))}
	for _, line := range lines {
		for _, word := range splitWords(line) {
			f, err := readWord(word, table)
			if err != nil {
				return nil, err
			}
			s.faults = append(s.faults, f)
		}
	}
	return s, nil
}

func readWord(word string, table []Fault) (*fault, error) {
	bad := fmt.Errorf("%w: %q", ErrFault, word)
	f := &fault{left: -1, percent: 100}
	head, tail := word, ""
	if i := strings.LastIndex(word, ")"); i >= 0 {
		head, tail = word[:i+1], word[i+1:]
	} else if i := strings.IndexAny(word, "*%"); i >= 0 {
		head, tail = word[:i], word[i:]
	}
	for tail != "" {
		end := 1
		for end < len(tail) && tail[end] >= '0' && tail[end] <= '9' {
			end++
		}
		n, err := strconv.Atoi(tail[1:end])
		if err != nil || n < 1 {
			return nil, bad
		}
		switch tail[0] {
		case '*':
			f.left = n
		case '%':
			f.percent = n
		default:
			return nil, bad
		}
		tail = tail[end:]
	}
	if name, args, has := strings.Cut(head, "("); has {
		if head = name; !strings.HasSuffix(args, ")") {
			return nil, bad
		}
		for a := range strings.SplitSeq(strings.TrimSuffix(args, ")"), ",") {
			f.args = append(f.args, strings.TrimSpace(a))
		}
	}
	op, name, named := strings.Cut(head, ":")
	if !named {
		op, name = "", head
	}
	i := slices.IndexFunc(table, func(f Fault) bool { return f.Name == name })
	if i < 0 {
		return nil, bad
	}
	f.name, f.op = name, table[i].Op
	if named {
		if f.op == opStanding || (op != opAny && !slices.ContainsFunc(table, func(f Fault) bool { return f.Op == op })) {
			return nil, bad
		}
		f.op = op
	}
	return f, nil
}

// Strike takes the faults for one operation. A word with a number of times is used up by it.
func (s *Script) Strike(op string) Hits {
	hits := Hits{}
	if s == nil {
		return hits
	}
	for _, f := range s.faults {
		if (f.op != op && f.op != opAny) || f.left == 0 || hits.Has(f.name) || s.random.IntN(100) >= f.percent {
			continue
		}
		if f.left > 0 {
			f.left--
		}
		hits[f.name] = Hit{f.name, f.args}
	}
	return hits
}

// Standing answers a fault that holds all the time.
func (s *Script) Standing(name string) (Hit, bool) {
	if s == nil {
		return Hit{}, false
	}
	for _, f := range s.faults {
		if f.name == name && f.op == opStanding {
			return Hit{f.name, f.args}, true
		}
	}
	return Hit{}, false
}

// Authority is a private authority made for one start. It is worth nothing elsewhere.
type Authority struct {
	PEM  []byte // its certificate
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	next int64
}

// NewAuthority makes one.
func NewAuthority(name string) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("sandbox: authority: %w", err)
	}
	begin := time.Now().Add(-time.Hour) // TLS lives in real time, whatever a stand-in's clock says
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: begin,
		NotAfter: begin.Add(30 * 24 * time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("sandbox: authority: %w", err)
	}
	return &Authority{PEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), cert: cert, key: key, next: 2}, nil
}

// Issue makes a server's certificate with this common name, for these addresses; terminals have none.
func (a *Authority) Issue(commonName string, addresses ...net.IP) (*tls.Certificate, error) {
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(a.next), Subject: pkix.Name{CommonName: commonName}, NotBefore: a.cert.NotBefore,
		NotAfter: a.cert.NotAfter, IPAddresses: addresses, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	a.next++
	der, err := x509.CreateCertificate(rand.Reader, leaf, a.cert, &a.key.PublicKey, a.key)
	if err != nil {
		return nil, fmt.Errorf("sandbox: certificate: %w", err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: a.key}, nil
}

// ListenLoopback listens for a stand-in; ErrNotLoopback where others could reach it. A free port where addr is empty.
func ListenLoopback(addr string) (net.Listener, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("%w: %s", ErrNotLoopback, host)
	}
	return net.Listen("tcp", addr)
}
