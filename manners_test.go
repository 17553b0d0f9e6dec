package main

import (
	"fmt"
	"go/ast"
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

// This file holds the manners of the house: what a compiler allows and a till cannot afford. Each message says why.

const (
	linesMax     = 400 // of a file
	functionMax  = 70  // lines of a function
	interfaceMax = 5   // methods of a port in app
)

// TestManners reads this very house.
func TestManners(t *testing.T) {
	for _, v := range manners(t, os.DirFS(".")) {
		t.Error(v)
	}
}

// manners answers every breach in the tree, sorted by file.
func manners(t *testing.T, tree fs.FS) (breaches []string) {
	t.Helper()
	err := eachGo(tree, func(file string, src []byte) {
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, file, src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			breaches = append(breaches, fmt.Sprintf("%s: does not parse: %v", file, err))
			return
		}
		g := guest{file: file, dir: path.Dir(file), test: strings.HasSuffix(file, "_test.go"), set: set, tree: parsed, names: importNames(parsed)}
		if ast.IsGenerated(parsed) {
			return
		}
		g.wholeFile(strings.Count(string(src), "\n"))
		for _, d := range parsed.Decls {
			g.declaration(d)
		}
		ast.Inspect(parsed, g.node)
		breaches = append(breaches, g.breaches...)
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(breaches)
	return breaches
}

// guest is one file whose manners are looked at.
type guest struct {
	file, dir string
	test      bool
	set       *token.FileSet
	tree      *ast.File
	names     map[string]string // local name of an import -> its path
	breaches  []string
}

func (g *guest) say(at ast.Node, format string, args ...any) {
	where := g.file
	if at != nil {
		where = fmt.Sprintf("%s:%d", g.file, g.set.Position(at.Pos()).Line)
	}
	g.breaches = append(g.breaches, where+": "+fmt.Sprintf(format, args...))
}

// in says whether the file lives in one of these folders or below.
func (g *guest) in(folders ...string) bool {
	for _, f := range folders {
		if g.dir == f || strings.HasPrefix(g.dir, f+"/") {
			return true
		}
	}
	return false
}

var drawers = []string{"util", "common", "helper", "base", "core", "manager", "service", "types", "models"}

func (g *guest) wholeFile(lines int) {
	if lines > linesMax {
		g.say(nil, "%d lines; %d at most: split it by what it speaks of, so that a reader can hold one page in mind", lines, linesMax)
	}
	name := strings.TrimSuffix(g.tree.Name.Name, "_test")
	for _, d := range drawers {
		for _, n := range []string{name, path.Base(g.dir)} {
			if n == d || n+"s" == d || n == d+"s" {
				g.say(nil, "package %s is a drawer, not a room: name the noun that lives there, or move the code to its caller", n)
				return
			}
		}
	}
}

func (g *guest) declaration(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.Name == "init" && d.Recv == nil {
			g.say(d, "func init runs unseen and in the order of imports: say it in main.go or wire.go, where it can be read")
		}
		if !g.test && g.longness(d) > functionMax {
			g.say(d, "%s has %d lines; %d at most: give its parts names", d.Name.Name, g.longness(d), functionMax)
		}
		if d.Doc == nil && d.Name.IsExported() && g.public() && (d.Recv == nil || exportedReceiver(d.Recv)) && !wellKnown[d.Name.Name] {
			g.say(d, "%s needs a docstring: units, errors, and whether several goroutines may call it", d.Name.Name)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			if ts, ok := s.(*ast.TypeSpec); ok {
				g.typeSpec(d, ts)
			}
		}
	}
}

func (g *guest) typeSpec(d *ast.GenDecl, ts *ast.TypeSpec) {
	if ts.Name.IsExported() && g.public() && d.Doc == nil && ts.Doc == nil && ts.Comment == nil {
		g.say(ts, "type %s needs a docstring: what it is in the shop, and in which units", ts.Name.Name)
	}
	it, ok := ts.Type.(*ast.InterfaceType)
	if !ok || g.test || !g.in("app") {
		return
	}
	methods := 0
	for _, f := range it.Methods.List {
		methods += len(f.Names) // an embedded port counts for itself, where it is declared
	}
	if methods > interfaceMax {
		g.say(ts, "interface %s has %d methods of its own; %d at most: what only some can do is a port of its own, asked for by assertion", ts.Name.Name, methods, interfaceMax)
	}
}

// public says whether others read this file as a reference: not tests, not the roof, not the screens.
func (g *guest) public() bool {
	return !g.test && g.tree.Name.Name != "main" && g.in("app", "store", "payments", "devices")
}

// wellKnown methods say nothing that their name does not.
var wellKnown = map[string]bool{
	"String": true, "Error": true, "Unwrap": true, "Is": true, "Close": true, "Len": true, "Less": true, "Swap": true,
	"MarshalJSON": true, "UnmarshalJSON": true, "MarshalText": true, "UnmarshalText": true, "Read": true, "Write": true,
}

// longness counts the lines of a function; the one-line cases of a long switch over a protocol do not count.
func (g *guest) longness(f *ast.FuncDecl) int {
	if f.Body == nil {
		return 0
	}
	lines := func(n ast.Node) int { return g.set.Position(n.End()).Line - g.set.Position(n.Pos()).Line + 1 }
	n := lines(f)
	ast.Inspect(f.Body, func(node ast.Node) bool {
		if c, ok := node.(*ast.CaseClause); ok && len(c.Body) <= 1 && lines(c) <= 2 {
			n -= lines(c)
		}
		return true
	})
	return n
}

func (g *guest) node(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.Ident:
		if (n.Name == "float64" || n.Name == "float32") && g.noFloats() {
			g.say(n, "%s: money, quantities and rates are integers here (app/money); a float loses a cent sooner or later", n.Name)
		}
	case *ast.BasicLit:
		if n.Kind == token.FLOAT && g.noFloats() {
			g.say(n, "%s is a float: money, quantities and rates are integers here (app/money)", n.Value)
		}
	case *ast.SelectorExpr:
		if x, ok := n.X.(*ast.Ident); ok && g.names[x.Name] != "" {
			g.outside(n, g.names[x.Name], n.Sel.Name)
		}
	case *ast.CallExpr:
		g.skip(n)
	}
	return true
}

