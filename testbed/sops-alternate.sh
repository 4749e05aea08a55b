#!/bin/sh
# Random sequences of changes by weir and the real sops in turn: testbed/sops-alternate.sh [COUNT] [SEED]
# The real one is testbed/peers.sh's, or WEIR_SOPS.
set -eu
cd "$(dirname "$0")/.."
peers=${PEERS:-$HOME/.cache/weir-peers}
[ -n "${WEIR_SOPS:-}" ] || { [ -x "$peers/bin/sops" ] || testbed/peers.sh sops; WEIR_SOPS=$peers/bin/sops; }
export WEIR_SOPS WEIR_SEQUENCES="${1:-300}" WEIR_SEED="${2:-1}"
exec cargo test -p weir --test cli -- both_tools_end_in_the_same_plaintext --nocapture
