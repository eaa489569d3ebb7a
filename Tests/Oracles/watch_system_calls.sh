#!/usr/bin/env bash
# Shows that steps make no system calls, locks that wait included, by strace: 100,000 steps more make
# hardly more of them.
#
# usage: Tests/Oracles/watch_system_calls.sh WORKBENCH
set -euo pipefail
workbench=$(realpath "$1")
cd "$(dirname "$0")/.."

if ! command -v strace >/dev/null; then
  echo "system calls: skipped, there is no strace"
  exit 0
fi

# Containers may forbid to trace.
if ! reason=$(strace -o /dev/null true 2>&1); then
  echo "system calls: skipped, strace cannot trace here: $reason"
  exit 0
fi

count() {
  local log
  log=$(mktemp)
  # With hashes that differ from run to run, so would the calls that ask for the heap's memory.
  SWIFT_DETERMINISTIC_HASHING=1 strace -f -o "$log" "$workbench" bench "Fixtures/stacks/$1.textproto" --channels "$2" --time 64 \
    --threads 1 --steps "$3" --json >/dev/null || { cat "$log" >&2; exit 3; }
  grep -c '(' "$log"
  rm -f "$log"
}

failed=0
for case in conv-lstm:80 wavenet-dw:64; do
  few=$(count "${case%:*}" "${case#*:}" 1000)
  many=$(count "${case%:*}" "${case#*:}" 101000)
  echo "${case%:*}: $few system calls with 1,000 steps, $many with 101,000"
  # The durations that the benchmark keeps take a few mappings more where there are many of them.
  [ "$few" -gt 0 ] && [ "$((many - few))" -le 20 ] || failed=1
done
exit $failed
