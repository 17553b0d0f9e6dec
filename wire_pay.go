package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"suanpan/app"
	"suanpan/app/pay"
	"suanpan/payments"
	"suanpan/payments/alipay"
	"suanpan/payments/emvqr"
	"suanpan/payments/nexo"
	"suanpan/payments/sandbox"
	"suanpan/payments/stripeterminal"
	"suanpan/payments/wechatpay"
	"suanpan/payments/zvt"
)

// kinds is the list of payment providers: one line each.
func kinds() map[string]kind {
	return map[string]kind{
		alipay.ID:         {alipay.Fields(), alipayOf, alipayTrial},
		emvqr.ID:          {emvqr.Fields(), emvqrOf, nil},
		nexo.ID:           {nexo.Fields(), nexoOf, nexoTrial},
		stripeterminal.ID: {stripeterminal.Fields(), stripeOf, stripeTrial},
		wechatpay.ID:      {wechatpay.Fields(), wechatOf, wechatTrial},
		zvt.ID:            {zvt.Fields(), zvtOf, zvtTrial},
	}
}

// kind is one sort of provider: what its form asks, how it is made from the answers, and its stand-in.
type kind struct {
	fields []pay.Field
	make   func(settings json.RawMessage, e edge) (pay.Provider, error)
	trial  func(ctx context.Context, t tryout) (played, error) // nil: there is no stand-in
}

// edge is what lies between a provider and the world.
type edge struct {
	client func(payments.Options) *payments.Client
	dial   func(ctx context.Context, address string) (io.ReadWriteCloser, error) // "tcp:host:port", "serial:…"; for terminals on a wire
}

// tryout is how a stand-in is wanted.
type tryout struct {
	addr   string // loopback address; a free port where empty
	faults bool
	plain  bool          // no TLS where the wire can do without: nobody outside this process knows the authority
	quick  time.Duration // how long a stand-in payer needs for a password
	keep   sandbox.Keep  // nil: everything begins anew
	as     []byte        // settings of the merchant whom it serves with his own numbers and key; nil: one of its own. The key may be its public half
}

// played is a stand-in that runs, with settings that reach it.
type played struct {
	book     sandbox.Book
	settings json.RawMessage
	roots    *x509.CertPool // its private authority; nil where the wire has none
}

// asOf reads the settings of a merchant who brings his own; nil without any.
func asOf[T any](t tryout) (*T, error) {
	if t.as == nil {
		return nil, nil
	}
	form, err := strict[T](t.as)
	return &form, err
}

// strict reads a settings form; a name that it does not know is an error.
func strict[T any](doc json.RawMessage) (form T, err error) {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.DisallowUnknownFields()
	return form, d.Decode(&form)
}

func wechatOf(doc json.RawMessage, e edge) (pay.Provider, error) {
	form, err := strict[wechatpay.Form](doc)
	if err != nil {
		return nil, err
	}
	settings, err := wechatpay.Parse(form)
	if err != nil {
		return nil, err
	}
	return wechatpay.New(settings, e.client(payments.Options{}))
}

func wechatTrial(ctx context.Context, t tryout) (played, error) {
	o := sandbox.Options{Addr: t.addr, TLS: !t.plain, Faults: t.faults, PasswordAfter: t.quick, ScanAfter: t.quick, Keep: t.keep}
	own, err := asOf[wechatpay.Form](t)
	if err != nil {
		return played{}, err
	}
	var form wechatpay.Form
	if own != nil {
		half, err := publicHalf(own.PrivateKey)
		if err != nil {
			return played{}, err
		}
		if o.Keys, err = sandbox.KeysOf(sandbox.Merchant{AppID: own.AppID, MchID: own.MchID, Serial: own.Serial, Public: half}); err != nil {
			return played{}, err
		}
		form = *own
	}
	box, err := sandbox.Start(ctx, o)
	if err != nil {
		return played{}, err
	}
	w := box.WechatSettings()
	form.BaseURL, form.Training, form.PublicKeyID, form.PublicKey = w.BaseURL, true, w.PublicKeyID, w.PublicKey
	if t.as == nil {
		form.AppID, form.MchID, form.Serial, form.PrivateKey, form.NotifyURL, form.KeyV3 = w.AppID, w.MchID, w.Serial, w.PrivateKey, w.NotifyURL, w.KeyV3
	}
	doc, err := json.Marshal(form)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(w.Root))
	return played{box, doc, roots}, err
}

func emvqrOf(doc json.RawMessage, _ edge) (pay.Provider, error) {
	form, err := strict[emvqr.Form](doc)
	if err != nil {
		return nil, err
	}
	return emvqr.New(form)
}

// reach is the edge to the open world.
func reach(j job) edge { return reachWith(j, nil) }

// reachWith trusts a stand-in's authority instead of the system's.
func reachWith(j job, roots *x509.CertPool) edge {
	return edge{
		client: func(o payments.Options) *payments.Client {
			if o.Log = j.log; roots != nil {
				o.Roots = roots
			}
			return payments.NewClient(o)
		},
		dial: dial,
	}
}

// stand is every stand-in of a demo or training till, and the real providers that speak to them.
type stand struct {
	books map[string]sandbox.Book
	list  []pay.Provider
}

// trial starts the stand-ins, all at once: making their keys is what takes time. One that does not start is left out.
func trial(ctx context.Context, j job, keep sandbox.Keep) *stand {
	out := &stand{books: map[string]sandbox.Book{}}
	all := kinds()
	names := slices.Sorted(maps.Keys(all))
	made := make([]pay.Provider, len(names))
	var wait sync.WaitGroup
	var lock sync.Mutex
	for i, name := range names {
		if all[name].trial == nil {
			continue
		}
		wait.Go(func() {
			p, book, err := rehearse(ctx, j, all[name], tryout{faults: true, quick: 6 * time.Second, keep: keep})
			if err != nil {
				j.log.Error("sandbox", "provider", name, "err", err)
				return
			}
			lock.Lock()
			defer lock.Unlock()
			made[i], out.books[name] = p, book
		})
	}
	wait.Wait()
	for _, p := range made {
		if p != nil {
			out.list = append(out.list, p)
		}
	}
	return out
}

// rehearse is a real provider and the stand-in that it speaks to.
func rehearse(ctx context.Context, j job, k kind, t tryout) (pay.Provider, sandbox.Book, error) {
	up, err := k.trial(ctx, t)
	if err != nil {
		return nil, nil, err
	}
	p, err := k.make(up.settings, reachWith(j, up.roots))
	if err != nil {
		return nil, nil, errors.Join(err, up.book.Close())
	}
	return p, up.book, nil
}

func (s *stand) book(provider string) (sandbox.Book, error) {
	b, ok := s.books[provider]
	if !ok {
		return nil, fmt.Errorf("no stand-in for %q", provider)
	}
	return b, nil
}

// Script, Accounts and Statement implement app.Sandbox.
func (s *stand) Script(provider string, faults []string, seed int64) error {
	b, err := s.book(provider)
	if err != nil {
		return err
	}
	return b.Play(faults, uint64(seed))
}

func (s *stand) Accounts() (any, error) {
	var all []sandbox.Account
	for _, name := range slices.Sorted(maps.Keys(s.books)) {
		all = append(all, s.books[name].Balances()...)
	}
	return all, nil
}

func (s *stand) Statement(provider, date string) (any, error) {
	b, err := s.book(provider)
	if err != nil {
		return nil, err
	}
	return b.Movements(date)
}

var _ app.Sandbox = (*stand)(nil)
