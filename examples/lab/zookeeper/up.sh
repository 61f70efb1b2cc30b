#!/usr/bin/env bash
# Brings up an ensemble of three ZooKeeper servers: on the hosts of a libvirt lab, each ending with its host, or else in
# network namespaces of their own, on a bridge that the caller reaches. Idempotent: servers that run are left alone.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[[ $(id -u) = 0 ]] || die "needs root (namespaces)"
[[ -e ${CLASSES%%:*} ]] || die "$CLASSES is not there: mvn -q -pl examples/lab -am package -DskipTests"
bash "$HERE/../packages.sh" ip:iproute2 nsenter:util-linux pgrep:procps
mkdir -p "$LAB_RUN"; LAB_RUN=$(cd "$LAB_RUN" && pwd -P)

namespace() {  # namespace NAME ADDRESS: one on the bridge
  [[ ! -e /run/netns/$1 ]] || return 0
  ip netns add "$1"
  ip link add "$1" type veth peer name eth0 netns "$1"
  ip link set "$1" master "$NS-br" up
  ip -n "$1" addr add "$2/24" dev eth0
  ip -n "$1" link set eth0 up
  ip -n "$1" link set lo up
}
if [[ -z $LAB ]] && ! ip link show "$NS-br" >/dev/null 2>&1; then
  ip link add "$NS-br" type bridge
  ip addr add "$NET.1/24" dev "$NS-br"
  ip link set "$NS-br" up
fi

# What a command must begin with to be where server $1 is.
place() {
  if [[ -n $LAB ]]; then
    echo "nsenter -t $(cat "$LAB/hosts/h$1/init.pid") -m -u -i -n -p --"
  else
    namespace "$NS-zk$1" "$(address "$1")"
    echo "ip netns exec $NS-zk$1"
  fi
}
# Its number in the ensemble: where nothing is written yet the one with the highest leads.
number() { echo $((($1 - LEADS + 2) % 3 + 1)); }
start() {
  local n=$1 dir=$LAB_RUN/zk$1 place pid
  place=$(place "$n")
  mkdir -p "$dir/data"
  number "$n" >"$dir/data/myid"
  { printf '%s\n' tickTime=500 initLimit=20 syncLimit=4 maxClientCnxns=0 admin.enableServer=false \
      clientPort=$CLIENT_PORT clientPortAddress="$(address "$n")" dataDir="$dir/data"
    for i in 1 2 3; do echo "server.$(number "$i")=$(address "$i"):2888:3888"; done; } >"$dir/zoo.cfg"
  # Hosts share /tmp but not their process numbers, by which a JVM names its counters there.
  setsid $place "${JAVA_HOME:+$JAVA_HOME/bin/}java" "-Xmx$HEAP" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData \
    -Dzookeeper.preAllocSize=4096 -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -Dorg.slf4j.simpleLogger.showDateTime=true \
    -cp "$CLASSES" org.apache.zookeeper.server.quorum.QuorumPeerMain "$dir/zoo.cfg" </dev/null >>"$dir/log" 2>&1 &
  pid=$!
  if [[ -n $LAB ]]; then
    # The one in the host's process namespace is a child of what entered it.
    for _ in $(seq 100); do
      child=$(pgrep -P "$pid" | head -1) || child=
      [[ -z $child ]] || break
      sleep 0.05
    done
    [[ -n $child ]] || die "server $n was not started: $(tail -3 "$dir/log")"
    pid=$child
  fi
  echo "$pid" >"$dir/pid"
}

for n in $LEADS 1 2 3; do server "$n" >/dev/null || start "$n"; done
for n in 1 2 3; do
  for i in $(seq 300); do
    [[ -z $(mode "$n") ]] || break
    server "$n" >/dev/null || { sleep 0.5; server "$n" >/dev/null || die "server $n ended: $(tail -3 "$LAB_RUN/zk$n/log")"; }
    [[ $i != 300 ]] || die "server $n does not serve: $(tail -3 "$LAB_RUN/zk$n/log")"
    sleep 0.2
  done
done
say "three servers: $(address 1):$CLIENT_PORT,$(address 2):$CLIENT_PORT,$(address 3):$CLIENT_PORT"
