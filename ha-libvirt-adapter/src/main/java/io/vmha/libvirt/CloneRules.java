package io.vmha.libvirt;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.w3c.dom.Element;

/**
 * Says why a template cannot be cloned: what a clone would share with it, or with another clone, and cannot have made anew.
 * Pure. What a clone can have made anew is {@link CloneIdentity}'s.
 *
 * <p>{@code virt-clone} refuses none of this and lets the clone share it; a machine that is made without anybody watching
 * must not. What is shared by both, since it is made for it: read-only disks, disks that say that they are shareable,
 * images in drives, kernels, and directories of the host.
 */
final class CloneRules {
    /** The longest path of a Unix socket, in bytes. */
    private static final int LONGEST_SOCKET = 107;

    private static final ImmutableSet<String> SHARED_MEMORY = ImmutableSet.of("nvdimm", "virtio-pmem");
    private static final ImmutableSet<String> HOST_CHARDEVS = ImmutableSet.of("dev", "pipe", "nmdm");
    private static final ImmutableSet<String> HOST_SMARTCARDS = ImmutableSet.of("host", "host-certificates");
    private static final ImmutableSet<String> HOST_INPUTS = ImmutableSet.of("passthrough", "evdev");
    private static final ImmutableSet<String> FIXED_SOCKETS = ImmutableSet.of("server", "udp");

    private CloneRules() {}

    /** Why the domain cannot be cloned, each reason naming what it is about; none if it can. */
    static ImmutableList<String> refusals(Element domain) {
        ImmutableList.Builder<String> reasons = ImmutableList.builder();
        SecureXml.child(domain, "launchSecurity").ifPresent(e -> reasons.add("it has launch security"));
        SecureXml.elements(domain)
                .filter(e -> e.getNamespaceURI() != null && !"metadata".equals(e.getLocalName()))
                .filter(e -> Set.of("commandline", "override").contains(e.getLocalName()))
                .forEach(e -> reasons.add("it has " + e.getNodeName()));
        SecureXml.child(domain, "os").ifPresent(os -> firmware(os).ifPresent(reasons::add));
        SecureXml.child(domain, "devices")
                .ifPresent(devices -> SecureXml.elements(devices)
                        .forEach(device -> device(device).ifPresent(reasons::add)));
        return reasons.build();
    }

    private static Optional<String> firmware(Element os) {
        boolean writesLoader = SecureXml.child(os, "loader")
                .filter(loader -> "pflash".equals(loader.getAttribute("type")))
                .filter(loader -> "no".equals(loader.getAttribute("readonly")))
                .isPresent();
        if (writesLoader) {
            return Optional.of("its firmware is writable");
        }
        return SecureXml.child(os, "nvram")
                .filter(nvram ->
                        !SecureXml.attribute(nvram, "type").orElse("file").equals("file"))
                .map(nvram -> "its NVRAM is not a file");
    }

    private static Optional<String> device(Element device) {
        return switch (device.getTagName()) {
            case "disk" -> disk(device);
            case "hostdev" -> Optional.of("host device " + describe(device, "type"));
            case "lease" -> Optional.of("lease " + SecureXml.text(device, "key").orElse(""));
            case "memory" -> having(device, "model", SHARED_MEMORY, model -> "memory of the model " + model);
            case "interface" -> networkCard(device);
            case "shmem" -> Optional.of("shared memory " + device.getAttribute("name"));
            case "pstore" -> Optional.of("persistent store");
            case "input" -> having(device, "type", HOST_INPUTS, type -> "input device of the host (" + type + ")");
            case "smartcard" ->
                having(device, "mode", HOST_SMARTCARDS, mode -> "smartcard of the host")
                        .or(() -> chardev(device));
            case "tpm" ->
                SecureXml.child(device, "backend")
                        .filter(backend -> !"emulator".equals(backend.getAttribute("type")))
                        .map(backend -> "TPM of the type " + backend.getAttribute("type"));
            case "rng" -> SecureXml.child(device, "backend").flatMap(CloneRules::chardev);
            case "serial", "parallel", "console", "channel", "redirdev" -> chardev(device);
            default -> Optional.empty();
        };
    }

