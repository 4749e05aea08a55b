#!/usr/bin/env bash
# Compares builds of every kustomization directory of a checkout with those of the original: compare.sh ROOT OUT
# KUBECTL names a kubectl whose kustomize is v5.8.1. Answers of the original are kept in OUT/theirs.
set -euo pipefail
root=$(realpath "$1") out=$2
mkdir -p "$out/ours" "$out/theirs"
out=$(realpath "$out")
find "$out/ours" -type f -delete
kubectl=${KUBECTL:-kubectl}
cargo run --quiet --release --package weir-kustomize --example build_all -- "$root" "$out/ours"
shopt -s nullglob dotglob
same=0 both_fail=0 refused=0 different=()
for ours in "$out"/ours/*; do
  name=$(basename "${ours%.*}")
  theirs="$out/theirs/$name"
  dir=${name//@//}
  [ "$name" != root ] || dir=.
  if [ ! -e "$theirs.yaml" ] && [ ! -e "$theirs.err" ]; then
    if timeout 60 "$kubectl" kustomize "$root/$dir" >"$theirs.yaml" 2>"$theirs.log"; then
      rm -f "$theirs.log"
    else
      rm -f "$theirs.yaml"
      mv "$theirs.log" "$theirs.err"
    fi
  fi
  case $ours in
    *.err)
      if [ -e "$theirs.err" ]; then both_fail=$((both_fail + 1))
      elif grep -q "not supported yet" "$ours"; then refused=$((refused + 1))
      else different+=("$name"); fi ;;
    *)
      if [ -e "$theirs.yaml" ] && cmp -s "$ours" "$theirs.yaml"; then same=$((same + 1)); else different+=("$name"); fi ;;
  esac
done
echo "$same same, $both_fail fail in both, $refused not supported yet, ${#different[@]} different"
[ ${#different[@]} -eq 0 ] || { printf '  %s\n' "${different[@]}"; exit 1; }
