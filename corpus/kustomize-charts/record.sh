#!/usr/bin/env bash
# Records what kustomize v5.8.1 with helm answers to each case: KUSTOMIZE and HELM name them. Where it fails there is nothing.
set -euo pipefail
cd "$(dirname "$0")"
for case in */; do
  dir=$(cat "$case/dir" 2>/dev/null || echo .)
  read -ra flags <<<"$(cat "$case/flags" 2>/dev/null || true)"
  if ! "${KUSTOMIZE:-kustomize}" build --enable-helm --helm-command "${HELM:-helm}" "${flags[@]}" "$case/input/$dir" >"$case/expected.yaml" 2>"$case/theirs.err"; then
    rm -f "$case/expected.yaml"
    echo "$case fails: $(tail -n 1 "$case/theirs.err")"
  fi
  rm -f "$case/theirs.err"
done
