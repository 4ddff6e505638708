# shellcheck shell=bash
# The steps of scripts/test: each a function step_NAME that runs under `set -e` in a shell of its own, says
# what it does, and reports with `count`.

# count PASSED FAILED WHAT: adds to the last line of scripts/test.
count() { echo "$1 $2 $3" >>build/logs/counts; }

shared=../shared

# logged NAME COMMAND...: runs it, output to the terminal and to build/logs/NAME.log; its exit status.
logged() {
  local log=build/logs/$1.log; shift
  "$@" 2>&1 | tee "$log"
  return "${PIPESTATUS[0]}"
}

# tests_of NAME COMMAND...: runs it and adds the numbers that it reports last to the count: "N passed, M failed",
# Python's "Ran N tests" or Node's "# pass N".
tests_of() {
  local name=$1 log=build/logs/$1.log status=0 passed failed; shift
  logged "$name" "$@" || status=$?
  read -r passed failed < <(python3 scripts/lib/counts.py "$log") || true
  if [ $status -ne 0 ] && [ "${failed:-0}" -eq 0 ]; then failed=1; fi
  if [ "${passed:-0}" -eq 0 ] && [ "${failed:-0}" -eq 0 ]; then failed=1; fi  # nothing ran
  count "${passed:-0}" "$failed" "$name"
}

# passes NAME COMMAND...: one test, which passes when the command does.
passes() {
  local name=$1; shift
  if logged "$name" "$@"; then count 1 0 "$name"; else count 0 1 "$name"; fi
}

step_setup() { scripts/setup ${TREADLE_SETUP_FULL:+"$TREADLE_SETUP_FULL"}; }

# The demo configures without tests; this puts them back.
step_build() { build release -DTREADLE_TESTS=ON; }

# unit_tests PRESET [CTEST ARGUMENT...]: every GoogleTest case counts, and every other test as one.
unit_tests() {
  local preset=$1 status=0 passed failed; shift
  local results=$PWD/build/logs/gtest-$preset
  local -a layout=()
  [ "$preset" = release ] || layout=(with_fixed_layout)
  rm -rf "$results"
  GTEST_OUTPUT=xml:$results/ logged "unit-$preset" "${layout[@]}" \
    ctest --preset "$preset" -j "$(jobs)" --no-tests=error "$@" || status=$?
  read -r passed failed < <(python3 scripts/lib/counts.py --gtest "$results" "build/logs/unit-$preset.log")
  if [ $status -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
  echo "unit tests ($preset): $passed passed, $failed failed"
  count "$passed" "$failed" "unit tests ($preset)"
}

step_unit() { unit_tests release; }

step_tidy() {
  passes tidy-self-test python3 tests/tidy/self_test.py
  passes tidy python3 tests/tidy/tidy.py
}

step_cli() { python_tests cli; }

step_api() {
  python_tests api
  tests_of api-js node --test tests/js/*.test.mjs
}

step_services() { python_tests services; }

# Debian's own Python, whose boto3 and awscli the tests drive.
python_tests() {
  local python=/usr/bin/python3
  [ -x $python ] || python=python3
  tests_of "$1" "$python" -m unittest discover -s "tests/$1" -t tests -p '*_test.py'
}

core_modules=(base json expr asl record interpreter store import scenario)
other_modules=(net integrations targets logs runtime library api lint saga approvals)

step_asan() { sanitized "${core_modules[@]}"; }

# sanitized MODULE...: their tests under the address and undefined-behaviour sanitizers.
sanitized() {
  local -a targets=()
  local module
  for module in "$@"; do
    if compgen -G "tests/$module/*_test.cc" >/dev/null || compgen -G "tests/$module/*/*_test.cc" >/dev/null; then
      targets+=("test_$module")
    fi
  done
  build asan -- "${targets[@]}"
  local modules; modules=$(IFS='|'; echo "$*")
  TREADLE_PROPERTY_RUNS=${TREADLE_PROPERTY_RUNS:-500} unit_tests asan -R "^($modules)\$"
}

# at_least PERCENT NAME COMMAND...: passes when that share of "N passed, M failed" did.
at_least() {
  local percent=$1 name=$2 passed failed; shift 2
  logged "$name" "$@" >/dev/null || true
  read -r passed failed < <(python3 scripts/lib/counts.py "build/logs/$name.log") || true
  if [ "${passed:-0}" -gt 0 ] && [ $((passed * 100)) -ge $(((passed + failed) * percent)) ]; then
    echo "$name: $passed of $((passed + failed)), at least $percent % asked"
    count 1 0 "$name"
  else
    tail -n 30 "build/logs/$name.log"
    echo "$name: FAILED: ${passed:-0} of $((${passed:-0} + ${failed:-0})), at least $percent % asked"
    count 0 1 "$name"
  fi
}

step_conformance() {
  local corpora=$shared/conformance
  [ -d "$corpora" ] || { echo "skipped: there is no $corpora"; return 0; }
  export TREADLE=$PWD/build/release/treadle
  at_least 98 conformance-jsonata "$corpora/jsonata/run" -q
  at_least 100 conformance-jsonpath "$corpora/jsonpath/run" -q
  at_least 100 conformance-intrinsics "$corpora/intrinsics/run" -q
  at_least 99 conformance-definitions "$corpora/definitions/run" -q  # docs/compatibility.md names the others
  at_least 98 conformance-asl recorded_cases foundation,language,express,integrations
}

# recorded_cases STAGES: ../shared/conformance/asl against a server of its own.
recorded_cases() {
  local lambda; lambda=$(free_port)
  AWS_ENDPOINT_URL=http://127.0.0.1:$lambda \
    with_server "$shared/conformance/asl/run" --endpoint '{endpoint}' --lambda-port "$lambda" --stage "$1"
}

server_template="$PWD/build/release/treadle server --data {data} --listen 127.0.0.1:{port}"

step_rigs() {
  [ -d "$shared/rigs" ] || { echo "skipped: there is no $shared/rigs"; return 0; }
  rig crash_loop --executions 300 --kills 30 --require-idempotency
  rig bad_input
  # The limit of memory an execution holds for 100,000 of them (step_rigs_long): fewer do not outweigh fixed costs.
  rig load_hold 20000 --max-disk-per-exec 1500 --max-recovery 5
}

# rig NAME ARGUMENT...: one black-box rig against the release.
rig() {
  local name=$1; shift
  passes "rig-$name" python3 "$shared/rigs/$name.py" --server-cmd "$server_template" "$@"
}

# ---- only with --full

step_lint() {
  passes fmt scripts/fmt --check
  quietly cmake --preset dev
  passes lint scripts/lint build/dev
}

step_asan_rest() { sanitized "${other_modules[@]}"; }

step_tsan() {
  build tsan
  unit_tests tsan
}

step_fuzz() { tests_of fuzz scripts/fuzz 60; }

step_rigs_long() {
  [ -d "$shared/rigs" ] || { echo "skipped: there is no $shared/rigs"; return 0; }
  local seed
  for seed in 2 3; do
    rig crash_loop --executions 500 --kills 50 --require-idempotency --seed "$seed"
    rig bad_input --require-close --slow-seconds 35
  done
  rig load_hold 100000 --max-rss-per-exec 300 --max-disk-per-exec 1500 --max-recovery 5
  rig load_hold 100000 --kind wait --down 10 --max-recovery 5
}
