package io.vmha.libvirt;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.w3c.dom.Element;

/**
 * Reads and rewrites domain definitions for clones. Pure; names and paths are put into the document tree, so that the
 * serializer escapes them.
 */
final class CloneXml {

    /**
     * A disk that a clone needs a copy of.
     *
     * @param path the file or block device
     * @param format the image's format, {@code raw} where the definition does not say
     */
    record Disk(String path, String format) {}

    private CloneXml() {}

    /**
     * The disks that a domain writes to, in the definition's order.
     *
     * @throws IllegalArgumentException if one is neither a file nor a block device
     */
    static List<Disk> disks(String template) {
        ImmutableList.Builder<Disk> disks = ImmutableList.builder();
        for (Element disk : writableDisks(SecureXml.parse(template).getDocumentElement())) {
            String path = SecureXml.child(disk, "source")
                    .flatMap(source -> SecureXml.attribute(source, "file").or(() -> SecureXml.attribute(source, "dev")))
                    .orElseThrow(() ->
                            new IllegalArgumentException("only disks that are files or block devices can be cloned"));
            disks.add(new Disk(
                    path,
                    driver(disk).flatMap(d -> SecureXml.attribute(d, "type")).orElse("raw")));
        }
        return disks.build();
    }

    /**
     * The definition of a clone: a name, a UUID and disks of its own, and none of the template's network addresses.
     *
     * @param template the template's definition
     * @param name the clone's domain name
     * @param uuid its UUID
     * @param profile what it says of itself
     * @param disks the files or devices of its disks, in the order of {@link #disks}
     */
    static String define(String template, String name, UUID uuid, VmProfile profile, List<Disk> disks) {
        Element domain = SecureXml.parse(template).getDocumentElement();
        setText(domain, "name", name);
        setText(domain, "uuid", uuid.toString());
        SecureXml.child(domain, "title").ifPresent(domain::removeChild);
        SecureXml.child(domain, "os")
                .ifPresent(os -> SecureXml.child(os, "nvram").ifPresent(os::removeChild));
        SecureXml.child(domain, "devices")
                .ifPresent(devices -> SecureXml.children(devices, "", "interface")
                        .forEach(nic -> SecureXml.child(nic, "mac").ifPresent(nic::removeChild)));
        List<Element> elements = writableDisks(domain);
        for (int i = 0; i < elements.size(); i++) {
            replaceSource(elements.get(i), disks.get(i));
        }
        VmhaMetadata.replace(domain, profile);
        return SecureXml.write(domain);
    }

    /** The same domain under another name and as something else to the library. */
    static String redefine(String definition, String name, DomainProfile profile) {
        Element domain = SecureXml.parse(definition).getDocumentElement();
        setText(domain, "name", name);
        VmhaMetadata.replace(domain, profile);
        return SecureXml.write(domain);
    }

    private static List<Element> writableDisks(Element domain) {
        return SecureXml.child(domain, "devices").stream()
                .flatMap(devices -> SecureXml.children(devices, "", "disk").stream())
                .filter(disk ->
                        SecureXml.attribute(disk, "device").orElse("disk").equals("disk"))
                .filter(disk -> SecureXml.child(disk, "readonly").isEmpty()
                        && SecureXml.child(disk, "shareable").isEmpty())
                .toList();
    }

    private static Optional<Element> driver(Element disk) {
        return SecureXml.child(disk, "driver");
    }

    private static void replaceSource(Element disk, Disk copy) {
        SecureXml.child(disk, "source").ifPresent(source -> {
            source.removeAttribute(source.hasAttribute("file") ? "file" : "dev");
            source.setAttribute("file", copy.path());
        });
        disk.setAttribute("type", "file");
        SecureXml.child(disk, "backingStore").ifPresent(disk::removeChild);
        Element driver = driver(disk).orElseGet(() -> {
            Element added = disk.getOwnerDocument().createElement("driver");
            added.setAttribute("name", "qemu");
            disk.insertBefore(added, disk.getFirstChild());
            return added;
        });
        driver.setAttribute("type", copy.format());
    }

    private static void setText(Element domain, String child, String text) {
        SecureXml.child(domain, child)
                .orElseGet(() -> {
                    Element added = domain.getOwnerDocument().createElement(child);
                    domain.appendChild(added);
                    return added;
                })
                .setTextContent(text);
    }
}
