# `make run` and `make test` set everything up for themselves, on Linux and macOS.
# Windows: see the README; the same two steps are two lines there.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test docs check clean

run: $(VENV)/.installed
	$(BIN)/zoneblanche run

# The versions that the tests ran with; where a platform has not all of them, the newest that fit.
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable $(1) --constraint requirements.lock \
	|| { echo "Not all versions of requirements.lock are to be had here; taking the newest that fit."; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable $(1); }

# The virtual environment is made anew when what the package needs has changed.
$(VENV)/.installed: pyproject.toml requirements.lock
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or later is needed; name one with make PYTHON=python3.11')"
	$(PYTHON) -m venv $(VENV)
	$(call INSTALL,.)
	$(BIN)/python scripts/build/lay_out.py $(VENV)/typed
	touch $@

$(VENV)/.tested: $(VENV)/.installed
	$(call INSTALL,'.[test]')
	touch $@

test: $(VENV)/.tested
	$(BIN)/python -m scripts.build.test_tools
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist worksteal --durations=10

# The documentation as a site, in build/docs. Needs no network once the tools are installed.
$(VENV)/.documented: $(VENV)/.installed
	$(call INSTALL,'.[docs]')
	touch $@

docs: $(VENV)/.documented
	$(BIN)/python -m scripts.build.docs

clean:
	rm -rf $(VENV)