    private static Optional<String> disk(Element disk) {
        String name = "disk "
                + SecureXml.child(disk, "target")
                        .map(t -> t.getAttribute("dev"))
                        .orElse("");
        String kind = SecureXml.attribute(disk, "device").orElse("disk");
        Optional<Element> source = SecureXml.child(disk, "source");
        if (kind.equals("lun")) {
            return Optional.of(name + " is a LUN");
        }
        boolean isShared = SecureXml.child(disk, "readonly").isPresent()
                || SecureXml.child(disk, "shareable").isPresent()
                || kind.equals("cdrom");
        if (source.isEmpty() || isShared) {
            return Optional.empty();
        }
        if (kind.equals("floppy")) {
            return Optional.of(name + " is a floppy that can be written to");
        }
        if (SecureXml.child(disk, "encryption").isPresent()
                || SecureXml.child(source.get(), "encryption").isPresent()) {
            return Optional.of(name + " is encrypted");
        }
        for (String part : ImmutableList.of("slices", "dataStore", "reservations")) {
            if (SecureXml.child(source.get(), part).isPresent()) {
                return Optional.of(name + " has " + part);
            }
        }
        boolean isPath = source.get().hasAttribute("file") || source.get().hasAttribute("dev");
        String type = SecureXml.attribute(disk, "type").orElse("");
        return isPath && (type.equals("file") || type.equals("block"))
                ? Optional.empty()
                : Optional.of(name + " is of the type " + type + ": only files and block devices can be copied");
    }

    private static Optional<String> networkCard(Element card) {
        String type = card.getAttribute("type");
        Optional<Element> source = SecureXml.child(card, "source");
        String mode = source.map(s -> s.getAttribute("mode")).orElse("");
        boolean isMidonet = SecureXml.child(card, "virtualport")
                .filter(port -> "midonet".equals(port.getAttribute("type")))
                .isPresent();
        boolean isFixedTap = SecureXml.child(card, "target")
                .filter(target -> "no".equals(target.getAttribute("managed")))
                .isPresent();
        if (type.equals("hostdev") || type.equals("vdpa")) {
            return Optional.of("network card that is a host device (" + type + ")");
        }
        if (type.equals("direct") && mode.equals("passthrough")) {
            return Optional.of("network card that takes a whole device of the host ("
                    + source.orElseThrow().getAttribute("dev") + ")");
        }
        if (type.equals("vhostuser") && !mode.equals("server")) {
            return Optional.of("network card at the vhost-user socket of another process ("
                    + source.map(s -> s.getAttribute("path")).orElse("") + ")");
        }
        if (type.equals("vhostuser")) {
            return tooLong(source.map(s -> s.getAttribute("path")).orElse(""));
        }
        if (FIXED_SOCKETS.contains(type) || isMidonet) {
            return Optional.of("network card with an address of the host of its own (" + type + ")");
        }
        return isFixedTap ? Optional.of("network card at a tap device that somebody else makes") : Optional.empty();
    }

    private static Optional<String> chardev(Element device) {
        String type = device.getAttribute("type");
        String what = device.getTagName().equals("backend") ? "rng" : device.getTagName();
        if (HOST_CHARDEVS.contains(type)) {
            return Optional.of(what + " at a device or pipe of the host");
        }
        Optional<Element> listens = SecureXml.children(device, "", "source").stream()
                .filter(source -> !"connect".equals(source.getAttribute("mode")))
                .findFirst();
        boolean canBePty =
                ImmutableSet.of("serial", "parallel", "console", "channel").contains(what);
        if ((type.equals("tcp") || type.equals("udp")) && listens.isPresent() && !canBePty) {
            return Optional.of(what + " that listens on a port of the host");
        }
        return type.equals("unix") && listens.isPresent() && !CloneIdentity.isGenerated(device)
                ? tooLong(listens.get().getAttribute("path"))
                : Optional.empty();
    }

    private static Optional<String> tooLong(String socket) {
        return socket.length() + 1 + CloneIdentity.TAG_LENGTH > LONGEST_SOCKET
                ? Optional.of("socket whose path is too long for another one beside it: " + socket)
                : Optional.empty();
    }

    private static Optional<String> having(
            Element device, String attribute, Set<String> values, Function<String, String> reason) {
        return SecureXml.attribute(device, attribute).filter(values::contains).map(reason);
    }

    private static String describe(Element device, String attribute) {
        return SecureXml.attribute(device, attribute).orElse(device.getAttribute("mode"));
    }
}
