# sent-import: what people and CI run. Go does the set-up: it fetches the
# modules that go.sum names on the first build.

GO       ?= go
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS   = -s -w -X main.buildVersion=$(VERSION)
# The race detector needs a C compiler; without one the tests run without it.
RACE      = $(shell command -v $${CC:-cc} >/dev/null 2>&1 && echo -race)
CGO       = $(if $(RACE),1,0)
# How long make soak goes on, and its first seed; 0 takes one from the clock.
SOAK     ?= 2m
SEED     ?= 0
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2

.DEFAULT_GOAL := help
.PHONY: demo test check bench soak build help

demo: build ## see an import on the built-in simulator (under a minute)
	@bin/sent-import demo

test: ## run all tests, with the race detector where there is a C compiler
	CGO_ENABLED=$(CGO) $(GO) test $(RACE) -shuffle=on -timeout 30m ./...

check: ## the whole gate: format, vet, staticcheck, tidy modules, tests
	@test -z "$$(gofmt -l cmd importer report)" || { echo "gofmt would change:"; gofmt -l cmd importer report; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	$(GO) mod tidy -diff
	$(MAKE) test

bench: ## measure, as ratios against something in the same run
	CGO_ENABLED=0 $(GO) test -run '^$$' -bench . -benchmem ./...
	CGO_ENABLED=0 $(GO) test ./importer -run '^TestScale$$' -v -timeout 0 -scale.rows 300000 -scale.nights 2 -scale.loop 20000 -scale.migration 14000 -scale.minutes 60

soak: ## kill the real program at random for SOAK (2m), seeded with SEED, and check the promise
	CGO_ENABLED=0 $(GO) test ./cmd/sent-import -run '^TestSoak$$' -timeout 0 -v -soak.for $(SOAK) -soak.seed $(SEED)
	CGO_ENABLED=$(CGO) $(GO) test $(RACE) ./importer -run '^TestPromise$$' -timeout 0 -promise.seeds 300 -promise.first $$(( $(SEED) + 1 ))

build: ## build bin/sent-import: one static binary
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/sent-import ./cmd/sent-import

help: ## show this
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile
