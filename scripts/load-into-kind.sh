#!/bin/sh
# Hands the image named $1, which docker or buildah holds, to the nodes of the kind cluster: HOOKGATE_TEST_LOAD in CI.
set -eu
if command -v docker >/dev/null && docker image inspect "$1" >/dev/null 2>&1; then exec kind load docker-image "$1"; fi
archive=$(mktemp -u).tar
trap 'rm -f "$archive"' EXIT
buildah push --quiet "$1" "docker-archive:$archive:$1"
kind load image-archive "$archive"
