#!/usr/bin/env bash
# Measures: builds the system and the load program, and for each scenario starts a fresh system on a free port with an empty data
# directory, runs the scenario against it, and stops it.
#
#   bench/run.sh                                  single, batch and mixed, with the program's own settings
#   bench/run.sh batch                            one of them
#   bench/run.sh single soak -- --seconds 60      what follows -- goes to the load program (see bench/README.md)
#   bench/run.sh bare single                      bare: YARP, Kestrel and a push to Debian's Redis alone, to hold the others against
#
# APPHOST_ARGS: more options for the AppHost, for example "--collectors 2". ARTIFACTS: where builds go (artifacts/).
set -euo pipefail
cd "$(dirname "$0")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
artifacts=$(realpath -m "${ARTIFACTS:-artifacts}")

scenarios=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  scenarios+=("$1")
  shift
done
[ $# -eq 0 ] || shift
[ ${#scenarios[@]} -gt 0 ] || scenarios=(single batch mixed)

dotnet build AppHost -v q --artifacts-path "$artifacts"
dotnet build bench/Load -v q --artifacts-path "$artifacts"
dotnet build bench/Bare -v q --artifacts-path "$artifacts"

apphost='' work='' bare=()
stop() {
  if [ ${#bare[@]} -gt 0 ]; then
    kill -TERM "${bare[@]}" 2> /dev/null || true
    wait "${bare[@]}" || true
    bare=()
  fi
  if [ -n "$apphost" ]; then
    kill -TERM "$apphost" 2> /dev/null || true
    wait "$apphost" || true
    apphost=''
  fi
  if [ -n "$work" ]; then
    rm -rf "$work"
    work=''
  fi
}
trap stop EXIT

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

# The load of `single`, to the least that could take it.
run_bare() {
  local redis service gateway program=$artifacts/bin/Bare/debug/Bare.dll
  redis=$(free_port) service=$(free_port) gateway=$(free_port)
  redis-server --port "$redis" --bind 127.0.0.1 --save '' --dir "$work" > "$work/redis.log" &
  bare+=($!)
  until redis-cli -p "$redis" ping > /dev/null 2>&1; do sleep 0.1; done
  dotnet "$program" service "http://127.0.0.1:$service" "127.0.0.1:$redis" &
  bare+=($!)
  dotnet "$program" gateway "http://127.0.0.1:$gateway" "http://127.0.0.1:$service" &
  bare+=($!)
  until curl -fs -o /dev/null --max-time 5 -d x "http://127.0.0.1:$gateway/"; do sleep 0.1; done
  echo
  echo "bare (YARP, Kestrel, one push to Redis a request):"
  dotnet "$artifacts/bin/Load/debug/Load.dll" --url "http://127.0.0.1:$gateway" --scenario single "$@" || result=$?
}

result=0
for scenario in "${scenarios[@]}"; do
  work=$(mktemp -d)
  if [ "$scenario" = bare ]; then
    run_bare "$@"
    stop
    continue
  fi

  port=$(free_port)
  key=bench-$$-$RANDOM$RANDOM

  # The program itself and not `dotnet run`: no build, no process in between.
  # shellcheck disable=SC2086
  DOTNET_ENVIRONMENT=Development dotnet "$artifacts/bin/AppHost/debug/AppHost.dll" \
    --port "$port" --data "$work/data" --api-key "$key" ${APPHOST_ARGS:-} > "$work/log" 2>&1 &
  apphost=$!

  for ((i = 0; ; i++)); do
    if curl -fs -o /dev/null --max-time 5 "http://localhost:$port/health"; then
      break
    fi
    if [ $i -ge 600 ] || ! kill -0 "$apphost" 2> /dev/null; then
      tail -n 30 "$work/log"
      echo "The system did not become healthy." >&2
      exit 1
    fi
    sleep 0.5
  done

  dotnet "$artifacts/bin/Load/debug/Load.dll" \
    --url "http://localhost:$port" --api-key "$key" --apphost-pid "$apphost" --scenario "$scenario" "$@" || result=$?
  stop
done
exit $result
