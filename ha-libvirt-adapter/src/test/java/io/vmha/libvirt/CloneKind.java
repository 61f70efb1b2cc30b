package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A kind of template, and what is right for a clone of it.
 *
 * @param name what is special about it
 * @param xml its definition, with {@code @FOLDER@} for the folder of its files
 * @param refusal what the refusal names; absent where it can be cloned
 * @param gone what a clone of it must not have
 * @param kept what a clone of it must have
 * @param starts whether any host can start it: no hardware and no service of its own is needed
 */
record CloneKind(
        String name, String xml, Optional<String> refusal, List<String> gone, List<String> kept, boolean starts) {
    static final String UUID = "c7a5fdbd-edaf-9455-926a-d65c16db1809";

    @Override
    public String toString() {
        return name;
    }

    String xml(String folder) {
        return xml.replace("@FOLDER@", folder);
    }

    private CloneKind gone(String... texts) {
        return new CloneKind(name, xml, refusal, List.of(texts), kept, starts);
    }

    private CloneKind kept(String... texts) {
        return new CloneKind(name, xml, refusal, gone, List.of(texts), starts);
    }

    private CloneKind onlyDefined() {
        return new CloneKind(name, xml, refusal, gone, kept, false);
    }

    private CloneKind domain(String from, String to) {
        assertThat(xml).contains(from);
        return new CloneKind(name, xml.replace(from, to), refusal, gone, kept, starts);
    }

    private static CloneKind made(String name, String devices) {
        return new CloneKind(name, base(devices), Optional.empty(), List.of(), List.of(), true);
    }

    private static CloneKind refused(String name, String devices, String refusal) {
        return new CloneKind(name, base(devices), Optional.of(refusal), List.of(), List.of(), false);
    }

    private static CloneKind file(String name, String refusal) {
        return new CloneKind(
                name, resource(name), Optional.of(refusal).filter(text -> !text.isEmpty()), List.of(), List.of(), true);
    }

    private static String base(String devices) {
        return """
                <domain type='qemu'><name>tmpl</name><uuid>%s</uuid><title>golden</title>
                <memory unit='KiB'>65536</memory><vcpu>1</vcpu>
                <os><type arch='x86_64' machine='q35'>hvm</type></os>
                <devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
                <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='@FOLDER@/tmpl.qcow2'/><target dev='vda' bus='virtio'/></disk>
                %s</devices></domain>""".formatted(UUID, devices);
    }

    private static String resource(String name) {
        try (InputStream file = CloneKind.class.getResourceAsStream("clones/" + name + ".xml")) {
            assertThat(file).as(name).isNotNull();
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String disk(String attributes, String content) {
        return "<disk " + attributes + "><driver name='qemu' type='raw'/>" + content + "</disk>";
    }

    /** All kinds. */
    static Stream<CloneKind> all() {
        return Stream.of(files(), made(), refusedDisks(), refusedDevices(), refusedDomains())
                .flatMap(List::stream);
    }

    private static List<CloneKind> files() {
        return List.of(
                file("channel-unix", "").gone("tmpl.agent").kept("org.qemu.guest_agent.0"),
                file("sysinfo-uuid", "").gone(UUID).kept("OpenStack Nova"),
                file("nvram-template", "").gone("tmpl_VARS").kept("template=\"@FOLDER@/VARS.fd\"", "_VARS.fd</nvram>"),
                file("vnc-port", "").gone("5977").kept("autoport=\"yes\""),
                file("nvdimm", "nvdimm"),
                file("lun", "sdb is a LUN"),
                file("hostdev-pci", "host device pci"));
    }

    private static List<CloneKind> made() {
        return List.of(
                made("plain", "").gone("golden"),
                made(
                                "mac-address",
                                "<interface type='user'><mac address='52:54:00:11:22:33'/><model type='virtio'/></interface>")
                        .gone("52:54:00:11:22:33"),
                made("tap-name", "<interface type='bridge'><source bridge='br0'/><target dev='tapclone'/></interface>")
                        .gone("tapclone")
                        .kept("br0"),
                made(
                                "two-disks",
                                disk(
                                        "type='file' device='disk'",
                                        "<source file='@FOLDER@/data.raw'/><target dev='vdb' bus='virtio'/>"))
                        .gone("data.raw"),
                made(
                                "cdrom",
                                disk(
                                        "type='file' device='cdrom'",
                                        "<source file='@FOLDER@/cd.iso'/><target dev='sda' bus='sata'/><readonly/>"))
                        .kept("cd.iso"),
                made(
                                "read-only-disk",
                                disk(
                                        "type='file' device='disk'",
                                        "<source file='@FOLDER@/cd.iso'/><target dev='vdb' bus='virtio'/><readonly/>"))
                        .kept("cd.iso"),
                made(
                                "serial-file",
                                "<serial type='file'><source path='@FOLDER@/serial.log'/><target port='0'/></serial>")
                        .gone("serial.log\""),
                made(
                                "serial-unix",
                                "<serial type='unix'><source mode='bind' path='@FOLDER@/serial.sock'/><target port='0'/></serial>")
                        .gone("serial.sock\""),
                made(
                                "serial-tcp",
                                "<serial type='tcp'><source mode='bind' host='127.0.0.1' service='4555'/><protocol type='telnet'/><target port='0'/></serial>")
                        .gone("4555", "telnet"),
                made(
                                "serial-udp",
                                "<serial type='udp'><source mode='bind' host='127.0.0.1' service='4556'/><source mode='connect' host='127.0.0.1' service='4557'/><target port='0'/></serial>")
                        .gone("4556"),
                made(
                                "serial-log",
                                "<serial type='pty'><log file='@FOLDER@/console.log' append='on'/><target port='0'/></serial>")
                        .gone("console.log\""),
                made(
                                "parallel-file",
                                "<parallel type='file'><source path='@FOLDER@/printed'/><target port='0'/></parallel>")
                        .gone("printed\""),
                made(
                                "console-virtio-file",
                                "<console type='file'><source path='@FOLDER@/hvc0'/><target type='virtio'/></console>")
                        .gone("hvc0\""),
                made(
                                "channel-of-an-application",
                                "<channel type='unix'><source mode='bind' path='@FOLDER@/app.sock'/><target type='virtio' name='org.example.app'/></channel>")
                        .gone("app.sock")
                        .kept("org.example.app"),
                made("vnc-websocket", "<graphics type='vnc' port='5978' websocket='5701' listen='127.0.0.1'/>")
                        .gone("5978", "5701"),
                made(
                                "vnc-socket",
                                "<graphics type='vnc' socket='@FOLDER@/vnc.sock'><listen type='socket' socket='@FOLDER@/vnc.sock'/></graphics>")
                        .gone("vnc.sock"),
                made("spice-ports", "<graphics type='spice' port='5979' tlsPort='5980' autoport='no'/>")
                        .gone("5979", "5980")
                        .onlyDefined(),
                made("generation-id", "")
                        .domain("</uuid>", "</uuid><genid>43dc0cf8-809b-4adb-9bea-a9abb5f3d90e</genid>")
                        .gone("43dc0cf8"),
                made("serial-number-is-the-uuid", "")
                        .domain(
                                "<memory",
                                "<sysinfo type='smbios'><baseBoard><entry name='serial'>" + UUID
                                        + "</entry></baseBoard></sysinfo><memory")
                        .gone(UUID),
                made("vsock-address", "<vsock model='virtio'><cid auto='no' address='77'/></vsock>")
                        .gone("77")
                        .kept("auto=\"yes\"")
                        .onlyDefined(),
                made(
                                "open-vswitch",
                                "<interface type='bridge'><source bridge='ovs'/><virtualport type='openvswitch'><parameters interfaceid='09b11c53-8b5c-4eeb-8f00-d84eaa0aaa4f' profileid='p'/></virtualport></interface>")
                        .gone("09b11c53")
                        .kept("openvswitch", "profileid")
                        .onlyDefined(),
                made(
                                "vhost-user-server",
                                "<interface type='vhostuser'><source type='unix' path='@FOLDER@/vhost.sock' mode='server'/><model type='virtio'/></interface>")
                        .gone("vhost.sock\"")
                        .onlyDefined(),
                made("audio-file", "<audio id='1' type='file' path='@FOLDER@/sound.wav'/>")
                        .gone("sound.wav\""),
                made("tpm-emulator", "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>")
                        .onlyDefined(),
                made(
                                "shareable-disk",
                                disk(
                                        "type='file' device='disk'",
                                        "<source file='@FOLDER@/data.raw'/><target dev='vdb' bus='virtio'/><shareable/>"))
                        .kept("data.raw")
                        .onlyDefined());
    }

    private static List<CloneKind> refusedDisks() {
        return List.of(
                refused(
                        "floppy",
                        disk(
                                "type='file' device='floppy'",
                                "<source file='@FOLDER@/a.img'/><target dev='fda' bus='fdc'/>"),
                        "fda is a floppy"),
                refused(
                        "encrypted-disk",
                        disk(
                                "type='file' device='disk'",
                                "<source file='@FOLDER@/e.luks'><encryption format='luks'><secret type='passphrase' uuid='"
                                        + UUID + "'/></encryption></source><target dev='vdb'/>"),
                        "vdb is encrypted"),
                refused(
                        "encrypted-disk-in-the-older-form",
                        disk(
                                "type='file' device='disk'",
                                "<source file='@FOLDER@/e.luks'/><target dev='vdb'/><encryption format='luks'><secret type='passphrase' uuid='"
                                        + UUID + "'/></encryption>"),
                        "vdb is encrypted"),
                refused(
                        "slices",
                        disk(
                                "type='file' device='disk'",
                                "<source file='@FOLDER@/s.raw'><slices><slice type='storage' offset='512' size='1048576'/></slices></source><target dev='vdb'/>"),
                        "vdb has slices"),
                refused(
                        "data-store",
                        disk(
                                "type='file' device='disk'",
                                "<source file='@FOLDER@/s.raw'><dataStore type='file'><format type='raw'/><source file='@FOLDER@/d.raw'/></dataStore></source><target dev='vdb'/>"),
                        "vdb has dataStore"),
                refused(
                        "reservations",
                        disk(
                                "type='block' device='disk'",
                                "<source dev='/dev/sdx'><reservations managed='yes'/></source><target dev='sdb' bus='scsi'/>"),
                        "sdb has reservations"),
                refused(
                        "rbd",
                        disk(
                                "type='network' device='disk'",
                                "<source protocol='rbd' name='pool/image'><host name='mon'/></source><target dev='vdb'/>"),
                        "vdb is of the type network"),
                refused(
                        "volume",
                        disk("type='volume' device='disk'", "<source pool='default' volume='v'/><target dev='vdb'/>"),
                        "vdb is of the type volume"),
                refused(
                        "nvme",
                        disk(
                                "type='nvme' device='disk'",
                                "<source type='pci' managed='yes' namespace='1'><address domain='0' bus='1' slot='0' function='0'/></source><target dev='vdb'/>"),
                        "vdb is of the type nvme"),
                refused(
                        "vhost-vdpa-disk",
                        disk("type='vhostvdpa' device='disk'", "<source dev='/dev/vhost-vdpa-0'/><target dev='vdb'/>"),
                        "vdb is of the type vhostvdpa"),
                refused(
                        "lease",
                        "<lease><lockspace>s</lockspace><key>k7</key><target path='/leases' offset='0'/></lease>",
                        "lease k7"));
    }

    private static List<CloneKind> refusedDevices() {
        String socket = "@FOLDER@/" + "s".repeat(110);
        return List.of(
                refused(
                        "virtio-pmem",
                        "<memory model='virtio-pmem' access='shared'><source><path>/p</path></source><target><size>1</size></target></memory>",
                        "virtio-pmem"),
                refused(
                        "hostdev-usb",
                        "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1234'/><product id='0xbeef'/></source></hostdev>",
                        "host device usb"),
                refused(
                        "hostdev-mdev",
                        "<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address uuid='" + UUID
                                + "'/></source></hostdev>",
                        "host device mdev"),
                refused(
                        "interface-hostdev",
                        "<interface type='hostdev' managed='yes'><source><address type='pci' domain='0' bus='0' slot='7' function='0'/></source></interface>",
                        "(hostdev)"),
                refused(
                        "interface-vdpa",
                        "<interface type='vdpa'><source dev='/dev/vhost-vdpa-0'/></interface>",
                        "(vdpa)"),
                refused(
                        "macvtap-passthrough",
                        "<interface type='direct'><source dev='eth7' mode='passthrough'/></interface>",
                        "eth7"),
                refused(
                        "vhost-user-client",
                        "<interface type='vhostuser'><source type='unix' path='/run/ovs/p1' mode='client'/></interface>",
                        "/run/ovs/p1"),
                refused(
                        "tap-of-somebody-else",
                        "<interface type='ethernet'><target dev='tap0' managed='no'/></interface>",
                        "tap device"),
                refused(
                        "midonet",
                        "<interface type='ethernet'><virtualport type='midonet'><parameters interfaceid='" + UUID
                                + "'/></virtualport></interface>",
                        "network card"),
                refused(
                        "interface-server",
                        "<interface type='server'><source address='127.0.0.1' port='5558'/></interface>",
                        "(server)"),
                refused("shared-memory", "<shmem name='ring'/>", "shared memory ring"),
                refused("persistent-store", "<pstore backend='acpi-erst'><path>/p</path></pstore>", "persistent store"),
                refused("evdev", "<input type='evdev'><source dev='/dev/input/event1'/></input>", "evdev"),
                refused("smartcard-of-the-host", "<smartcard mode='host'/>", "smartcard"),
                refused(
                        "tpm-passthrough",
                        "<tpm model='tpm-tis'><backend type='passthrough'><device path='/dev/tpm0'/></backend></tpm>",
                        "passthrough"),
                refused(
                        "serial-device",
                        "<serial type='dev'><source path='/dev/ttyS0'/></serial>",
                        "serial at a device"),
                refused(
                        "serial-pipe",
                        "<serial type='pipe'><source path='/tmp/p'/></serial>",
                        "serial at a device or pipe"),
                refused(
                        "entropy-server",
                        "<rng model='virtio'><backend model='egd' type='udp'><source mode='bind' service='1234'/></backend></rng>",
                        "rng"),
                refused(
                        "redirection-server",
                        "<redirdev bus='usb' type='tcp'><source mode='bind' host='localhost' service='4000'/></redirdev>",
                        "redirdev"),
                refused(
                        "socket-with-no-room-beside-it",
                        "<serial type='unix'><source mode='bind' path='" + socket + "'/></serial>",
                        "too long"));
    }

    private static List<CloneKind> refusedDomains() {
        return List.of(
                refused("qemu-commandline", "", "qemu:commandline")
                        .domain(
                                "<domain type='qemu'>",
                                "<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>")
                        .domain("</domain>", "<qemu:commandline><qemu:arg value='-S'/></qemu:commandline></domain>"),
                refused("qemu-override", "", "qemu:override")
                        .domain(
                                "<domain type='qemu'>",
                                "<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>")
                        .domain("</domain>", "<qemu:override/></domain>"),
                refused("launch-security", "", "launch security")
                        .domain("<memory", "<launchSecurity type='sev'><policy>0x3</policy></launchSecurity><memory"),
                refused("writable-firmware", "", "firmware is writable")
                        .domain(
                                "hvm</type>",
                                "hvm</type><loader readonly='no' type='pflash'>@FOLDER@/CODE.fd</loader>"),
                refused("nvram-over-the-network", "", "NVRAM")
                        .domain(
                                "hvm</type>",
                                "hvm</type><nvram type='network'><source protocol='iscsi' name='i'/></nvram>"));
    }
}
