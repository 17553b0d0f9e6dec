module suanpan/payments/oracle

go 1.26.0

require (
	github.com/go-pay/gopay v1.5.123
	github.com/smartwalle/alipay/v3 v3.2.30
	github.com/wechatpay-apiv3/wechatpay-go v0.2.21
	suanpan v0.0.0
)

require (
	github.com/go-pay/crypto v0.0.3 // indirect
	github.com/go-pay/errgroup v0.0.3 // indirect
	github.com/go-pay/smap v0.0.2 // indirect
	github.com/go-pay/util v0.0.4 // indirect
	github.com/go-pay/xlog v0.0.3 // indirect
	github.com/go-pay/xtime v0.0.2 // indirect
	github.com/godbus/dbus/v5 v5.2.2 // indirect
	github.com/smartwalle/ncrypto v1.0.4 // indirect
	github.com/smartwalle/ngx v1.1.1 // indirect
	github.com/smartwalle/nsign v1.0.9 // indirect
	github.com/stripe/stripe-go/v86 v86.1.1 // indirect
	github.com/zalando/go-keyring v0.2.8 // indirect
	golang.org/x/text v0.43.0 // indirect
)

replace suanpan => ../..
