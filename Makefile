# Two commands: `make report` and `make test`. Needs Python 3.11 or newer and make; everything else comes from the locks.
PYTHON ?= python3
BIN := .venv/bin
EXERCISE := corpora/synthetic/listening-exercise
PROJECT := reports/listening-exercise

.PHONY: report test check bench quality models models-across docs corpus example lock clean

report: .venv/ready
	$(BIN)/python tools/exercise.py --exercise $(EXERCISE) --project $(PROJECT)

test: .venv/ready-dev
	$(BIN)/python -m pytest -n auto --dist loadfile

check: .venv/ready-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/make_docs.py --check
	$(BIN)/python corpora/synthetic/make_listening_exercise.py --check

docs: .venv/ready-dev
	$(BIN)/python tools/make_docs.py

corpus: .venv/ready-dev
	$(BIN)/python corpora/synthetic/make_listening_exercise.py

# CODED=path/nhs_patient_feedback.csv also measures on comments coded by people
bench: .venv/ready
	$(BIN)/python benchmarks/all.py $(if $(CODED),--coded $(CODED))

# CODED=path/nhs_patient_feedback.csv; ENCODERS=folder of what `make models` made from each side, if not models/build
quality: .venv/ready
	$(if $(CODED),,$(error Say which comments: make quality CODED=path/nhs_patient_feedback.csv))
	-@$(MAKE) --no-print-directory .venv-peers/ready || echo "stock BERTopic can't be installed here: it is left out"
	$(BIN)/python benchmarks/quality.py "$(CODED)" $(if $(ENCODERS),--encoders "$(ENCODERS)")

.venv-peers/ready: benchmarks/requirements-peers.lock
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r benchmarks/requirements-peers.lock
	$(PYTHON) -c "open('.venv-peers/ready', 'w').close()"

# CODED=path/nhs_patient_feedback.csv; TORCH=folder or page of wheels where pip finds the CPU build of torch
MADE := models/build
TRAIN := models/train/train_encoder.py models/train/minilm.py models/train/coded.py
FOLDS := fold-0-of-3 fold-1-of-3 fold-2-of-3
ACROSS := without-NEAS without-NHFT

models: .venv/ready $(MADE)/env/ready
	$(if $(CODED),,$(error Say which comments: make models CODED=path/nhs_patient_feedback.csv))
	$(MAKE) --no-print-directory -j2 $(addprefix $(MADE)/,$(addsuffix /model.onnx,all $(FOLDS)))
	$(BIN)/python models/train/train_heads.py "$(CODED)" --encoders $(MADE)

# The encoders that were tuned without one Trust; the next `make models` then measures across Trusts too
models-across: $(MADE)/env/ready
	$(if $(CODED),,$(error Say which comments: make models-across CODED=path/nhs_patient_feedback.csv))
	$(MAKE) --no-print-directory -j2 $(addprefix $(MADE)/,$(addsuffix /model.onnx,$(ACROSS)))

$(MADE)/%/model.onnx: $(TRAIN) | $(MADE)/env/ready
	$(MADE)/env/bin/python models/train/train_encoder.py "$(CODED)" --side $* --to $(@D)

$(MADE)/env/ready: requirements.lock models/train/requirements.txt
	$(PYTHON) -m venv $(MADE)/env
	$(MADE)/env/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(MADE)/env/bin/python -m pip install --quiet --disable-pip-version-check --no-deps $(if $(TORCH),--find-links "$(TORCH)") -r models/train/requirements.txt
	$(MADE)/env/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(PYTHON) -c "open('$(MADE)/env/ready', 'w').close()"

example: .venv/ready
	$(BIN)/python tools/exercise.py --exercise $(EXERCISE) --project $(PROJECT) --example reports/example

lock:
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --excludes requirements-exclude.txt --extra build --extra dev -o requirements-dev.lock
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --excludes requirements-exclude.txt --extra build -c requirements-dev.lock -o requirements.lock
	uv pip compile benchmarks/requirements-peers.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --excludes benchmarks/requirements-peers-exclude.txt -c requirements-dev.lock -o benchmarks/requirements-peers.lock

clean:
	rm -rf .venv .venv-peers

.venv/bin/python:
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed; say which with: make report PYTHON=python3.12')"
	$(PYTHON) -m venv .venv

.venv/ready: requirements.lock pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -c "open('.venv/ready', 'w').close()"

.venv/ready-dev: requirements-dev.lock .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock
	$(BIN)/python -c "open('.venv/ready-dev', 'w').close()"
