# Offtrail is built with `go` alone; this file names the usual ways to call it. `make help` lists them.

GO       ?= go
FUZZTIME ?= 20s
TEST     ?=
BENCH    ?=

# The linter lies beside the S3 server that the tests build for themselves, outside the repository. As with the server,
# its name carries what it was built from.
ifeq ($(shell uname -s),Darwin)
user_cache := $(HOME)/Library/Caches
else
user_cache := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)
endif
tools := $(or $(OFFTRAIL_TEST_BIN),$(user_cache)/offtrail-test)
lint  := $(tools)/golangci-lint-$(word 1,$(shell ($(GO) version; cat fixtures/lint/go.mod fixtures/lint/go.sum) | cksum))

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: cc ## compile bin/offtrail
	$(GO) build -o bin/ ./cmd/offtrail

.PHONY: demo
demo: build ## compile, then show what offtrail does on a sample of its own
	@rm -rf bin/demo
	./bin/offtrail demo bin/demo

# A first run also compiles DuckDB's bindings and the S3 server, for which ten minutes, Go's own limit, may be short.
.PHONY: test
test: cc ## run every test (TEST=-v or TEST='-run Name': further arguments)
	$(GO) test -timeout 30m $(TEST) ./...

.PHONY: race
race: cc ## run the tests of the code that has goroutines under the race detector
	$(GO) test -race -timeout 40m $(TEST) ./ingest/... ./store/... ./cmd/offtrail/...

.PHONY: vet
vet: cc ## run go vet
	$(GO) vet ./...

# What goes without cgo can be compiled here for systems that are not here. The rest is the database's to promise.
.PHONY: portable
portable: ## compile for Windows and macOS what goes without C
	GOOS=windows CGO_ENABLED=0 $(GO) build ./cmd/internal/... ./ingest/... ./sql/...
	GOOS=darwin CGO_ENABLED=0 $(GO) build ./cmd/internal/... ./ingest/... ./sql/...

.PHONY: lint
lint: $(lint) cc ## check style and the arrows between packages (.golangci.yml)
	$(lint) run

.PHONY: fix
fix: $(lint) cc ## format, and repair what the linter can repair
	$(lint) run --fix

$(lint):
	CGO_ENABLED=0 $(GO) build -C fixtures/lint -ldflags='-s -w' -o '$@' github.com/golangci/golangci-lint/v2/cmd/golangci-lint

.PHONY: fuzz
fuzz: cc ## fuzz every Fuzz function for FUZZTIME (20s) each
	@grep -r --include='*_test.go' -o '^func Fuzz[A-Za-z0-9_]*' . | sort | \
	while IFS=: read -r file func; do \
		echo "$$(dirname "$$file") $${func#func }"; \
		$(GO) test -run '^$$' -fuzz "^$${func#func }$$" -fuzztime $(FUZZTIME) "$$(dirname "$$file")" || exit 1; \
	done

.PHONY: bench
bench: cc ## measure sync and queries against the targets (BENCH='...': arguments; BENCH=-h lists them)
	$(GO) run ./fixtures/bench $(BENCH)

.PHONY: check
check: ## all that CI runs
	.ci/run

.PHONY: clean
clean: ## remove bin/
	rm -rf bin

# DuckDB is linked from a C++ library. Without a compiler Go turns cgo off and blames a file that it then cannot see.
.PHONY: cc
cc:
	@echo 'int main(void) { return 0; }' | $$($(GO) env CC) -x c - -o /dev/null $(if $(filter Darwin,$(shell uname -s)),-lc++,-lstdc++) || { \
		echo "make: DuckDB needs a C compiler with the C++ standard library: gcc and g++, or clang." >&2; \
		echo "      Debian: apt install build-essential. Fedora: dnf install gcc-c++. macOS: xcode-select --install." >&2; \
		exit 1; }
	@test "$$($(GO) env CGO_ENABLED)" = 1 || { \
		echo "make: cgo is switched off (CGO_ENABLED=0), and DuckDB needs it: CGO_ENABLED=1 make ..." >&2; exit 1; }
