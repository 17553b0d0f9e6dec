package sandbox

import (
	"context"
	"embed"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

//go:embed panel
var panelFiles embed.FS

// Abilities that only some Books have; the panel shows what is there.
type (
	payers  interface{ OpenOrders() []OpenOrder }
	payer   interface{ Payer(no, how string) error }
	qrPayer interface {
		PayQR(codeURL, how string) error
	}
	scanner interface {
		Scan(qr string, pays bool) error
	}
	actor     interface{ Do(act string) }
	recording interface{ Journal() []Entry }
)

// Panel is the control page of all stand-ins of a process: a small page for people, and the same as JSON for programs. GET /
// and /state.json; POST /script {provider, faults, seed} and /payer {provider, no or code_url, how}.
type Panel struct {
	url   string
	books map[string]Book
	web   *http.Server
	done  sync.WaitGroup
}

// OpenPanel serves the panel on a loopback address until ctx ends or Close is called; a free port where addr is empty.
func OpenPanel(ctx context.Context, addr string, books map[string]Book) (*Panel, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	listener, err := ListenLoopback(addr)
	if err != nil {
		return nil, fmt.Errorf("sandbox: panel: %w", err)
	}
	p := &Panel{url: "http://" + listener.Addr().String(), books: books}
	p.web = &http.Server{Handler: p.guard(p.routes(), listener.Addr().String()), ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 32 << 10, ErrorLog: silent()}
	p.done.Go(func() { p.web.Serve(listener) }) // ends with Close
	context.AfterFunc(ctx, func() { p.web.Close() })
	return p, nil
}

// URL is where the page is.
func (p *Panel) URL() string { return p.url }

// Close ends the panel, and none of the stand-ins.
func (p *Panel) Close() error {
	err := p.web.Close()
	p.done.Wait()
	return err
}

// guard lets nobody in who came by another name (a page in a browser may have its own name point here), and lets a page
// load nothing from elsewhere.
func (p *Panel) guard(next http.Handler, host string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != host {
			http.Error(w, "by address only", http.StatusMisdirectedRequest)
			return
		}
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

func (p *Panel) routes() http.Handler {
	mux := http.NewServeMux()
	file := func(name, kind string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) {
			body, err := panelFiles.ReadFile("panel/" + name)
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			w.Header().Set("Content-Type", kind)
			w.Write(body)
		}
	}
	mux.HandleFunc("GET /{$}", file("index.html", "text/html; charset=utf-8"))
	mux.HandleFunc("GET /panel.js", file("panel.js", "text/javascript; charset=utf-8"))
	mux.HandleFunc("GET /state.json", func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, p.state()) })
	mux.HandleFunc("GET /statement", func(w http.ResponseWriter, r *http.Request) {
		b := p.books[r.URL.Query().Get("provider")]
		if b == nil {
			http.Error(w, "no such stand-in", http.StatusBadRequest)
			return
		}
		lines, err := b.Movements(r.URL.Query().Get("date"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		answerJSON(w, lines)
	})
	mux.HandleFunc("POST /script", func(w http.ResponseWriter, r *http.Request) {
		var order struct {
			Provider string   `json:"provider"`
			Faults   []string `json:"faults"`
			Seed     uint64   `json:"seed"`
		}
		command(w, r, &order, func() error {
			b, err := p.book(order.Provider)
			if err != nil {
				return err
			}
			return b.Play(order.Faults, order.Seed)
		})
	})
	mux.HandleFunc("POST /payer", func(w http.ResponseWriter, r *http.Request) {
		var act payerAct
		command(w, r, &act, func() error { return p.act(act) })
	})
	return mux
}

func (p *Panel) book(provider string) (Book, error) {
	b, ok := p.books[provider]
	if !ok {
		return nil, fmt.Errorf("%w: no stand-in %q", ErrPayer, provider)
	}
	return b, nil
}

// payerAct is what a payer is told to do.
type payerAct struct {
	Provider string `json:"provider"`
	No       string `json:"no"`
	CodeURL  string `json:"code_url"`
	How      string `json:"how"`
}

func (p *Panel) act(a payerAct) error {
	b, err := p.book(a.Provider)
	if err != nil {
		return err
	}
	a.CodeURL = strings.TrimSpace(a.CodeURL)
	if a.CodeURL != "" {
		if q, ok := b.(qrPayer); ok {
			return q.PayQR(a.CodeURL, a.How)
		}
		if s, ok := b.(scanner); ok {
			return s.Scan(a.CodeURL, a.How == PayerPays)
		}
	}
	if q, ok := b.(payer); ok && a.No != "" {
		return q.Payer(a.No, a.How)
	}
	if d, ok := b.(actor); ok && slices.Contains(terminalActs(), a.How) {
		d.Do(a.How)
		return nil
	}
	return fmt.Errorf("%w: %q", ErrPayer, a.How)
}

// terminalActs is what somebody may do at a terminal.
func terminalActs() []string { return []string{"insert", "abort"} }

// shownBook is one stand-in as the page shows it.
type shownBook struct {
	Name     string      `json:"name"`
	Balances []Account   `json:"balances"`
	Payers   bool        `json:"payers"`
	Scans    bool        `json:"scans"`
	Acts     []string    `json:"acts,omitempty"`
	Orders   []OpenOrder `json:"orders"`
	Journal  []Entry     `json:"journal,omitempty"` // newest first
	Codes    []PayerCode `json:"codes,omitempty"`
}

// journalShown bounds what a page that asks every two seconds is told.
const journalShown = 200

func (p *Panel) state() any {
	out := []shownBook{}
	for _, name := range slices.Sorted(maps.Keys(p.books)) {
		b := p.books[name]
		one := shownBook{Name: name, Balances: append([]Account{}, b.Balances()...), Orders: []OpenOrder{}}
		if q, ok := b.(payers); ok {
			one.Payers, one.Orders = true, q.OpenOrders()
		}
		_, byCode := b.(qrPayer)
		_, byScan := b.(scanner)
		one.Scans = byCode || byScan
		if _, ok := b.(actor); ok {
			one.Acts = terminalActs()
		}
		if j, ok := b.(recording); ok {
			all := j.Journal()
			one.Journal = slices.Clone(all[max(0, len(all)-journalShown):])
			slices.Reverse(one.Journal)
		}
		if name == Wechat {
			one.Codes = PayerCodes()
		}
		out = append(out, one)
	}
	return map[string]any{"providers": out, "faults": FaultTable()}
}
