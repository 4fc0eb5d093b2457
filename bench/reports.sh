#!/usr/bin/env bash
# Measures reports: builds, starts an engine on an empty data directory, writes N events into it, and asks each report.
#
#   bench/reports.sh 2000000                      what follows -- goes to bench/Reports
#   DATA=/var/tmp/bench bench/reports.sh 2000000  keeps the data there, and uses them where they are already
#
# ARTIFACTS: where builds go (artifacts/).
set -euo pipefail
cd "$(dirname "$0")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
artifacts=$(realpath -m "${ARTIFACTS:-artifacts}")
events=${1:-2000000}
shift || true
[ "${1:-}" != -- ] || shift

for project in EmbeddedClickHouse QueryApi bench/Generate bench/Reports; do
  dotnet build "$project" -v q --artifacts-path "$artifacts"
done

work=${DATA:-$(mktemp -d)}
mkdir -p "$work"
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
engine=''
stop() {
  [ -z "$engine" ] || { kill -TERM "$engine" 2> /dev/null || true; wait "$engine" || true; }
  [ -n "${DATA:-}" ] || rm -rf "$work"
}
trap stop EXIT

Engine__DataDirectory="$work/clickhouse" ASPNETCORE_URLS="http://127.0.0.1:$port" \
  dotnet "$artifacts/bin/EmbeddedClickHouse/debug/EmbeddedClickHouse.dll" > "$work/engine.log" 2>&1 &
engine=$!
until curl -fs -o /dev/null "http://127.0.0.1:$port/ping"; do
  kill -0 "$engine" || { tail -n 30 "$work/engine.log"; exit 1; }
  sleep 0.2
done

store="http://127.0.0.1:$port/analytics"
if [ ! -e "$work/events-$events" ]; then
  dotnet "$artifacts/bin/Generate/debug/Generate.dll" --clickhouse "$store" --events "$events"
  touch "$work/events-$events"
fi
dotnet "$artifacts/bin/Reports/debug/Reports.dll" --clickhouse "$store" --queryapi "$artifacts/bin/QueryApi/debug/QueryApi.dll" "$@"
