#!/usr/bin/env bash
# A disk that fails on demand: disk.sh up DIR | down DIR, as root.
#
# DIR/mnt is an ext4 (errors=remount-ro) on a loop device, whose file is served by a process of its own (bindfs, DIR/server.pid) as
# storage is that lies elsewhere: stop the process and the device hangs, kill it and the device answers with errors.
set -euo pipefail
command=$1 dir=$2

up() {
  bash "$(dirname "${BASH_SOURCE[0]}")/../packages.sh" bindfs:bindfs mkfs.ext4:e2fsprogs losetup:mount
  mkdir -p "$dir"/{store,served,mnt}
  mount -t tmpfs -o size=64m none "$dir/store"
  bindfs -f "$dir/store" "$dir/served" >/dev/null 2>&1 </dev/null &
  echo $! >"$dir/server.pid"
  for _ in $(seq 100); do mountpoint -q "$dir/served" && break; sleep 0.05; done
  truncate -s 32M "$dir/served/disk.img"
  mkfs.ext4 -q -F "$dir/served/disk.img"
  losetup -f --show "$dir/served/disk.img" >"$dir/device"
  mount -o errors=remount-ro "$(cat "$dir/device")" "$dir/mnt"
}

# Whatever state it is in, and each part that is there: what is left would hold a device of the machine.
down() {
  [[ -s $dir/server.pid ]] && kill -CONT "$(cat "$dir/server.pid")" 2>/dev/null
  mountpoint -q "$dir/mnt" && umount "$dir/mnt" || umount -l "$dir/mnt"
  [[ -s $dir/device ]] && losetup -d "$(cat "$dir/device")"
  umount -l "$dir/served"
  [[ -s $dir/server.pid ]] && kill "$(cat "$dir/server.pid")"
  umount -l "$dir/store"
  rm -f "$dir"/{server.pid,device}
}

case $command in
  up) up ;;
  down) set +e; down 2>/dev/null; true ;;
  *) echo "usage: disk.sh up|down DIR" >&2; exit 2 ;;
esac
