# Two commands set up everything and use it: `make demo` audits a sample story, `make test` runs the tests.
# Everything they need, models included, goes into .venv; deleting that folder undoes it.

# The first Python that is new enough; choose another with `make PYTHON=...`.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
    $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
# Pinned because a range admits newer releases, which bring gigabytes of GPU libraries that nothing here was tested with.
# On Linux without a GPU, PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu makes this a small download.
TORCH ?= 2.13.0
# The commit that `make bench` compares with.
AGAINST ?= 6438e88
# Where `make fit` keeps what it has collected.
FIT ?= build/fit
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help install fetch demo check test golden fit bench night clean

help:  ## say what each target does
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 12

install: .venv/.installed  ## make .venv and install auditor with its tests' tools
fetch: .venv/.fetched  ## download and convert the embedded models (about 620 MB) into .venv

demo: .venv/.fetched  ## audit the bundled sample story
	$(BIN)/auditor demo

check: .venv/.installed  ## format, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: .venv/.fetched  ## run every test, those of the embedded models included
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile

golden: .venv/.installed  ## write the golden files again; look at the difference before you commit it
	AUDITOR_GOLDEN=rewrite $(BIN)/python -m pytest -q -k golden

fit: .venv/.fetched  ## fit the detector again: hours, resumable (needs the data pack in ../shared)
	$(BIN)/python -m models.train.collect --data ../shared/data --out $(FIT)
	$(BIN)/python -m models.train.fit_detector --out $(FIT)
	$(BIN)/python -m models.train.fit_score --out $(FIT) --data ../shared/data
	$(BIN)/python -m models.train.pin

bench: .venv/.fetched  ## measure speed and memory beside peers and an earlier commit (AGAINST=...): an hour and more
	$(PIP) install --quiet 'torch==$(TORCH)' --editable '.[bench]' || echo 'without peers: they could not be installed'
	$(BIN)/python -m tests.bench --json build/bench.json
	$(BIN)/python -m tests.bench.against --against $(AGAINST) --json build/against.json

night: .venv/.fetched  ## prove a night's batch: 200 stories, killed five times, the same bytes (most of an hour; needs the data pack)
	$(BIN)/python -m tests.batch.nightly --data ../shared/data/clean_news.parquet --out build/night

clean:  ## delete .venv, models included, and every cache
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.made:
	@test -n '$(PYTHON)' || { echo 'auditor needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3'; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.installed: .venv/.made pyproject.toml
	$(PIP) install --quiet 'torch==$(TORCH)' --editable '.[test]'
	@touch $@

.venv/.fetched: .venv/.installed models/manifest.toml
	$(BIN)/auditor models fetch
	@touch $@
