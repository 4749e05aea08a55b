#!/bin/sh
# Records what the real sops makes of the plain files here: `SOPS=/path/to/sops tests/samples/record.sh`.
# gpg is needed for the entries of PGP. Keys of this folder are thrown away with it.
set -eu
cd "$(dirname "$0")"
SOPS=${SOPS:-sops}
export GNUPGHOME="$(mktemp -d)"
cat keys/age-*.txt > "$GNUPGHOME/keys.txt"
export SOPS_AGE_KEY_FILE="$GNUPGHOME/keys.txt" SOPS_AGE_SSH_PRIVATE_KEY_FILE="$PWD/keys/ssh-ed25519"
export SOPS_AGE_SSH_PRIVATE_KEY_CMD="cat $PWD/keys/ssh-rsa"
trap 'rm -rf "$GNUPGHOME"' EXIT
gpg --batch --quiet --import keys/pgp-ed25519.asc keys/pgp-rsa.asc
one=$(grep -o 'age1.*' keys/age-1.txt)
two=$(grep -o 'age1.*' keys/age-2.txt)
pq=$(grep -o 'age1pq1.*' keys/age-pq.txt)
pgp=$(gpg --list-keys --with-colons | awk -F: '/^fpr/ { print $10 }')
ed25519=$(echo "$pgp" | sed -n 1p)
rsa=$(echo "$pgp" | sed -n 3p)
rm -f ./*.sealed.* ./*.opened.*

# NAME EXTENSION RULE: encrypts a plain file by a rule and keeps what comes out, and what sops reads in it.
seal() {
  printf 'creation_rules:\n- %s\n' "$3" > "$GNUPGHOME/sops.yaml"
  plain="plain.$2"
  if [ -e "$1.plain.$2" ]; then plain="$1.plain.$2"; fi
  "$SOPS" --config "$GNUPGHOME/sops.yaml" encrypt "$plain" > "$1.sealed.$2"
  "$SOPS" decrypt "$1.sealed.$2" > "$1.opened.$2"
}

for kind in yaml json env ini bin; do seal all "$kind" "{age: $one}"; done
seal layouts yaml "{age: $one}"
seal suffix yaml "{age: $one, encrypted_suffix: _suffix}"
seal open-suffix yaml "{age: $one, unencrypted_suffix: _suffix}"
seal regex yaml "{age: $one, encrypted_regex: '^(data|stringData)$'}"
seal open-regex yaml "{age: $one, unencrypted_regex: '^(apiVersion|kind|metadata|second)$'}"
seal comment yaml "{age: $one, encrypted_comment_regex: ^ a head}"
seal open-comment yaml "{age: $one, unencrypted_comment_regex: '^ a head'}"
seal mac-only yaml "{age: $one, encrypted_regex: '^stringData$', mac_only_encrypted: true}"
seal mac-only json "{age: $one, encrypted_suffix: _suffix, mac_only_encrypted: true}"
seal regex env "{age: $one, encrypted_regex: '^P'}"
seal regex ini "{age: $one, encrypted_regex: '^password$'}"
seal pq yaml "{age: $pq}"
seal both yaml "{age: '$two,$one'}"
seal ssh-ed25519 env "{age: '$(cat keys/ssh-ed25519.pub)'}"
seal ssh-rsa env "{age: '$(cat keys/ssh-rsa.pub)'}"
seal pgp json "{pgp: '$ed25519'}"
seal pgp-rsa env "{pgp: '$rsa'}"
seal groups yaml "{shamir_threshold: 2, key_groups: [{age: [$two]}, {age: [$one]}, {pgp: [$ed25519]}]}"
seal groups env "{key_groups: [{age: [$two, $one]}, {age: ['$pq', $one]}]}"
