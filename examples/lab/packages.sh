#!/bin/bash
# Installs what is missing of PROGRAM:PACKAGE ...; a program may be a file's whole path. Needs root only if something is.
# Several may be called at the same moment: apt refuses a second one, so they take turns.
set -euo pipefail
find_missing() {
  local pair program
  missing=()
  for pair; do
    program=${pair%%:*}
    [[ -e $program ]] || command -v "$program" >/dev/null || missing+=("${pair#*:}")
  done
  ((${#missing[@]}))
}
find_missing "$@" || exit 0
[[ $(id -u) = 0 ]] || { echo "error: needs root to install ${missing[*]}" >&2; exit 1; }
exec 9>/run/lock/vmha-packages
flock 9
find_missing "$@" || exit 0
echo "installing: ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
# A database package would make and start a cluster of its own.
if [[ " ${missing[*]} " = *" postgresql"* ]]; then
  mkdir -p /etc/postgresql-common
  grep -qs '^create_main_cluster' /etc/postgresql-common/createcluster.conf ||
    echo 'create_main_cluster = false' >>/etc/postgresql-common/createcluster.conf
fi
# What a package starts must not hold the turn.
apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "${missing[@]}" >/dev/null 9>&-
