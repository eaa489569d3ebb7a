#!/bin/sh
# Writes Sources/GainLayer/gain.pb.swift.
set -eu
cd "$(dirname "$0")"
../../../Protos/generate_extensions.sh ../Sources/GainLayer gain.proto
