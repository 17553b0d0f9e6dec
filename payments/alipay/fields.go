package alipay

import "suanpan/app/pay"

// Fields is what the settings form asks.
func Fields() []pay.Field {
	const byKey, byCert = "mode=" + KeyMode, "mode=" + CertificateMode
	return []pay.Field{
		{Name: "app_id", Kind: pay.FieldText, Required: true},
		{Name: "seller_id", Kind: pay.FieldText, Required: true},
		{Name: "mode", Kind: pay.FieldChoice, Required: true, Default: KeyMode, Choices: []string{KeyMode, CertificateMode}},
		{Name: "private_key", Kind: pay.FieldKey, Required: true},
		{Name: "alipay_key", Kind: pay.FieldPublic, Required: true, When: byKey},
		{Name: "app_cert", Kind: pay.FieldPublic, Required: true, When: byCert},
		{Name: "alipay_cert", Kind: pay.FieldPublic, Required: true, When: byCert},
		{Name: "root_cert", Kind: pay.FieldPublic, Required: true, When: byCert},
		{Name: "store_id", Kind: pay.FieldText},
		{Name: "auth_token", Kind: pay.FieldSecret},
	}
}
