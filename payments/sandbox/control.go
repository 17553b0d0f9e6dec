package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"
)

// controls is the control interface: POST /script {provider, faults, seed}, /payer {no or code_url, how}; GET /accounts,
// /orders, /journal, /codes, /faults, /settings, /statement?provider=&date=. It speaks JSON, and takes orders from programs only: a page in a browser cannot
// send application/json to another origin unasked.
func (s *Server) controls() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /script", func(w http.ResponseWriter, r *http.Request) {
		var order struct {
			Provider string   `json:"provider"`
			Faults   []string `json:"faults"`
			Seed     uint64   `json:"seed"`
		}
		command(w, r, &order, func() error { return s.Script(order.Provider, order.Faults, order.Seed) })
	})
	mux.HandleFunc("POST /payer", func(w http.ResponseWriter, r *http.Request) {
		var order struct {
			No      string `json:"no"`
			CodeURL string `json:"code_url"`
			How     string `json:"how"`
		}
		command(w, r, &order, func() error {
			if order.CodeURL != "" {
				return s.PayQR(order.CodeURL, order.How)
			}
			return s.Payer(order.No, order.How)
		})
	})
	mux.HandleFunc("GET /orders", func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, s.OpenOrders()) })
	mux.HandleFunc("GET /accounts", func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, s.Accounts()) })
	mux.HandleFunc("GET /journal", func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, s.Journal()) })
	mux.HandleFunc("GET /codes", func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, PayerCodes()) })
	mux.HandleFunc("GET /faults", func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, FaultTable()) })
	mux.HandleFunc("GET /settings", func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, s.WechatSettings()) })
	mux.HandleFunc("GET /statement", func(w http.ResponseWriter, r *http.Request) {
		lines, err := s.Statement(r.URL.Query().Get("provider"), r.URL.Query().Get("date"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		answerJSON(w, lines)
	})
	return mux
}

// command reads an order given as JSON and carries it out.
func command(w http.ResponseWriter, r *http.Request, order any, do func() error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		http.Error(w, "application/json only", http.StatusUnsupportedMediaType)
		return
	}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(order)
	if err == nil {
		err = do()
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answerJSON(w, struct{}{})
}

func answerJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v) // a client that left needs no answer
}
