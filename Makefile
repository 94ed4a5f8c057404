# Needs make, git and Python 3.11 or newer with venv; everything else comes from pinned packages.

.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
RESET ?=
DATA ?= var
WORKERS ?= 2
ORGANISATIONS ?= 10786
DATABASES ?= sqlite,postgresql
BIN := .venv/bin
STAMP := .venv/.set-up

.PHONY: help setup demo test lint bench programs pins clean

help: ## what can be done here
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

setup: $(STAMP) ## install everything into .venv and build the assets
	@$(BIN)/python hatch_build.py

$(STAMP): requirements.txt pyproject.toml hatch_build.py package.json package-lock.json
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; name one with: make setup PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
	  || { echo "Python lacks venv; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -c '' 2>/dev/null || rm -rf .venv
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## run the example on real data and serve it (RESET=1 starts over, PORT=8000)
	@$(BIN)/consultation demo --data-dir $(DATA) --port $(PORT) $(if $(filter-out 0,$(RESET)),--reset)

test: setup programs lint ## everything that must hold before a commit
	$(BIN)/python -m pytest -n $(WORKERS)

lint: setup ## style, types and the order of the floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup ## how fast it is, beside the limit of the machine; takes long (ORGANISATIONS=10786)
	@$(BIN)/python -m benchmarks --organisations $(ORGANISATIONS) --databases $(DATABASES) --write docs/benchmarks.md

programs: # the browser and the office that some tests look through
	@.ci/programs

pins: ## write requirements.txt anew from pyproject.toml (needs uv)
	UV_CUSTOM_COMPILE_COMMAND="make pins" uv pip compile pyproject.toml --group dev --group build --universal \
	  --generate-hashes --no-annotate --python-version 3.11 --no-config --quiet --upgrade --output-file requirements.txt

clean: ## remove what was installed and built; data in var stays
	rm -rf .venv consultation/static/vendor
