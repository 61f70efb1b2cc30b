#!/usr/bin/env bash
# Stops the boards that up.sh started, by their recorded pids only, or the board of one host: down.sh [hN]
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[[ -d $LAB_RUN ]] || exit 0
LAB_RUN=$(cd "$LAB_RUN" && pwd -P)
for dir in "$LAB_RUN"/${1:-h*}; do
  host=${dir##*/}
  if pid=$(board "$host"); then
    kill -KILL "$pid"
    for _ in $(seq 50); do board "$host" >/dev/null || break; sleep 0.1; done
    say "stopped the board of $host, pid $pid"
  fi
done
[[ -n ${1:-} ]] || rm -rf "$LAB_RUN"
