#!/usr/bin/env bash
# One line per server: its address, its pid, and whether it leads the ensemble, follows, or does not serve.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
for n in 1 2 3; do
  if pid=$(server "$n"); then
    m=$(mode "$n")
    echo "zk$n  $(address "$n"):$CLIENT_PORT  pid $pid  ${m:-does not serve}"
  else
    echo "zk$n  $(address "$n"):$CLIENT_PORT  DOWN"
  fi
done
