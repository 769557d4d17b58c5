# The verbs of the project. `make demo` and `make test` set up all they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CHECKED := apdu asn1 euicc ipa tests examples

.PHONY: demo test test-card pcscd check lint bench fuzz generate clean

demo: $(READY)
	$(BIN)/euicc demo

test: check pcscd
	$(BIN)/python -m pytest

# The flows over a physical card: READER is its number or name in `ipa readers`; WRITE=1 lets them change it.
test-card: $(READY) pcscd
	@test -n "$(READER)" || { echo "make test-card READER=NAME|N [WRITE=1]"; exit 2; }
	$(BIN)/python -m pytest tests/flows/test_card.py -rs --reader "$(READER)" $(if $(WRITE),--write)

# A real reader for the tests, where it may be installed; they start and stop it themselves.
pcscd: $(READY)
	@sh tests/transports/install_pcscd.sh $(BIN)/python

check: $(READY) lint

lint: $(READY)
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/mypy $(CHECKED)

bench: $(READY)
	$(BIN)/python -m tests.bench

# TIME: seconds for all targets together. Without atheris, which is not there for every Python, inputs are drawn by a seed.
TIME ?= 60
fuzz: $(READY)
	@$(BIN)/python -c 'import atheris' 2>/dev/null || \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[fuzz]' || true
	$(BIN)/python -m tests.fuzzing --time $(TIME)

generate: $(READY)
	$(BIN)/python -m asn1.compiler

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache

# A virtual environment of the project's own. Debian keeps venv apart from python3: fetched when it is missing.
$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@$(PYTHON) -m venv $(VENV) || { \
	  rm -rf $(VENV); SUDO=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$SUDO apt-get update -qq && $$SUDO apt-get install -y -qq python3-venv && $(PYTHON) -m venv $(VENV); }
	@echo 'What it needs is installed in $(VENV): a minute or two, the first time only.'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@
