#!/bin/bash
# Brings the lab up: packages, guest image, namespaces, hosts, guests.
# Idempotent: what is already there and healthy is left alone.
. "$(dirname "$0")/lib.sh"
[[ $(id -u) = 0 ]] || die "needs root (namespaces, /dev/kvm, apt)"
T0=$(date +%s.%N)

# --- packages --------------------------------------------------------------
busybox=/bin/busybox
! ldd "$busybox" >/dev/null 2>&1 || busybox=/a/static/busybox
bash "$HERE/../packages.sh" libvirtd:libvirt-daemon virsh:libvirt-clients qemu-system-x86_64:qemu-system-x86 \
  qemu-nbd:qemu-utils ip:iproute2 cpio:cpio mkfs.ext4:e2fsprogs unshare:util-linux pgrep:procps openssl:openssl \
  sshd:openssh-server ssh:openssh-client nc:netcat-openbsd swtpm:swtpm swtpm_setup:swtpm-tools "$busybox:busybox-static"

"$HERE/guest.sh"
ACCEL=$(cat "$LAB/guest/accel")

# --- network: one bridge namespace, one per host, one for clients ------------
mkdir -p "$LAB/hosts" "$LAB/storage/lockspace" "$LAB/storage/disks"
{ echo "127.0.0.1 localhost"; echo "$NET.1 mgmt"
  for h in $(host_names); do echo "$(host_ip "$h") $h"; done; } >"$LAB/hosts/hosts"
