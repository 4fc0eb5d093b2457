#!/usr/bin/env bash
# Builds and tests everything, on a fresh machine with the .NET 10 SDK and Node 20. Installs the rest itself.
# Ends in one line: "N passed, N failed" (", N skipped" where there are any). Exit code 0 when nothing failed.
set -uo pipefail
cd "$(dirname "$0")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
passed=0 failed=0 skipped=0
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT

step() { began=$SECONDS; printf '\n== %s\n' "$1"; }

fail() { # a step that is no test run: it counts as one failed test
  printf '!! %s\n' "$1" | tee -a "$log/failures"
  failed=$((failed + 1))
}

finish() {
  echo
  cat "$log/failures" 2> /dev/null # once more at the end, where a log that was cut still shows them
  if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
  else
    echo "$passed passed, $failed failed"
  fi
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
  exit
}

step "Debian packages"
missing=()
command -v redis-server > /dev/null || missing+=(redis-server)
command -v chromium > /dev/null || missing+=(chromium)
command -v setpriv > /dev/null || missing+=(util-linux)
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" -eq 0 ] && command -v apt-get > /dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}" fonts-dejavu-core; } > "$log/apt" 2>&1 \
      || { tail -n 20 "$log/apt"; fail "could not install ${missing[*]}"; finish; }
  else
    fail "please install: ${missing[*]}"
    finish
  fi
fi

step "Tools and packages"
dotnet tool restore || { fail "dotnet tool restore"; finish; }
dotnet restore || { fail "dotnet restore"; finish; }

step "Build"
dotnet build --no-restore || { fail "dotnet build"; finish; }

step "Format"
dotnet format --no-restore --verify-no-changes || fail "dotnet format"

step "Tracker"
if (cd Tracker && npm run typecheck && npm test -- --reporter=default --reporter=json --outputFile="$log/tracker.json"); then :; fi
read -r p f s < <(node -e '
  const r = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
  console.log(r.numPassedTests, r.numFailedTests + r.numFailedTestSuites * (r.numFailedTests ? 0 : 1), r.numPendingTests);
  for (const file of r.testResults)
    if (file.status === "failed") console.error("!! Tracker: " + [file.name, ...file.assertionResults.filter(t => t.status === "failed").map(t => t.fullName)].join(": "));
' "$log/tracker.json" 2>> "$log/failures" || echo "0 1 0")
passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))

# One project after the other: each starts real servers, and timing on two cores is easily disturbed.
for project in tests/*.Tests; do
  name=$(basename "$project")
  step "$name"
  timeout --kill-after=30 1200 dotnet "artifacts/bin/$name/debug/$name.dll" --no-progress --no-ansi > "$log/$name" 2>&1
  counts=$(sed -nE 's/^ *(total|failed|succeeded|skipped): ([0-9]+).*/\1 \2/p' "$log/$name" | awk '{ c[$1] = $2 } END { if ("total" in c) print c["succeeded"] + 0, c["failed"] + 0, c["skipped"] + 0 }')
  if [ -z "$counts" ]; then
    tail -n 40 "$log/$name"
    fail "$name did not finish"
    continue
  fi
  read -r p f s <<< "$counts"
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  if [ "$f" -gt 0 ]; then
    grep -E -A 40 '^failed ' "$log/$name" | cut -c 1-400
    grep -E '^failed ' "$log/$name" | sed "s/^/!! $name: /" | cut -c 1-300 >> "$log/failures"
  fi
  printf '%s passed, %s failed, %s skipped, %d:%02d min\n' "$p" "$f" "$s" $(((SECONDS - began) / 60)) $(((SECONDS - began) % 60))
done

finish
