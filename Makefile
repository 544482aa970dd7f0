# `make demo` and `make test` are all a newcomer needs; both make .venv by themselves.
VENV   := .venv
PYTHON ?=
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
DEMO   := demo

.DEFAULT_GOAL := help
.PHONY: help demo test lint format docs bench clean

help:  ## Say what each target does
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-7s %s\n", $$1, $$2}' Makefile

$(READY): pyproject.toml scripts/install.sh
	PYTHON='$(PYTHON)' sh scripts/install.sh $(VENV)
	@touch $(READY)

demo: $(READY)  ## Synthetic images -> cutis-tiny -> zero-shot -> report, in under 5 minutes
	$(BIN)/cutis data phantom --n 300 --seed 1 -o $(DEMO)/phantom
	$(BIN)/cutis zero-shot --model cutis-tiny --data $(DEMO)/phantom/phantom.csv --split all -o $(DEMO)/run
	@echo "cutis-tiny was trained on images of this generator: this shows the workflow, not performance."
	@echo "The report is here: $(CURDIR)/$(DEMO)/run/report.html"

test: $(READY)  ## Run every test, documentation examples included
	$(BIN)/python -m pytest

lint: $(READY)  ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)  ## Put the code in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(READY)  ## Write the generated pages of docs/ and the README's tree anew
	$(BIN)/python docs/generate.py

bench: $(READY)  ## Measure speed next to named alternatives, as docs/benchmarks.md records it
	set -e; for file in benchmarks/bench_*.py; do $(BIN)/python $$file; done

clean:  ## Remove what the demo made
	rm -rf $(DEMO)
