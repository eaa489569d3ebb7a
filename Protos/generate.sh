#!/bin/sh
# Writes what is generated from the .proto files; the output is committed.
#
#   Protos/generate.sh            messages, structs, field tables and the registry list
#   Protos/generate.sh --structs  the same without messages: after adding a layer file
#
# Needs protoc and a Python with the protobuf package (Debian: protobuf-compiler,
# python3-protobuf); messages need protoc-gen-swift too, which is built as a product of
# swift-protobuf.
set -eu
protos=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$protos")
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

python=
for candidate in "${PYTHON:-python3}" /usr/bin/python3; do
  if "$candidate" -c 'import google.protobuf' 2>/dev/null; then python=$candidate; break; fi
done
[ -n "$python" ] || { echo "generate.sh: no Python with the protobuf package" >&2; exit 1; }

cd "$protos"
layers='attention.proto conditioning.proto control.proto convolution.proto dense.proto dsp.proto
  normalization.proto pointwise.proto pooling.proto recurrent.proto sequence_layers.proto
  shape.proto timing.proto values.proto'
# shellcheck disable=SC2086
protoc -I. --include_source_info --include_imports --descriptor_set_out="$work/layers.pb" $layers
"$python" -B generate_structs.py "$work/layers.pb" "$root/Sources/Layers"
swift format -i --configuration "$root/.swift-format" -r "$root/Sources/Layers/Config/Generated"

[ "${1:-}" = --structs ] && exit 0
swift build --package-path "$root" -c release --product protoc-gen-swift >&2
plugin="$(swift build --package-path "$root" -c release --show-bin-path)/protoc-gen-swift"
# shellcheck disable=SC2086
protoc -I. --plugin="$plugin" --swift_opt=Visibility=Public \
  --swift_out="$root/Sources/ConfigProtos" $layers
