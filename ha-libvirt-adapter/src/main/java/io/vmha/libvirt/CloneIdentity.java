package io.vmha.libvirt;

import com.google.common.collect.ImmutableSet;
import java.util.UUID;
import org.w3c.dom.Element;

/**
 * Takes from a definition what only one domain of a host can have, so that any number of clones run beside each other: what
 * libvirt can make anew is left to it, and files and sockets that a domain makes get names of their own. Pure, on a document
 * of the caller's.
 *
 * <p>Like {@code virt-clone}: UUID, the UUID of the system information, MAC addresses, names of tap devices, fixed ports of
 * displays, paths of agents' sockets, files of serial ports. Beyond it: generation ids, serial numbers that are the UUID,
 * interface ids of virtual switches, vsock addresses, ports and sockets of character devices, logs, vhost-user sockets,
 * sockets of displays, and files of sound; each is a clash between two clones, or an identity that two would have.
 */
final class CloneIdentity {
    static final int TAG_LENGTH = 8;

    private static final ImmutableSet<String> DISPLAY_ADDRESSES =
            ImmutableSet.of("port", "tlsPort", "socket", "address");

    private final Element domain;
    private final UUID uuid;
    private final String tag;

    private CloneIdentity(Element domain, UUID uuid) {
        this.domain = domain;
        this.uuid = uuid;
        this.tag = uuid.toString().substring(0, TAG_LENGTH);
    }

    /** Gives a definition the identity of that UUID. */
    static void reset(Element domain, UUID uuid) {
        new CloneIdentity(domain, uuid).reset();
    }

    private void reset() {
        String old = SecureXml.text(domain, "uuid").orElse("");
        SecureXml.children(domain, "", "sysinfo").forEach(info -> systemInformation(info, old));
        SecureXml.setText(domain, "uuid", uuid.toString());
        SecureXml.child(domain, "genid").ifPresent(id -> id.setTextContent(""));
        SecureXml.child(domain, "devices")
                .ifPresent(devices -> SecureXml.elements(devices).forEach(this::device));
    }

    private void systemInformation(Element info, String old) {
        SecureXml.elements(info)
                .flatMap(block -> SecureXml.children(block, "", "entry").stream())
                .filter(entry -> "uuid".equals(entry.getAttribute("name"))
                        || (!old.isEmpty()
                                && old.equalsIgnoreCase(entry.getTextContent().strip())))
                .forEach(entry -> entry.setTextContent(uuid.toString()));
    }

    private void device(Element device) {
        switch (device.getTagName()) {
            case "interface" -> networkCard(device);
            case "graphics" -> display(device);
            case "vsock" ->
                SecureXml.child(device, "cid").ifPresent(cid -> {
                    cid.setAttribute("auto", "yes");
                    cid.removeAttribute("address");
                });
            case "serial", "parallel", "console", "channel", "redirdev", "smartcard" -> chardev(device);
            case "rng" -> SecureXml.child(device, "backend").ifPresent(this::chardev);
            case "audio" -> rename(device, "path");
            default -> {
                // nothing that only one domain can have
            }
        }
    }

    private void networkCard(Element card) {
        SecureXml.removeChildren(card, "mac");
        SecureXml.child(card, "target").ifPresent(target -> {
            target.removeAttribute("dev");
            if (target.getAttributes().getLength() == 0) {
                card.removeChild(target);
            }
        });
        SecureXml.child(card, "virtualport")
                .flatMap(port -> SecureXml.child(port, "parameters"))
                .ifPresent(parameters -> {
                    parameters.removeAttribute("interfaceid");
                    parameters.removeAttribute("instanceid");
                });
        if ("vhostuser".equals(card.getAttribute("type"))) {
            SecureXml.child(card, "source").ifPresent(source -> rename(source, "path"));
        }
    }

    private static void display(Element display) {
        boolean hasPort = display.hasAttribute("port") || display.hasAttribute("tlsPort");
        DISPLAY_ADDRESSES.forEach(display::removeAttribute);
        if (hasPort) {
            display.setAttribute("autoport", "yes");
        }
        if (display.hasAttribute("websocket")) {
            display.setAttribute("websocket", "-1");
        }
        SecureXml.children(display, "", "listen").forEach(listen -> listen.removeAttribute("socket"));
    }

    /** Whether libvirt makes up where such a device's socket is. */
    static boolean isGenerated(Element device) {
        return device.getTagName().equals("channel")
                && SecureXml.child(device, "target")
                        .filter(target -> "virtio".equals(target.getAttribute("type")))
                        .isPresent();
    }

    private void chardev(Element device) {
        SecureXml.child(device, "log").ifPresent(log -> rename(log, "file"));
        boolean listens = SecureXml.children(device, "", "source").stream()
                .anyMatch(source -> !"connect".equals(source.getAttribute("mode")));
        switch (device.getAttribute("type")) {
            case "pty" -> SecureXml.removeChildren(device, "source");
            case "file" -> SecureXml.child(device, "source").ifPresent(source -> rename(source, "path"));
            case "unix" -> {
                if (listens && isGenerated(device)) {
                    SecureXml.removeChildren(device, "source");
                } else if (listens) {
                    SecureXml.child(device, "source").ifPresent(source -> rename(source, "path"));
                }
            }
            case "tcp", "udp" -> {
                // libvirt chooses no port: whoever wants the clone's console asks libvirt for it.
                if (listens) {
                    device.setAttribute("type", "pty");
                    SecureXml.removeChildren(device, "source");
                    SecureXml.removeChildren(device, "protocol");
                }
            }
            default -> {
                // nothing that only one domain can have
            }
        }
    }

    private void rename(Element element, String attribute) {
        if (element.hasAttribute(attribute)) {
            element.setAttribute(attribute, element.getAttribute(attribute) + "-" + tag);
        }
    }
}
