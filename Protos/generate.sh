#!/bin/sh
# Writes what is generated from the .proto files and the doc comments of layers; the output is committed.
#
#   Protos/generate.sh            the cases of SequenceLayer, messages, structs, the schema as text
#   Protos/generate.sh --structs  the same without messages: after a change of doc comments only
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
describe() { # FOLDER OUTPUT
  # shellcheck disable=SC2086
  protoc -I"$1" --include_source_info --include_imports --descriptor_set_out="$2" $layers
}

# The cases of the root message come from the messages of the layers.
mkdir "$work/protos"
cp ./*.proto "$work/protos"
"$python" -B generate_cases.py --without-cases sequence_layers.proto \
  >"$work/protos/sequence_layers.proto"
# Without its cases the root message uses few of its imports, which protoc remarks on.
describe "$work/protos" "$work/layers.pb" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
"$python" -B generate_cases.py "$work/layers.pb" sequence_layers.proto

describe . "$work/layers.pb"
"$python" -B generate_structs.py "$work/layers.pb" "$root/Sources/Layers"
swift format -i --configuration "$root/.swift-format" -r "$root/Sources/Layers/Config/Generated"

[ "${1:-}" = --structs ] && exit 0
swift build --package-path "$root" -c release --product protoc-gen-swift >&2
plugin="$(swift build --package-path "$root" -c release --show-bin-path)/protoc-gen-swift"
# shellcheck disable=SC2086
protoc -I. --plugin="$plugin" --swift_opt=Visibility=Public \
  --swift_out="$root/Sources/ConfigProtos" $layers
