# `make run` and `make test` set everything up for themselves, on Linux and macOS.
# Windows: see the README; the same two steps are two lines there.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test docs check clean

run: $(VENV)/.installed
	$(BIN)/zoneblanche run

PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
DEVELOPMENT := scripts/build/packaging/development.lock

# $(call INSTALL,LOCK,PACKAGE): the wheels of a lock, whose hashes pip compares, then the package itself.
# Where a platform has not all of these wheels, the newest versions that fit.
INSTALL = { $(PIP) --require-hashes --only-binary :all: --requirement $(1) \
	&& $(PIP) --no-deps --no-build-isolation --editable . ; } \
	|| { echo "Not all wheels of $(1) are available here; installing the newest versions that fit."; \
	$(PIP) --editable $(2); }

# The virtual environment is made anew when what the package needs has changed.
$(VENV)/.installed: pyproject.toml requirements.lock
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or later is needed; name one with make PYTHON=python3.11')"
	$(PYTHON) -m venv $(VENV)
	$(call INSTALL,requirements.lock,.)
	$(BIN)/python scripts/build/lay_out.py $(VENV)/typed
	touch $@

$(VENV)/.tested: $(VENV)/.installed $(DEVELOPMENT)
	$(call INSTALL,$(DEVELOPMENT),'.[test]')
	touch $@

# Compiled modules are kept even where an environment says otherwise: dozens of children import them.
test: $(VENV)/.tested
	$(BIN)/python -m scripts.build.test_tools
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 2 --dist worksteal --durations=10

# The documentation as a site, in build/docs. Needs no network once the tools are installed.
$(VENV)/.documented: $(VENV)/.installed $(DEVELOPMENT)
	$(call INSTALL,$(DEVELOPMENT),'.[docs]')
	touch $@

docs: $(VENV)/.documented
	$(BIN)/python -m scripts.build.docs

clean:
	rm -rf $(VENV)
