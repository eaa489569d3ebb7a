#!/usr/bin/env bash
# Exports conformance cases to LiteRT, ONNX and StableHLO and runs them in the official runtimes.
#
#   export_conformance.sh WORKBENCH CASES [PYTHON]
#
# LiteRT runs all cases with XNNPACK and without any delegate, ONNX Runtime with its optimiser and without,
# behind onnx.checker; the workbench reads its own ONNX files back. XLA compiles every program, which takes long: it gets the first case of each kind of
# layer, or with XLA=all all of them. FILTER=GLOB takes some cases only. PYTHON needs the packages
# ai-edge-litert, onnx, onnxruntime, jax and numpy.
set -euo pipefail
workbench=$1 cases=$2 python=${3:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
status=0

run() { # NAME FOLDERS…
  local name=$1
  shift
  if "$python" "$1/check.py" "$@" >"$folder/log" 2>"$folder/errors"; then
    echo "$name: $# exports, $(grep -c '^ok' "$folder/log") functions equal"
  else
    status=1
    echo "$name: of $# exports these differ:"
    grep -E '^FAIL|^/' "$folder/log" | grep -B1 '^FAIL' | cut -c1-300 | head -40 || tail -5 "$folder/errors"
  fi
}

for format in tflite onnx stablehlo; do
  "$workbench" export "$cases" --to "$format" -o "$folder/$format" ${FILTER:+--filter "$FILTER"} | tail -20
done
run "LiteRT, XNNPACK" "$folder"/tflite/*/
CHECK_PLAIN=1 run "LiteRT, no delegate" "$folder"/tflite/*/
CHECK_MODEL=1 run "ONNX Runtime, and onnx.checker" "$folder"/onnx/*/
CHECK_PLAIN=1 run "ONNX Runtime, no optimiser" "$folder"/onnx/*/
equal=0
for export in "$folder"/onnx/*/; do
  if "$workbench" verify export "$export" --reader >"$folder/log" 2>&1; then
    equal=$((equal + 1))
  else
    status=1
    echo "own reader: $export"
    grep -v '^ok' "$folder/log" | cut -c1-300
  fi
done
echo "own reader: $equal exports equal"

declare -A seen=()
chosen=()
for export in "$folder"/stablehlo/*/; do
  name=$(basename "$export")
  kind=$(sed -n 's/^ *\([a-z0-9_]*\) *{.*/\1/p;T;q' "$cases/${name/__//}/spec.textproto")
  if [ "${XLA:-kinds}" = all ] || [ -z "${seen[$kind]:-}" ]; then chosen+=("$export"); fi
  seen[$kind]=1
done
run "XLA through JAX" "${chosen[@]}"
exit "$status"
