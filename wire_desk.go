package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"suanpan/app"
	"suanpan/app/pay"
	"suanpan/payments"
	"suanpan/payments/alipay"
	"suanpan/payments/wechatpay"
)

// place is where the institution behind a kind of provider answers. A kind without hosts is reached in the shop's own network.
type place struct {
	region      string
	hosts, test []string
}

func places() map[string]place {
	return map[string]place{
		wechatpay.ID: {"cn", []string{"api.mch.weixin.qq.com", "api2.mch.weixin.qq.com"}, nil},
		alipay.ID:    {"cn", []string{"openapi.alipay.com"}, []string{"openapi-sandbox.dl.alipaydev.com"}},
		"stripe":     {"world", []string{"api.stripe.com"}, nil},
	}
}

// baseURL is the field by which every provider on the web is led to another address.
const baseURL = "base_url"

// desk seals provider settings in the till's vault.
type desk struct {
	*safe
	job job
}

// Kinds implements app.Desk.
func (d *desk) Kinds() []app.ProviderKind {
	all, where := kinds(), places()
	var out []app.ProviderKind
	for _, name := range slices.Sorted(maps.Keys(all)) {
		out = append(out, app.ProviderKind{ID: name, Region: cmp.Or(where[name].region, "world"), Fields: fieldsOf(name, all[name]), Hosts: where[name].hosts,
			Rehearsal: all[name].trial != nil})
	}
	return out
}

// fieldsOf adds the address to the form of a provider on the web.
func fieldsOf(name string, k kind) []pay.Field {
	hosts := places()[name].hosts
	if len(hosts) == 0 || slices.ContainsFunc(k.fields, func(f pay.Field) bool { return f.Name == baseURL }) {
		return k.fields
	}
	return append(slices.Clone(k.fields), pay.Field{Name: baseURL, Kind: pay.FieldAddress})
}

// Seal implements app.Desk.
func (d *desk) Seal(ask app.SealAsk) ([]byte, app.Made, error) {
	k, ok := kinds()[ask.Provider]
	if !ok {
		return nil, app.Made{}, fmt.Errorf("no provider %q", ask.Provider)
	}
	v, err := d.open()
	if err != nil {
		return nil, app.Made{}, locked(err)
	}
	given, before := map[string]any{}, map[string]any{}
	if err := json.Unmarshal(ask.Settings, &given); err != nil {
		return nil, app.Made{}, errors.New("the settings are no JSON object")
	}
	if ask.Kept != nil {
		plain, err := v.Open(used(ask.Provider), ask.Kept)
		switch { // settings of a vault whose passphrase is lost: every secret is entered again
		case errors.Is(err, payments.ErrSealed):
		case err != nil:
			return nil, app.Made{}, locked(err)
		default:
			if err := json.Unmarshal(plain, &before); err != nil {
				return nil, app.Made{}, errors.New("the kept settings are no JSON object")
			}
		}
	}
	fields := fieldsOf(ask.Provider, k)
	for _, f := range fields {
		if err := fill(f, given, before); err != nil {
			return nil, app.Made{}, err
		}
	}
	if at, _ := placeOf(ask.Provider, given); at == app.PlaceLoopback && len(places()[ask.Provider].hosts) > 0 {
		given["training"] = true
	}
	doc, err := json.Marshal(given)
	if err != nil {
		return nil, app.Made{}, err
	}
	made, err := d.made(ask.Provider, doc)
	if err != nil {
		return nil, made, fault(fields, given, err)
	}
	old, _ := json.Marshal(before)
	made.Same = bytes.Equal(old, doc)
	sealed, err := v.Seal(used(ask.Provider), doc)
	return sealed, made, err
}

func used(provider string) payments.Use { return payments.Use{Provider: provider, Name: "settings"} }

// fill completes one field: a secret left empty from what was kept, anything else from its default. What does not belong to
// the chosen mode is dropped.
func fill(f pay.Field, given, before map[string]any) error {
	if text, ok := given[f.Name].(string); ok {
		given[f.Name] = strings.TrimSpace(text)
	}
	if name, want, ok := strings.Cut(f.When, "="); ok && given[name] != want {
		delete(given, f.Name)
		return nil
	}
	if given[f.Name] == nil || given[f.Name] == "" {
		delete(given, f.Name)
		switch {
		case f.Secret() && before[f.Name] != nil:
			given[f.Name] = before[f.Name]
		case f.Default != "":
			given[f.Name] = f.Default
		case f.Required:
			return &app.FieldError{Field: f.Name, Why: "missing"}
		}
	}
	if text, _ := given[f.Name].(string); f.Kind == pay.FieldChoice && text != "" && !slices.Contains(f.Choices, text) {
		return &app.FieldError{Field: f.Name, Why: "choice"}
	}
	return nil
}

// fault finds the field that an error speaks of.
func fault(fields []pay.Field, given map[string]any, err error) error {
	kind, why := pay.FieldKind(""), ""
	switch text := err.Error(); {
	case errors.Is(err, payments.ErrURL):
		kind, why = pay.FieldAddress, "address"
	case errors.Is(err, payments.ErrKey) && strings.Contains(text, "private key"):
		kind, why = pay.FieldKey, "key"
	case errors.Is(err, payments.ErrKey):
		kind, why = pay.FieldPublic, "public"
	}
	for _, f := range fields {
		if f.Kind == kind && given[f.Name] != nil && why != "" {
			return &app.FieldError{Field: f.Name, Why: why, Err: err}
		}
	}
	return err
}

