package app

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"suanpan/app/catalog"
	"suanpan/app/member"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/shift"
)

// Config is what a shop decides once and may change later. It is one setting, read whole.
type Config struct {
	Shop        string               `json:"shop"`
	Till        string               `json:"till"` // short name of this till, the letter in front of receipt numbers
	Template    string               `json:"template"`
	Locale      string               `json:"locale"`
	Second      string               `json:"second_locale,omitempty"` // second language of receipts
	Currency    money.Currency       `json:"currency"`
	TaxIncluded bool                 `json:"prices_include_tax"`
	TaxPerLine  bool                 `json:"tax_per_line"`
	Rounding    money.Rounding       `json:"rounding,omitzero"`
	DefaultTax  string               `json:"default_tax"` // of items without a tax class (X24)
	Cutover     time.Duration        `json:"cutover,omitempty"`
	CashCap     int64                `json:"cash_cap"`     // minor units per cash movement without approval (X31)
	DiscountCap money.Rate           `json:"discount_cap"` // of a line or basket without approval
	TenderCap   int64                `json:"tender_cap"`   // cash handed over above the total that is asked about once (X12)
	LooseCap    int64                `json:"loose_cap"`    // return without receipt, minor units (R5)
	LooseDays   int                  `json:"loose_days"`   // period whose lowest price counts (R5)
	Header      []string             `json:"header,omitempty"`
	Footer      []string             `json:"footer,omitempty"`
	Columns     int                  `json:"columns"` // of the receipt printer: 32, 42 or 48
	Barcodes    []catalog.Rule       `json:"barcodes"`
	Weighed     string               `json:"weighed"` // "label" or "catalog" wins, where a rule does not say (S2)
	AutoPrint   bool                 `json:"auto_print"`
	Wallets     []catalog.WalletCode `json:"wallet_codes,omitempty"` // of payers; catalog.DefaultWallets where empty
	Value       member.Rules         `json:"stored_value,omitzero"`
	TwoLook     bool                 `json:"two_people_look,omitempty"` // the second look at a static code is another person's (X18)
	Notes       []int64              `json:"notes"`                     // note keys, minor units
	Made        time.Time            `json:"made"`
	Generation  int                  `json:"generation,omitempty"`   // of the series of receipt numbers: see Enrol
	Training    bool                 `json:"training,omitempty"`     // a shop for practice: its providers are stand-ins on this machine, and every slip says so
	TwoForKeys  bool                 `json:"two_for_keys,omitempty"` // a provider's settings go live with a second person's approval
	Day                              // what the shop decided about shifts and people
}

// Payers is the table that tells payer codes apart.
func (c Config) Payers() []catalog.WalletCode {
	if len(c.Wallets) == 0 {
		return catalog.DefaultWallets()
	}
	return c.Wallets
}

// codes is what this shop takes scanned codes for.
func (c Config) codes() catalog.Grammar {
	return catalog.Grammar{Rules: c.Barcodes, Wallets: c.Payers()}
}

// Rules are the settings of the one calculation.
func (c Config) Rules() order.Rules {
	return order.Rules{Currency: c.Currency, TaxIncluded: c.TaxIncluded, TaxPerLine: c.TaxPerLine, Rounding: c.Rounding}
}

// Setup is the answer sheet of the opening guide.
type Setup struct {
	Template    string // retail, supermarket, restaurant, clinic, tickets, demo
	Name        string
	Currency    money.Currency
	Locale      string
	Till        string // "A" where empty
	TaxIncluded *bool  // by currency where nil
	TaxPerLine  bool
	Rounding    *money.Rounding // none where nil
	Training    bool            // see Config
}

// Info is what anybody may know about this till.
type Info struct {
	Version string
	Schema  int
	Ready   bool // set up
	Config  Config
	Drawer  string // the drawer at hand, as accounts name it
	Shift   *shift.Shift
	Staff   *shift.Staff
	Sandbox bool
	Origin  Origin
	Clock   time.Duration // how far the clock stood behind the journal when somebody last signed on; 0 is well
}

// Templates are the lines of business that Setup knows.
var Templates = []string{"retail", "supermarket", "restaurant", "clinic", "tickets", "demo"}

// Info answers at once, from memory.
func (s *Shop) Info() Info {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := Info{Version: s.p.Version, Schema: s.p.Schema, Ready: s.ready, Config: s.conf, Sandbox: s.p.Sandbox != nil || s.conf.Training, Origin: s.origin, Clock: s.back, Drawer: s.drawer}
	if s.shift != nil {
		c := *s.shift
		i.Shift = &c
	}
	if s.staff != nil {
		c := s.staff.Public()
		i.Staff = &c
	}
	return i
}

