PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: setup demo test test-old lint clean

setup: $(VENV)/.core

$(VENV)/.core: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "Python 3.10 to 3.13 is needed; say which: make PYTHON=python3.11 ..."; exit 1; }
	@echo "Installing into $(VENV) (about a minute the first time) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install -r requirements.txt
	@$(PIP) install --no-deps -e .
	@$(BIN)/fgrmer fetch-models
	@touch $@

$(VENV)/.dev: $(VENV)/.core requirements-dev.txt requirements-beam.txt
	@$(PIP) install -r requirements-dev.txt
	@touch $@

demo: setup
	@$(BIN)/fgrmer demo --out demo

test: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/pytest

# The SavedModel in TensorFlow 2.15, scored by tensorflow-addons; Python 3.11 at most.
test-old: $(VENV)/.dev
	@$(BIN)/python -c 'from benchmarks.environments import python; python("old")'
	$(BIN)/pytest tests/export/test_old_consumers.py

clean:
	rm -rf $(VENV) demo
