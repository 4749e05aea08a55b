#!/bin/sh
# Random charts, rendered by weir and by the real helm: corpus/helm/random.sh [COUNT] [SEED]; see random.py.
exec python3 "$(dirname "$0")/random_charts.py" "$@"
