# Everything a newcomer needs: `make demo` and `make test`. Both build .venv first, from a hashed lock, with nothing but
# Python >= 3.11 and make.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
LOCK := requirements.lock
TOOLS := .cache/tools/bin
# Without releases of the last seven days: `exclude-newer` of pyproject.toml.
COMPILE := pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header
WORKERS ?= auto

.DEFAULT_GOAL := help
.PHONY: help setup demo run test test-faults check format openapi bench audit sbom lock clean client-tools example-tryton console-tools

help:
	@echo "make demo         a day of orders from a simulated store, explained (KEEP=1 leaves it running)"
	@echo "make run          the service, with an embedded PostgreSQL unless ORDERBRIDGE_DATABASE_URL is set"
	@echo "make test         the tests, under five minutes"
	@echo "make test-faults  the long ones: kill -9, restarts, faults of the store"
	@echo "make check        format, lint, types, layers, migrations drift, OpenAPI drift"
	@echo "make openapi      writes docs/openapi.json, the description of the HTTP surface, anew"
	@echo "make bench        the figures of docs, measured side by side"
	@echo "make client-tools the generators of the Python and TypeScript clients, for their test"
	@echo "make console-tools what the browser test of the console looks for inaccessible pages with"
	@echo "make example-tryton  documents booked in a real Tryton, to the cent, and its shipments told to the store"
	@echo "make audit        known vulnerabilities of what the lock installs"
	@echo "make sbom         the release's bill of materials (CycloneDX) from the lock, in dist"
	@echo "make lock         resolve the lock files again, without releases of the last seven days"

setup: $(STAMP)

$(STAMP): $(LOCK)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Found $$($(PYTHON) --version 2>&1); Orderbridge needs Python 3.11 or newer."; \
		echo "Name another one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments: its venv or ensurepip is missing."; \
		echo "On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Installing what is needed into .venv: a minute, or several on a slow line. It is done once."
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@# As pip does for what it installs: where Python may write no bytecode later, every start would compile us again.
	$(BIN)/python -m compileall -q app
	@touch $@

demo: $(STAMP)
	$(BIN)/orderbridge demo $(if $(KEEP),--keep)

run: $(STAMP)
	$(BIN)/orderbridge serve

test: $(STAMP)
	$(BIN)/python -m pytest -q -n $(WORKERS)

test-faults: $(STAMP)
	$(BIN)/python -m pytest -q -m long --timeout 900

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy app tests scripts $(wildcard bench)
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -m drift

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The test marked `drift` compares; only the code may change this file. What cannot be made leaves it as it was.
openapi: $(STAMP)
	$(BIN)/orderbridge openapi > docs/openapi.json.new || { rm -f docs/openapi.json.new; exit 1; }
	mv docs/openapi.json.new docs/openapi.json

bench: $(STAMP)
	$(BIN)/python -m bench

# What looks at our dependencies lives in an environment of its own: no part of what we test or ship.
.cache/tools/ready: requirements-tools.lock
	$(PYTHON) -m venv --clear .cache/tools
	$(TOOLS)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# The generators of clients: what an ERP developer may use, and what the test of the description uses.
client-tools: .cache/clients/ready

.cache/clients/ready: tests/clients/package.json
	$(PYTHON) -m venv .cache/clients/python
	.cache/clients/python/bin/python -m pip install --quiet --disable-pip-version-check openapi-python-client==0.29.1
	mkdir -p .cache/clients/typescript && cp tests/clients/package.json .cache/clients/typescript
	cd .cache/clients/typescript && npm install --silent --no-audit --no-fund --no-package-lock
	@touch $@

# What the test of the console looks for inaccessible pages with.
console-tools: .cache/console/ready

.cache/console/ready: tests/acceptance/console/package.json
	mkdir -p .cache/console && cp tests/acceptance/console/package.json .cache/console
	cd .cache/console && npm install --silent --no-audit --no-fund --no-package-lock
	@touch $@

# A real ERP from PyPI in an environment of its own: what the example drives, and what its test needs.
example-tryton: $(STAMP) .cache/tryton/ready
	PYTHONPATH=. $(BIN)/python examples/tryton/stage.py

.cache/tryton/ready: examples/tryton/requirements.lock
	$(PYTHON) -m venv --clear .cache/tryton
	.cache/tryton/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

lock: .cache/tools/ready
	$(TOOLS)/uv $(COMPILE) pyproject.toml --extra embedded --extra simulator --extra telemetry --group dev -o requirements.lock
	$(TOOLS)/uv $(COMPILE) pyproject.toml -c requirements.lock -o requirements-runtime.lock
	$(TOOLS)/uv $(COMPILE) --group build -c requirements.lock -o requirements-build.lock
	$(TOOLS)/uv $(COMPILE) --group tools -o requirements-tools.lock
	$(TOOLS)/uv $(COMPILE) examples/tryton/requirements.in -o examples/tryton/requirements.lock

# Fails for a known vulnerability, and for whatever could not be looked up, unless UNREACHABLE=passes.
audit: .cache/tools/ready
	$(PYTHON) scripts/audit.py --pip-audit $(TOOLS)/pip-audit $(if $(OSV_URL),--osv-url $(OSV_URL)) \
		$(if $(filter passes,$(UNREACHABLE)),--unreachable-passes) \
		requirements.lock requirements-tools.lock examples/tryton/requirements.lock

sbom: .cache/tools/ready
	PYTHONPATH=. $(PYTHON) scripts/bill_of_materials.py --cyclonedx $(TOOLS)/cyclonedx-py dist

clean:
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
