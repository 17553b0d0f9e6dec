package main

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// This file holds the import law of docs/ARCHITECTURE.md: which room may know which, and who may open a door to the
// outside. It reads import lines only, with the standard library only, so it also runs alone, without the window:
// go test law_test.go manners_test.go

const module = "suanpan"

// room is a folder of the house. may lists the folders that it may import, as patterns: a plain name is that folder,
// "x/*" each folder right below x, "*" everything. A trailing "!name" takes a folder out again.
type room struct {
	name, why string
	may       []string
}

// ground is what every wing may ask of app: the shop and all its rooms, but no line of business.
var ground = []string{"app", "app/*", "!app/dining", "!app/clinic", "!app/ticket"}

const (
	pureWhy     = "app is the ground: it imports only the rooms beneath it, so that its rules can be read and tested without the world"
	modeWhy     = "lines of business share no noun and never know each other; what two of them need belongs to app"
	wingWhy     = "each wing speaks to one part of the world and to app, never to another wing: wire.go introduces them"
	strangerWhy = "this drives the built program from outside, so that it finds a fault even where all our own code agrees with itself"
	screenWhy   = "a screen shows the shop and calls its verbs; it knows neither another screen nor any wire"
)

// rooms is the table of docs/ARCHITECTURE.md. The first row whose name matches a folder holds for it.
var rooms = []room{
	{"app/money", pureWhy, nil},
	{"app/catalog", pureWhy, []string{"app/money"}},
	{"app/order", pureWhy, []string{"app/money", "app/catalog"}},
	{"app/pay", pureWhy, []string{"app/money"}},
	{"app/pay/paytest", "the suite asks a provider only what the shop may ask it", []string{"app/pay", "app/money"}},
	{"app/ledger", pureWhy, []string{"app/money"}},
	{"app/reconcile", pureWhy, []string{"app/money", "app/pay", "app/ledger"}},
	{"app/report", pureWhy, []string{"app/money", "app/ledger"}},
	{"app/shift", pureWhy, []string{"app/money"}},
	{"app/stock", pureWhy, []string{"app/money", "app/catalog"}},
	{"app/member", pureWhy, []string{"app/money", "app/catalog"}},
	{"app/receipt", pureWhy, []string{"app/money"}},
	{"app/device", pureWhy, []string{"app/money", "app/receipt"}},
	{"app/dining", modeWhy, ground},
	{"app/clinic", modeWhy, ground},
	{"app/ticket", modeWhy, ground},
	{"app", "the shop knows its own rooms; a line of business is handed in as a Mode", ground[1:]},

	{"store/hub", wingWhy, []string{"app", "app/*"}},
	{"store/bench", wingWhy, slices.Concat(ground, []string{"store"})},
	{"store/bench/fill", wingWhy, slices.Concat(ground, []string{"store", "store/bench"})},
	{"store/bench/till", strangerWhy, nil},
	{"store/bench/crash", strangerWhy, []string{"store/bench/till"}},
	{"store/bench/powercut", strangerWhy, []string{"store/bench/till"}},
	{"store/bench/compare", strangerWhy, []string{"store/bench/till"}},
	{"store", wingWhy, ground},

	{"payments", wingWhy, []string{"app/pay", "app/money"}},
	{"payments/*", "providers know the shared client and the contract, never each other", []string{"payments", "app/pay", "app/money"}},
	{"payments/sandbox", "a peer is written from the protocol paper, never from our client", []string{"payments/sandbox/*", "payments", "app/pay", "app/money"}},
	{"payments/sandbox/*", "a peer is written from the protocol paper, never from our client", []string{"payments/sandbox", "payments", "app/pay", "app/money"}},

	{"devices", "the manager knows names and states of devices, not what shops do with them", nil},
	{"devices/transport", "a wire carries bytes and understands none of them", []string{"devices"}},
	{"devices/glyph", "it draws characters for encoders and for paper, and knows neither", nil},
	{"devices/escpos", wingWhy, []string{"devices", "devices/glyph", "app/device", "app/receipt", "app/money"}},
	{"devices/virtual", "the other side of the wire is written from the paper, never from our encoder", []string{"devices", "devices/glyph", "app/device", "app/receipt", "app/money"}},
	{"devices/printer", "the one who drains the spool speaks the printer's language", []string{"devices", "devices/escpos", "devices/glyph", "app/device", "app/receipt", "app/money"}},
	{"devices/voice", "a voice speaks words and does not know what they mean", nil},
	{"devices/*", wingWhy, []string{"devices", "app/device", "app/receipt", "app/money"}},

	{"ui/kit", "widgets know amounts, words and pictures; they do not know the shop", []string{"app/money", "assets"}},
	{"ui/rpc", "the other face calls the same verbs as the window, and needs no window", []string{"app", "app/*", "assets"}},
	{"ui/sell", screenWhy, screen}, {"ui/tender", screenWhy, screen}, {"ui/orders", screenWhy, screen},
	{"ui/shift", screenWhy, screen}, {"ui/admin", screenWhy, screen}, {"ui/customer", screenWhy, screen},
	{"ui/reconcile", screenWhy, screen}, {"ui/reports", screenWhy, screen},
	{"ui/dining", screenWhy, screen}, {"ui/clinic", screenWhy, screen}, {"ui/ticket", screenWhy, screen},
	{"ui", "the window arranges screens; what they show comes from app", []string{"ui/*", "app", "assets"}},

	{"assets", "pictures and words are data", nil},
	{".", "the roof knows everyone", []string{"*"}},
}