func (g *guest) noFloats() bool { return !g.test && g.in("app", "payments", "store") }

// outside looks at one name of an imported package.
func (g *guest) outside(at ast.Node, pkg, name string) {
	call := path.Base(pkg) + "." + name
	switch {
	case strings.HasPrefix(pkg, "fyne.io/fyne/") && (name == "Do" || name == "DoAndWait") && !g.in("ui/kit"):
		g.say(at, "fyne.%s: the only door to the UI goroutine is kit.Post, which is handed in, so that a test can own it", name)
	case pkg == "time" && (name == "Now" || name == "Since" || name == "Until") && g.in("app") && !g.test:
		g.say(at, "%s: app asks the Clock that it was given, so that a test day passes in no time and a wrong clock is seen", call)
	case pkg == "time" && name == "Sleep" && g.test && !g.virtualTime():
		g.say(at, "time.Sleep in a test: wait for the event itself, or use testing/synctest; a sleep is too short on the slowest machine and too long on all others")
	case (pkg == "log" && (strings.HasPrefix(name, "Fatal") || strings.HasPrefix(name, "Panic")) || pkg == "os" && name == "Exit") && g.tree.Name.Name != "main" && !g.test:
		g.say(at, "%s ends the till from the inside: return the error; only main decides to stop", call)
	case pkg == "strconv" && (name == "ParseFloat" || name == "FormatFloat") && g.noFloats():
		g.say(at, "%s: amounts and quantities are read by money.Parse and its kin", call)
	}
}

func (g *guest) virtualTime() bool {
	for _, p := range g.names {
		if p == "testing/synctest" {
			return true
		}
	}
	return false
}

// skip wants a reason from a test that does not run.
func (g *guest) skip(c *ast.CallExpr) {
	s, ok := c.Fun.(*ast.SelectorExpr)
	if !ok || !g.test {
		return
	}
	if s.Sel.Name == "SkipNow" || s.Sel.Name == "Skip" && len(c.Args) == 0 {
		if x, ok := s.X.(*ast.Ident); ok && (x.Name == "t" || x.Name == "b" || x.Name == "tb") {
			g.say(c, "a skipped test says why, and what makes it run")
		}
	}
}

func exportedReceiver(fields *ast.FieldList) bool {
	t := fields.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return false
		}
	}
}

func importNames(f *ast.File) map[string]string {
	names := map[string]string{}
	for _, s := range f.Imports {
		p, _ := strconv.Unquote(s.Path.Value)
		name := path.Base(p)
		if major := path.Base(p); len(major) > 1 && major[0] == 'v' && strings.Trim(major[1:], "0123456789") == "" {
			name = path.Base(path.Dir(p)) // fyne.io/fyne/v2 is called fyne
		}
		if s.Name != nil {
			name = s.Name.Name
		}
		names[name] = p
	}
	return names
}
