# Short names for what one does every day. `make` lists them.
JOBS ?= $(shell nproc)
BUILD = build/dev
.DEFAULT_GOAL = help
.PHONY: help build check fmt lint test fuzz bench golden check-full

help:  ## this list
	@awk -F ':.*  ## ' '/^[a-z-]+:.*  ## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

build: $(BUILD)/build.ninja  ## the dev build (build/dev)
	ninja -C $(BUILD) -j $(JOBS)

check: build  ## what to run before a commit: build, unit tests, tidy, format
	ctest --test-dir $(BUILD) -j $(JOBS) --output-on-failure
	python3 tests/tidy/tidy.py
	scripts/fmt --check

fmt:  ## format the sources
	scripts/fmt

lint: $(BUILD)/build.ninja  ## clang-tidy over all sources
	scripts/lint $(BUILD)

test:  ## everything that .ci/run runs
	scripts/test

fuzz:  ## every fuzz target for a minute (SECONDS=60)
	scripts/fuzz $(or $(SECONDS),60)

bench:  ## the figures of `treadle bench`, each beside its limit
	scripts/bench

golden: build  ## rewrite the golden files from what the code does now; review the difference as code
	TREADLE_UPDATE_GOLDEN=1 ctest --test-dir $(BUILD) --output-on-failure

check-full:  ## test, and: lint, thread sanitizer, fuzz, the long rigs (hours)
	scripts/test --full

$(BUILD)/build.ninja: CMakeLists.txt CMakePresets.json
	cmake --preset dev
