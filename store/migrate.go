package store

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"suanpan/app"
)

//go:embed schema/*.sql
var schema embed.FS

// applicationID stands in the header of our files ("SUAN") and keeps us from opening a stranger's.
const applicationID = 0x5355414E

// script is one step of the schema. A released one never changes.
type script struct {
	number int
	name   string
	text   string
}

// embedded lists the scripts in schema/, whose names begin with their number: 0001_shop.sql.
func embedded() ([]script, error) {
	entries, err := schema.ReadDir("schema")
	if err != nil {
		return nil, err
	}
	var out []script
	for _, e := range entries {
		digits, _, _ := strings.Cut(e.Name(), "_")
		n, err := strconv.Atoi(digits)
		if err != nil {
			return nil, fmt.Errorf("store: schema/%s does not begin with a number", e.Name())
		}
		text, err := schema.ReadFile("schema/" + e.Name())
		if err != nil {
			return nil, err
		}
		out = append(out, script{n, e.Name(), string(text)})
	}
	slices.SortFunc(out, func(a, b script) int { return a.number - b.number })
	return out, nil
}

// migrate brings the file to the newest script, each in one transaction with its number.
func migrate(c *conn, scripts []script) error {
	at, err := c.pragma("user_version")
	if err != nil {
		return err
	}
	if newest := scripts[len(scripts)-1].number; at > int64(newest) {
		return fmt.Errorf("%w: the file is of version %d, this program knows %d", app.ErrForeign, at, newest)
	}
	for _, s := range scripts {
		if int64(s.number) <= at {
			continue
		}
		if err := step(c, s); err != nil {
			return fmt.Errorf("schema %s: %w", s.name, err)
		}
	}
	return nil
}

// step applies one script and its number, wholly or not at all.
func step(c *conn, s script) error {
	if err := c.script("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := c.script(s.text)
	if err == nil {
		err = c.script(fmt.Sprintf("PRAGMA user_version = %d; COMMIT", s.number))
	}
	if err != nil && c.inTransaction() {
		_ = c.script("ROLLBACK") // the first error is the one to tell
	}
	return err
}

// pragma reads an integer pragma.
func (c *conn) pragma(name string) (int64, error) {
	s, err := c.query("PRAGMA " + name)
	if err != nil {
		return 0, err
	}
	n := int64(0)
	if s.next() {
		n = s.int64(0)
	}
	return n, s.end()
}
