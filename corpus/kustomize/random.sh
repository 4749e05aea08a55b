#!/usr/bin/env bash
# Compares builds of random trees with those of the real kustomize: random.sh [COUNT] [SEED], by default 2000 from 1.
# The real binary comes from `testbed/peers.sh kustomize`, or KUSTOMIZE names it. Trees that differ are made small and
# shown; WEIR_TREES_OUT names a directory to keep them in.
set -euo pipefail
cd "$(dirname "$0")/../.."
export WEIR_TREES="${1:-2000}" WEIR_SEED="${2:-1}"
exec cargo test --release --package weir-kustomize --test random_trees -- --nocapture
