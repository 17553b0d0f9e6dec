package sandbox

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestThePanelShowsAndSteersEveryBook(t *testing.T) {
	c := start(t, Options{})
	p, err := OpenPanel(context.Background(), "", map[string]Book{Wechat: c.Server})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	get := func(path string) (int, string) {
		resp, err := http.Get(p.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(text)
	}
	post := func(path, kind, body string) int {
		resp, err := http.Post(p.URL()+path, kind, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	for path, want := range map[string]string{"/": "panel.js", "/panel.js": "state.json", "/state.json": `"name":"wechatpay"`, "/statement?provider=wechatpay": "null"} {
		if status, text := get(path); status != 200 || !strings.Contains(text, want) {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
	c.pay("own0001", magic+"0003", 500) // the password is never typed
	if _, text := get("/state.json"); !strings.Contains(text, `"no":"own0001"`) || strings.Contains(text, "BEGIN") || strings.Contains(text, magic+"0003\",\"op") {
		t.Errorf("an order that waits is not shown: %s", text)
	}
	_, qr := c.native("own0002", 700)
	for _, step := range []struct {
		path, body string
		want       int
		no, state  string
	}{
		{"/payer", `{"provider":"wechatpay","no":"own0001","how":"pay"}`, 200, "own0001", "SUCCESS"},
		{"/payer", `{"provider":"wechatpay","no":"own0001","how":"pay"}`, 400, "own0001", "SUCCESS"},
		{"/payer", `{"provider":"wechatpay","code_url":"` + qr + `","how":"pay"}`, 200, "own0002", "SUCCESS"},
		{"/payer", `{"provider":"nobody","no":"own0001","how":"pay"}`, 400, "own0001", "SUCCESS"},
		{"/payer", `{"provider":"wechatpay","how":"insert"}`, 400, "own0001", "SUCCESS"},
		{"/script", `{"provider":"wechatpay","faults":["decline(NO_AUTH)"],"seed":1}`, 200, "own0001", "SUCCESS"},
		{"/script", `{"provider":"wechatpay","faults":["nonsense"],"seed":1}`, 400, "own0001", "SUCCESS"},
	} {
		if got := post(step.path, "application/json", step.body); got != step.want || c.query(step.no) != step.state {
			t.Errorf("%s %s: %d, %s", step.path, step.body, got, c.query(step.no))
		}
	}
	if _, said := c.pay("own0003", c.FreshCode(), 1); said != "NO_AUTH" {
		t.Error(said)
	}
	if got := post("/script", "text/plain", `{"provider":"wechatpay"}`); got != http.StatusUnsupportedMediaType {
		t.Errorf("a page in a browser may give orders: %d", got)
	}
	req, _ := http.NewRequest("GET", p.URL()+"/state.json", nil)
	req.Host = "evil.example"
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("another name is answered with %d", resp.StatusCode)
	}
	if _, err := OpenPanel(context.Background(), "0.0.0.0:0", nil); err == nil {
		t.Error("the world may look in")
	}
}
