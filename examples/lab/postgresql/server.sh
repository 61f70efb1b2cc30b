#!/bin/bash
# A PostgreSQL server of the lab, and its replication. The lab's password is in the file DIR/../password.
#   create DIR NAME ADDRESS PORT                     an empty one
#   copy DIR NAME ADDRESS PORT FROM_ADDRESS FROM_PORT  a replica of another one, made afresh
#   return DIR FROM_ADDRESS FROM_PORT                one that was a source becomes a replica: pg_rewind, else made afresh
#   start DIR | stop DIR | kill DIR
#   clear DIR                                        takes away what a server left that lost its power
#   synchronous DIR [REPLICAS]                       commits wait for these, as synchronous_standby_names has them, or for none
#   replay DIR pause | resume                        a replica does not apply what it receives, or does again
set -euo pipefail
command=$1 dir=$2; shift 2
base=$(dirname "$dir")
# Its socket is its own: servers of one port differ by their network namespaces, but share the files.
run=$dir.run
BIN=$(echo /usr/lib/postgresql/*/bin)
export LC_ALL=C PGPASSFILE=$base/pgpass

as_postgres() { (cd "$base" && setpriv --reuid=postgres --regid=postgres --clear-groups "$@"); }

prepare() {
  mkdir -p "$base" "$run"
  [[ -s $base/password ]] || (umask 077; head -c 18 /dev/urandom | base64 >"$base/password")
  [[ -s $base/pgpass ]] || (umask 077; echo "*:*:*:postgres:$(cat "$base/password")" >"$base/pgpass")
  chown postgres:postgres "$base" "$run" "$base/password" "$base/pgpass"
}

# settings NAME ADDRESS PORT: what survives being copied is set anew
settings() {
  cat >"$dir/vmha.conf" <<C
cluster_name = '$1'
listen_addresses = '$2'
port = $3
unix_socket_directories = '$run'
max_wal_senders = 5
wal_keep_size = 64MB
wal_log_hints = on
wal_sender_timeout = 5s
wal_receiver_timeout = 5s
wal_retrieve_retry_interval = 500ms
shared_buffers = 16MB
max_connections = 40
logging_collector = off
log_statement = mod
log_line_prefix = '%m %q[%p] '
password_encryption = scram-sha-256
C
  echo "$1 $2 $3" >"$dir/vmha.identity"
  chown postgres:postgres "$dir/vmha.conf" "$dir/vmha.identity"
  grep -q vmha.conf "$dir/postgresql.conf" || echo "include 'vmha.conf'" >>"$dir/postgresql.conf"
}

# follow NAME FROM_ADDRESS FROM_PORT: a replica of that name
follow() {
  echo "primary_conninfo = 'host=$2 port=$3 user=postgres application_name=$1 passfile=''$base/pgpass'' connect_timeout=2'" \
    >>"$dir/vmha.conf"
  as_postgres touch "$dir/standby.signal"
}

copy() {  # copy NAME ADDRESS PORT FROM_ADDRESS FROM_PORT
  rm -rf "$dir"
  as_postgres "$BIN/pg_basebackup" -D "$dir" -h "$4" -p "$5" -U postgres -X stream -c fast
  rm -f "$dir/postgresql.auto.conf"; as_postgres touch "$dir/postgresql.auto.conf"
  settings "$1" "$2" "$3"
  follow "$1" "$4" "$5"
}

# The number in a lock may be another process's by now, or that of one that nobody waits for.
clear_locks() { rm -f "$dir/postmaster.pid" "$run"/.s.PGSQL.*; }

case $command in
  create)
    prepare
    as_postgres "$BIN/initdb" -D "$dir" -U postgres --pwfile="$base/password" -A scram-sha-256 -E UTF8 --no-locale >/dev/null
    printf 'host all all samenet scram-sha-256\nhost replication all samenet scram-sha-256\n' >>"$dir/pg_hba.conf"
    settings "$@" ;;
  copy) prepare; copy "$@" ;;
  return)
    read -r name address port <"$dir/vmha.identity"
    # Only a checkpoint writes the new timeline down where pg_rewind looks for it.
    as_postgres "$BIN/psql" -q -h "$1" -p "$2" -U postgres -d postgres -c checkpoint
    if as_postgres "$BIN/pg_rewind" -D "$dir" --source-server="host=$1 port=$2 user=postgres dbname=postgres" >"$dir.rewind" 2>&1; then
      echo "rewound"
      rm -f "$dir/postgresql.auto.conf"; as_postgres touch "$dir/postgresql.auto.conf"
      settings "$name" "$address" "$port"
      follow "$name" "$1" "$2"
    else
      echo "copied: $(tail -1 "$dir.rewind")"
      copy "$name" "$address" "$port" "$1" "$2"
    fi ;;
  start) as_postgres "$BIN/pg_ctl" -D "$dir" -l "$dir.log" -w -t 30 -s start </dev/null ;;
  stop) as_postgres "$BIN/pg_ctl" -D "$dir" -m fast -w -t 30 -s stop ;;
  kill)
    server=$(head -1 "$dir/postmaster.pid")
    workers=$(pgrep -P "$server" || :)
    kill -KILL "$server" $workers 2>/dev/null || :
    clear_locks ;;
  clear) clear_locks ;;
  synchronous)
    read -r name address port <"$dir/vmha.identity"
    as_postgres "$BIN/psql" -q -h "$run" -p "$port" -U postgres -d postgres \
      -c "alter system set synchronous_standby_names = '${1:-}'" -c "select pg_reload_conf()" >/dev/null ;;
  replay)
    read -r name address port <"$dir/vmha.identity"
    as_postgres "$BIN/psql" -q -h "$run" -p "$port" -U postgres -d postgres -c "select pg_wal_replay_$1()" >/dev/null ;;
  *) echo "unknown command: $command" >&2; exit 2 ;;
esac
