#!/usr/bin/env bash
# Exports random stacks of many layers to LiteRT, ONNX and StableHLO and runs them in the official runtimes.
#
#   export_stacks.sh [COUNT] [PYTHON]
#
# Rows have several lengths, values at invalid timesteps are NaN, and steps take one block and three. LiteRT
# runs with XNNPACK and without, ONNX Runtime with its optimiser and without. PYTHON needs the packages
# ai-edge-litert, onnx, onnxruntime, jax and numpy. TEST is the command that runs a test.
set -euo pipefail
cd "$(dirname "$0")/../.."
count=${1:-100} python=${2:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
status=0
EXPORT_STACKS=$folder EXPORT_SEEDS=$count ${TEST:-swift test -c release} --filter DeepStackExportTests >"$folder/log" 2>&1 || {
  status=1
  grep -E 'recorded an issue' -A 20 "$folder/log" | head -60
}
check() { # NAME TARGET
  local name=$1
  shift
  if "$python" "$1/check.py" "$@" >"$folder/log" 2>"$folder/errors"; then
    echo "$name: $# stacks, $(grep -c '^ok' "$folder/log") functions equal"
  else
    status=1
    echo "$name: of $# stacks these differ:"
    grep -E '^FAIL|^/' "$folder/log" | grep -B1 '^FAIL' | cut -c1-300 | head -40 || tail -5 "$folder/errors"
  fi
}
check "LiteRT, XNNPACK" "$folder"/tflite.*/
CHECK_PLAIN=1 check "LiteRT, no delegate" "$folder"/tflite.*/
CHECK_MODEL=1 check "ONNX Runtime, and onnx.checker" "$folder"/onnx.*/
CHECK_PLAIN=1 check "ONNX Runtime, no optimiser" "$folder"/onnx.*/
check "XLA through JAX" "$folder"/stablehlo.*/
exit "$status"
