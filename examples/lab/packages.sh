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
# A database package would make and start a cluster of its own.
if [[ " ${missing[*]} " = *" postgresql"* ]]; then
  mkdir -p /etc/postgresql-common
  grep -qs '^create_main_cluster' /etc/postgresql-common/createcluster.conf ||
    echo 'create_main_cluster = false' >>/etc/postgresql-common/createcluster.conf
fi
exec apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends "${missing[@]}" >/dev/null
