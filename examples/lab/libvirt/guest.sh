#!/bin/bash
# Builds the test guest from Debian packages only: the cloud kernel (unpacked,
# not installed) and an initramfs of busybox + virtio modules + qemu-ga.
. "$(dirname "$0")/lib.sh"
G=$LAB/guest
[[ -s $G/vmlinuz && -s $G/initrd && -s $G/data.img && -s $G/accel && $G/initrd -nt $0 ]] && exit 0
mkdir -p "$G"
# What was built once for this script serves every lab of the machine.
C=${HALAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vmha-lab}/$(cksum <"$0" | cut -d' ' -f1)
if [[ -s $C/accel ]]; then cp --sparse=always "$C"/{vmlinuz,initrd,data.img,accel} "$G/"; exit 0; fi
W=$G/work; rm -rf "$W"; mkdir -p "$W/deb" "$W/root"

# --- fetch and unpack ------------------------------------------------------
if [[ ! -d $G/unpacked/boot ]]; then
  (cd "$W/deb"
   kpkg=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends:/{print $2; exit}')
   apt-get -q -o APT::Sandbox::User=root download "$kpkg" qemu-guest-agent >/dev/null)
  mkdir -p "$G/unpacked"
  for d in "$W"/deb/*.deb; do dpkg -x "$d" "$G/unpacked"; done
fi
U=$G/unpacked
cp "$U"/boot/vmlinuz-* "$G/vmlinuz"
MODS=$(echo "$U"/lib/modules/*/kernel)

# --- root tree -------------------------------------------------------------
R=$W/root
mkdir -p "$R"/{bin,sbin,dev,proc,sys,run,tmp,etc,mods,data,var/run,usr/sbin,lib64}
cp /bin/busybox "$R/bin/busybox"
for a in $("$R/bin/busybox" --list | grep -vx busybox); do ln -sf busybox "$R/bin/$a"; done
cp "$U/usr/sbin/qemu-ga" "$R/usr/sbin/"
ldd "$R/usr/sbin/qemu-ga" | grep -o '/[^ ]*' | sort -u | while read -r l; do
  mkdir -p "$R$(dirname "$l")"; cp -L "$l" "$R$l"; done

# insmod resolves nothing, so number the modules in dependency order. The
# package has no modules.dep (depmod makes it at install time): read each
# module's own "depends=" string.
n=0; declare -A seen=()
add_mod() {
  local m=$1 f d; [[ -n ${seen[$m]:-} ]] && return; seen[$m]=1
  f=$(find "$MODS" -name "$m.ko" -o -name "${m//_/-}.ko" | head -1)
  [[ -n $f ]] || return 0                       # built in, or not in this kernel
  for d in $(grep -a -z -o '^depends=.*' "$f" | tr '\0,' '\n ' | sed 's/^depends=//'); do add_mod "$d"; done
  n=$((n+1)); cp "$f" "$R/mods/$(printf %02d $n)-$(basename "$f")"
}
for m in virtio_pci virtio_net af_packet virtio_blk virtio_console virtio_balloon virtio_rng evdev button pvpanic pvpanic_mmio; do add_mod "$m"; done

cat >"$R/sbin/shutdown" <<'S'
#!/bin/sh
sync; umount /data
case "$*" in *-r*) reboot -f;; *) poweroff -f;; esac
S
chmod +x "$R/sbin/shutdown"; ln -sf ../sbin/shutdown "$R/bin/shutdown"
# The ACPI power button (virsh shutdown --mode acpi).
mkdir -p "$R/etc/acpi/PWRF"
printf '#!/bin/sh\nexec /sbin/shutdown -P\n' >"$R/etc/acpi/PWRF/00000080"; chmod +x "$R/etc/acpi/PWRF/00000080"

# What a guest serves once it was told who it is: each request needs a write to its own disk, and on a machine of the database
# tier a row in its group's database.
mkdir -p "$R/www/cgi-bin"
cat >"$R/www/cgi-bin/request" <<'S'
#!/bin/sh
# Hardly a process is started: on an emulated CPU each costs milliseconds.
export PATH=/bin:/sbin
read -r name </proc/sys/kernel/hostname
refuse() { printf 'Status: 503 Service Unavailable\r\nX-Server: %s\r\nContent-Type: text/plain\r\n\r\n%s\n' "$name" "$1"; exit; }
{ echo "$QUERY_STRING" >/data/served; } 2>/dev/null || refuse "disk cannot be written"
if [ -s /run/database ]; then
  read -r address port </run/database
  status=$(printf 'GET /insert?%s HTTP/1.0\r\n\r\n' "$QUERY_STRING" | nc -w 5 "$address" "$port" 2>/dev/null)
  case $status in *" 200 "*) ;; *) refuse "no row inserted" ;; esac