// made makes a provider and tells what may be shown of its settings.
func (d *desk) made(name string, doc json.RawMessage) (app.Made, error) {
	k, ok := kinds()[name]
	if !ok {
		return app.Made{}, fmt.Errorf("no provider %q", name)
	}
	p, err := k.make(doc, reach(d.job))
	if err != nil {
		return app.Made{}, err
	}
	var all map[string]any
	if err := json.Unmarshal(doc, &all); err != nil {
		return app.Made{}, err
	}
	out := app.Made{Provider: p, Shown: map[string]string{}}
	out.Place, out.Host = placeOf(name, all)
	for _, f := range fieldsOf(name, k) {
		switch v := all[f.Name]; {
		case v == nil:
		case f.Secret():
			out.Shown[f.Name] = "kept"
			if text, ok := v.(string); ok && f.Kind == pay.FieldKey {
				out.Keys = append(out.Keys, keyPrint(text)...)
			}
		default:
			out.Shown[f.Name] = fmt.Sprint(v)
		}
	}
	return out, nil
}

// keyPrint is the print of a private key's public half, none where it is no RSA key.
func keyPrint(text string) []string {
	half, err := publicHalf(text)
	if err != nil {
		return nil
	}
	der, err := x509.MarshalPKIXPublicKey(half)
	if err != nil {
		return nil
	}
	sum := sha256.Sum256(der)
	return []string{hex.EncodeToString(sum[:8])}
}

// placeOf tells where settings lead.
func placeOf(name string, doc map[string]any) (app.Place, string) {
	where := places()[name]
	address := ""
	for _, field := range []string{baseURL, "address", "host"} {
		if text, _ := doc[field].(string); text != "" && address == "" {
			address = text
		}
	}
	if address == "" {
		if len(where.hosts) == 0 {
			return app.PlaceLocal, ""
		}
		return app.PlaceListed, where.hosts[0]
	}
	host := hostOf(address)
	ip := net.ParseIP(host)
	switch {
	case ip != nil && ip.IsLoopback(), host == "localhost":
		return app.PlaceLoopback, host
	case slices.Contains(where.hosts, host):
		return app.PlaceListed, host
	case slices.Contains(where.test, host):
		return app.PlaceTest, host
	case len(where.hosts) == 0 && (strings.HasPrefix(address, "serial:") || ip != nil && (ip.IsPrivate() || ip.IsLinkLocalUnicast())):
		return app.PlaceLocal, host
	}
	return app.PlaceForeign, host
}

// hostOf reads "https://host/…", "tcp:host:port", "host:port" and "serial:…".
func hostOf(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return strings.ToLower(u.Hostname())
	}
	rest := strings.TrimPrefix(address, "tcp:")
	if host, _, err := net.SplitHostPort(rest); err == nil {
		return strings.ToLower(host)
	}
	return strings.ToLower(rest)
}

// Open implements app.Desk.
func (d *desk) Open(name string, sealed []byte) (app.Made, error) {
	doc, err := d.plain(name, sealed)
	if err != nil {
		return app.Made{}, err
	}
	return d.made(name, doc)
}

func (d *desk) plain(name string, sealed []byte) ([]byte, error) {
	v, err := d.open()
	if err != nil {
		return nil, locked(err)
	}
	doc, err := v.Open(used(name), sealed)
	return doc, locked(err)
}

// rehearsalPayer is how long a stand-in payer of a rehearsal takes.
const rehearsalPayer = time.Second

// Rehearse implements app.Desk.
func (d *desk) Rehearse(ctx context.Context, name string, sealed []byte) (app.Rehearsal, error) {
	doc, err := d.plain(name, sealed)
	if err != nil {
		return app.Rehearsal{}, err
	}
	made, err := d.made(name, doc)
	if err != nil {
		return app.Rehearsal{}, err
	}
	if made.Place == app.PlaceTest {
		return app.Rehearsal{Provider: made.Provider, Where: made.Host, Own: true, Close: func() error { return nil }}, nil
	}
	k := kinds()[name]
	if k.trial == nil {
		return app.Rehearsal{}, errors.New("no stand-in and no test environment")
	}
	up, err := k.trial(ctx, tryout{quick: rehearsalPayer, as: doc})
	if err != nil {
		return app.Rehearsal{}, err
	}
	p, err := k.make(up.settings, reachWith(d.job, up.roots))
	if err != nil {
		return app.Rehearsal{}, errors.Join(err, up.book.Close())
	}
	out := app.Rehearsal{Provider: p, Where: "stand-in", Own: true, Close: up.book.Close,
		Scan: func(string) error { return nil }} // its payers come by themselves
	if b, ok := up.book.(interface{ FreshCode() string }); ok {
		out.Code = func() pay.Secret { return pay.Hide(b.FreshCode()) }
	}
	return out, nil
}

// publicHalf is the half of a merchant's key that a stand-in may know. The text is the private key or the half itself, PEM
// or bare base64.
func publicHalf(text string) (*rsa.PublicKey, error) {
	text = strings.TrimSpace(text)
	if strings.Contains(text, "PUBLIC KEY") {
		return payments.ParsePublicKey([]byte(text))
	}
	if !strings.HasPrefix(text, "-----") {
		text = "-----BEGIN PRIVATE KEY-----\n" + text + "\n-----END PRIVATE KEY-----\n"
	}
	key, err := payments.ParseKey([]byte(text))
	if err != nil {
		return nil, err
	}
	half, ok := key.Public().(*rsa.PublicKey)
	if !ok {
		return nil, payments.ErrKey
	}
	return half, nil
}
