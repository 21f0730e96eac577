# SPDX-License-Identifier: MIT
# Sourced by the tests: a stream `autopkgtest` of 100 frames a second until the test ends.
set -eu
triptych-capture --quiet --name autopkgtest --size 320x240 --fps 100 pattern:clock &
capture=$!
trap 'kill "$capture" 2>/dev/null; wait "$capture" 2>/dev/null || true' EXIT
