package store

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"suanpan/app"
)

// headsName is the file in which ends of the journal are written down as they were seen, one JSON object a line, oldest
// first. It lies beside shop.db: whoever puts an older shop.db back, or cuts the journal, has this file against him. It
// stays where it is when a copy is restored.
const headsName = "shop.heads"

// headsMax is how many lines are kept: the ends of several years of shifts.
const headsMax = 4000

var _ app.HeadKeeper = (*Store)(nil)

// KnownHeads reads the ends of the journal that were written down. A line that cannot be read is left out: the others
// still say what they say.
func (s *Store) KnownHeads() ([]app.KnownHead, error) {
	b, err := os.ReadFile(filepath.Join(s.dir, headsName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, disk(err)
	}
	return readHeads(b), nil
}

func readHeads(b []byte) (out []app.KnownHead) {
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		var h app.KnownHead
		if json.Unmarshal(lines.Bytes(), &h) == nil && h.Seq > 0 {
			out = append(out, h)
		}
	}
	return out
}

// KeepHead writes an end of the journal down, durably. It may be called beside Update.
func (s *Store) KeepHead(h app.KnownHead) (err error) {
	s.heads.Lock()
	defer s.heads.Unlock()
	all, err := s.KnownHeads()
	if err != nil {
		return err
	}
	if n := len(all); n > 0 && all[n-1].Seq == h.Seq && all[n-1].Head == h.Head {
		return nil
	}
	all = append(all, h)
	all = all[max(0, len(all)-headsMax):]
	w, err := Files{}.Create(filepath.Join(s.dir, headsName))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	for _, one := range all {
		line, err := json.Marshal(one)
		if err == nil {
			_, err = w.Write(append(line, '\n'))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// lastWord writes down with which entry the shop was closed.
func (s *Store) lastWord(end place) error {
	if end.seq == 0 {
		return nil
	}
	return s.KeepHead(app.KnownHead{Seq: end.seq, Head: hex.EncodeToString(end.hash[:]), At: time.Now().UTC().Truncate(time.Second)})
}
