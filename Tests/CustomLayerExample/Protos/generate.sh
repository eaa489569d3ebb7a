#!/bin/sh
# Writes Sources/GainLayer/gain.pb.swift. Messages of the library live in its module ConfigProtos.
set -eu
cd "$(dirname "$0")"
library=../../../Protos
mappings=$(mktemp)
trap 'rm "$mappings"' EXIT
for file in "$library"/*.proto; do
  printf 'mapping { module_name: "ConfigProtos" proto_file_path: "%s" }\n' "$(basename "$file")"
done >"$mappings"
plugin=$(cd ../../.. && pwd)/.build/checkouts/swift-protobuf/.build/release/protoc-gen-swift
protoc -I. -I"$library" --plugin="$plugin" --swift_opt=Visibility=Public \
  --swift_opt=ProtoPathModuleMappings="$mappings" --swift_out=../Sources/GainLayer gain.proto
