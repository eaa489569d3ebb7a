#!/bin/sh
# Writes the messages of both packages.
set -eu
cd "$(dirname "$0")"
generate=../../../Protos/generate_extensions.sh
"$generate" ../Sources/GainLayer gain.proto
"$generate" ../Sources/VeryAttentiveTacotron very_attentive_tacotron.proto
