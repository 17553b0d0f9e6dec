# What people and CI run. One set of build flags serves everything: the window's C parts take minutes to compile,
# once for each set, so neither a tag nor -trimpath may differ between two targets.

TAGS    := migrated_fynedo,x11,no_emoji
GOFLAGS := $(strip $(filter-out -tags=%,$(shell go env GOFLAGS 2>/dev/null)) -tags=$(TAGS))
export GOFLAGS
export CGO_ENABLED := 1

TOOL   := go tool -modfile=tools.mod
SCREEN := xvfb-run -a -s "-screen 0 1280x1024x24"
OUT    ?= demo-out
T      ?= 20s
N      ?= 0

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run demo build test check lint fmt race simulate window crash bench powercut fuzz clean deps

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## open a till with a stocked demo shop; without a display, play a trading day into demo-out/
	@if [ -n "$$DISPLAY" ]; then exec ./suanpan --demo; else exec $(MAKE) --no-print-directory demo; fi

demo: build ## play the scripted trading day in a virtual display: pictures, receipts, Z and ledger in OUT=demo-out
	@.ci/deps screen
	@env -u WAYLAND_DISPLAY $(SCREEN) ./suanpan demo --out $(OUT)

build: deps ## compile ./suanpan (the first time takes minutes)
	@go build -o suanpan .

deps: ## install what the build needs, or say what to install
	@.ci/deps build

test: check race simulate window crash ## everything: check, all tests with the race detector, simulated days, the real window, a minute of kills

check: deps fmt lint ## formatting, vet, staticcheck, the law, the manners, the fast tests
	@go test -count=1 law_test.go law_proof_test.go manners_test.go
	@plain=$$(.ci/packages plain) && go test -short $$plain

fmt: ## is everything formatted?
	@bad=$$(gofmt -l $$(find . -name '*.go' -not -path './.*')); [ -z "$$bad" ] || { echo "gofmt -w $$bad"; exit 1; }

lint: deps ## go vet and staticcheck
	@go vet ./...
	@$(TOOL) staticcheck ./...

race: deps ## all tests; with the race detector wherever no OpenGL is linked (it does not survive it)
	@plain=$$(.ci/packages plain) && $(TOOL) gotestsum --format pkgname-and-test-fails -- -race -short -skip 'TestSimulation|TestKilledInAnyState' -timeout 15m $$plain
	@go test -timeout 10m ./app ./payments/...
	@gl=$$(.ci/packages gl) && if [ -n "$$gl" ]; then .ci/deps screen && $(SCREEN) go test -timeout 10m $$gl; fi

simulate: deps ## RUNS=20000 days at the counter with faults and power cuts; SUANPAN_SIM_SEED=n plays one again
	@go test -count=1 -v -run TestSimulation ./app -sim.runs=$(or $(RUNS),20000)

window: build ## one whole sale in the real window, with synthetic keys, clicks and a fast scan
	@.ci/deps screen hands
	@SUANPAN="$(CURDIR)/suanpan" env -u WAYLAND_DISPLAY $(SCREEN) go test -count=1 -v window_test.go

crash: build ## kill the till at random moments and compare with the ledger: a minute, or N=1000 kills, SEED=n repeats
	@go test -count=1 -v -timeout 24h ./store/bench/crash -args -binary "$(CURDIR)/suanpan" -kills $(N) -seed $(or $(SEED),0)

powercut: build ## cut the power of a loop-mounted disk under the till (root): ROUNDS=20, and once more with a weaker sync
	@.ci/deps powercut
	@go run ./store/bench/powercut -binary "$(CURDIR)/suanpan" -rounds $(or $(ROUNDS),20)

bench: build ## measure against the C anchor, in turns, and write docs/BENCHMARKS.md; DIR=a shop made by store/bench/fill
	@.ci/deps bench
	@go run ./store/bench/compare -binary "$(CURDIR)/suanpan" -rounds $(or $(ROUNDS),5) $(if $(DIR),-dir $(DIR))

fuzz: deps ## every parser of outside bytes for T=20s each
	@.ci/fuzz $(T)

clean: ## remove what was built and played
	@rm -rf suanpan demo-out
