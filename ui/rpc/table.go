package rpc

// Methods is the table of everything that can be asked, in the order of the documentation.
func Methods() []Method {
	var all []Method
	groups := [][]Method{shopMethods(), peopleMethods(), catalogueMethods(), saleMethods(), offerMethods(), staticMethods(), valueMethods(), moneyMethods(), providerMethods(), reconcileMethods(), feeMethods(), reportMethods(), backupMethods(), trailMethods(),
		deviceMethods(), sandboxMethods()}
	for _, group := range groups {
		all = append(all, group...)
	}
	return all
}
