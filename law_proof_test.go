package main

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// A law that never fails protects nobody: here both tests are shown small houses that break one rule each.

// house makes a tree of files, each with a package clause and the given lines.
func house(files ...string) fstest.MapFS {
	tree := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		tree[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return tree
}

func imports(pkg string, paths ...string) string {
	src := "package " + pkg + "\n"
	for _, p := range paths {
		src += fmt.Sprintf("import _ %q\n", p)
	}
	return src
}

func TestLawFindsEveryKindOfBreach(t *testing.T) {
	wire := imports("main", "suanpan/ui/sell", "suanpan/payments/wechatpay", "suanpan/devices/escpos")
	for name, c := range map[string]struct {
		tree fstest.MapFS
		want string // a part of the message; empty means that all is well
	}{
		"the ground may not look up":            {house("app/money/a.go", imports("money", "suanpan/app/catalog")), "app/money/a.go imports app/catalog"},
		"the shop knows its rooms":              {house("app/shop.go", imports("app", "suanpan/app/order", "suanpan/app/receipt", "time")), ""},
		"the shop knows no mode":                {house("app/shop.go", imports("app", "suanpan/app/dining")), "handed in as a Mode"},
		"the shop knows no test suite":          {house("app/shop.go", imports("app", "suanpan/app/pay/paytest")), "app/pay/paytest"},
		"modes know the shop":                   {house("app/clinic/a.go", imports("clinic", "suanpan/app", "suanpan/app/member")), ""},
		"modes do not know each other":          {house("app/clinic/a.go", imports("clinic", "suanpan/app/ticket")), "share no noun"},
		"wings do not meet":                     {house("store/a.go", imports("store", "suanpan/payments")), "never to another wing"},
		"the store knows no mode":               {house("store/a.go", imports("store", "suanpan/app/dining")), "never to another wing"},
		"providers do not meet":                 {house("payments/x/a.go", imports("x", "suanpan/payments/wechatpay")), "never each other"},
		"drivers know their port":               {house("devices/escpos/a.go", imports("escpos", "suanpan/devices", "suanpan/app/device", "suanpan/app/receipt")), ""},
		"drivers do not know the shop":          {house("devices/escpos/a.go", imports("escpos", "suanpan/app")), "imports app:"},
		"screens do not meet":                   {house("ui/sell/a.go", imports("sell", "suanpan/ui/tender")), "neither another screen"},
		"screens know no wire":                  {house("ui/sell/a.go", imports("sell", "suanpan/store")), "nor any wire"},
		"widgets do not know the shop":          {house("ui/kit/a.go", imports("kit", "suanpan/app")), "do not know the shop"},
		"nobody knows the roof":                 {house("app/a.go", imports("app", "suanpan")), "nobody knows the roof"},
		"an unknown room":                       {house("app/loyalty/a.go", imports("loyalty")), "app/loyalty is a room that the law does not know"},
		"an unknown wing":                       {house("cloud/a.go", imports("cloud")), "give it a row"},
		"an unknown screen":                     {house("ui/spa/a.go", imports("spa")), "ui/spa is a room"},
		"the window in the store":               {house("store/a.go", imports("store", "fyne.io/fyne/v2")), "only people need a window"},
		"the window in the other face":          {house("ui/rpc/a.go", imports("rpc", "fyne.io/fyne/v2/lang")), "only people need a window"},
		"SQL in the shop":                       {house("app/a.go", imports("app", "database/sql")), "only the store speaks SQL"},
		"SQL driver in a screen":                {house("ui/sell/a.go", imports("sell", "modernc.org/sqlite")), "only the store speaks SQL"},
		"PostgreSQL in the hub":                 {house("store/hub/a.go", imports("hub", "github.com/jackc/pgx/v5", "suanpan/app")), ""},
		"serial outside the transport":          {house("devices/scanner/a.go", imports("scanner", "go.bug.st/serial")), "only a transport"},
		"serial in the transport":               {house("devices/transport/a.go", imports("transport", "go.bug.st/serial", "suanpan/devices", "os")), ""},
		"the web in a screen":                   {house("ui/rpc/a.go", imports("rpc", "net/http")), "nobody else needs the web"},
		"the web in a provider":                 {house("payments/sandbox/a.go", imports("sandbox", "net/http", "net/http/httptest")), ""},
		"files in the shop":                     {house("app/a.go", imports("app", "os")), "handed in"},
		"processes in a screen":                 {house("ui/sell/a.go", imports("sell", "os/exec")), "handed in"},
		"files in a provider":                   {house("payments/x/a.go", imports("x", "os")), "handed in"},
		"files in the vault":                    {house("payments/vault.go", imports("payments", "os")), ""},
		"files beside the vault":                {house("payments/client.go", imports("payments", "os")), "handed in"},
		"tests may use the real store":          {house("app/a_test.go", imports("app_test", "suanpan/store", "suanpan/app", "suanpan/payments/sandbox", "os")), ""},
		"tests of a wing stay in it":            {house("payments/x/a_test.go", imports("x", "suanpan/store")), "imports store"},
		"tests do not open SQL either":          {house("app/a_test.go", imports("app_test", "modernc.org/sqlite")), "only the store speaks SQL"},
		"all wired":                             {house("wire.go", wire, "ui/sell/a.go", imports("sell"), "payments/wechatpay/a.go", imports("wechatpay"), "devices/escpos/a.go", imports("escpos")), ""},
		"wired in a page beside wire.go":        {house("wire.go", wire, "wire_more.go", imports("main", "suanpan/payments/nexo"), "payments/nexo/a.go", imports("nexo")), ""},
		"a forgotten provider":                  {house("wire.go", wire, "payments/nexo/a.go", imports("nexo")), "payments/nexo is not in wire.go"},
		"a forgotten driver":                    {house("main.go", imports("main"), "wire.go", wire, "devices/scale/a.go", imports("scale")), "devices/scale is not in wire.go"},
		"a forgotten mode":                      {house("wire.go", wire, "app/dining/a.go", imports("dining")), "app/dining is not in wire.go"},
		"a forgotten screen, no wire.go at all": {house("main.go", imports("main"), "ui/sell/a.go", imports("sell")), "ui/sell is not in wire.go"},
		"wired in the wrong file":               {house("main.go", imports("main", "suanpan/ui/shift"), "wire.go", wire, "ui/shift/a.go", imports("shift")), "ui/shift is not in wire.go"},
		"the window opened twice":               {house("main.go", imports("main", "fyne.io/fyne/v2/app"), "ui/a.go", imports("ui", "fyne.io/fyne/v2/app")), "one file opens the window"},
		"does not parse":                        {house("app/a.go", "package ("), "does not parse"},
		"nested modules keep their own law":     {house("payments/oracle/go.mod", "module oracle", "payments/oracle/a.go", imports("oracle", "suanpan/store")), ""},
	} {
		t.Run(name, func(t *testing.T) { oneBreach(t, law(t, c.tree), c.want) })
	}
}

func TestMannersFindEveryKindOfBreach(t *testing.T) {
	long := strings.Repeat("\tf()\n", functionMax)
	cases := strings.Repeat("\tcase 1:\n\t\tf()\n", functionMax)
	for name, c := range map[string]struct{ file, src, want string }{
		"fyne.Do in a screen":           {"ui/sell/a.go", "package sell\nimport \"fyne.io/fyne/v2\"\nfunc f() { fyne.Do(nil) }", "kit.Post"},
		"fyne.DoAndWait, renamed":       {"ui/a.go", "package ui\nimport w \"fyne.io/fyne/v2\"\nfunc f() { w.DoAndWait(nil) }", "kit.Post"},
		"fyne.Do at its door":           {"ui/kit/a.go", "package kit\nimport \"fyne.io/fyne/v2\"\nfunc f() { fyne.Do(nil) }", ""},
		"the clock in app":              {"app/order/a.go", "package order\nimport \"time\"\nvar t = time.Now()", "Clock"},
		"the clock behind a name":       {"app/a.go", "package app\nimport clock \"time\"\nvar t = clock.Since", "Clock"},
		"the clock in a wing":           {"store/a.go", "package store\nimport \"time\"\nvar t = time.Now()", ""},
		"a duration in app":             {"app/a.go", "package app\nimport \"time\"\nvar t = 2 * time.Second", ""},
		"a float type":                  {"app/money/a.go", "package money\nvar f float64", "integers"},
		"a float literal":               {"payments/x/a.go", "package x\nvar f = 0.1", "integers"},
		"a float read":                  {"store/a.go", "package store\nimport \"strconv\"\nvar f = strconv.ParseFloat", "money.Parse"},
		"a float on screen":             {"ui/kit/a.go", "package kit\nvar f float32 = 0.5", ""},
		"init":                          {"devices/a.go", "package devices\nfunc init() {}", "wire.go"},
		"a method called init":          {"devices/a.go", "package devices\ntype a int\nfunc (a) init() {}", ""},
		"log.Fatal":                     {"store/a.go", "package store\nimport \"log\"\nfunc f() { log.Fatalf(\"\") }", "only main decides"},
		"os.Exit":                       {"devices/a.go", "package devices\nimport \"os\"\nfunc f() { os.Exit(1) }", "only main decides"},
		"log.Fatal in main":             {"main.go", "package main\nimport \"log\"\nfunc f() { log.Fatal() }", ""},
		"a long file":                   {"ui/a.go", "package ui\n" + strings.Repeat("//\n", linesMax), "401 lines"},
		"a generated long file":         {"ui/a.go", "// Code generated by x. DO NOT EDIT.\n\npackage ui\n" + strings.Repeat("//\n", linesMax), ""},
		"a drawer":                      {"app/a.go", "package utils", "drawer"},
		"a drawer by folder":            {"ui/helpers/a.go", "package x", "drawer"},
		"a drawer's test":               {"ui/a_test.go", "package models_test", "drawer"},
		"a long function":               {"ui/a.go", "package ui\nfunc f() {\n" + long + "}", "72 lines"},
		"a long switch of short cases":  {"ui/a.go", "package ui\nfunc f() {\nswitch 1 {\n" + cases + "}}", ""},
		"a wide port":                   {"app/a.go", "package app\n// P is.\ntype P interface { A(); B(); C(); D(); E(); F() }", "6 methods"},
		"a port of ports":               {"app/a.go", "package app\n// P is.\ntype P interface { A(); B(); C(); D(); E(); Q }", ""},
		"an undocumented function":      {"store/a.go", "package store\nfunc Open() {}", "docstring"},
		"an undocumented method":        {"store/a.go", "package store\n// T is.\ntype T[K any] int\nfunc (t *T[K]) Save() {}", "docstring"},
		"an undocumented type":          {"store/a.go", "package store\ntype T int", "docstring"},
		"a hidden type's method":        {"store/a.go", "package store\ntype t int\nfunc (t) Save() {}", ""},
		"String explains itself":        {"store/a.go", "package store\n// T is.\ntype T int\nfunc (T) String() string { return \"\" }", ""},
		"a sleeping test":               {"store/a_test.go", "package store\nimport \"time\"\nfunc f() { time.Sleep(1) }", "wait for the event"},
		"a test asleep in virtual time": {"store/a_test.go", "package store\nimport (\n\"time\"\n\"testing/synctest\"\n)\nfunc f() { time.Sleep(1); synctest.Wait() }", ""},
		"a silent skip":                 {"store/a_test.go", "package store\nimport \"testing\"\nfunc TestX(t *testing.T) { t.Skip() }", "says why"},
	} {
		t.Run(name, func(t *testing.T) { oneBreach(t, manners(t, house(c.file, c.src)), c.want) })
	}
}

// oneBreach wants exactly one message with this in it, or none at all where want is empty.
func oneBreach(t *testing.T, got []string, want string) {
	t.Helper()
	if want == "" {
		if len(got) != 0 {
			t.Errorf("all is well here, but: %s", strings.Join(got, "\n"))
		}
		return
	}
	if len(got) != 1 || !strings.Contains(got[0], want) {
		t.Errorf("want one breach about %q, got %q", want, got)
	}
}
