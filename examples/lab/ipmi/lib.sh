# Shared settings of the IPMI lab. Sourced by up.sh and down.sh.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_RUN=${LAB_RUN:-$HERE/lab-run}   # state, pids and logs: per start
HOSTS=${HOSTS:-2}                   # hosts h1..hN; the board of hN listens on 127.0.0.N
IPMI_PORT=${IPMI_PORT:-16230}       # UDP, on each of these addresses
IPMI_USER=${IPMI_USER:-ha-lab}
IPMI_PASS=${IPMI_PASS:-ha-lab-only} # at most 20 characters
say() { printf '[ipmi-lab] %s\n' "$*" >&2; }
die() { say "ERROR: $*"; exit 1; }
# The pid of a host's board, only if that pid still runs a board of this lab.
board() {
  local pid
  pid=$(cat "$LAB_RUN/$1/pid" 2>/dev/null) || return 1
  [[ -n $pid && $(readlink "/proc/$pid/cwd" 2>/dev/null) = "$LAB_RUN/$1" ]] && echo "$pid"
}
