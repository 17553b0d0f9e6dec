package sandbox

import (
	"testing"
	"time"
)

func TestAMerchantBringsAKeyOfHisOwn(t *testing.T) {
	his, err := NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	his.appID, his.mchID, his.serial = "wxHisOwn", "1888000001", "ABCDEF0123456789"
	k, err := KeysOf(Merchant{AppID: his.appID, MchID: his.mchID, Serial: his.serial, Public: his.public})
	if err != nil {
		t.Fatal(err)
	}
	box, err := Start(t.Context(), Options{Keys: k})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	if w := box.WechatSettings(); w.MchID != his.mchID || w.PrivateKey != "" || w.PublicKey == "" {
		t.Errorf("settings %+v", w)
	}
	for _, m := range []Merchant{{}, {AppID: "a", MchID: "b", Serial: "c"}} {
		if _, err := KeysOf(m); err == nil {
			t.Errorf("%+v was taken", m)
		}
	}
	box.keys.merchant = his.merchant // the caller below signs with it; the server has no use for it
	c := &caller{t: t, Server: box, at: time.Now(), mchid: his.mchID, serial: his.serial, scheme: wechatScheme, nonce: nonce}
	ask := func() string {
		_, said, _ := c.call("GET", "/v3/pay/transactions/out-trade-no/own9999?mchid="+his.mchID, nil)
		return said
	}
	if said := ask(); said != "ORDER_NOT_EXIST" {
		t.Errorf("his key: %s", said)
	}
	c.mchid = wechatMchID
	if said := ask(); said != "SIGN_ERROR" {
		t.Errorf("another merchant: %s", said)
	}
}