# libvirtd will not start its QEMU driver unless its compiled-in user exists;
# libvirt-daemon-system would create it. The hosts get private account files.
{ grep -v '^libvirt-qemu:' /etc/passwd; echo 'libvirt-qemu:x:64055:64055::/var/lib/libvirt:/usr/sbin/nologin'; } >"$LAB/hosts/passwd"
{ grep -Ev '^(libvirt-qemu|kvm):' /etc/group; echo 'libvirt-qemu:x:64055:'; echo 'kvm:x:64056:'; } >"$LAB/hosts/group"
have_ns() { [[ -e /run/netns/$1 ]]; }
plug() {  # plug NAMESPACE ADDRESS: veth from the namespace to the bridge
  local n=$1 port=p-${1#"$NS"-}
  ip -n "$n" link set lo up
  ip -n "$NS-lan" link add "$port" type veth peer name eth0 netns "$n"
  ip -n "$NS-lan" link set "$port" master br0 up
  ip -n "$n" link set eth0 up
  # the guests' network cards join the host's own bridge
  ip -n "$n" link add br0 type bridge forward_delay 0
  ip -n "$n" link set eth0 master br0
  ip -n "$n" link set br0 up
  ip -n "$n" addr add "$2/24" dev br0
}
if ! have_ns "$NS-lan"; then
  ip netns add "$NS-lan"
  ip -n "$NS-lan" link add br0 type bridge
  ip -n "$NS-lan" link set br0 up
fi
if ! have_ns "$NS-mgmt"; then ip netns add "$NS-mgmt"; plug "$NS-mgmt" "$NET.1"; fi

# Who manages the hosts and uses the guests would have machines of their own: what calls this, and all that it starts.
M=$(host_group mgmt)
if [[ -n $M && -n $CALLER ]]; then
  mkdir -p "$M"
  echo 4096 >"$M/cpu.shares"
  echo "$CALLER" >"$M/cgroup.procs"
fi

# --- hosts -----------------------------------------------------------------
start_host() {
  local h=$1 D c G; D=$(host_dir "$h"); G=$(host_group "$h")
  if ! have_ns "$NS-$h"; then ip netns add "$NS-$h"; plug "$NS-$h" "$(host_ip "$h")"; fi
  host_alive "$h" && return
  [[ ! -d $D/lib/qemu ]] || ANSWERS=15
  mkdir -p "$D"/{run/libvirt,lib,log,cache,etc}
  # A stable UUID per host; localhost-style migration needs them to differ.
  [[ -s $D/uuid ]] || cat /proc/sys/kernel/random/uuid >"$D/uuid"
  cat >"$D/etc/libvirtd.conf" <<C
host_uuid = "$(cat "$D/uuid")"
listen_tls = 0
listen_tcp = 1
listen_addr = "0.0.0.0"
tcp_port = "16509"
auth_tcp = "none"
auth_unix_rw = "none"
unix_sock_rw_perms = "0770"
keepalive_interval = 5
keepalive_count = 3
C
  cat >"$D/etc/qemu.conf" <<C
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
swtpm_user = "root"
swtpm_group = "root"
security_driver = "none"
namespaces = [ ]
cgroup_controllers = [ ${G:+"\"cpu\""} ]
stdio_handler = "file"
lock_manager = "lockd"
migration_address = "0.0.0.0"
migration_host = "$h"
keepalive_interval = 1
keepalive_count = 3
C
  cat >"$D/etc/qemu-lockd.conf" <<C
auto_disk_leases = 1
require_lease_for_disks = 1
file_lockspace_dir = "$LAB/storage/lockspace"
C
  if [[ -n $G ]]; then
    mkdir -p "$G"
    if [[ " $HEAVY " = *" $h "* ]]; then echo 2048 >"$G/cpu.shares"; fi
  fi
  # It enters its group before "ip netns exec" hides the machine's groups from it.
  HALAB_HOST="$TAG/$h" HALAB_GROUP="$G" LAB="$LAB" setsid \
    bash -c '[[ -z $HALAB_GROUP ]] || echo $$ >"$HALAB_GROUP/cgroup.procs"; exec "$@"' enter ip netns exec "$NS-$h" \
    unshare ${G:+--cgroup} --mount --uts --ipc --pid --fork --kill-child \
    bash "$HERE/host-init.sh" "$h" >"$D/init.log" 2>&1 </dev/null &
  local p=$!; c=
  for _ in $(seq 100); do
    c=$(pgrep -P "$p" 2>/dev/null | head -1) || c=''
    [[ -n $c ]] && break; sleep 0.05
  done
  [[ -n $c ]] || die "$h: no init process, see $D/init.log"
  echo "$c" >"$D/init.pid"
}
# libvirtd 9.0 may crash once while it cleans up after domains that lost their power with network cards: as a service
# manager would, start it again. So one answer is not enough.
wait_host() {
  local i answers=0
  for i in $(seq 1000); do
    if v "$1" uri >/dev/null 2>&1; then answers=$((answers + 1)); else answers=0; fi
    ((answers < ${ANSWERS:-1})) || return 0
    ((i % 40)) || kill -USR1 "$(host_pid "$1")" 2>/dev/null || :
    sleep 0.05
  done
  tail -5 "$(host_dir "$1")/init.log" >&2; die "$1: libvirtd does not answer"
}
# Probing QEMU's capabilities takes seconds: do it once on this machine, give it to every host.
QCAPS=${HALAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vmha-lab}/qemu-$(stat -c %Y /usr/bin/qemu-system-x86_64)
seed() { [[ ! -d $QCAPS || -d $(host_dir "$1")/cache/qemu ]] || { mkdir -p "$(host_dir "$1")/cache"; cp -a "$QCAPS" "$(host_dir "$1")/cache/qemu"; }; }
for h in $(host_names); do
  seed "$h"; start_host "$h"
  if [[ ! -d $QCAPS ]]; then
    wait_host "$h"; v "$h" domcapabilities >/dev/null
    mkdir -p "$QCAPS.$$" && cp -a "$(host_dir "$h")/cache/qemu/." "$QCAPS.$$/" && mv -T "$QCAPS.$$" "$QCAPS" 2>/dev/null || rm -rf "$QCAPS.$$"
  fi
done
for h in $(host_names); do wait_host "$h"; done

# --- guests ----------------------------------------------------------------
T=$LAB/storage/disks/$TEMPLATE.img
[[ -s $T ]] || { cp --sparse=always "$LAB/guest/data.img" "$T"; chmod 0444 "$T"; }
"$HERE/domain-xml.sh" "$TEMPLATE" >"$LAB/guest/$TEMPLATE.xml"
for h in $(host_names); do
  v "$h" domstate "$TEMPLATE" >/dev/null 2>&1 || v "$h" define "$LAB/guest/$TEMPLATE.xml" >/dev/null
done
i=0
for g in $(guest_names); do
  h=h$(( i % HOSTS + 1 )); i=$((i+1))
  [[ -s $LAB/storage/disks/$g.img ]] || cp --sparse=always "$LAB/guest/data.img" "$LAB/storage/disks/$g.img"
  # Where it runs; else where it is defined.
  where=; for o in $(host_names); do
    case $(v "$o" domstate "$g" 2>/dev/null || :) in
      running|paused|blocked) where=$o; break ;;
      ?*) where=${where:-$o} ;;
    esac
  done
  if [[ -z $where ]]; then
    "$HERE/domain-xml.sh" "$g" >"$LAB/guest/$g.xml"
    v "$h" define "$LAB/guest/$g.xml" >/dev/null; where=$h
  fi
  [[ $(v "$where" domstate "$g") = running ]] || v "$where" start "$g" >/dev/null
done
say "lab up in $(awk "BEGIN{printf \"%.1f\", $(date +%s.%N)-$T0}") s, accelerator $ACCEL"
