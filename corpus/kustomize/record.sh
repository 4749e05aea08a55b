#!/usr/bin/env bash
# Records what kustomize v5.8.1 answers to each case: KUBECTL names a kubectl that has it. Cases that it refuses keep our
# own `expected.err`, which `WEIR_UPDATE=1 cargo test -p weir-kustomize --test cases` writes.
set -euo pipefail
cd "$(dirname "$0")"
for case in */; do
  dir=$(cat "$case/dir" 2>/dev/null || echo .)
  if "${KUBECTL:-kubectl}" kustomize "$case/input/$dir" >"$case/expected.yaml" 2>/dev/null; then
    rm -f "$case/expected.err"
  else
    rm -f "$case/expected.yaml"
    [ -e "$case/expected.err" ] || : >"$case/expected.err"
  fi
done
