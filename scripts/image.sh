#!/bin/sh
# Builds the image from the Dockerfile under the name in $1, by docker or, where there is none, by buildah.
set -eu
cd "$(dirname "$0")/.."
name=${1:-hookgate:dev}
usage='usage: npm run image -- [NAME]'
case $name in
--help | -h) echo "$usage" && exit ;;
-*) echo "There is no option $name." >&2 && echo "$usage" >&2 && exit 2 ;;
esac
if command -v docker >/dev/null; then exec docker build --tag "$name" .; fi
exec buildah bud --layers --tag "$name" .
