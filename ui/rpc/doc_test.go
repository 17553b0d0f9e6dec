package rpc_test

import (
	"bytes"
	"os"
	"testing"

	"suanpan/ui/rpc"
)

// The page that integrators read is the table itself.
func TestTheDocumentedMethodsAreTheMethods(t *testing.T) {
	var made bytes.Buffer
	if err := rpc.Document(&made); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile("../../docs/rpc.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(made.Bytes(), kept) {
		t.Fatal("docs/rpc.md is out of step with the code: run `go run . rpc --doc > docs/rpc.md`")
	}
}
