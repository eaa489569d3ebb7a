#!/usr/bin/env bash
# Runs the Python of the article "Exporting" as it stands there.
#
#   export_examples.sh WORKBENCH [PYTHON]
#
# The loops of LiteRT and ONNX Runtime step a bundled session; XLA gets 8 devices of one CPU, on which steps
# must need no collective operation and give our numbers, gradients must be ours, and training must lower
# the loss.
set -euo pipefail
cd "$(dirname "$0")/../.."
workbench=$(realpath "$1") python=${2:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Every block of Python begins with a comment that names its file.
"$python" - Sources/SequenceLayers/SequenceLayers.docc/Exporting.md "$folder" <<'PYTHON'
import re, sys
for block in re.findall(r"```python\n(# (\w+\.py):.*?)```", open(sys.argv[1]).read(), re.S):
    open(f"{sys.argv[2]}/{block[1]}", "w").write(block[0])
PYTHON

for format in tflite onnx; do
  "$workbench" export Sessions/speech.session --to "$format" --time 800 -o "$folder/speech.$format" >/dev/null
done
echo "== LiteRT loop"
"$python" "$folder/litert_loop.py" "$folder/speech.tflite" 2>/dev/null
echo "== ONNX Runtime loop"
"$python" "$folder/onnx_loop.py" "$folder/speech.onnx"

cat >"$folder/stack.textproto" <<'TEXT'
serial {
  layers { conv1d { filters: 6 kernel_size: 3 strides: 1 dilation_rate: 1 padding: "causal" } }
  layers { lstm { units: 5 } }
  layers { dense { features: 2 } }
}
TEXT
for rows in 1 8; do
  "$workbench" export "$folder/stack.textproto" --to stablehlo --channels 3 --batch $rows --grad \
    -o "$folder/rows$rows" >/dev/null
done
export XLA_FLAGS=--xla_force_host_platform_device_count=8
echo "== steps on 8 devices"
"$python" "$folder/devices.py" "$folder/rows1"
"$python" Tests/Oracles/export_devices.py "$folder" "$folder/rows1" "$folder/rows8"
echo "== training on 8 devices"
"$python" "$folder/train.py" "$folder/rows1" | sed -n '1p;$p'