var screen = []string{"ui/kit", "app", "app/*"}

// inTests is what the tests of a wing may import besides: app's and ui's tests run on the real store and on peers that
// speak the real wire, a provider's on the sandbox and the shared suite, a driver's on its simulator.
var inTests = map[string][]string{
	"app":      {"app", "app/*", "app/pay/paytest", "store", "payments", "payments/*", "payments/sandbox/*", "devices", "devices/*", "assets"},
	"ui":       {"app", "app/*", "app/pay/paytest", "store", "payments", "payments/*", "payments/sandbox/*", "devices", "devices/*", "assets"},
	"store":    {"app", "app/*", "assets"},
	"payments": {"app/pay/paytest", "payments/sandbox", "payments/sandbox/*"},
	"devices":  {"app/*", "devices/virtual", "devices/transport", "devices/escpos", "devices/glyph", "devices/printer"},
	"assets":   {"app/catalog", "app/money"},
}

// doors lists what leads outside, and the rooms that may open it. A path ending in "/" covers all below it.
var doors = []struct {
	paths []string
	may   []string
	tests bool // tests elsewhere may open it too
	why   string
}{
	{[]string{"fyne.io/"}, []string{".", "ui", "ui/*", "!ui/rpc"}, false, "only people need a window"},
	{[]string{"database/sql", "database/sql/", "modernc.org/sqlite", "modernc.org/sqlite/", "github.com/jackc/", "github.com/mattn/go-sqlite3"},
		[]string{"store", "store/*"}, false, "only the store speaks SQL; errors leave it as the shop's own"},
	{[]string{"go.bug.st/serial", "go.bug.st/serial/"}, []string{"devices/transport"}, false, "only a transport knows what a serial port is"},
	{[]string{"net/http", "net/http/"}, []string{"payments", "payments/*", "payments/sandbox/*", "store/hub"}, true,
		"web servers live beyond payments and the hub; nobody else needs the web"},
	{[]string{"os", "os/", "io/ioutil", "syscall", "golang.org/x/sys/"},
		[]string{".", "store", "store/*", "store/bench/*", "devices", "devices/*"}, true,
		"the machine is met at its edges (and in payments' vault); elsewhere files and settings are handed in"},
}

// TestLaw reads this very house.
func TestLaw(t *testing.T) {
	for _, v := range law(t, os.DirFS(".")) {
		t.Error(v)
	}
}

