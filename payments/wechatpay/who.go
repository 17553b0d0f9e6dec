package wechatpay

import "net/url"

// who names the merchant in a request: itself, or its service provider and it.
type who struct {
	payee
	AppID    string `json:"appid,omitempty"`
	SpAppID  string `json:"sp_appid,omitempty"`
	SubAppID string `json:"sub_appid,omitempty"`
}

// payee names the merchant where no app is asked for.
type payee struct {
	MchID    string `json:"mchid,omitempty"`
	SpMchID  string `json:"sp_mchid,omitempty"`
	SubMchID string `json:"sub_mchid,omitempty"`
}

// partner reports whether a service provider signs for the merchant.
func (s Settings) partner() bool { return s.SubMchID != "" }

// merchant is whom the money is for.
func (s Settings) merchant() string {
	if s.partner() {
		return s.SubMchID
	}
	return s.MchID
}

func (s Settings) payee() payee {
	if s.partner() {
		return payee{SpMchID: s.MchID, SubMchID: s.SubMchID}
	}
	return payee{MchID: s.MchID}
}

func (s Settings) who() who {
	if s.partner() {
		return who{payee: s.payee(), SpAppID: s.AppID, SubAppID: s.SubAppID}
	}
	return who{payee: s.payee(), AppID: s.AppID}
}

// transactions is where orders are made.
func (p *Provider) transactions() string {
	if p.s.partner() {
		return "/v3/pay/partner/transactions"
	}
	return "/v3/pay/transactions"
}

func (p *Provider) tradePath(no string) string {
	return p.transactions() + "/out-trade-no/" + url.PathEscape(no)
}

// subQuery names the merchant in questions about refunds, where a service provider asks.
func (p *Provider) subQuery() string {
	if p.s.partner() {
		return "?sub_mchid=" + url.QueryEscape(p.s.SubMchID)
	}
	return ""
}

// asker is the query by which a question about an order says who asks.
func (p *Provider) asker() string {
	if p.s.partner() {
		return "?sp_mchid=" + url.QueryEscape(p.s.MchID) + "&sub_mchid=" + url.QueryEscape(p.s.SubMchID)
	}
	return "?mchid=" + url.QueryEscape(p.s.MchID)
}
