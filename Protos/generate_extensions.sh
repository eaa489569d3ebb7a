#!/bin/sh
# Writes the Swift messages of .proto files that extend those of the library, for a package of your own:
#
#   Protos/generate_extensions.sh OUTPUT_FOLDER FILE.proto …
#
# Needs protoc and protoc-gen-swift, which is built as a product of swift-protobuf unless PLUGIN names it.
# Set VISIBILITY=Internal where no other target needs the messages.
set -eu
library=$(cd "$(dirname "$0")" && pwd)
output=$1
shift
mappings=$(mktemp)
trap 'rm "$mappings"' EXIT
for file in "$library"/*.proto; do
  printf 'mapping { module_name: "ConfigProtos" proto_file_path: "%s" }\n' "$(basename "$file")"
done >"$mappings"
if [ -z "${PLUGIN:-}" ]; then
  swift build --package-path "$library/.." -c release --product protoc-gen-swift >&2
  PLUGIN=$(swift build --package-path "$library/.." -c release --show-bin-path)/protoc-gen-swift
fi
for file in "$@"; do
  protoc -I"$(dirname "$file")" -I"$library" --plugin=protoc-gen-swift="$PLUGIN" \
    --swift_opt=Visibility="${VISIBILITY:-Public}" \
    --swift_opt=ProtoPathModuleMappings="$mappings" --swift_out="$output" "$file"
done
