#!/usr/bin/env bash
# Counts the machine instructions of a step by callgrind and compares them with committed bounds.
#
# usage: Tests/Oracles/count_instructions.sh WORKBENCH
#
# The count is the difference between 2,000 and 1,000 steps, divided by 1,000, so that neither the
# start nor the planning is in it. Instructions repeat from run to run where seconds do not. Valgrind
# runs the AVX2 variants of the kernels. Exit 1 where a stack takes more than its bound.
set -euo pipefail
workbench=$(realpath "$1")
cd "$(dirname "$0")/.."

if ! command -v valgrind >/dev/null; then
  echo "instruction counts: skipped, there is no valgrind"
  exit 0
fi

# Valgrind gives up on the debug information of Swift programs.
plain=$(mktemp)
trap 'rm -f "$plain"' EXIT
strip --strip-debug -o "$plain" "$workbench"
chmod +x "$plain"

# Some machines have instructions that valgrind does not know, or a loader that it cannot follow.
if ! reason=$(valgrind --tool=none "$plain" --version 2>&1 >/dev/null); then
  echo "instruction counts: skipped, valgrind cannot run programs here:"
  echo "$reason" | tail -3
  exit 0
fi

count() {
  local log
  log=$(mktemp)
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$plain" bench \
    "Fixtures/stacks/$1.textproto" --channels "$2" --time "$3" --threads 1 --steps "$4" --json \
    >/dev/null 2>"$log" || { cat "$log" >&2; exit 3; }
  awk '/Collected/ { print $NF }' "$log"
  rm "$log"
}

failed=0
while read -r stack channels time bound; do
  case "$stack" in '' | '#'*) continue ;; esac
  low=$(count "$stack" "$channels" "$time" 1000 </dev/null)
  high=$(count "$stack" "$channels" "$time" 2000 </dev/null)
  step=$(((high - low) / 1000))
  verdict=ok
  if [ "$step" -gt "$bound" ]; then
    verdict="MORE THAN THE BOUND"
    failed=1
  elif [ "$step" -le 0 ]; then
    verdict="NO STEPS WERE RUN"
    failed=1
  fi
  echo "$stack: $step instructions a step, bound $bound: $verdict"
done <Oracles/instructions.txt
exit $failed
