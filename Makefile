# Recipes name relative paths only, so the clone may lie anywhere, spaces included.
# PYTHON=python3.12 chooses the interpreter of .venv (default python3).
CORPUS ?= seeds
PORT ?= 8000
FUZZ_SECONDS ?= 60
# The shell reads these two from its environment, so any folder name is safe.
export CORPUS PORT

BIN := .venv/bin
LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-header --no-annotate --quiet $(UPGRADE)

.DEFAULT_GOAL := help
.PHONY: help serve test test-cluster check lint types imports security licences lock docs quality golden fuzz reliability image-test bench clean \
	env env-dev

help: ## list what can be asked for
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | \
		while IFS='|' read -r name what; do printf '  make %-13s %s\n' "$$name" "$$what"; done

serve: env ## index a folder and serve it: CORPUS=folder (seeds) PORT=8000
	@$(BIN)/winnow serve "$$CORPUS" --port "$$PORT"

test: env-dev ## run all tests
	@sh requirements/programs.sh </dev/null
	@$(BIN)/python -m pytest

test-cluster: env-dev ## run what needs PostgreSQL, on servers of its own
	@$(BIN)/python -m pytest -m cluster tests/cluster tests/contracts

check: lint types imports security licences ## lint, types, imports, dangerous calls, dependencies

lint: env-dev ## ruff: rules and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: env-dev ## mypy, strict
	@$(BIN)/python -m mypy

imports: env-dev ## who may import whom (pyproject.toml, importlinter)
	@$(BIN)/lint-imports

security: env-dev ## bandit: calls that open a door (exceptions: pyproject.toml, and `nosec` in place)
	@found=$$($(BIN)/bandit --quiet --recursive --configfile pyproject.toml embeddings service client/winnow_client 2>&1) || \
		{ printf '%s\n' "$$found"; exit 1; }

licences: env-dev ## licence, pin and hash of every dependency
	@$(BIN)/python -m pytest --quiet tests/test_dependencies.py

# The pins that are there stay; UPGRADE=--upgrade takes newer ones. torch.txt is kept by hand.
# colorama is in run.txt for Windows alone, and mkdocs-material wants it everywhere.
lock: env-dev ## resolve requirements/ again after a change of pyproject.toml
	echo uv | $(LOCK) --output-file requirements/uv.txt - >/dev/null
	$(LOCK) --no-emit-package torch --output-file requirements/run.txt pyproject.toml >/dev/null
	$(LOCK) --extra dev --constraint requirements/run.txt --no-emit-package torch \
		$$(sed -n '/^colorama=/!s/^\([a-z0-9-]*\)==.*/--no-emit-package \1/p' requirements/run.txt) \
		--output-file requirements/dev.txt pyproject.toml >/dev/null

docs: env-dev ## take the tables of README.md and docs/reference/, and docs/openapi.json, from the code
	@$(BIN)/python -m service.reference README.md docs/reference/*.md docs/openapi.json

.PHONY: site
site: env-dev ## the documentation as pages, in site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

quality: env-dev ## measure the figures of README.md again
	@$(BIN)/python -m service.evaluation.showcase README.md

golden: env-dev ## write the answers over seeds/ anew that tests compare with
	@$(BIN)/python -m tests.quality.golden

fuzz: env-dev ## thousands of damaged files, then what the code's own branches lead to: FUZZ_SECONDS=60 each
	@$(BIN)/python -m pytest --hypothesis-profile=fuzz tests/embeddings/documents/test_damage.py \
		tests/embeddings/test_artifact_fuzz.py
	@$(BIN)/python -m tests.fuzzing --seconds $(FUZZ_SECONDS)

reliability: env-dev ## kill, damage and unplug hundreds of times, and overload (an hour)
	@$(BIN)/python -m pytest -m reliability

image-test: env-dev ## build the image and run it locked down (needs Docker; IMAGE_BUILD="options of its build")
	@$(BIN)/python -m pytest -m image tests/test_container.py

.PHONY: wheel wheel-test platforms sbom
platforms: env-dev ## which Pythons and platforms each pin has a wheel for (docs/compatibility.md)
	@sh requirements/platforms.sh

sbom: env-dev ## what the wheel runs with: names, versions, hashes, licences, into dist/winnow-sbom.json
	@$(BIN)/python requirements/sbom.py dist/winnow-sbom.json

wheel: env-dev ## build what is published, into dist/: of one commit, the same bytes
	@rm -rf build
	@SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m build --wheel --no-isolation --quiet >/dev/null
	@ls dist/*.whl

wheel-test: env-dev ## build the wheel, install it into an empty environment, run it offline (`make test` does too)
	@$(BIN)/python -m pytest tests/test_wheel.py

bench: env-dev ## speed and size over seeds/, beside the last run here; then Lighthouse (a quiet machine)
	@$(BIN)/python -m tests.benchmarks.kept

.PHONY: bench-cluster
bench-cluster: env-dev ## 200,000 passages as files and in PostgreSQL: loading, size, queries (half an hour, a quiet machine)
	@$(BIN)/python -m tests.benchmarks.cluster

.PHONY: comparison
comparison: env-dev ## Winnow beside txtai, Chroma and Haystack: docs/comparison.md (ten minutes, a quiet machine)
	@$(BIN)/python -m tests.benchmarks.comparison

clean: ## remove the environment and caches; indexes stay
	rm -rf .venv build dist site *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .fuzz
	find embeddings service client tests -name __pycache__ -type d -prune -exec rm -rf {} +

env:
	@sh requirements/install.sh run

env-dev:
	@sh requirements/install.sh dev
