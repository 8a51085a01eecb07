# Everything a fresh Debian or Ubuntu machine needs beyond git, make and Python 3.11 or later is set up here.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SAMPLE := resources/samples/phantom-opacity.dcm

QT_LIBRARIES := libegl1 libgl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libxkbcommon0 libxkbcommon-x11-0 \
	libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 \
	libxcb-shape0 libxcb-xinerama0 fonts-dejavu-core
TEST_PROGRAMS := xvfb dcmtk dicom3tools poppler-utils
# What `make fuzz` is told besides: FUZZ="--count 500 --seed 1".
FUZZ :=

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test test-all fuzz check format bench agreement samples clean

run: $(VENV)/.run
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
		exec $(BIN)/cxrviewer $(SAMPLE); \
	else \
		echo "No display: rendering the window offscreen."; \
		exec $(BIN)/cxrviewer --screenshot build/cxrviewer.png $(SAMPLE); \
	fi

test: $(VENV)/.test
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

test-all: $(VENV)/.test
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n 2 --dist loadfile

check: $(VENV)/.check
	$(BIN)/ruff check cxrviewer tests benchmarks packaging
	$(BIN)/ruff format --check cxrviewer tests benchmarks packaging
	$(BIN)/mypy
	$(BIN)/lint-imports

fuzz: $(VENV)/.test
	PYTHONPATH=tests $(BIN)/python -m fuzz $(FUZZ)

format: $(VENV)/.check
	$(BIN)/ruff check --fix cxrviewer tests benchmarks packaging
	$(BIN)/ruff format cxrviewer tests benchmarks packaging

bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks

agreement: $(VENV)/.test
	$(BIN)/python -m benchmarks.references.agreement docs/agreement.md

samples: $(VENV)/.test
	$(BIN)/python packaging/draw_phantom.py resources/samples
	$(BIN)/python packaging/draw_colormaps.py resources/colormaps.npy

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache

$(VENV)/.run: pyproject.toml packaging/apt-install.sh
	sh packaging/apt-install.sh $(QT_LIBRARIES)
	[ -x $(BIN)/pip ] || $(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); sh packaging/apt-install.sh python3-venv; $(PYTHON) -m venv $(VENV); }
	$(BIN)/python -c "import sys; assert sys.version_info >= (3, 11), 'Python 3.11 or later is needed'"
	$(BIN)/pip install --quiet --editable ".[dicom]"
	touch $@

$(VENV)/.test: $(VENV)/.run
	sh packaging/apt-install.sh $(TEST_PROGRAMS)
	$(BIN)/pip install --quiet --editable ".[dicom,cluster,test]"
	touch $@

$(VENV)/.check: $(VENV)/.test
	$(BIN)/pip install --quiet --editable ".[dicom,cluster,test,check]"
	touch $@

$(VENV)/.bench: $(VENV)/.test
	$(BIN)/pip install --quiet --editable ".[dicom,cluster,test,bench]"
	touch $@
