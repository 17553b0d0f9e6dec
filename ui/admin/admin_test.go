package admin_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"suanpan/app"
	"suanpan/ui/admin"
)

// office opens one part of the office of a shop with a shift.
func (c *till) office(part string) *admin.Screen {
	c.ready()
	must(c.shop.OpenShift(c.env.Context, 0))
	s := admin.New(c.shop, c.env, admin.Calls{Locales: []string{"zh-Hans", "zh-Hant", "en"}, Profiles: []string{"xprinter-80", "epson-80"}, Folder: c.t.TempDir()})
	c.show(s)
	s.Open(part)
	c.pass(0)
	return s
}

func TestSettingsAreSavedAndARoundingIsChosenByName(t *testing.T) {
	day(t, func(c *till) {
		c.office("shop")
		c.picture("shop")
		c.tap("Drop jiao")
		c.tap("42")
		c.tap("Save")
		c.pass(0)
		conf := c.shop.Info().Config
		if conf.Rounding.Unit != 100 || conf.Columns != 42 || conf.Shop != "小店" || len(conf.Notes) != 4 {
			c.t.Fatalf("%+v, said %q", conf, c.said)
		}
	})
}

func TestAScannedCodeWithoutItemBeginsANewItem(t *testing.T) {
	day(t, func(c *till) {
		c.office("goods")
		c.sees("2 items")
		c.env.Keys.Scan("6901234567892")
		c.pass(0)
		c.picture("goods")
		c.env.Keys.Scan("6909876543212")
		c.pass(0)
		if len(c.said) != 1 || c.said[0] != "New item: 6909876543212" {
			c.t.Fatalf("said %q", c.said)
		}
		c.write("Towel")
		c.window.Canvas().FocusNext()
		c.write("77")
		c.window.Canvas().FocusNext()
		c.write("8.80")
		c.tap("Save")
		c.pass(0)
		item := must(c.shop.Item(c.env.Context, "77"))
		if item.Name != "Towel" || item.Price != 88000 || len(item.Barcodes) != 1 {
			c.t.Fatalf("%+v, said %q", item, c.said)
		}
	})
}

func TestADryRunListsTheBadRowsAndWritesNothing(t *testing.T) {
	day(t, func(c *till) {
		s := c.office("table")
		path := filepath.Join(c.t.TempDir(), "goods.csv")
		if err := os.WriteFile(path, []byte("货号,品名,售价\n9,毛巾,8.80\n,,abc\n"), 0o600); err != nil {
			c.t.Fatal(err)
		}
		c.window.Canvas().FocusNext()
		c.write(path)
		c.press(fyne.KeyEscape)
		c.tap("Dry run")
		c.pass(0)
		c.sees("1 rows can be imported, 1 have errors", "Nothing has been written yet.")
		c.picture("table")
		if n := must(c.shop.CountItems(c.env.Context)); n != 2 {
			c.t.Fatalf("%d items after a dry run", n)
		}
		c.tap("Import")
		c.pass(0)
		s.Heard(app.Event{Kind: app.CatalogueChanged})
		if n := must(c.shop.CountItems(c.env.Context)); n != 3 {
			c.t.Fatalf("%d items, said %q", n, c.said)
		}
	})
}

func TestANewCashierIsAddedWithAPIN(t *testing.T) {
	day(t, func(c *till) {
		c.office("staff")
		c.picture("staff")
		c.tap("New person")
		c.write("8")
		c.window.Canvas().FocusNext()
		c.write("Li")
		c.window.Canvas().FocusNext()
		for range 7 { // the roles
			c.window.Canvas().FocusNext()
		}
		c.write("2580")
		c.tap("Save")
		c.pass(0)
		if p := must(c.shop.Login(c.env.Context, "8", "2580")); p.Name != "Li" || p.Roles[0] != "cashier" {
			c.t.Fatalf("%+v", p)
		}
	})
}

func TestThePrinterIsSetUpTestedAndItsQueueShown(t *testing.T) {
	day(t, func(c *till) {
		s := c.office("devices")
		c.tap("Print a test page")
		c.pass(0)
		if len(c.said) != 1 || c.said[0] != c.words("error.no_printer") {
			c.t.Fatalf("said %q", c.said)
		}
		c.window.Canvas().FocusNext()
		c.write("tcp:192.0.2.1:9100")
		c.press(fyne.KeyEscape)
		c.picture("devices")
		c.press(fyne.KeyReturn)
		c.pass(0)
		c.tap("Print a test page")
		c.pass(0)
		s.Open("jobs")
		c.pass(0)
		c.picture("jobs")
		if n := len(must(c.shop.Jobs(c.env.Context))); n != 1 {
			c.t.Fatalf("%d jobs, said %q", n, c.said)
		}
		c.tap("Do not print")
		c.pass(0)
		c.sees("The queue is empty")
	})
}

func TestTheLedgerIsProven(t *testing.T) {
	day(t, func(c *till) {
		c.office("ledger")
		c.sell(1)
		c.tap(c.words("trail.tab.verify"))
		c.press(fyne.KeyReturn)
		c.pass(0)
		c.sees(strings.TrimSpace(strings.SplitN(c.words("admin.verify_ok", "\n"), "\n", 2)[0]))
		c.picture("ledger")
	})
}

// TestTheTrailShowsWhoDidWhat: from the office to an act, to the entry as it is stored, and to people beside each other.
func TestTheTrailShowsWhoDidWhat(t *testing.T) {
	day(t, func(c *till) {
		c.office("ledger")
		c.sell(1)
		c.tap(c.words("all"))
		c.pass(0)
		c.picture("trail")
		c.press(fyne.KeyReturn)
		c.pass(0)
		c.sees(c.words("trail.raw", 6))
		c.picture("trail-raw")
		c.tap(c.words("back"))
		c.tap(c.words("trail.tab.signals"))
		c.pass(0)
		c.sees(c.words("signal.text"))
		c.picture("signals")
	})
}
