# Everything a newcomer needs: `make demo` and `make test` set themselves up.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
OUT ?= demo

.PHONY: demo test check venv dev clean

demo: venv
	$(BIN)/rolewright demo --out $(OUT)

# A process a core, each with one thread: most tests are too small for more. Tests of one file stay
# together, since they share what they have trained, and in the order of tests/conftest.py. Byte code
# is kept, whatever the environment says: many processes would each compile all modules anew.
test: dev
	PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 \
		$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

check: dev
	$(BIN)/ruff format --check src tests docs benchmarks
	$(BIN)/ruff check src tests docs benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports

venv: $(VENV)/installed
dev: $(VENV)/installed-dev

# pip reads the exact versions from constraints.txt; pyproject.toml declares ranges.
# torch comes first and by its exact version, so that no other package picks another build.
$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(grep '^torch==' constraints.txt)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

# dashscope and trl carry data files that tests compare with (Qwen's vocabulary, published chat
# templates); nothing of them is imported, so their dependencies stay out.
$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --no-deps dashscope trl
	touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
