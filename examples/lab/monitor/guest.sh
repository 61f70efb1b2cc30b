#!/bin/bash
# Runs the guest monitor in a real guest: the kernel and busybox of the libvirt lab's guest, a Java runtime linked for the
# monitor, and an ext4 disk with errors=remount-ro at /data. Once the monitor watches, the guest has that filesystem stop
# itself by its own error path. QEMU runs in the foreground, the guest's console on standard output, until the guest is off.
#   guest.sh DIR JAVA_HOME CONFIG KEY CLASSPATH COMMAND...    DIR: at most 60 characters; the command without java and -cp
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
dir=$1 java_home=$2 config=$3 key=$4 classpath=$5; shift 5
bash "$HERE/../packages.sh" qemu-system-x86_64:qemu-system-x86 cpio:cpio mkfs.ext4:e2fsprogs /bin/busybox:busybox-static
LAB=$dir bash "$HERE/../libvirt/guest.sh" >&2
root=$dir/monitor
rm -rf "$root"; mkdir -p "$root/monitor/lib"

# --- the runtime -------------------------------------------------------------
"$java_home/bin/jlink" --add-modules java.base,java.logging,java.net.http,java.naming,jdk.unsupported \
  --strip-java-debug-attributes --no-header-files --no-man-pages --output "$root/jre"
"$root/jre/bin/java" -Xshare:dump >/dev/null
find "$root/jre" -type f \( -name '*.so' -o -name java \) -exec ldd {} + | grep -o '/[^ )]*' | grep -v "^$root\|:$" | sort -u |
  while read -r library; do
    mkdir -p "$root$(dirname "$library")"; cp -L "$library" "$root$library"
  done

# --- the monitor -------------------------------------------------------------
n=0 inside=''
IFS=: read -ra entries <<<"$classpath"
for entry in "${entries[@]}"; do
  n=$((n + 1)); cp -r "$entry" "$root/monitor/lib/$n"; inside+=/monitor/lib/$n:
done
cp "$config" "$root/monitor/config.yaml"
install -m 600 "$key" "$root/monitor/report.key"
cat >"$root/monitor-init" <<S
#!/bin/sh
export PATH=/bin:/sbin:/usr/sbin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev; mount -t tmpfs tmp /tmp
for m in /mods/*.ko; do insmod \$m; done
until [ -b /dev/vda ]; do usleep 20000; done
mount -t ext4 -o errors=remount-ro /dev/vda /data
ip link set lo up; ip link set eth0 up
ip addr add 10.0.2.15/24 dev eth0; ip route add default via 10.0.2.2
/jre/bin/java -cp $inside $* /monitor/config.yaml 2>&1 | tee /tmp/log &
until grep -q watching /tmp/log 2>/dev/null; do sleep 1; done
sleep 3
echo 1 >/sys/fs/ext4/vda/trigger_fs_error
while :; do sleep 60; done
S
chmod +x "$root/monitor-init"
(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) | cat "$dir/guest/initrd" - >"$dir/initrd"

exec qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot -serial stdio \
  -machine "pc,accel=$(sed s/qemu/tcg/ "$dir/guest/accel")" -cpu max -smp 2 -m 768 \
  -kernel "$dir/guest/vmlinuz" -initrd "$dir/initrd" -append "console=ttyS0 quiet panic=-1 rdinit=/monitor-init" \
  -drive "file=$dir/guest/data.img,if=virtio,format=raw" -netdev user,id=net -device virtio-net-pci,netdev=net </dev/null
