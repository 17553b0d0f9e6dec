package store

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"filippo.io/age"

	"suanpan/app"
)

// Manifest says what a copy holds. It stands in clear at the head of the file, so that a list of copies needs no key, and
// once more inside, where nobody can change it unseen.
type Manifest struct {
	Format   int       `json:"format"`
	Shop     string    `json:"shop"`
	Till     string    `json:"till"`
	At       time.Time `json:"at"`
	Why      string    `json:"why"`       // "day", "z:12", "hand"
	Seq      int64     `json:"seq"`       // newest fact
	Head     string    `json:"head"`      // its hash, hexadecimal
	Schema   int       `json:"schema"`    // of the file
	PageSize int64     `json:"page_size"` // bytes
	Pages    int64     `json:"pages"`
}

// Errors of copies.
var (
	ErrNotBackup = errors.New("store: not a backup of a shop")
	ErrBackupKey = errors.New("store: the key does not open this backup")
	ErrBackupBad = errors.New("store: the backup is damaged or cut off")
	ErrNewer     = errors.New("store: the shop here is newer than the backup")
)

// A backup file is one line of text, then an age file (age-encryption.org/v1). Inside: gzip of the same line, every page of
// shop.db in order, and the SHA-256 of the pages. It is a snapshot: what was committed when the copying began.
const (
	backupFormat = 1
	backupMagic  = "suanpan-backup "
	lineMax      = 64 << 10
)

// Backup writes a copy of the shop as it is now, encrypted to the recipients, while selling goes on. about gives shop, till,
// time and reason; the rest is filled in and answered. progress, which may be nil, gets pages done and pages in all.
func (s *Store) Backup(ctx context.Context, w io.Writer, about Manifest, to []age.Recipient, progress func(done, all int64)) (Manifest, error) {
	m := about
	err := s.View(ctx, func(v app.View) error {
		c := v.(*view).c
		seq, head, err := v.Head()
		if err != nil {
			return err
		}
		m.Format, m.Seq, m.Head, m.Schema = backupFormat, seq, hex.EncodeToString(head[:]), s.Schema()
		if m.PageSize, err = c.pragma("page_size"); err != nil {
			return err
		}
		if m.Pages, err = c.pragma("page_count"); err != nil {
			return err
		}
		line, err := m.line()
		if err != nil {
			return err
		}
		return sealed(w, line, to, func(in io.Writer) error { return pages(ctx, c, m, in, progress) })
	})
	return m, err
}

func (m Manifest) line() ([]byte, error) {
	doc, err := json.Marshal(m)
	return append(append([]byte(backupMagic), doc...), '\n'), err
}

// sealed writes the clear line, and inside the envelope the line again and what body writes.
func sealed(w io.Writer, line []byte, to []age.Recipient, body func(io.Writer) error) error {
	if _, err := w.Write(line); err != nil {
		return disk(err)
	}
	envelope, err := age.Encrypt(w, to...)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	pressed, err := gzip.NewWriterLevel(envelope, gzip.BestSpeed)
	if err != nil {
		return err
	}
	if _, err := pressed.Write(line); err != nil {
		return disk(err)
	}
	if err := body(pressed); err != nil {
		return disk(err)
	}
	return disk(errors.Join(pressed.Close(), envelope.Close()))
}

// pages writes every page of the snapshot that c reads, and their sum. It rests after each stretch, so that on a till with
// one disk and two cores the sales go first.
func pages(ctx context.Context, c *conn, m Manifest, w io.Writer, progress func(done, all int64)) error {
	const stretch = 256
	sum := sha256.New()
	all := io.MultiWriter(w, sum)
	rows, err := c.query("SELECT data FROM sqlite_dbpage ORDER BY pgno")
	if err != nil {
		return err
	}
	done := int64(0)
	for rows.next() {
		page := rows.raw(0)
		if int64(len(page)) != m.PageSize {
			return errors.Join(fmt.Errorf("%w: page %d has %d bytes", app.ErrDamaged, done+1, len(page)), rows.end())
		}
		if _, err := all.Write(page); err != nil {
			return errors.Join(err, rows.end())
		}
		if done++; done%stretch != 0 {
			continue
		}
		if progress != nil {
			progress(done, m.Pages)
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), rows.end())
		case <-time.After(rest):
		}
	}
	if err := rows.end(); err != nil {
		return err
	}
	if done != m.Pages {
		return fmt.Errorf("%w: %d pages of %d", app.ErrDamaged, done, m.Pages)
	}
	if progress != nil {
		progress(done, m.Pages)
	}
	_, err = w.Write(sum.Sum(nil))
	return err
}

