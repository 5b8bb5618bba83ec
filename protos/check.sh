#!/usr/bin/env bash
# Fails when protos/gen is not what protos/havn generates, or when buf finds a fault in the .proto files.
set -euo pipefail

cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

bash generate.sh "$work/gen"
diff -r --brief --exclude=__pycache__ gen "$work/gen" || { echo "protos/gen is stale: run make protos" >&2; exit 1; }

# buf finds the google imports only in a descriptor set.
PATH="$(cd ../.venv/bin && pwd):$PATH"
google=$(python -c 'import google.rpc, pathlib; print(pathlib.Path(google.rpc.__path__[0]).parents[1])')
# shellcheck disable=SC2046  # no proto has a space in its name
python -m grpc_tools.protoc -I. -I"$google" --include_imports --include_source_info \
  --descriptor_set_out="$work/havn.binpb" $(find havn -name '*.proto' | LC_ALL=C sort)
buf lint "$work/havn.binpb" --config buf.yaml
