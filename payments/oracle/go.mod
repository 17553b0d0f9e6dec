module suanpan/payments/oracle

go 1.26.0

require (
	github.com/wechatpay-apiv3/wechatpay-go v0.2.21
	suanpan v0.0.0
)

require (
	github.com/godbus/dbus/v5 v5.2.2 // indirect
	github.com/zalando/go-keyring v0.2.8 // indirect
)

replace suanpan => ../..
