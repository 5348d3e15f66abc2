PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: setup demo test lint clean

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

clean:
	rm -rf $(VENV) demo
