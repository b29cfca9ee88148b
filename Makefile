# Every verb of the house. `make` alone lists them. Needs Python 3.11, and Node 20 with npm 10 or later.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory

BIN := .venv/bin
CODE := danmaku bench tests tools
PORT ?= 8000
ARGS ?=

BUILT := danmaku/web/static/manifest.json
PAGES := $(shell find frontend \( -name node_modules -o -name dist \) -prune -o -type f -print 2>/dev/null)

.PHONY: help
help: ## Say what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

# --- use it

.PHONY: serve
serve: .venv/.run $(BUILT) ## Run the demo at http://127.0.0.1:8000 (PORT changes it)
	@DANMAKU_SERVER__PORT="$(PORT)" exec $(BIN)/danmaku serve --demo

.PHONY: wheel
wheel: .venv/.dev $(BUILT) ## Build dist/*.whl, the built pages in it
	$(BIN)/python -m tools.wheel dist

.PHONY: client
client: frontend/node_modules/.installed ## Pack the client library for npm: dist/danmaku-client-*.tgz
	tools/client_library.sh dist

# --- judge it

.PHONY: check
check: .venv/.dev frontend/node_modules/.installed $(BUILT) ## Format, lint, types, floors, house rules; three minutes at most
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy danmaku bench tools
	$(BIN)/lint-imports
	$(BIN)/bandit -q -r danmaku -c pyproject.toml
	cd frontend && npm run --silent lint && npm run --silent typecheck
	$(BIN)/pytest -q tests/house

.PHONY: test
test: .venv/.dev frontend/node_modules/.installed $(BUILT) ## Every test; thirty minutes at most
	tools/system_packages.sh chromium ffmpeg fonts-noto-cjk postgresql redis-server \
		nginx-light caddy python3-venv openssl curl iproute2 gcc libc6-dev
	cd frontend && npm test --silent
	$(BIN)/pytest -n 2 $(ARGS)

.PHONY: clients
clients: .venv/.dev $(BUILT) ## Players and converters of others, unmodified, against a running server
	tools/system_packages.sh chromium ffmpeg fonts-noto-cjk python3-venv
	tools/clients.sh
	$(BIN)/pytest -m clients tests/clients $(ARGS)

.PHONY: soak
soak: .venv/.dev $(BUILT) ## The long rounds: hundreds of kills
	$(BIN)/pytest -m soak --timeout=7200 $(ARGS)

.PHONY: bench
bench: .venv/.dev $(BUILT) ## Measure against goals and peers; ARGS="run hot_room" and others, see ARGS=--help
	$(BIN)/python -m bench $(or $(ARGS),quick)

# --- keep it

.PHONY: fmt
fmt: .venv/.dev frontend/node_modules/.installed ## Format and mend what can be mended by machine
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)
	cd frontend && npm run --silent fmt

.PHONY: docs
docs: .venv/.dev ## Write the generated pages of docs/ anew
	$(BIN)/python -m tools.docs

.PHONY: sbom
sbom: .venv/.dev ## Write dist/sbom.json: every pinned package, as CycloneDX
	$(BIN)/python -m tools.sbom dist/sbom.json

.PHONY: lock
lock: ## Pin every dependency anew from pyproject.toml
	tools/lock.sh

.PHONY: clean
clean: ## Remove what was built, the environment too; never the record in data/
	rm -rf .venv build dist *.egg-info danmaku/web/static frontend/node_modules frontend/coverage
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -f danmaku/gateway/*.so

# --- how the pieces come to be; a stamp lies in what it vouches for

.venv/bin/python:
	python=$$(tools/python311.sh) && "$$python" -m venv .venv

.venv/.run: requirements.lock pyproject.toml $(wildcard danmaku/gateway/*.c) | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.run
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

frontend/node_modules/.installed: frontend/package.json frontend/package-lock.json
	@tools/node20.sh
	cd frontend && npm ci --no-audit --no-fund
	@touch $@

$(BUILT): frontend/node_modules/.installed $(PAGES)
	cd frontend && npm run --silent build
	@touch $@
