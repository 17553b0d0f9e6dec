package catalog

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// window is how far the encoding of a table is looked into from its first character beyond ASCII.
const window = 64 << 10

// sniff answers r as UTF-8 without a byte order mark. UTF-8 and UTF-16 are known by their marks; without one, text that is not
// UTF-8 is GB18030, which contains GBK. The question is put at the first byte beyond ASCII, wherever that stands.
type sniff struct {
	in  *bufio.Reader
	out io.Reader // set once the encoding is known
}

func newSniff(r io.Reader) (*sniff, error) {
	s := &sniff{in: bufio.NewReaderSize(r, window)}
	head, err := s.in.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		if _, err := s.in.Discard(3); err != nil {
			return nil, err
		}
		s.out = s.in
	case bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")):
		s.out = transform.NewReader(s.in, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder())
	}
	return s, nil
}

// Read passes ASCII through until the encoding has to be known.
func (s *sniff) Read(p []byte) (int, error) {
	if s.out != nil || len(p) == 0 {
		if s.out == nil {
			return 0, nil
		}
		return s.out.Read(p)
	}
	if s.in.Buffered() == 0 {
		if _, err := s.in.Peek(1); err != nil {
			return 0, err
		}
	}
	ahead, _ := s.in.Peek(min(s.in.Buffered(), len(p)))
	if n := bytes.IndexFunc(ahead, func(r rune) bool { return r >= utf8.RuneSelf }); n != 0 {
		if n < 0 {
			n = len(ahead)
		}
		return io.ReadFull(s.in, p[:n])
	}
	text, err := s.in.Peek(window)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	s.out = s.in
	if !validStart(text) {
		s.out = transform.NewReader(s.in, simplifiedchinese.GB18030.NewDecoder())
	}
	return s.out.Read(p)
}

// validStart reports whether text is UTF-8, save for a character that its end cuts in two.
func validStart(text []byte) bool {
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r == utf8.RuneError && n == 1 {
			return len(text) < utf8.UTFMax && !utf8.FullRune(text)
		}
		text = text[n:]
	}
	return true
}

// meter lets only so much through between two calls of reset, so that a quotation mark that is never closed does not
// draw the rest of a file into memory.
type meter struct {
	in   io.Reader
	left int
}

// rowMax bounds one row of a table, in bytes of UTF-8.
const rowMax = 1 << 20

var errRow = fmt.Errorf("catalog: a row of more than %d bytes: a quotation mark is not closed", rowMax)

func (m *meter) reset() { m.left = rowMax }

func (m *meter) Read(p []byte) (int, error) {
	if m.left <= 0 {
		return 0, errRow
	}
	n, err := m.in.Read(p)
	m.left -= n
	return n, err
}
