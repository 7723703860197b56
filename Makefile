# cockpit: `make` alone lists what there is.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.installed
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help install demo test check cases cases-can bench-can train eval bench-nlu bench bench-speech bench-route hil hil-mutants soak clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(READY) ## make .venv with everything in it

# The stamp is as old as the last install: a changed pyproject.toml installs again.
$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed, $(PYTHON) is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { \
	  rm -rf .venv; echo "Cannot make a virtual environment (on Debian: apt-get install python3-venv)." >&2; exit 1; }
	@echo "installing into .venv (about 200 MB to fetch on the first run)"
	@{ $(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1' && \
	  $(BIN)/python -m pip install --progress-bar off -e '.[dev]'; } 2>&1 | tee .venv/install.log \
	  | sed -u -n 's/^ *Downloading \(.*\)/  \1/p' || { tail -n 8 .venv/install.log >&2; exit 1; }
	@touch $@

demo: install ## a car driven by voice in Chinese and English
	@$(BIN)/cockpit models pull default
	@$(BIN)/cockpit demo

test: install ## the whole test suite
	@$(BIN)/cockpit models pull default vosk-ko
	@$(BIN)/pytest

check: install ## lint, format, types, imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

cases: install ## typed cases against the service on a real broker, with the reached figure as floor
	@$(BIN)/python -m hil.cases

cases-can: install ## the same cases over CAN frames: words to frames and back
	@$(BIN)/python -m hil.can.cases

bench-can: install ## the CAN gateway: command to frame, and its share of a core at 200 updates a second
	@$(BIN)/python -m hil.can.bench

train: install ## train the intent model from scratch (about an hour on two cores, less on a GPU)
	@$(BIN)/python -m pip install --quiet -e '.[train]'
	@$(BIN)/cockpit models pull e5-small
	@$(BIN)/python -m models.training
	@$(BIN)/python -m models.eval --set-thresholds
	@$(BIN)/python -m models.training.compression
	@$(BIN)/python -m models.training.card

eval: install ## how well the shipped intent model understands: table, HTML and JSON in out/eval, curves in docs/plots
	@$(BIN)/python -m models.eval --plots docs/plots

bench-nlu: install ## this model, hassil and a prompted small language model on the same sentences
	@$(BIN)/cockpit models pull qwen2.5-coder-0.5b
	@$(BIN)/python -m models.eval.bench

bench: install ## latency, memory and idle load of this machine
	@$(BIN)/cockpit bench

bench-speech: install ## hearing and speaking: errors in noise, false actions, endpoints, latency; pages and plots in docs
	@$(BIN)/cockpit models pull default
	@$(BIN)/python -m hil.speech.bench $(ARGS)

bench-route: install ## who answers a day's requests at a good, a weak and no link: share of the board, waits, cost; docs/routing.md
	@$(BIN)/cockpit models pull default
	@$(BIN)/python -m hil.routing.bench $(ARGS)

hil: install ## every scenario on the all-virtual rig; its report, compared with the run before: out/hil/report.html
	@$(BIN)/cockpit models pull default
	@rm -rf out/hil-before; if test -d out/hil; then mv out/hil out/hil-before; fi
	@$(BIN)/cockpit hil run hil/scenarios --rig virtual --out out/hil \
	  $$(if test -f out/hil-before/run.json; then echo --against out/hil-before; fi)
	@$(BIN)/python -m hil.report.looking out/hil/report.html

hil-mutants: install ## break the gate, expiry, freshness, confirmation, results …, one at a time: scenarios must notice
	@$(BIN)/python -m hil.mutants

soak: install ## 1,000 turns under 200 state updates a second and the clients of twenty rigs
	@$(BIN)/cockpit models pull default
	@$(BIN)/python -m hil.soak --out out/soak.json

clean: ## remove .venv and everything built; pulled models stay
	@rm -rf .venv build dist out .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
