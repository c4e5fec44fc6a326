# Every target sets up what it needs. `make run` publishes a release, `make test` holds everything to account.

WORK := $(abspath $(or $(IPMON_HOME),data))/work
BIN := .venv/bin
# The environment is ready for exactly these declarations of it; any change rebuilds it.
READY := .venv/ready-$(shell cat requirements.lock pyproject.toml | cksum | tr ' ' -)
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do $$p -c $(SUITS) 2>/dev/null && echo $$p && break; done)
SUITS := 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'
REMEDY := needs Python 3.11, 3.12 or 3.13 with its venv module: install one (on Debian or Ubuntu: apt-get install python3 python3-venv), \
or name one with make PYTHON=/path/to/python3.12.

export GX_ANALYTICS_ENABLED := false
export DAGSTER_DISABLE_TELEMETRY := 1

.PHONY: run test ui bench lint lock docs spark

run: $(READY)
	@$(BIN)/ipmon run

test: lint
	@$(BIN)/python -m pytest

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy

# The web page of the asset graph, on this machine only, with the daemon that runs schedules and sensors. Ctrl-C stops both.
ui: $(READY)
	@mkdir -p "$(WORK)/dagster" && cp pipelines/dagster.yaml "$(WORK)/dagster/"
	@DAGSTER_HOME="$(WORK)/dagster" $(BIN)/dagster dev --host 127.0.0.1 --port 3000 --workspace workspace.yaml

# The generated pages of docs/: methodology of each indicator, data dictionary, registers.
docs: $(READY)
	@$(BIN)/python -m pipelines.documents docs

bench: $(READY)
	@$(BIN)/python bench/run.py

# The optional extra for measures on Spark (IPMON_ENGINE=local[2] or spark://host:7077). It runs on Java 17, which it does not install.
spark: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-build-isolation --use-pep517 \
	  -r requirements-spark.lock

# Resolves requirements.in again, keeping what the lock holds unless UPGRADE=--upgrade is given.
lock: $(READY)
	@$(BIN)/python -m venv "$(WORK)/lock-tools" && "$(WORK)/lock-tools/bin/pip" install --quiet uv
	@"$(WORK)/lock-tools/bin/uv" pip compile requirements.in $(UPGRADE) --universal --python-version 3.11 --generate-hashes \
	  --no-strip-extras --no-header --no-annotate --quiet --output-file requirements.lock
	@"$(WORK)/lock-tools/bin/uv" pip compile requirements-spark.in --constraint requirements.lock $(UPGRADE) --universal \
	  --python-version 3.11 --generate-hashes --no-strip-extras --no-header --no-annotate --quiet --output-file requirements-spark.lock

$(READY):
	@p="$(PYTHON)"; "$${p:-false}" -c $(SUITS) 2>/dev/null || \
	  { echo "ip-monitor $(REMEDY) (found: $$("$${p:-python3}" --version 2>/dev/null || echo no Python))" >&2; exit 2; }; \
	  echo "Setting up .venv with $$("$$p" --version) from requirements.lock (once, about a minute) ..."; \
	  "$$p" -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
