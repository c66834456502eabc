# Everything a fresh machine needs is made here: python3 >= 3.11 with venv, make, a package index.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
DEMO   := build/demo

.PHONY: help setup demo test lint load soak load-smpp load-people fuzz planted explore-shop bench clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

setup: $(READY) ## make .venv and install smsim with what its developers use

$(READY): pyproject.toml requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "smsim needs Python 3.11 or newer; set PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint requirements-dev.lock --editable '.[dev]'
	@touch $(READY)

demo: $(READY) ## run every scenario against a simulator over HTTP, then keep serving for a look
	$(BIN)/smsim demo scenarios --folder $(DEMO)

test: $(READY) ## the whole test suite, with branch coverage and its floor
	$(BIN)/pytest --cov --cov-report=term

lint: $(READY) ## format, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

load: $(READY) ## 30 s of Locust against a simulator in its own process; WORKERS=2 for more of them; docs/load.md
	WORKERS=$(WORKERS) $(BIN)/python -m harness.load.run

soak: $(READY) ## ten minutes at 80 % of what it bears: memory, latency and queues stay flat; docs/load.md
	$(BIN)/python -m harness.load.soak

load-smpp: $(READY) ## 100,000 messages over four SMPP binds, one of them killed in the middle
	$(BIN)/python -m tests.load.smpp_run

load-people: $(READY) ## a day of 100,000 people in one scenario, with its time and memory
	$(BIN)/python -m tests.load.people_run

fuzz: $(READY) ## a million broken inputs at every surface; findings go to build/fuzz
	$(BIN)/python -m tests.fuzz.run --count 1000000

planted: $(READY) ## every scenario against every planted fault: which find it (half an hour)
	$(BIN)/python -m tests.planted.run

explore-shop: $(READY) ## how soon exploration finds each bug of the example shop
	$(BIN)/python -m tests.explore.shop_run

bench: $(READY) ## what it can do on this machine, beside yardsticks: docs/performance.md (some 20 minutes)
	$(BIN)/python -m tests.bench

clean: ## remove what was built
	rm -rf build .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis
