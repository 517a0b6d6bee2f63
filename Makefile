# Kezhi 客制. Needs Python 3.11 or newer with venv and pip, and make.
#   make run     set up and serve the demo company at 127.0.0.1:8000 (PORT, KEZHI_DATA)
#   make test    set up and run every test        make check   lint, types and fast tests
#                (PLUGINS='trade grading': with these plugins only)
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check install --quiet
SOURCES := pyproject.toml hatch_build.py $(wildcard plugins/*/pyproject.toml)
EDITABLE := -e . $(patsubst %/pyproject.toml,-e %,$(wildcard plugins/*/pyproject.toml))

.DEFAULT_GOAL := help
.PHONY: help run test check browser test-deep bench catalogues lock clean

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | head -4

.venv/pyvenv.cfg:
	$(PYTHON) -m venv .venv

.venv/.run: .venv/pyvenv.cfg requirements/run.txt requirements/build.txt requirements/assets.txt $(SOURCES)
	$(PIP) --require-hashes -r requirements/run.txt -r requirements/build.txt
	$(PIP) --require-hashes --no-deps -r requirements/assets.txt
	$(PIP) --no-build-isolation --no-deps $(EDITABLE)
	@touch $@

.venv/.dev: .venv/.run requirements/dev.txt
	$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

catalogues: .venv/.run
	@$(BIN)/python tools/catalogues.py compile

run: export KEZHI_DATA := $(or $(KEZHI_DATA),$(CURDIR)/var)
run: .venv/.run catalogues
	@if [ ! -e "$$KEZHI_DATA/demo-users.txt" ]; then $(BIN)/kezhi init --company "澄江贸易集团" --admin admin --demo; fi
	@echo "Kezhi 客制: http://127.0.0.1:$(PORT)  (logins and passwords: $$KEZHI_DATA/demo-users.txt)"
	@exec $(BIN)/kezhi serve --port $(PORT)

# PLUGINS='trade grading': all other plugins are as if they were not installed
check test test-deep: export KEZHI_TEST_PLUGINS := $(PLUGINS)
check: .venv/.dev catalogues
	@$(BIN)/python tools/run_tests.py check

test: .venv/.dev catalogues
	@if [ "$$CI" = true ]; then $(MAKE) --no-print-directory browser; fi
	@$(BIN)/python tools/run_tests.py all

test-deep: .venv/.dev catalogues
	@$(BIN)/python tools/run_tests.py deep

# SIZE=10k, 100k or 1m customers, on both databases; every figure ends in its ratio to a page written by hand
bench: SIZE ?= 10k
bench: .venv/.dev catalogues
	@$(BIN)/python -m bench --size $(SIZE)

# Debian's Chromium and a Chinese font, for the browser tests
browser:
	@command -v chromium >/dev/null && fc-list 2>/dev/null | grep -qi 'cjk' || \
	  (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk fontconfig >/dev/null)

# maintainers only: needs uv
lock:
	for name in build dev; do uv pip compile requirements/$$name.in -o requirements/$$name.txt $(LOCK); done
	uv pip compile pyproject.toml --extra documents -o requirements/run.txt $(LOCK)
LOCK := --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
