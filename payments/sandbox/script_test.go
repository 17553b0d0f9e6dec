package sandbox

import (
	"errors"
	"testing"
	"time"
)

func TestAScriptIsReadAgainstItsOwnTable(t *testing.T) {
	table := []Fault{{Name: "drop", Op: "pay"}, {Name: "slow", Op: "query"}, {Name: "wrong_name", Op: "standing"}}
	s, err := ReadScript([]string{"drop*2, query:drop(7) wrong_name(x)", "slow(3s, a)%100*1"}, table, 1)
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range []bool{true, true, false} {
		if got := s.Strike("pay").Has("drop"); got != want {
			t.Errorf("%d: %v", n, got)
		}
	}
	first := s.Strike("query")
	if first["drop"].Int(0) != 7 || first["slow"].Duration(0) != 3*time.Second || s.Strike("query").Has("slow") {
		t.Errorf("%+v", first)
	}
	if w, ok := s.Standing("wrong_name"); !ok || w.Word("") != "x" {
		t.Error(w)
	}
	for _, bad := range []string{"nothing", "drop*0", "drop%x", "drop(1", "elsewhere:drop", "any:wrong_name", "drop(1)5", "*2", "drop**"} {
		if _, err := ReadScript([]string{bad}, table, 1); !errors.Is(err, ErrFault) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	var calm *Script
	if len(calm.Strike("pay")) != 0 {
		t.Error("nothing is not calm")
	}
}

func TestStandInsListenOnLoopbackOnly(t *testing.T) {
	if _, err := ListenLoopback("0.0.0.0:0"); !errors.Is(err, ErrNotLoopback) {
		t.Error(err)
	}
}
