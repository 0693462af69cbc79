# Countinghouse. Every target is one command of the build tool in server/xtask.

# The build tool ends with make, even when make is killed.
XTASK = setpriv --pdeathsig TERM -- cargo xtask

.DEFAULT_GOAL := help
.PHONY: run test browser bench faults check prepare clean-data help compiler

run: compiler ## Install what is missing, build, start everything on http://127.0.0.1:3000
	@$(XTASK) run

test: compiler ## Everything: format, lints, unit, property, database and browser tests
	@$(XTASK) test

browser: compiler ## Only the browser tests (ONLY=refunds.spec.ts for some of them)
	@$(XTASK) browser $(ONLY)

bench: compiler ## Weights and measurements, as ratios against their budgets (ONLY=fill,ledger,path,search)
	@$(XTASK) bench $(ONLY)

faults: compiler ## Experiments in which something breaks (ONLY=kills.fault.ts, FAULTS_SEEDS=100)
	@$(XTASK) faults $(ONLY)

check: compiler ## Format, lints, dependency policy
	@$(XTASK) check

prepare: compiler ## Bring .sqlx up to date with the SQL in the code
	@$(XTASK) prepare

clean-data: compiler ## Delete the data of this checkout (private database, sandbox, logs)
	@$(XTASK) clean-data

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 20

# The build tool is Rust, and Rust links with cc: the one thing it cannot install itself.
compiler:
	@command -v cargo >/dev/null || { echo "Rust is missing: see https://rustup.rs" >&2; exit 1; }
	@command -v cc >/dev/null || { \
	  sudo=$$(test "$$(id -u)" = 0 || echo sudo); \
	  echo "Installing Debian packages: build-essential pkg-config"; \
	  $$sudo apt-get update -q && \
	  $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y build-essential pkg-config; }
	@test -e target/debug/xtask || echo "Compiling the build tool (a minute, the first time)"
