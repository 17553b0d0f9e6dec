// Package oracle holds other people's clients of payment providers against our sandbox, and our clients against servers that
// use other people's signatures, so that one wrong idea cannot hide in both. It is a module of its own: nothing of it reaches
// the program. Run it with: go test ./... in this folder.
package oracle
