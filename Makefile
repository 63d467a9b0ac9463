# make audit: judge the documents.  make test: all tests.  Both set everything up.
PYTHON ?= python3.11
# The package index of PyTorch's CPU builds, as PyTorch's installation page gives it;
# left empty, pip looks where it always looks.
TORCH_INDEX ?=
RUN = .venv/bin/python -m

.PHONY: audit test backends faults thorough publish matrix timing calibrate lint
audit: .venv/installed
	@$(RUN) pytest claims/

test: .venv/installed lint
	$(RUN) pytest harness/ --assert=rewrite
	$(RUN) pytest claims/

lint: .venv/installed
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy

backends: .venv/installed
	KERAS_BACKEND=tensorflow $(RUN) pytest claims/ -q --reports reports/ci/tensorflow
	KERAS_BACKEND=torch $(RUN) pytest claims/ -q --reports reports/ci/torch
	KERAS_BACKEND=jax $(RUN) pytest claims/ -q --reports reports/ci/jax
	$(RUN) harness merge reports/ci/tensorflow/latest reports/ci/torch/latest reports/ci/jax/latest --out reports/merged

faults: .venv/installed
	$(RUN) pytest claims/ -q --faults

thorough: .venv/installed
	$(RUN) pytest claims/ -q --thorough --reports reports/ci/thorough

publish: .venv/installed
	$(RUN) pytest claims/ -q --faults
	$(RUN) harness publish reports/latest

matrix: .venv/installed
	$(RUN) pytest claims/ -q --faults=matrix -n 2

timing: .venv/installed
	$(RUN) harness.timing

calibrate: .venv/installed
	$(RUN) harness.calibrate
	$(RUN) harness.benchmark.calibrate

.venv/installed: constraints.txt pyproject.toml
	test -x .venv/bin/python || $(PYTHON) -m venv .venv
	$(RUN) pip install --quiet --disable-pip-version-check $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) torch==2.13.0
	$(RUN) pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[cpu,jax,dev]"
	@touch $@
