#!/usr/bin/env bash
# Stops the servers that up.sh started, by their recorded pids only, and removes their namespaces and $LAB_RUN; or stops
# one of them, and leaves what it wrote: down.sh [zkN]
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[[ -d $LAB_RUN ]] || exit 0
LAB_RUN=$(cd "$LAB_RUN" && pwd -P)
for n in 1 2 3; do
  [[ ${1:-zk$n} = "zk$n" ]] || continue
  if pid=$(server "$n"); then
    kill -KILL "$pid"
    for _ in $(seq 50); do server "$n" >/dev/null || break; sleep 0.1; done
    say "stopped server $n, pid $pid"
  fi
done
[[ -z ${1:-} ]] || exit 0
if [[ -z $LAB ]]; then
  for n in 1 2 3; do ip netns del "$NS-zk$n" 2>/dev/null || :; done
  ip link del "$NS-br" 2>/dev/null || :
fi
rm -rf "$LAB_RUN"
