#!/usr/bin/env bash
# Fails when buf finds a fault in the .proto files, when they break what was released, or when protos/gen is not what they
# generate.
set -euo pipefail

cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PATH="$(cd ../.venv/bin && pwd):$PATH"

# buf finds the google imports only in a descriptor set.
bash describe.sh "$work/havn.binpb" --include_source_info
buf lint "$work/havn.binpb" --config buf.yaml

# Committed, because a clone may come without tags. `make released` writes it anew, at a release.
buf breaking "$work/havn.binpb" --against released.binpb --config buf.yaml || {
  echo "The .proto files break what was released: add fields, reserve those that go, or make a v2 beside v1" >&2; exit 1; }

bash generate.sh "$work/gen"
diff -r --brief --exclude=__pycache__ gen "$work/gen" || { echo "protos/gen is stale: run make protos" >&2; exit 1; }
