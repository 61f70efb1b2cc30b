# Shared settings and helpers for the libvirt lab. Sourced, never run.
# Everything the lab writes lives under $LAB (default: ./lab-run).
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB=${LAB:-$PWD/lab-run}
mkdir -p "$LAB"
LAB=$(cd "$LAB" && pwd)

HOSTS=${HOSTS:-3}            # number of hypervisor hosts h1..hN
GUESTS=${GUESTS:-3}          # number of guests vm1..vmN, all on h1.. round robin
NAMES=${NAMES:-}             # the guests' names instead, those that begin with db or mw being of that type
NIC=${NIC:-}                 # not empty: guests get a network card on the lab's LAN
GUEST_MIB=${GUEST_MIB:-128}  # memory of one guest
GUEST_NOW_MIB=${GUEST_NOW_MIB:-$((GUEST_MIB * 3 / 4))} # what it has of that at first
TEMPLATE=${TEMPLATE:-golden} # the template domain, defined on every host and never started
TYPES=${TYPES:-"DATABASE MIDDLEWARE"} # what vm1, vm2, ... say that they are, in turn
WEIGH=${WEIGH:-}             # not empty: hosts, and the guests within, get weights where they can be given
HEAVY=${HEAVY:-}             # the hosts that weigh twice as much as the others
CALLER=${CALLER:-}           # the process that the lab is brought up for, to weigh most
NET=${NET:-192.0.2}          # lab LAN, exists only inside our network namespaces
NS=${NS:-halab}              # prefix of the network namespaces
TAG=${TAG:-$(printf '%s' "$LAB" | cksum | cut -d' ' -f1)}

# Unix socket paths are limited to 107 bytes, so refuse a LAB that is too deep.
(( ${#LAB} <= 60 )) || { echo "LAB path too long for unix sockets: $LAB" >&2; exit 1; }

say()  { printf '%s\n' "$*" >&2; }
die()  { say "error: $*"; exit 1; }
host_ip()   { echo "$NET.$((10 + ${1#h}))"; }
host_dir()  { echo "$LAB/hosts/$1"; }
host_sock() { echo "$LAB/hosts/$1/run/libvirt/libvirt-sock"; }
host_uri()  { echo "qemu+unix:///system?socket=$(host_sock "$1")"; }
host_pid()  { cat "$(host_dir "$1")/init.pid" 2>/dev/null || true; }
host_names(){ seq -f 'h%g' 1 "$HOSTS"; }
guest_names(){ if [[ -n $NAMES ]]; then printf '%s\n' $NAMES; else seq -f 'vm%g' 1 "$GUESTS"; fi; }
v()         { local h=$1; shift; virsh -q -c "$(host_uri "$h")" "$@"; }

# The group in which a host's processes are weighed, so that hosts get the same of the machine however much is started on one
# of them, and libvirt can weigh its guests. Of control groups of version 1; empty where the machine's cannot be written.
host_group() {
  local all=/sys/fs/cgroup/cpu
  if [[ -n $WEIGH && -w $all/cgroup.procs && -r $all/cpu.shares ]]; then echo "$all/$NS-$1"; fi
}

# Alive only if the pid is really the init process of that lab host
# (the environment marker keeps us from ever touching a reused pid).
host_alive() {
  local p; p=$(host_pid "$1")
  [[ -n $p && -r /proc/$p/environ ]] &&
    tr '\0' '\n' <"/proc/$p/environ" | grep -qx "HALAB_HOST=$TAG/$1"
}
# Run a command inside a host (all of its namespaces).
in_host() { local h=$1; shift; nsenter -t "$(host_pid "$h")" -m -u -n -p -- "$@"; }