// Setup makes the shop: configuration, tax classes, the first manager (staff 1, PIN 1234, to be changed before a real
// provider is configured). A folder that is set up refuses.
func (s *Shop) Setup(ctx context.Context, in Setup) (Config, error) {
	in.Training = in.Training || s.p.Training
	conf, taxes, err := in.config(s.p.Clock.Now())
	if err != nil {
		return Config{}, err
	}
	hash, err := shift.HashPIN("1234", true)
	if err != nil {
		return Config{}, s.fault(err)
	}
	return change(ctx, s, "shop.setup", in, func(t *turn) (Config, error) {
		if _, done, err := t.Setting("shop"); err != nil || done {
			return Config{}, orElse(err, refuse("already_set_up", nil))
		}
		for _, tax := range taxes {
			if err := t.PutTax(tax); err != nil {
				return Config{}, err
			}
		}
		name := s.p.Words(conf.Locale)("admin.first_manager")
		boss := shift.Staff{ID: "1", Name: name, Roles: []string{"manager"}, Hash: hash, Initial: true}
		if err := t.putStaff(boss); err != nil {
			return Config{}, err
		}
		if _, err := t.fact(factMade, conf); err != nil {
			return Config{}, err
		}
		if err := t.PutSetting("fold", rawJSON(foldVersion)); err != nil {
			return Config{}, err
		}
		t.after = append(t.after, func() {
			if err := s.arm(nil, conf); err != nil {
				s.p.Log.Error("providers", "err", err)
			}
		})
		return conf, t.putConfig(conf)
	})
}

// config checks the sheet and fills what it leaves open.
func (in Setup) config(now time.Time) (Config, []catalog.Tax, error) {
	known := false
	for _, t := range Templates {
		known = known || t == in.Template
	}
	switch {
	case !known:
		return Config{}, nil, refuse("unknown_template", nil, "template", in.Template)
	case strings.TrimSpace(in.Name) == "":
		return Config{}, nil, refuse("name_missing", nil)
	case !in.Currency.Known():
		return Config{}, nil, refuse("unknown_currency", money.ErrCurrency, "currency", string(in.Currency))
	}
	if in.Till == "" {
		in.Till = "A"
	}
	if len(in.Till) > 4 || strings.ToUpper(in.Till) != in.Till || strings.ContainsAny(in.Till, " -0123456789") {
		return Config{}, nil, refuse("till_invalid", nil, "till", in.Till)
	}
	unit := in.Currency.Minor()
	conf := Config{Shop: strings.TrimSpace(in.Name), Till: in.Till, Template: in.Template, Locale: in.Locale, Currency: in.Currency,
		TaxPerLine: in.TaxPerLine, CashCap: 2000 * unit, DiscountCap: 300_000, TenderCap: 1000 * unit, LooseCap: 200 * unit, LooseDays: 30,
		Training: in.Training, Columns: 48, AutoPrint: true, Weighed: "label", Barcodes: catalog.DefaultRules(), Made: now, Notes: notes(in.Currency),
		Day: Day{DrawerMost: 5000 * unit, LockMinutes: 15}}
	if in.Template == "restaurant" || in.Template == "demo" {
		conf.Cutover = 4 * time.Hour
	}
	taxes, code, included := taxesOf(in.Currency)
	conf.DefaultTax, conf.TaxIncluded = code, included
	if in.TaxIncluded != nil {
		conf.TaxIncluded = *in.TaxIncluded
	}
	if in.Rounding != nil {
		if err := in.Rounding.Check(); err != nil {
			return Config{}, nil, refuse("rounding_invalid", err, "unit", in.Rounding.Unit)
		}
		conf.Rounding = *in.Rounding
	}
	if conf.Locale == "" {
		conf.Locale = "zh-Hans"
	}
	return conf, taxes, nil
}

// taxesOf are the usual classes where a currency is at home; the shop changes them in settings.
func taxesOf(c money.Currency) (taxes []catalog.Tax, def string, included bool) {
	switch c {
	case "CNY":
		return []catalog.Tax{{Code: "13", Name: "增值税 13%", Rate: 130000}, {Code: "9", Name: "增值税 9%", Rate: 90000}, {Code: "6", Name: "增值税 6%", Rate: 60000}}, "13", true
	case "EUR":
		return []catalog.Tax{{Code: "19", Name: "MwSt 19%", Rate: 190000}, {Code: "7", Name: "MwSt 7%", Rate: 70000}}, "19", true
	case "JPY":
		return []catalog.Tax{{Code: "10", Name: "消費税 10%", Rate: 100000}, {Code: "8", Name: "消費税 8%", Rate: 80000}}, "10", true
	case "GBP":
		return []catalog.Tax{{Code: "20", Name: "VAT 20%", Rate: 200000}, {Code: "5", Name: "VAT 5%", Rate: 50000}}, "20", true
	case "TWD":
		return []catalog.Tax{{Code: "5", Name: "營業稅 5%", Rate: 50000}}, "5", true
	case "USD":
		return []catalog.Tax{{Code: "std", Name: "Sales tax", Rate: 80000}}, "std", false
	}
	return nil, catalog.Exempt, true
}