// rest is the pause after a megabyte of copying.
const rest = 2 * time.Millisecond

// ReadManifest reads what a copy says of itself in clear, without its key. Nothing of it is proven.
func ReadManifest(r io.Reader) (Manifest, error) {
	m, _, err := readLine(bufio.NewReaderSize(r, 4096))
	return m, err
}

func readLine(r *bufio.Reader) (m Manifest, line []byte, err error) {
	for len(line) < lineMax {
		b, err := r.ReadByte()
		if err != nil {
			return m, nil, fmt.Errorf("%w: %w", ErrNotBackup, err)
		}
		if line = append(line, b); b == '\n' {
			break
		}
		if len(line) == len(backupMagic) && string(line) != backupMagic {
			return m, nil, ErrNotBackup
		}
	}
	doc, ok := bytes.CutPrefix(line, []byte(backupMagic))
	if !ok || json.Unmarshal(doc, &m) != nil {
		return m, nil, ErrNotBackup
	}
	if m.Format != backupFormat {
		return m, nil, fmt.Errorf("%w: format %d is not known to this program", ErrNotBackup, m.Format)
	}
	if m.PageSize < 512 || m.PageSize > 65536 || m.PageSize&(m.PageSize-1) != 0 || m.Pages < 1 || m.Pages > 1<<32 || m.Seq < 0 {
		return m, nil, ErrNotBackup
	}
	return m, line, nil
}

// unpack decrypts a copy, writes its pages to w and proves them against the sum inside.
func unpack(ctx context.Context, r io.Reader, keys []age.Identity, w io.Writer, progress func(done, all int64)) (Manifest, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	m, line, err := readLine(in)
	if err != nil {
		return m, err
	}
	envelope, err := age.Decrypt(in, keys...)
	if err != nil {
		var wrong *age.NoIdentityMatchError
		if errors.As(err, &wrong) {
			return m, fmt.Errorf("%w: %w", ErrBackupKey, err)
		}
		return m, fmt.Errorf("%w: %w", ErrBackupBad, err)
	}
	plain, err := gzip.NewReader(envelope)
	if err != nil {
		return m, fmt.Errorf("%w: %w", ErrBackupBad, err)
	}
	same := make([]byte, len(line))
	if _, err := io.ReadFull(plain, same); err != nil || !bytes.Equal(same, line) {
		return m, fmt.Errorf("%w: its first line was changed", ErrBackupBad)
	}
	sum := sha256.New()
	page := make([]byte, m.PageSize)
	for done := int64(1); done <= m.Pages; done++ {
		if _, err := io.ReadFull(plain, page); err != nil {
			return m, fmt.Errorf("%w: page %d of %d: %w", ErrBackupBad, done, m.Pages, err)
		}
		sum.Write(page)
		if _, err := w.Write(page); err != nil {
			return m, disk(err)
		}
		if done%256 == 0 {
			if progress != nil {
				progress(done, m.Pages)
			}
			if err := ctx.Err(); err != nil {
				return m, err
			}
		}
	}
	tail := make([]byte, sha256.Size+1)
	if n, err := io.ReadFull(plain, tail); n != sha256.Size || !errors.Is(err, io.ErrUnexpectedEOF) || !bytes.Equal(tail[:n], sum.Sum(nil)) {
		return m, fmt.Errorf("%w: the sum of its pages is another", ErrBackupBad)
	}
	return m, nil
}