fi
printf 'Status: 200 OK\r\nX-Server: %s\r\nContent-Type: text/plain\r\n\r\nok\n' "$name"
S
# identity NAME ADDRESS/BITS [DATABASE PORT]: who a guest is, which a clone cannot know from its template.
cat >"$R/sbin/identity" <<'S'
#!/bin/sh
export PATH=/bin:/sbin
[ -s /run/identity ] && exit 0
hostname "$1"
ip link set lo up; ip link set eth0 up
ip addr add "$2" dev eth0
arping -q -U -c 2 -w 1 -I eth0 "${2%/*}"
[ -z "$3" ] || echo "$3 $4" >/run/database
echo "$1" >/run/identity
httpd -p 8080 -h /www
S
chmod +x "$R/www/cgi-bin/request" "$R/sbin/identity"

cat >"$R/init" <<'S'
#!/bin/sh
export PATH=/bin:/sbin:/usr/sbin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
for m in /mods/*.ko; do insmod $m; done
mkdir -p /dev/virtio-ports /run
# no udev here: make the well-known port name by hand
for p in /sys/class/virtio-ports/*; do
  [ -r $p/name ] && ln -sf ../$(basename $p) /dev/virtio-ports/$(cat $p/name)
done
i=0; while [ ! -b /dev/vda ] && [ $i -lt 25 ]; do usleep 20000; i=$((i+1)); done
mount -t ext4 -o errors=remount-ro /dev/vda /data && echo "boot $(cat /proc/uptime)" >>/data/boot.log
hostname "$(sed -n 's/.*halab.name=\([^ ]*\).*/\1/p' /proc/cmdline)"
acpid 2>/dev/null
# a hot-added vCPU comes up offline without udev
( while sleep $([ -s /run/identity ] && echo 5 || echo 1); do for c in /sys/devices/system/cpu/cpu*/online; do
    read -r online <$c; [ "$online" = 0 ] && [ ! -e /run/keep-offline ] && echo 1 >$c; done; done ) 2>/dev/null &
# steady small writes, so that a lost disk is noticed at once
# (a guest that was given an identity writes for its users)
( while sleep 1; do [ -s /run/identity ] && break; date +%s >/data/heartbeat.tmp && sync && mv /data/heartbeat.tmp /data/heartbeat; done ) >/dev/null 2>&1 &
echo "HALAB guest up $(cat /proc/uptime)"
while :; do
  [ -e /dev/virtio-ports/org.qemu.guest_agent.0 ] &&
    qemu-ga $(cat /run/qga.options 2>/dev/null) -m virtio-serial -p /dev/virtio-ports/org.qemu.guest_agent.0 -t /run -f /run/qga.pid
  sleep 1
done
S
chmod +x "$R/init"
# Not packed: unpacking it costs an emulated CPU more than reading it costs the host.
(cd "$R" && find . | cpio -o -H newc --quiet) >"$G/initrd.tmp"
mv "$G/initrd.tmp" "$G/initrd"

# --- template of the data disk ---------------------------------------------
truncate -s 16M "$G/data.img"
mkfs.ext4 -q -F -O ^has_journal -L data "$G/data.img" 2>/dev/null
tune2fs -O has_journal "$G/data.img" >/dev/null

# --- accelerator -----------------------------------------------------------
# A /dev/kvm that opens is not yet a KVM that runs this kernel (on a machine
# with paravirtual-only KVM a stock kernel hangs): boot it once and see.
accel=qemu
if [[ ${ACCEL:-auto} = auto && -c /dev/kvm ]]; then
  timeout "${KVM_PROBE_S:-6}" qemu-system-x86_64 -nodefaults -no-user-config -display none \
    -machine pc,accel=kvm -cpu host -m 128 -kernel "$G/vmlinuz" -initrd "$G/initrd" \
    -append "console=ttyS0 quiet panic=-1 mitigations=off" -no-reboot -serial "file:$W/probe" >/dev/null 2>&1 &
  q=$!
  while kill -0 $q 2>/dev/null; do
    if grep -q "HALAB guest up" "$W/probe" 2>/dev/null; then accel=kvm; kill $q; break; fi
    sleep 0.1
  done
  wait $q 2>/dev/null || :
elif [[ ${ACCEL:-auto} != auto ]]; then accel=$ACCEL
fi
echo "$accel" >"$G/accel"
rm -rf "$W"
mkdir -p "$C.$$" && cp --sparse=always "$G"/{vmlinuz,initrd,data.img,accel} "$C.$$/" && mv -T "$C.$$" "$C" 2>/dev/null || rm -rf "$C.$$"
say "guest built: $(du -h "$G/vmlinuz" "$G/initrd" | awk '{printf "%s %s  ", $1, $2}')"
