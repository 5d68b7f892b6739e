# make run    set everything up and open the dashboard
# make test   set everything up, lint, check types and run all tests
.DEFAULT_GOAL := run
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501

# Where it is set, every process of the tests and every worker would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check bench screenshots checkpoints clean

run: $(VENV)/.installed
	$(BIN)/python -m resnet_viz serve --port $(PORT)

test: check
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	MYPY_NUM_WORKERS=2 $(BIN)/mypy

bench: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks

screenshots: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks.screenshots

checkpoints: $(VENV)/.installed
	$(BIN)/python -m checkpoints.make_digits

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache screenshots

# Stamps: nothing is installed again unless the requirements changed.
$(VENV)/.installed: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@
