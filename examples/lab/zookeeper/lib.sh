# Shared settings of the ZooKeeper lab. Sourced by up.sh, down.sh and status.sh.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB=${LAB:-}                                # not empty: the folder of a libvirt lab that is up; server N is on its host hN
LAB_RUN=${LAB_RUN:-${LAB:+$LAB/zookeeper}}  # configuration, data, logs and pids of the servers
LAB_RUN=${LAB_RUN:-$HERE/lab-run}
NS=${NS:-zklab}                             # without LAB: prefix of the network namespaces, and of the bridge between them
NET=${NET:-$([[ -n $LAB ]] && echo 192.0.2 || echo 10.79.0)} # the servers are $NET.11, $NET.12 and $NET.13
CLASSES=${CLASSES:-$HERE/../target/lab.jar} # a class path with ZooKeeper's server in it
HEAP=${HEAP:-64m}                           # of each server
LEADS=${LEADS:-3}                           # the server that leads at first
CLIENT_PORT=2181

say() { printf '[zookeeper-lab] %s\n' "$*" >&2; }
die() { say "ERROR: $*"; exit 1; }
address() { echo "$NET.$((10 + $1))"; }
# The pid of a server, only if that pid still runs a server of this lab.
server() {
  local pid
  pid=$(cat "$LAB_RUN/zk$1/pid" 2>/dev/null) || return 1
  [[ -n $pid && -r /proc/$pid/cmdline ]] && tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | grep -qx "$LAB_RUN/zk$1/zoo.cfg" && echo "$pid"
}
# leader or follower, where a server serves; nothing where it does not.
mode() {
  local pid
  pid=$(server "$1") || return 0
  timeout 2 nsenter -t "$pid" -n bash -c 'exec 3<>"/dev/tcp/$0/$1"; printf srvr >&3; cat <&3' "$(address "$1")" $CLIENT_PORT 2>/dev/null |
    sed -n 's/^Mode: //p' || :
}
