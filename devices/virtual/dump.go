package virtual

import (
	"fmt"
	"strings"
)

// Dump writes a stream as a list of commands with their offsets, one per line, text in runs. It ends with the error where
// a byte is not understood.
func Dump(data []byte, s Setup) string {
	i := NewInterpreter(s)
	i.buffer = append([]byte(nil), data...)
	var b, text strings.Builder
	textAt := 0
	flush := func() {
		if text.Len() > 0 {
			fmt.Fprintf(&b, "%06d  %q\n", textAt, text.String())
			text.Reset()
		}
	}
	for at := 0; at < len(data); {
		waiting := len(i.pending)
		more, err := i.step()
		if err != nil {
			flush()
			fmt.Fprintf(&b, "%v\n", err)
			return b.String()
		}
		if !more {
			flush()
			fmt.Fprintf(&b, "%06d  % X  (not whole)\n", at, data[at:min(len(data), at+16)])
			return b.String()
		}
		end := int(i.offset)
		if n := len(i.pending); data[at] >= 0x20 && n > 0 && (n == waiting+1 || n == 1) && i.pending[n-1].r != 0 {
			if text.Len() == 0 {
				textAt = at
			}
			text.WriteRune(i.pending[n-1].r)
		} else {
			flush()
			command := data[at:end]
			fmt.Fprintf(&b, "%06d  % X", at, command[:min(len(command), 24)])
			if len(command) > 24 {
				fmt.Fprintf(&b, " … %d bytes", len(command))
			}
			b.WriteByte('\n')
		}
		at = end
	}
	flush()
	return b.String()
}
