.DEFAULT_GOAL := help
PYTHON ?= python3
PY := .venv/bin/python
Q ?= What is the approach to managing fasciculations?
# A knowledge base of the repository's own: the user's is never touched.
export CONSILIA_KB ?= $(CURDIR)/.consilia/kb

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[app,dev,llm,scale]'
	touch $@

setup: .venv/installed  ## Create .venv and install
app: setup  ## Start the chat in the browser
	$(PY) app.py
ask: setup  ## Answer one question in the terminal: make ask Q="..."
	@$(PY) -m consilia ask "$(Q)"
test-quick: setup  ## Offline tests with fakes, in seconds
	$(PY) -m pytest -n 2 --dist worksteal -m "not slow and not browser and not live"
test: setup  ## All tests but those that need a live language model
	$(PY) -m pytest -n 2 --dist loadfile -m "not live"
check: lint types imports docs test  ## Everything CI runs, in its order
lint: setup  ## Format and lint, read-only
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
fix: setup  ## Format and apply safe fixes
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
types: setup  ## Strict type check
	$(PY) -m mypy src ingest eval app.py
imports: setup  ## Import contracts
	.venv/bin/lint-imports
docs: setup  ## The documents tell the truth: commands, settings, names, links
	$(PY) -m pytest -q tests/test_docs.py
bench: setup  ## Speed and memory, against their bars, in one run
	$(PY) -m eval bench

bench-scale: setup  ## What an index of 10,000, 100,000 and 300,000 sentences costs
	$(PY) -m eval scale
faults: setup  ## Kill, damage and starve it 200 times over: nothing may be lost
	$(PY) -m eval faults

sbom: setup  ## Write sbom.json: a CycloneDX bill of materials of what is installed
	$(PY) -m eval.supply sbom
lock: setup .venv/tools/installed  ## Write requirements.lock anew from constraints.txt; needs the network
	PATH="$(CURDIR)/.venv/tools/bin:$$PATH" $(PY) -m eval.supply lock $(if $(WHEELS),--wheels $(WHEELS))
audit: setup .venv/tools/installed  ## Versions, licences and known vulnerabilities; the last need the network
	$(PY) -m eval.supply audit
	.venv/tools/bin/pip-audit -r requirements.lock --no-deps --disable-pip
# Apart from what is audited: these tools bring versions of their own.
.venv/tools/installed: .venv/installed
	$(PYTHON) -m venv .venv/tools
	.venv/tools/bin/pip install --quiet --disable-pip-version-check uv pip-audit
	touch $@

.PHONY: help setup app ask test-quick test check lint fix types imports docs bench bench-scale faults sbom lock audit
