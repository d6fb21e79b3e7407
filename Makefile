# Every target works on a bare machine with python3 >= 3.11: it makes .venv/ first.
# Extra arguments go through ARGS: make verify ARGS="--quick", make test ARGS="-k gae".

SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
ARGS ?=
# Programs that train policies measure nothing, and accelerators are measured where there is one: both run by hand.
BENCHMARKS := $(filter-out benchmarks/train_%.py benchmarks/accelerator_%.py,$(wildcard benchmarks/*.py))
# What rlproof proofs has just checked is not checked again; what it compiled is kept for exactly these files.
PROOF_TESTS := $(wildcard $(addprefix proofs_tests/,prover test_rocq.py test_facts.py test_smt.py test_symbolic.py test_bridge.py))

.DEFAULT_GOAL := help
.PHONY: help setup verify test proofs docs bench mutation lint format typed

help: ## Show this list.
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: $(READY) ## Make .venv/ and install everything that the other targets need.
	@echo "setup: $(VENV)/ is ready"

verify: $(READY) ## The main job: check every equation and write evidence.json.
	@$(BIN)/rlproof verify $(ARGS)

test: $(READY) ## Run the test-suite.
	@$(BIN)/pytest -n auto --dist worksteal $(ARGS)

proofs: $(READY) ## Install the prover if it is missing, check every machine proof, and test the checker.
	@bash .ci/install-prover
	@$(BIN)/python -c 'import sympy, z3' 2>/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[proofs]'
	@$(BIN)/rlproof proofs $(ARGS)
	@$(BIN)/pytest -q -n 2 -m "not proved" $(PROOF_TESTS)

mutation: $(READY) ## Change one operator or number at a time and see a test fail (hours; a sample: ARGS="--sample 200").
	@$(BIN)/python -c 'import cosmic_ray' 2>/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[mutation]'
	@$(BIN)/python -m proofs_tests.mutation.run $(ARGS)

docs: $(READY) ## Build docs/_build/html; a warning is an error.
	@$(BIN)/sphinx-build -q -n -W --keep-going -b html docs docs/_build/html $(ARGS)
	@echo "docs: docs/_build/html/index.html"

bench: $(READY) ## Run every benchmark.
	@$(BIN)/python -c "import envpool" 2>/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[bench]"
	@test -n "$(BENCHMARKS)" || { echo "bench: there are no benchmarks; 0 run." >&2; exit 1; }
	@for program in $(BENCHMARKS); do echo "== $$program"; $(BIN)/python "$$program" $(ARGS) || exit 1; done

lint: $(READY) typed ## Style, format and types.
	@$(BIN)/ruff check --quiet --output-format concise . && echo "ruff check: clean"
	@$(BIN)/ruff format --check --output-format concise . && echo "ruff format: clean"
	@set -o pipefail; $(BIN)/basedpyright | sed -E \
	  -e 's,($(CURDIR)/)?build/typed/rlproof/(spec|impl|envs|oracle)/,\2/,' \
	  -e 's,($(CURDIR)/)?build/typed/rlproof/(laws|published|proofs)/,proofs_tests/\2/,' -e 's,($(CURDIR)/)?build/typed/,,'

format: $(READY) ## Format the code and apply the safe fixes.
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

# The type checker does not read the mapping in pyproject.toml: it gets the packages by their import names, as links.
typed:
	@rm -rf build/typed && mkdir -p build/typed
	@cp -rs $(CURDIR)/rlproof build/typed/rlproof
	@for name in spec impl envs oracle; do cp -rs $(CURDIR)/$$name build/typed/rlproof/$$name; done
	@for name in laws published proofs; do cp -rs $(CURDIR)/proofs_tests/$$name build/typed/rlproof/$$name; done

$(READY): pyproject.toml
	@if [ ! -x $(BIN)/python ] || ! $(BIN)/python -c '' 2>/dev/null; then bash .ci/make-venv $(VENV); fi
	@echo "setup: installing into $(VENV)/ (some minutes the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[impl,docs,dev]'
	@touch $(READY)
