#!/usr/bin/env bash
# Writes the descriptor set of protos/havn to the file given (an absolute path); what follows goes to protoc.
set -euo pipefail

cd "$(dirname "$0")"

# google/api, google/rpc and google/type come with googleapis-common-protos.
PATH="$(cd ../.venv/bin && pwd):$PATH"
google=$(python -c 'import google.rpc, pathlib; print(pathlib.Path(google.rpc.__path__[0]).parents[1])')
# shellcheck disable=SC2046  # no proto has a space in its name
python -m grpc_tools.protoc -I. -I"$google" --include_imports --descriptor_set_out="$1" "${@:2}" \
  $(find havn -name '*.proto' | LC_ALL=C sort)
