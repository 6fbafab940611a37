# Every command of the project. `make demo` needs only Go; `make test` installs
# what is missing, on Debian.

.DEFAULT_GOAL := help
.PHONY: help demo build web test check lint fmt fuzz bench galera e2e look

GOBUILD := CGO_ENABLED=0 go build -trimpath -ldflags "-s -w"

# Where there is setpriv, a make that is killed takes the demo down with it.
WITH_MAKE := $(if $(shell command -v setpriv 2>/dev/null),setpriv --pdeathsig TERM)

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

demo: build ## everything in one process, nothing to install: open the URL it prints (ARGS="--fresh" starts over)
	@exec $(WITH_MAKE) bin/sixtouch demo $(ARGS)

build: ## bin/sixtouch, static
	@$(GOBUILD) -o bin/sixtouch ./cmd/sixtouch

web: ## web/dist, the pages in the browser; needs Node 20
	@scripts/web.sh --build

e2e: ## the pages played in Chromium, on SQLite and MariaDB (ARGS="e2e/sop.spec.ts --project sqlite"); needs Node 20
	@scripts/install.sh
	@exec scripts/with-servers.sh scripts/e2e.sh $(ARGS)

look: ## pictures of every page in web/app/look
	@scripts/install.sh
	@SIXTOUCH_LOOK=look scripts/e2e.sh e2e/pages.spec.ts e2e/week.spec.ts --project sqlite

test: ## everything CI runs, on private MariaDB and Redis servers
	@exec scripts/test.sh

check: ## vet, lint and the tests that need no server: before each commit
	@scripts/lint.sh
	@go test -shuffle=on ./...

lint: ## formatting, vet, golangci-lint, architecture
	@scripts/lint.sh

fmt: ## format all Go files
	@scripts/lint.sh --fix

fuzz: ## each fuzz target for FUZZTIME (10s)
	@scripts/fuzz.sh $(FUZZTIME)

galera: ## the stories and the quarter on three nodes of MariaDB Galera, with nodes killed and cut off
	@scripts/install.sh
	@exec scripts/with-servers.sh go test -tags galera -run '^TestGalera_' -parallel 1 -timeout 45m ./cmd/sixtouch

bench: build ## callback intake: the bound, SQLite, a private MariaDB
	@scripts/install.sh
	@exec scripts/with-servers.sh bin/sixtouch bench ingest $(ARGS)
