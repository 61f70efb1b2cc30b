#!/bin/bash
# Prints the domain XML of one lab guest. usage: domain-xml.sh NAME
. "$(dirname "$0")/lib.sh"
g=$1; ACCEL=$(cat "$LAB/guest/accel")
read -ra types <<<"$TYPES"
if [[ $g = "$TEMPLATE" ]]; then M="<vmha:template xmlns:vmha='https://vmha.io/xmlns/libvirt/1' id='$g'/>"
else
  case $g in
    db*) type=DATABASE ;;
    mw*) type=MIDDLEWARE ;;
    *) n=${g//[!0-9]/}; type=${types[$(( (${n:-1} - 1) % ${#types[@]} ))]} ;;
  esac
  M="<vmha:vm xmlns:vmha='https://vmha.io/xmlns/libvirt/1' type='$type' template='$TEMPLATE'/>"
fi
CARD=${NIC:+"<interface type='bridge'><source bridge='br0'/><model type='virtio'/></interface>"}
u=$(printf '%s/%s' "$TAG" "$g" | md5sum | sed -E 's/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/\1-\2-4\3-a\4-\5/')
cat <<X
<domain type='$ACCEL'>
  <name>$g</name>
  <uuid>$u</uuid>
  <metadata>$M</metadata>
  <memory unit='MiB'>$GUEST_MIB</memory>
  <currentMemory unit='MiB'>$GUEST_NOW_MIB</currentMemory>
  <vcpu placement='static' current='1'>2</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>$LAB/guest/vmlinuz</kernel>
    <initrd>$LAB/guest/initrd</initrd>
    <cmdline>console=ttyS0 quiet panic=5 mitigations=off nokaslr halab.name=$g</cmdline>
  </os>
  <features><acpi/></features>
  <cpu mode='custom' match='exact'><model fallback='forbid'>qemu64</model></cpu>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw' cache='none' io='threads' error_policy='stop' rerror_policy='stop'/>
      <source file='$LAB/storage/disks/$g.img'/>
      <target dev='vda' bus='virtio'/>
      <serial>$g-data</serial>
    </disk>
    $CARD
    <controller type='usb' model='none'/>
    <controller type='virtio-serial' index='0'/>
    <serial type='file'><source path='$LAB/guest/$g.console' append='on'/><target port='0'/></serial>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <memballoon model='virtio'/>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
    <panic model='isa'/>
  </devices>
</domain>
X
