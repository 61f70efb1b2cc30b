# What is done on a member's host; runs in sh as the server's OS user. Set before it:
#   action  demote | fence | rejoin
#   bin     the folder of PostgreSQL's programs
#   data    the data directory
#   start, stop  commands
#   wait    how many seconds each of them may take
#   follow  the line of the configuration that names the member to follow
#   source  how to connect to that one for a copy
#   keep    the files in the data directory that are this member's own, one a line
set -eu
export LC_ALL=C
if [ -d "$data" ]; then data=$(cd "$data" && pwd -P); fi
cd /

is_running() { "$bin/pg_ctl" -D "$data" status >/dev/null 2>&1; }
stop_server() { if is_running; then eval "$stop"; fi; }

# From its next start on it is a replica, whoever starts it.
mark() { : >"$data/standby.signal"; }

point_to_source() {
  auto=$data/postgresql.auto.conf
  : >>"$auto"
  grep -Ev '^[[:space:]]*(primary_conninfo|recovery_target_timeline)[[:space:]=]' "$auto" >"$auto.new" || :
  printf "%s\nrecovery_target_timeline = 'latest'\n" "$follow" >>"$auto.new"
  mv "$auto.new" "$auto"
}

start_as_replica() { mark; point_to_source; eval "$start"; }

save_own_files() {
  rm -rf "$data.own"; mkdir "$data.own"
  printf '%s\n' "$keep" | while IFS= read -r file; do
    if [ -f "$data/$file" ]; then cp -p "$data/$file" "$data.own/"; fi
  done
}

# Into place at once, so that an attempt that is broken off leaves the old data or the new.
copy() {
  rm -rf "$data.copy"
  "$bin/pg_basebackup" -D "$data.copy" -d "$source" -X stream -c fast >"$data.own/copy.log" 2>&1 ||
    { tail -n 3 "$data.own/copy.log" >&2; exit 1; }
  : >"$data.copy/standby.signal"
  rm -rf "$data.replaced"
  mv "$data" "$data.replaced"
  mv "$data.copy" "$data"
  rm -rf "$data.replaced"
}

case $action in
  demote)
    stop_server
    start_as_replica ;;
  fence)
    mark
    if is_running; then "$bin/pg_ctl" -D "$data" -m immediate -w -t "$wait" -s stop; fi
    if is_running; then echo "the server still runs" >&2; exit 1; fi ;;
  rejoin)
    # An attempt that was broken off between the two moves of a copy.
    if [ ! -d "$data" ] && [ -d "$data.replaced" ]; then mv "$data.replaced" "$data"; fi
    mark
    stop_server
    # What an earlier attempt has kept is the member's own; what is in place may be the source's by now.
    if [ ! -e "$data.own/complete" ]; then save_own_files; : >"$data.own/complete"; fi
    how=REWOUND
    if ! "$bin/pg_rewind" -D "$data" --source-server="$source dbname=postgres" >"$data.own/rewind.log" 2>&1; then
      mark
      how=COPIED
      copy
    fi
    mark
    rm -f "$data/postgresql.auto.conf"
    printf '%s\n' "$keep" | while IFS= read -r file; do
      if [ -f "$data.own/$file" ]; then cp -p "$data.own/$file" "$data/$file"; fi
    done
    start_as_replica
    rm -rf "$data.own"
    echo "$how" ;;
esac
