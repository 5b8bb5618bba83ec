# The commands to know. `make setup` is part of all the others.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: untranslated screenshots fuzz help setup run test on-sqlite on-postgresql as-people-do on-their-own check chaos bench protos development-ca sbom released

# Where it is set, each of the many processes of a test compiles all of Havn anew.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
ASSETS := services/console/assets
CHAOS_SECONDS ?= 300

# What meets a database: these run on SQLite with all others, and once more on PostgreSQL, but for what is marked `once`.
ON_DATABASES := $(addprefix tests/,shared contract placements families capacity matching_service journeys faults cli importing exporting)
# What starts the distributed form, on a PostgreSQL of its own, and waits more than it computes: a pass by itself.
ON_THEIR_OWN := tests/replicas tests/chaos/test_storm.py
# What people use, commands and pages, over SQLite: the third pass, so that each takes about as long.
AS_PEOPLE_DO := tests/cli tests/console
# Its only warning is that what depends on what is not known of Havn itself.
MATERIALS = $(BIN)/python -W ignore -m cyclonedx_py environment --pyproject pyproject.toml --output-reproducible $(BIN)/python

help:
	@echo "make setup    the environment in .venv, from requirements.lock"
	@echo "make run      Havn with a demo municipality"
	@echo "make test     the tests"
	@echo "make fuzz     100,000 mutated requests over all RPCs; the tests send 10,000 of them"
	@echo "make check    style, types, import rules, protos, licences"
	@echo "make chaos    kills, freezes, full disks and power cuts under load, for CHAOS_SECONDS (300)"
	@echo "make bench    the benchmarks"
	@echo "make protos   protos/gen anew from the .proto files"
	@echo "make released the .proto files as a release has them: later ones may not break them"
	@echo "make development-ca certificates, keys and passwords for docker-compose.yml, for development"
	@echo "make screenshots the pictures of the README, taken from the demo"
	@echo "make untranslated what the console lacks in Kalaallisut, for a translator, in dist"
	@echo "make sbom     the bill of materials, as CycloneDX, in dist"

setup: .venv/ready $(ASSETS)/dist/manifest.json
	@:

run: setup
	@$(BIN)/havn up --demo

fuzz: setup
	HAVN_FUZZ=100000 $(BIN)/pytest -s tests/contract/test_fuzz.py

# Side by side, the longest first: half of the time each of them waits.
PASSES := on-sqlite on-postgresql as-people-do on-their-own

test: setup
	@bash tests/in_memory.sh $(MAKE) --no-print-directory --keep-going --jobs=4 $(PASSES); code=$$?; bash tests/told.sh $(PASSES); exit $$code

on-sqlite: SHELL := /bin/bash
on-sqlite: setup
	@set -o pipefail; $(BIN)/pytest $(addprefix --ignore=,$(ON_THEIR_OWN) $(AS_PEOPLE_DO)) 2>&1 | tee .venv/$@.log

on-postgresql: setup
	@$(call told_at_the_end,--database postgresql $(ON_DATABASES))

as-people-do: setup
	@$(call told_at_the_end,$(AS_PEOPLE_DO))

on-their-own: setup
	@$(call told_at_the_end,$(ON_THEIR_OWN))

# A pass whose dots are shown when it is over.
told_at_the_end = $(BIN)/pytest $(1) > .venv/$@.log 2>&1; code=$$?; cat .venv/$@.log; exit $$code

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	bash protos/check.sh
	$(MATERIALS) --no-validate | $(BIN)/python -m deploy.licences

chaos: setup
	$(BIN)/python -m tests.chaos --seconds $(CHAOS_SECONDS) $(if $(CHAOS_SEED),--seed $(CHAOS_SEED))

bench: setup
	$(BIN)/python -m bench.matching
	$(BIN)/python -m bench.solver
	$(BIN)/python -m bench.services
	$(BIN)/python -m bench.services --database postgresql
	$(BIN)/python -m bench.imports
	$(BIN)/python -m bench.overload
	$(BIN)/python -m bench.pages

untranslated: setup
	$(BIN)/python -m deploy.untranslated dist/kl.po

screenshots: setup
	$(BIN)/python -m tests.console.screenshots

protos: setup
	bash protos/generate.sh

development-ca: setup
	@$(BIN)/python -m deploy.development

released: setup
	bash protos/describe.sh $(CURDIR)/protos/released.binpb

sbom: setup
	@mkdir -p dist
	$(MATERIALS) --output-file dist/havn.cdx.json

# uv bootstraps by pip, in the locked version and by its hashes. A sync removes havn itself, so havn comes last.
.venv/ready: requirements.lock pyproject.toml
	@test -x $(BIN)/python || python3 -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "Havn needs Python 3.11 to 3.13 as python3; found: $$(python3 --version 2>&1)" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "Making .venv (once, about ten seconds) ..."; python3 -m venv .venv || { rm -rf .venv; exit 1; }; }
	@test -x $(BIN)/uv || { sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.txt; \
	  $(BIN)/python -m pip install --quiet --quiet --require-hashes --no-deps --requirement .venv/uv.txt; }
	@$(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes --python $(BIN)/python requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

# With the machine's node, if it is new enough; else with one from PyPI, in the locked version and by its hashes.
$(ASSETS)/dist/manifest.json: .venv/ready $(ASSETS)/package-lock.json $(ASSETS)/build.mjs $(wildcard $(ASSETS)/src/*)
	@bash $(ASSETS)/build.sh
