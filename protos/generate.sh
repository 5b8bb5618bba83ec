#!/usr/bin/env bash
# Generates the Python of protos/havn into protos/gen, or into the folder given (an absolute path).
set -euo pipefail

cd "$(dirname "$0")"
target=${1:-$PWD/gen}
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

# google/api, google/rpc and google/type come with googleapis-common-protos.
PATH="$(cd ../.venv/bin && pwd):$PATH"
google=$(python -c 'import google.rpc, pathlib; print(pathlib.Path(google.rpc.__path__[0]).parents[1])')
# shellcheck disable=SC2046  # no proto has a space in its name
python -m grpc_tools.protoc -I. -I"$google" \
  --python_out="$fresh" --grpc_python_out="$fresh" --mypy_out=quiet:"$fresh" --mypy_grpc_out=quiet:"$fresh" \
  $(find havn -name '*.proto' | LC_ALL=C sort)
find "$fresh/havn" -type d -exec touch {}/__init__.py {}/py.typed \;

# Only now: a fault in a .proto file leaves the old code in place.
mkdir -p "$target"
rm -rf "$target/havn"
cp -R "$fresh/havn" "$target/havn"
