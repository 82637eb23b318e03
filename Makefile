# Thin: each target is one line over the real command. `make` alone lists them.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.venv/ready-dev: .venv/ready requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	touch $@

run: .venv/ready  ## set everything up and carry out the main job on a demo company
	$(BIN)/saldo demo

serve: .venv/ready  ## open the screens, the API and Dagster on this machine
	$(BIN)/saldo serve all

test: .venv/ready-dev  ## every test: quick gates, then the stories through the whole house
	$(BIN)/python -m pytest -n 2 --dist loadscope --durations=10 -rs

check: .venv/ready-dev  ## format, lint, types, import contracts, SQL, dbt, quick tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint dbt/models dbt/tests --processes 2
	$(BIN)/python -m pytest -n 2 --dist loadscope -m "not slow and not browser"

lint: .venv/ready-dev  ## mend what a machine can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/sqlfluff fix dbt/models dbt/tests --processes 2

bench: .venv/ready  ## measure the engine at 100,000 and a million agreements
	$(BIN)/saldo bench bill --size 100000
	$(BIN)/saldo bench bill --size 1000000

lock:  ## pin every dependency by hash, without an index address
	$(PYTHON) -m piptools compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --allow-unsafe --strip-extras -o requirements.lock pyproject.toml
	$(PYTHON) -m piptools compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --allow-unsafe --strip-extras --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml

clean:  ## remove what can be made again; the home (var) stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis dbt/target dbt/logs

.PHONY: help run serve test check lint bench lock clean
