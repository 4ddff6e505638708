# shellcheck shell=bash
# Sourced by the scripts: messages, root, builds. The working directory is the project's root.

die() { echo "$*" >&2; exit 1; }

# A heading that is easy to find in a long log.
heading() { printf '\n== %s\n' "$*"; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "this needs root, or sudo, to run: $*"
  fi
}

jobs() { nproc; }

# build PRESET [CMAKE ARGUMENT...] [-- TARGET...]: configures where needed, then builds.
build() {
  local preset=$1; shift
  local -a configure=() targets=()
  while [ $# -gt 0 ] && [ "$1" != -- ]; do configure+=("$1"); shift; done
  [ $# -eq 0 ] || { shift; targets=("$@"); }
  if [ ! -f "build/$preset/build.ninja" ] || [ ${#configure[@]} -gt 0 ]; then
    quietly cmake --preset "$preset" "${configure[@]}"
  fi
  local -a quiet=()
  [ -t 1 ] || quiet=(--quiet)
  ninja -C "build/$preset" -j "$(jobs)" "${quiet[@]}" "${targets[@]}"
}

# Runs a command and shows what it said only if it failed.
quietly() {
  local log status=0; log=$(mktemp)
  "$@" >"$log" 2>&1 || { status=$?; cat "$log" >&2; }
  rm -f "$log"
  return $status
}

# A port of the loopback interface on which nobody answers.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

# Sanitizers want a fixed address layout on kernels that randomise more bits than they expect.
with_fixed_layout() {
  if setarch -R true 2>/dev/null; then setarch -R "$@"; else "$@"; fi
}

# with_server COMMAND...: runs COMMAND beside a server on a fresh data directory; {endpoint} in its arguments
# becomes the server's URL. The server ends with it. The server's log: build/logs/server.log.
with_server() {
  local data port endpoint status=0 server
  data=$(mktemp -d) port=$(free_port)
  endpoint=http://127.0.0.1:$port
  build/release/treadle server --data "$data" --listen "127.0.0.1:$port" >build/logs/server.log 2>&1 &
  server=$!
  if wait_ready "$endpoint" "$server"; then
    "${@//\{endpoint\}/$endpoint}" || status=$?
  else
    cat build/logs/server.log >&2
    status=1
  fi
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  rm -rf "$data"
  return $status
}

# wait_ready ENDPOINT PID: until the server answers /readyz; false when it ended, or after 20 s.
wait_ready() {
  local _
  for _ in $(seq 200); do
    if curl -fsS -o /dev/null --max-time 2 "$1/readyz" 2>/dev/null; then return 0; fi
    kill -0 "$2" 2>/dev/null || return 1
    sleep 0.1
  done
  return 1
}
