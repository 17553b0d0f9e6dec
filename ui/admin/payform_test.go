package admin_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"suanpan/app"
	"suanpan/app/pay"
	"suanpan/ui/admin"
	"suanpan/ui/kit"
)

// formDesk knows one kind of provider, and refuses every key.
type formDesk struct{}

func (formDesk) Kinds() []app.ProviderKind {
	return []app.ProviderKind{{ID: "wechatpay", Region: "cn", Fields: []pay.Field{{Name: "private_key", Kind: pay.FieldKey, Required: true}}}}
}

func (formDesk) Seal(ask app.SealAsk) ([]byte, app.Made, error) {
	var given map[string]string
	if err := json.Unmarshal(ask.Settings, &given); err != nil {
		return nil, app.Made{}, err
	}
	if given["private_key"] == "" {
		return nil, app.Made{}, &app.FieldError{Field: "private_key", Why: "missing"}
	}
	return nil, app.Made{}, &app.FieldError{Field: "private_key", Why: "key"}
}

func (formDesk) Open(string, []byte) (app.Made, error) {
	return app.Made{}, &app.Error{Code: "vault_sealed"}
}

func (formDesk) Rehearse(context.Context, string, []byte) (app.Rehearsal, error) {
	return app.Rehearsal{}, &app.Error{Code: "vault_sealed"}
}

// TestTheFormHidesAPastedKeyAndEscapeLeavesTheFormOnly walks the form as a new user with a key in the clipboard.
func TestTheFormHidesAPastedKeyAndEscapeLeavesTheFormOnly(t *testing.T) {
	day(t, func(c *till) {
		c.ready()
		s := admin.New(c.shop, c.env, admin.Calls{Locales: []string{"en"}, Profiles: []string{"xprinter-80"}, Folder: c.t.TempDir()})
		c.show(s)
		s.Open("payments")
		c.pass(0)
		c.tap(c.words("admin.pay.add"))
		c.press(fyne.KeyReturn)
		var key *kit.Field
		for _, o := range test.LaidOutObjects(s.Content()) {
			if f, ok := o.(*kit.Field); ok && f.MultiLine && f.Visible() {
				key = f
			}
		}
		if key == nil {
			t.Fatal("no field for the key")
		}
		key.Focus()
		const secret = "-----BEGIN PRIVATE KEY----- MIIEsecret"
		key.SetText(secret)
		c.window.Canvas().Unfocus()
		c.pass(0)
		if key.Text != "" || !strings.Contains(key.PlaceHolder, "●●●") {
			t.Errorf("a pasted key stays on the screen: %q %q", key.Text, key.PlaceHolder)
		}
		c.tap(c.words("save"))
		c.pass(0)
		if said := strings.Join(c.said, " "); strings.Contains(said, "MIIEsecret") || !strings.Contains(c.seen(), c.words("provider.wrong.key")) {
			t.Errorf("the hidden key was not sent, or the field does not say what is wrong: %s", said)
		}
		c.window.Canvas().Unfocus()
		c.press(fyne.KeyEscape)
		if len(c.went) != 0 || len(c.shop.Profiles(c.env.Context)) != 0 {
			t.Errorf("Escape in the form leads to %v", c.went)
		}
		c.press(fyne.KeyEscape)
		if len(c.went) != 1 || c.went[0] != "sell" {
			t.Errorf("Escape on the page leads to %v", c.went)
		}
	})
}
