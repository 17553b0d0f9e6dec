package wechatpay

import "suanpan/app/pay"

// Fields is what the settings form asks.
func Fields() []pay.Field {
	return []pay.Field{
		{Name: "app_id", Kind: pay.FieldText, Required: true},
		{Name: "mch_id", Kind: pay.FieldText, Required: true},
		{Name: "serial", Kind: pay.FieldText, Required: true},
		{Name: "private_key", Kind: pay.FieldKey, Required: true},
		{Name: "mode", Kind: pay.FieldChoice, Default: "public_key", Choices: []string{"public_key", "certificate"}},
		{Name: "public_key_id", Kind: pay.FieldText, Required: true, When: "mode=public_key"},
		{Name: "public_key", Kind: pay.FieldPublic, Required: true, When: "mode=public_key"},
		{Name: "api_v3_key", Kind: pay.FieldSecret},
		{Name: "store_id", Kind: pay.FieldText},
		{Name: "notify_url", Kind: pay.FieldAddress},
	}
}
