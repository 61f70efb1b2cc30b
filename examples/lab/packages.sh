#!/bin/bash
# Installs what is missing of PROGRAM:PACKAGE ...; a program may be a file's whole path. Needs root only if something is.
set -euo pipefail
missing=()
for pair; do
  program=${pair%%:*}
  [[ -e $program ]] || command -v "$program" >/dev/null || missing+=("${pair#*:}")
done
((${#missing[@]})) || exit 0
echo "installing: ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
# postgresql-common would start a cluster of its own at once
exec apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends "${missing[@]}" >/dev/null
