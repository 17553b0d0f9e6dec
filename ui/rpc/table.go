package rpc

// Methods is the table of everything that can be asked, in the order of the documentation.
func Methods() []Method {
	var all []Method
	for _, group := range [][]Method{shopMethods(), catalogueMethods(), saleMethods(), offerMethods(), staticMethods(), moneyMethods(), deviceMethods(), sandboxMethods()} {
		all = append(all, group...)
	}
	return all
}
