# sent-import: what people and CI run. Go does the set-up: it fetches the
# modules that go.sum names on the first build.

GO       ?= go
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT   ?= $(shell git rev-parse HEAD 2>/dev/null)
DATE     ?= $(shell git show -s --format=%cI HEAD 2>/dev/null)
LDFLAGS   = -s -w -X main.buildVersion=$(VERSION) -X main.buildCommit=$(COMMIT) -X main.buildDate=$(DATE)
# -trimpath: what a clone has compiled, another one need not compile again.
GOTEST    = $(GO) test -trimpath -shuffle=on -timeout 15m
# The race detector is the only thing that needs a C compiler. It leaves out what computes
# for one caller at a time, most of what it would watch and none of it ours: SQLite and its
# C library, which are C translated to Go, patterns, numbering plans and languages.
# What is shared with SQLite goes through database/sql, which it watches. A package whose
# goroutines wait for each other by sync.Once or sync/atomic must not be added: the detector
# would not see that they do, and report what is no race.
UNWATCHED = modernc.org/sqlite/lib modernc.org/libc modernc.org/memory regexp unicode unicode/utf8 \
	github.com/nyaruka/phonenumbers golang.org/x/text/language golang.org/x/text/language/display \
	golang.org/x/text/internal/language golang.org/x/text/internal/language/compact golang.org/x/text/internal/tag
RACETEST  = @command -v $${CC:-cc} >/dev/null 2>&1 || { echo "the race detector needs a C compiler (such as gcc, or set CC)"; exit 1; }; \
	GORACE=atexit_sleep_ms=0 CGO_ENABLED=1 $(GOTEST) -race $(UNWATCHED:%=-gcflags=%=-race=false)
# How long make soak goes on, and its first seed; 0 takes one from the clock.
SOAK     ?= 2m
SEED     ?= 0
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
ACTIONLINT  = github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
KIT         = cmd/sent-import/deploy
# What has the build tag fleet, and the tests that have it or run on PostgreSQL with it.
FLEET       = ./importer ./importer/fleet/... ./importer/ledger/... ./importer/testenv/... ./cmd/sent-import-fleet/...
FLEETTESTS  = ./importer/fleet/... ./importer/ledger ./importer/ledger/postgres ./cmd/sent-import-fleet/demo

.DEFAULT_GOAL := help
.PHONY: demo demo-fleet test test-fleet race browser check systems kit bench curve scale soak soak-fleet build build-fleet dist reproducible help

demo: build ## see an import on the built-in simulator (under a minute)
	@bin/sent-import demo

demo-fleet: build-fleet ## see a fleet on this machine: six accounts, three workers, one is killed (about a minute); needs PostgreSQL's programs
	@CGO_ENABLED=0 $(GO) build -trimpath -o bin/demo-fleet ./cmd/sent-import-fleet/demo
	@bin/demo-fleet bin/sent-import-fleet

test: ## run all tests
	CGO_ENABLED=0 $(GOTEST) ./...

test-fleet: ## run the tests of what many machines share; needs PostgreSQL's programs
	CGO_ENABLED=0 $(GO) vet -tags fleet $(FLEET)
	CGO_ENABLED=0 $(GOTEST) -tags fleet $(FLEETTESTS)
	CGO_ENABLED=0 $(GOTEST) -tags fleet ./importer -run Postgres
	CGO_ENABLED=0 $(GOTEST) -tags fleet -parallel 16 ./cmd/sent-import-fleet # most of the time its tests wait for leases to run out

race: ## run all tests with the race detector, the largest sizes made smaller; needs a C compiler
	$(RACETEST) ./...

browser: ## look at report.html in a real browser; needs chromium
	$(GO) vet -tags browser ./report/browser
	CGO_ENABLED=0 $(GOTEST) -tags browser ./report/browser

check: ## the whole gate: format, vet, other systems, staticcheck, tidy modules, tests, race detector
	@test -z "$$(gofmt -l cmd importer report)" || { echo "gofmt would change:"; gofmt -l cmd importer report; exit 1; }
	$(GO) vet ./...
	$(MAKE) systems kit
	$(GO) run $(STATICCHECK) ./...
	$(GO) mod tidy -diff
	$(MAKE) test race

systems: ## vet for Windows and macOS, and build every package's tests for Windows
	GOOS=darwin $(GO) vet ./...
	GOOS=windows $(GO) vet ./...
	@mkdir -p bin/windows
	GOOS=windows CGO_ENABLED=0 $(GO) test -c -ldflags '-s -w' -o bin/windows/ ./...
	@rm -r bin/windows

kit: ## validate the nightly kit: manifests, workflow and, where systemd is, its units
	cd $(KIT)/strict && $(GO) test ./...
	$(GO) run $(ACTIONLINT) $(KIT)/github-actions.yaml
	@if command -v systemd-analyze >/dev/null 2>&1; then $(KIT)/units.sh; \
	else echo "systemd-analyze is not here, so the units were not verified (Debian: apt-get install systemd)"; fi

bench: ## measure speed and size against the targets, on one screen (three minutes)
	CGO_ENABLED=0 $(GO) test ./cmd/sent-import -run '^$$' -bench '^BenchmarkTargets$$' -timeout 0

curve: ## measure what a row costs in files of 10,000 to 10,000,000 rows, and write table and plot into the reference (three minutes)
	CGO_ENABLED=0 $(GO) test ./cmd/sent-import -run '^$$' -bench '^BenchmarkCurve$$' -benchtime 1x -timeout 0 -curve.write

scale: ## measure what an account's life costs in requests, in virtual time
	CGO_ENABLED=0 $(GO) test ./importer -run '^TestScale$$' -v -timeout 0 -scale.rows 300000 -scale.nights 2 -scale.loop 20000 -scale.migration 14000 -scale.minutes 60

soak: ## kill the real program at random for SOAK (2m), seeded with SEED, and check the promise
	CGO_ENABLED=0 $(GO) test ./cmd/sent-import -run '^TestSoak$$' -timeout 0 -v -soak.for $(SOAK) -soak.seed $(SEED)
	$(RACETEST) ./importer -run '^TestPromise$$' -timeout 0 -promise.seeds 300 -promise.first $$(( $(SEED) + 1 ))

soak-fleet: ## kill, stop and cut off the workers of a fleet at random for SOAK (2m), and restart its database; needs PostgreSQL's programs
	CGO_ENABLED=0 $(GO) test -tags fleet ./cmd/sent-import-fleet -run '^TestSoak$$' -timeout 0 -v -soak.for $(SOAK) -soak.seed $(SEED)

build: ## build bin/sent-import: one static binary
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/sent-import ./cmd/sent-import

build-fleet: ## build bin/sent-import-fleet: one static binary
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w -X main.buildVersion=$(VERSION)' -o bin/sent-import-fleet ./cmd/sent-import-fleet

dist: ## make the files of a release in dist/: archives, packages, SBOM, sums
	$(GO) run ./cmd/dist -version '$(VERSION)' -commit '$(COMMIT)' -date '$(DATE)'

reproducible: dist ## build the release once more, in a clone elsewhere: are the bytes the same?
	@elsewhere=$$(mktemp -d) && trap 'rm -rf "$$elsewhere"' EXIT && git clone -q . "$$elsewhere/clone" && \
	git -C "$$elsewhere/clone" checkout -q '$(COMMIT)' && $(MAKE) -C "$$elsewhere/clone" dist VERSION='$(VERSION)' && \
	cmp dist/SHA256SUMS "$$elsewhere/clone/dist/SHA256SUMS" && echo "the same bytes: $$(wc -l <dist/SHA256SUMS) files"

help: ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile
