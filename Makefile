# Every target sets itself up: a machine with Python >= 3.11 and make is enough.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { command -v $$p; break; }; done)
READY := $(VENV)/.ready

# The AgentCore CLI packages all that lies here but .git, .venv and .env*, so caches live under such a name.
CACHE := .env.cache
export HYPOTHESIS_STORAGE_DIRECTORY := $(CACHE)/hypothesis
export MYPY_CACHE_DIR := $(CACHE)/mypy
export RUFF_CACHE_DIR := $(CACHE)/ruff

# make up MODEL=bedrock:<id>     a real model in place of the scripted stand-in
# make up DRIVE_DIR=~/Documents  a real folder in place of alice's seeded Drive
# make up SLACK=1               with a stand-in for Slack, and the Slack app
export MODEL DRIVE_DIR SLACK

.PHONY: help demo up chat test check format evals bench lock clean setup-venv

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup-venv: $(READY)

$(READY): requirements/dev.txt requirements/uv.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found. Install it, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) …"
	@# A set-up that was interrupted leaves a half environment behind; it is made anew.
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@command -v uv >/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@# sync removes what left the requirements; uv.txt is with them so that a uv in $(VENV) does not remove itself.
	@uv=$$(command -v uv || echo $(BIN)/uv); \
	VIRTUAL_ENV=$(abspath $(VENV)) $$uv pip sync --quiet --require-hashes requirements/dev.txt requirements/uv.txt && \
	VIRTUAL_ENV=$(abspath $(VENV)) $$uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) ## Play one whole conversation, consent included, and print it
	@$(BIN)/drive-agent demo

up: $(READY) ## Run the whole stack on this machine until Ctrl-C
	@$(BIN)/drive-agent up

chat: $(READY) ## Talk to the stack that `make up` runs
	@$(BIN)/drive-agent chat --local

test: $(READY) ## Run the tests
	@$(BIN)/python -m pytest

check: $(READY) ## Check format, lint, types and imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --cache-dir $(CACHE)/import-linter

format: $(READY) ## Format the code and mend what lint can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

evals: $(READY) ## Run the eval suite on the stand-in model
	@$(BIN)/drive-agent evals

bench: $(READY) ## Measure the budgets of docs/budgets.md
	@$(BIN)/python -m bench

lock: $(READY) ## Renew the pinned requirements
	@uv=$$(command -v uv || echo $(BIN)/uv); \
	flags="--quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --upgrade"; \
	$$uv pip compile $$flags --custom-compile-command "make lock" pyproject.toml --group dev --extra chat -o requirements/dev.txt && \
	echo uv | $$uv pip compile $$flags --custom-compile-command "make lock" - -o requirements/uv.txt

clean: ## Remove what the targets made
	rm -rf $(VENV) $(CACHE) .env.drive-agent test-output build *.egg-info .mypy_cache .ruff_cache .hypothesis .import_linter_cache
