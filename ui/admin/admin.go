// Package admin is the office: the shop's settings, taxes, goods, people, devices, the print queue and the ledger; and the
// guide that asks a new shop what it is. It shows forms and calls one verb for each; every rule is the shop's.
package admin
