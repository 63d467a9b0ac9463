PYTHON ?= python3.11
# The package index of PyTorch's CPU builds, as PyTorch's installation page gives it;
# left empty, pip looks where it always looks.
TORCH_INDEX ?=
RUN = .venv/bin/python -m
.DEFAULT_GOAL := help
.PHONY: help audit test quick lint hooks faults matrix mutation thorough backends release publish
.PHONY: matrix-stacks timing calibrate experiments outcomes

help: ## say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

audit: .venv/installed ## set everything up, judge the documents, write the report
	@$(RUN) pytest claims/

test: .venv/installed lint ## set everything up, run lint, types and all tests
	$(RUN) pytest harness/ tests/ -q -n auto -m "not alone"
	$(RUN) pytest harness/ -q -m alone
	$(RUN) pytest claims/

quick: .venv/installed lint ## lint, types, and the harness' tests that take no seconds
	$(RUN) pytest harness/ -q -m "not slow" -n auto

lint: .venv/installed ## ruff and mypy
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy

hooks: .venv/installed ## run the pre-commit hooks on all files
	$(RUN) pre_commit run --all-files

faults: .venv/installed ## can every check fail? each claim under its own faults
	$(RUN) pytest claims/ -q --faults

matrix: .venv/installed ## each fault of a topic against each claim of that topic (slow)
	$(RUN) pytest claims/ -q --faults=matrix

mutation: .venv/installed ## how many random defects of the libraries are noticed? (slow)
	$(RUN) pytest claims/ -q -n 0 -p harness.running.mutation --mutants 300 --reports reports/ci/mutation

experiments: .venv/installed ## outcomes of training: three minutes, and every fault
	$(RUN) pytest --experiments -q --budget 3m --faults --reports reports/ci/experiments

thorough: .venv/installed ## the slow checks too, and ten times the examples
	$(RUN) pytest claims/ -q --thorough --reports reports/ci/thorough

backends: .venv/installed ## TensorFlow, torch and JAX, merged into one report
	KERAS_BACKEND=tensorflow $(RUN) pytest claims/ -q --reports reports/ci/tensorflow
	KERAS_BACKEND=torch $(RUN) pytest claims/ -q --reports reports/ci/torch
	KERAS_BACKEND=jax $(RUN) pytest claims/ -q --reports reports/ci/jax
	$(RUN) harness merge reports/ci/tensorflow/latest reports/ci/torch/latest reports/ci/jax/latest --out reports/merged

matrix-stacks: .venv/installed ## the claims on every stack of stacks.toml, by nox and uv (an hour)
	-$(RUN) nox
	$(RUN) harness stacks reports/stacks/*/latest

release: faults outcomes ## is the published audit that of the claims as they stand?
	$(RUN) harness publish reports/latest $$(ls -d reports/outcomes/runs/* | tail -1) --check

publish: faults outcomes ## publish a new audit, with what faults and trainings showed
	$(RUN) harness publish reports/latest $$(ls -d reports/outcomes/runs/* | tail -1)

outcomes: .venv/installed ## outcomes of training, and every fault
	$(RUN) pytest --experiments -q --budget 10m --faults --reports reports/outcomes

timing: .venv/installed ## the ordinary run against the bare imports
	$(RUN) harness.running.timing

calibrate: .venv/installed ## many seeds: are the promised error rates true? (hours)
	$(RUN) harness.running.calibrate
	$(RUN) harness.benchmark.calibrate

.venv/installed: constraints.txt pyproject.toml
	test -x .venv/bin/python || $(PYTHON) -m venv .venv
	$(RUN) pip install --quiet --disable-pip-version-check $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) torch==2.13.0
	$(RUN) pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[cpu,jax,cluster,dev]"
	@touch $@
