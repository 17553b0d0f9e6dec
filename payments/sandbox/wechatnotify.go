package sandbox

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// resends is how long after a failed try the next one comes, 24 h 4 min in all.
func resends() []time.Duration {
	const s, m, h = time.Second, time.Minute, time.Hour
	return []time.Duration{15 * s, 15 * s, 30 * s, 3 * m, 10 * m, 20 * m, 30 * m, 30 * m, 30 * m, 60 * m, 3 * h, 3 * h, 3 * h, 6 * h, 6 * h}
}

// notice is news on its way to the merchant.
type notice struct {
	url  string
	body []byte
	due  time.Time
	try  int
	copy bool // of a duplicate: nobody waits for its answer
}

// news queues what happened to an order, or to one of its refunds. Only loopback addresses are ever called: what names the
// world is a merchant's real server, which a stand-in leaves alone. The caller holds mu.
func (w *wechat) news(o *order, b *refund) {
	address, kind, event := o.notifyURL, "transaction", "TRANSACTION.SUCCESS"
	var plain map[string]any
	if b == nil {
		plain = o.describe(w.s.keys)
	} else {
		address, kind, event = b.notifyURL, "refund", "REFUND."+b.status
		plain = b.describe()
		plain["mchid"], plain["refund_status"] = w.s.keys.mchID, b.status
		delete(plain, "status")
	}
	if u, err := url.Parse(address); err != nil || !isLoopback(u.Hostname()) {
		return
	}
	if w.s.opts.Partner {
		w.rename(plain)
	}
	text, err := json.Marshal(plain)
	if err != nil {
		panic(fmt.Sprintf("sandbox: news does not encode: %v", err))
	}
	resource := w.seal(text, kind)
	resource["original_type"] = kind
	now := w.s.now()
	body, err := json.Marshal(map[string]any{"id": nonce(), "create_time": now.In(beijing()).Format(time.RFC3339), "resource_type": "encrypt-resource",
		"event_type": event, "summary": "", "resource": resource})
	if err != nil {
		panic(fmt.Sprintf("sandbox: news does not encode: %v", err))
	}
	w.notices = append(w.notices, &notice{url: address, body: body, due: now})
	if f := w.s.scripts[Wechat].standing("dup_notify"); f != nil {
		for i := range atoi(f.args, 0, 0) {
			w.notices = append(w.notices, &notice{url: address, body: body, due: now.Add(time.Duration(i+1) * time.Second), copy: true})
		}
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// Notify sends every notification that is due by the provider's clock, and answers how many were taken and how many were not.
// What was not taken comes again: after 15 s, 15 s, 30 s, 3 min and so on, for a day.
func (s *Server) Notify(ctx context.Context) (taken, refused int) {
	s.mu.Lock()
	now := s.now()
	var due []*notice
	s.wechat.notices = slices.DeleteFunc(s.wechat.notices, func(n *notice) bool {
		ready := !n.due.After(now)
		if ready {
			due = append(due, n)
		}
		return ready
	})
	if s.scripts[Wechat].standing("reorder_notify") != nil {
		slices.Reverse(due)
	}
	s.mu.Unlock()
	for _, n := range due {
		if s.deliver(ctx, n, now) {
			taken++
			continue
		}
		refused++
		if again := resends(); n.try < len(again) && !n.copy {
			n.due = now.Add(again[n.try])
			n.try++
			s.mu.Lock()
			s.wechat.notices = append(s.wechat.notices, n)
			s.mu.Unlock()
		}
	}
	return taken, refused
}

func (s *Server) deliver(ctx context.Context, n *notice, now time.Time) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, n.url, bytes.NewReader(n.body))
	if err != nil {
		return false
	}
	asked := ""
	if n.try%2 == 1 { // while a merchant changes, either key signs
		asked = s.keys.publicID
	}
	s.wechat.sign(req.Header, n.body, now, asked, nil)
	req.Header.Set("Content-Type", "application/json")
	web := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: s.opts.NotifyRoots}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := web.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusNoContent
}

// notifies sends what is due once a second until the server ends.
func (s *Server) notifies() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-s.done:
			return
		case <-tick.C:
			s.Notify(context.Background())
		}
	}
}

// paidAlready lets the payer be faster than the answer that shows the code.
func (w *wechat) paidAlready(ctx context.Context, r *request) {
	w.s.mu.Lock()
	o := w.orders[r.no]
	native := o != nil && o.native
	if native {
		_ = w.payer(o, PayerPays) // an order that cannot be paid stays as it is
	}
	w.s.mu.Unlock()
	if native {
		w.s.Notify(ctx)
	}
}
