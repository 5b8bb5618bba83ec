#!/usr/bin/env bash
# What the passes came to, told last, because whoever looks at CI sees the end alone: of each pass its last line, then of
# each that failed which tests did; of one that ended amid a test, where it was.
cd "$(dirname "$0")/../.venv" || exit 1
echo
for pass in "$@"; do
  echo "$pass: $(tail -n 1 "$pass.log" 2>&1)"
done
for pass in "$@"; do
  last=$(tail -n 1 "$pass.log" 2>&1)
  [[ $last =~ ^=+\ .*passed && ! $last =~ failed|error ]] && continue
  echo
  echo "$pass failed:"
  grep -E '^(FAILED|ERROR) ' "$pass.log" | head -n 15 | cut -c -240 | grep . || tail -n 15 "$pass.log" | cut -c -240
done
