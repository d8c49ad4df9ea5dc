# Two commands set everything up: `make demo` and `make test`. See CONTRIBUTING.md for the others.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
EXAMPLE := examples/harbour-road

.PHONY: demo test test-quick lint docs lock clean

demo: $(VENV)/.runtime  ## run the main job on the bundled case and say where the report is
	$(BIN)/purport check $(EXAMPLE)/story.html --items $(EXAMPLE)/items.csv \
	    --control $(EXAMPLE)/control.geojson --target-area $(EXAMPLE)/target.geojson \
	    --date 2019-03-13 --name "Harbour Road" \
	    --notice "Country, place, people and claims are fictional; the footage was simulated." \
	    --workspace demo
	@echo
	@echo "What was really simulated: $(EXAMPLE)/truth.json"

test: $(VENV)/.development  ## the whole suite; installs Chromium and PostgreSQL when they are missing
	scripts/install-test-packages
	$(BIN)/pytest -n 2 --dist worksteal

test-quick: $(VENV)/.development  ## what needs neither a browser nor a database server
	$(BIN)/pytest -n 2 --dist worksteal -m "not slow and not browser and not postgres"

lint: $(VENV)/.development  ## format, lint, types, layers, spelling
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

docs: $(VENV)/.development  ## build docs/_build/html, warnings are errors
	$(BIN)/sphinx-build -W -b html docs docs/_build/html

lock: $(VENV)/.development  ## lock requirements/ anew from pyproject.toml
	scripts/lock-requirements $(VENV)

clean:  ## remove what can be made again, but no workspace
	rm -rf $(VENV) docs/_build .mypy_cache .ruff_cache .import_linter_cache

$(VENV)/.runtime: requirements/build.txt requirements/runtime.txt pyproject.toml
	scripts/make-environment "$(PYTHON)" "$(VENV)" requirements/runtime.txt
	touch $@

$(VENV)/.development: requirements/build.txt requirements/dev.txt pyproject.toml
	scripts/make-environment "$(PYTHON)" "$(VENV)" requirements/dev.txt
	touch $@ $(VENV)/.runtime