// notes are the note keys of a currency, in minor units.
func notes(c money.Currency) []int64 {
	u := c.Minor()
	switch c {
	case "JPY":
		return []int64{1000, 2000, 5000, 10000}
	case "KRW":
		return []int64{1000, 5000, 10000, 50000}
	case "VND":
		return []int64{10000, 20000, 50000, 100000, 200000, 500000}
	case "USD", "EUR", "GBP":
		return []int64{5 * u, 10 * u, 20 * u, 50 * u, 100 * u}
	}
	return []int64{10 * u, 20 * u, 50 * u, 100 * u}
}

// Configure replaces the configuration. Currency, till and time of making never change; a changed place of tax rounding
// takes effect with the next shift (S15), so it is refused while one is open.
func (s *Shop) Configure(ctx context.Context, conf Config) (Config, error) {
	return change(ctx, s, "shop.configure", conf, func(t *turn) (Config, error) {
		if err := t.need(shift.EditShop); err != nil {
			return Config{}, err
		}
		old := s.config()
		if err := conf.Rounding.Check(); err != nil {
			return Config{}, refuse("rounding_invalid", err, "unit", conf.Rounding.Unit)
		}
		if field := conf.wrong(); field != "" {
			return Config{}, refuse("settings_invalid", nil, "field", field)
		}
		if !slices.Equal(conf.Drawers, old.Drawers) && s.furtherOpen() {
			return Config{}, refuse("close_shift_first", nil)
		}
		if s.anyOpen() && conf.TaxPerLine != old.TaxPerLine {
			return Config{}, refuse("close_shift_first", nil)
		}
		if err := catalog.CheckRules(conf.Barcodes); err != nil {
			return Config{}, refuse("barcode_rules_invalid", err)
		}
		if err := conf.Value.Check(); err != nil {
			return Config{}, refuse("settings_invalid", err, "field", "stored_value")
		}
		if err := catalog.CheckWallets(conf.Wallets); err != nil {
			return Config{}, refuse("wallet_codes_invalid", err, "why", err.Error())
		}
		conf.Currency, conf.Till, conf.Made, conf.Template, conf.Generation = old.Currency, old.Till, old.Made, old.Template, old.Generation
		conf.Training = old.Training
		if _, err := t.fact(factConfigured, conf); err != nil {
			return Config{}, err
		}
		return conf, t.putConfig(conf)
	})
}

// wrong names the first setting that no till could work with.
func (c Config) wrong() string {
	switch {
	case strings.TrimSpace(c.Shop) == "":
		return "shop"
	case c.Columns != 0 && c.Columns != 32 && c.Columns != 42 && c.Columns != 48:
		return "columns"
	case c.DiscountCap < 0 || c.DiscountCap > money.Whole:
		return "discount_cap"
	case c.Cutover < 0 || c.Cutover >= 24*time.Hour:
		return "cutover"
	case c.LooseDays < 0 || c.LooseDays > 3660:
		return "loose_days"
	case c.Day.wrong() != "":
		return c.Day.wrong()
	case c.Weighed != "" && c.Weighed != catalog.LabelWins && c.Weighed != catalog.CatalogWins:
		return "weighed"
	}
	for name, minor := range map[string]int64{"cash_cap": c.CashCap, "tender_cap": c.TenderCap, "loose_cap": c.LooseCap} {
		if minor < 0 || minor > money.MaxMinor {
			return name
		}
	}
	for _, n := range c.Notes {
		if n <= 0 || n > money.MaxMinor {
			return "notes"
		}
	}
	return ""
}

func (s *Shop) config() Config {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conf
}

func (t *turn) putConfig(conf Config) error {
	b, err := json.Marshal(conf)
	if err != nil {
		return err
	}
	t.after = append(t.after, func() {
		if t.s.conf, t.s.ready = conf, true; t.s.drawer == "" {
			t.s.drawer = conf.Till
		}
	})
	t.tell(Event{Kind: SettingsChanged})
	return t.PutSetting("shop", b)
}

// load fills the caches from a snapshot.
func (s *Shop) load(v View) error {
	b, ok, err := v.Setting("shop")
	if err != nil || !ok {
		return err
	}
	if err := json.Unmarshal(b, &s.conf); err != nil {
		return err
	}
	s.ready = true
	o, err := originOf(v)
	if err != nil {
		return err
	}
	s.origin = o.where(s.p.Machine)
	if err := s.arm(v, s.conf); err != nil {
		return err
	}
	return s.loadDrawers(v)
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