// law answers every breach of the table, the doors and the wiring in the tree.
func law(t *testing.T, tree fs.FS) (breaches []string) {
	t.Helper()
	say := func(format string, args ...any) { breaches = append(breaches, fmt.Sprintf(format, args...)) }
	wired, homes := map[string]bool{}, map[string]bool{}
	roof, window := false, ""
	err := eachGo(tree, func(file string, src []byte) {
		dir, test := path.Dir(file), strings.HasSuffix(file, "_test.go")
		parsed, err := parser.ParseFile(token.NewFileSet(), file, src, parser.ImportsOnly)
		if err != nil {
			say("%s: does not parse: %v", file, err)
			return
		}
		r, known := roomOf(dir)
		if !known {
			if !homes[dir] {
				say("%s is a room that the law does not know. If it is a line of business or a screen, name it in law_test.go (rooms) as one; "+
					"otherwise give it a row there and in docs/ARCHITECTURE.md, and say what it may know", dir)
			}
			homes[dir] = true
			return
		}
		if !test {
			homes[dir] = true
			roof = roof || dir == "." // main.go, wire.go or what stands beside them
		}
		for _, spec := range parsed.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			if path.Dir(file) == "." && strings.HasPrefix(file, "wire") && !test { // wire.go, and wire_devices.go beside it
				wired[imported] = true
			}
			if dir == "ui" && strings.HasPrefix(imported, module+"/ui/") && !test { // the window arranges the screens
				wired[imported] = true
			}
			if imported == "fyne.io/fyne/v2/app" {
				if window != "" {
					say("%s imports fyne.io/fyne/v2/app, and so does %s: it brings OpenGL and minutes of C, so one file opens the window", file, window)
				}
				window = file
			}
			checkImport(file, dir, imported, r, test, say)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir := range homes {
		if roof && wantsWire(dir) && !wired[module+"/"+dir] {
			say("%s is not in wire.go: what nobody wires, no shop can use; add its one line there", dir)
		}
	}
	slices.Sort(breaches)
	return breaches
}

func checkImport(file, dir, imported string, r room, test bool, say func(string, ...any)) {
	if ours, ok := strings.CutPrefix(imported, module+"/"); ok {
		allowed := r.may
		if test {
			wing, _, _ := strings.Cut(dir, "/")
			allowed = slices.Concat(r.may, inTests[wing])
		}
		if !matches(allowed, ours) && !(test && ours == dir) {
			say("%s imports %s: %s; it may import %s", file, ours, r.why, list(allowed))
		}
		return
	}
	if imported == module {
		say("%s imports the program itself: the roof knows everyone and nobody knows the roof", file)
	}
	for _, d := range doors {
		if matchesDoor(d.paths, imported) && !matches(d.may, dir) && !(test && d.tests) && !vault(dir, file, imported) {
			say("%s imports %s: %s; it stands open in %s", file, imported, d.why, list(d.may))
		}
	}
}

// vault says whether this is the one file of payments that keeps secrets on the machine.
func vault(dir, file, imported string) bool {
	return dir == "payments" && strings.HasPrefix(path.Base(file), "vault") && (imported == "os" || strings.HasPrefix(imported, "os/"))
}

// roomOf finds the row for a folder; the more exact name comes first in the table, patterns last.
func roomOf(dir string) (room, bool) {
	for _, exact := range []bool{true, false} {
		for _, r := range rooms {
			if exact && r.name == dir || !exact && strings.HasSuffix(r.name, "/*") && matches([]string{r.name}, dir) {
				return r, true
			}
		}
	}
	return room{}, false
}

// wantsWire says whether a folder is a provider, a driver, a line of business or a screen.
func wantsWire(dir string) bool {
	return matches([]string{
		"payments/*", "!payments/sandbox", "devices/*", "!devices/transport", "!devices/glyph", "ui/*", "!ui/kit", "!ui/rpc",
		"app/dining", "app/clinic", "app/ticket",
	}, dir)
}

// matches says whether the folder is in the patterns; "!x" takes x out again.
func matches(patterns []string, dir string) bool {
	in := false
	for _, p := range patterns {
		switch not, negative := strings.CutPrefix(p, "!"); {
		case negative && not == dir:
			return false
		case p == "*", p == dir:
			in = true
		case strings.HasSuffix(p, "/*") && path.Dir(dir) == strings.TrimSuffix(p, "/*"):
			in = true
		}
	}
	return in
}

func matchesDoor(paths []string, imported string) bool {
	for _, p := range paths {
		if imported == p || strings.HasSuffix(p, "/") && strings.HasPrefix(imported, p) {
			return true
		}
	}
	return false
}

func list(names []string) string {
	if len(names) == 0 {
		return "nothing of ours"
	}
	return strings.Join(names, ", ")
}

// eachGo visits the program's own Go files: no hidden folders, no test data, no nested modules.
func eachGo(tree fs.FS, visit func(file string, src []byte)) error {
	return fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name == "." {
				return nil
			}
			_, nested := fs.Stat(tree, path.Join(name, "go.mod"))
			if strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_") || d.Name() == "testdata" || d.Name() == "vendor" || nested == nil {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		src, err := fs.ReadFile(tree, name)
		if err == nil {
			visit(name, src)
		}
		return err
	})
}
