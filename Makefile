# `make reports` runs the main job with all its set-up; `make test` passes the tests. `make help` lists the rest.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUTF8 := 1

# A notebook as it stands; of a stored one the outputs are compared. A dead kernel would wait for the time-out.
NBVAL := $(BIN)/python -m pytest -q --nbval-lax --nbval-cell-timeout=300
# A file stays in one process, so that what it sets up is set up once; in the order of names many short files come last.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help reports plans lab test short-tests check-all lint bench lock data clean

help: ## list these commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/run: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

.venv/dev: requirements-dev.lock .venv/run
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.lock
	touch $@

reports: .venv/run ## make the thirteen district pages and the province page, with all set-up
	$(BIN)/ntm run

plans: .venv/run ## plan three scenarios and make their pages
	$(BIN)/ntm run --scenario most_communes --scenario difficult_first --scenario provincial_aims_2019

lab: .venv/run ## open JupyterLab on the notebooks
	$(BIN)/ntm lab

# The tests run the planners' notebooks through papermill and a browser; `check-all` also as they stand, on a whole plan.
test: .venv/dev ## lint, type check and the tests (long ones in reduced form)
	$(MAKE) --jobs=2 lint short-tests

short-tests: .venv/dev
	$(PYTEST) -m "not long"
	$(NBVAL) tests/notebooks

check-all: .venv/dev lint ## everything `make test` does, and the long tests in full
	$(PYTEST)
	$(BIN)/ntm plan --scenario most_communes
	$(NBVAL) notebooks tests/notebooks

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: .venv/dev ## measure scoring and the reports against their peers, as ratios
	$(BIN)/python benchmarks/scoring.py
	$(BIN)/python benchmarks/series.py
	$(BIN)/python benchmarks/changes.py
	$(BIN)/python benchmarks/communes.py
	$(BIN)/python benchmarks/reports.py

data: .venv/run ## write the illustrative data anew from its seed
	$(BIN)/python -m ntm_lib.submissions.illustrative

lock: .venv/dev ## renew both locks from pyproject.toml (needs uv)
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --python-version 3.11 \
		--extra build pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --python-version 3.11 \
		--extra build --extra dev pyproject.toml -o requirements-dev.lock

clean: ## remove the environment, compiled code and all results
	rm -rf .venv outputs/* build dist
	find ntm_lib -name __pycache__ -type d -prune -exec rm -rf {} +
