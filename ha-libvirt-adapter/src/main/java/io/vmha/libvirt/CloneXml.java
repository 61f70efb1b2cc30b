package io.vmha.libvirt;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
     * @param isDevice whether it is a block device
     */
    record Disk(String path, String format, boolean isDevice) {}

    private CloneXml() {}

    /**
     * The disks that a domain writes to, in the definition's order.
     *
     * @throws IllegalArgumentException if one is neither a file nor a block device
     */
    static List<Disk> disks(String template) {
        ImmutableList.Builder<Disk> disks = ImmutableList.builder();
        for (Element disk : writableDisks(SecureXml.parse(template).getDocumentElement())) {
            Optional<Element> source = SecureXml.child(disk, "source");
            String path = source.flatMap(
                            found -> SecureXml.attribute(found, "file").or(() -> SecureXml.attribute(found, "dev")))
                    .orElseThrow(() ->
                            new IllegalArgumentException("only disks that are files or block devices can be cloned"));
            disks.add(new Disk(
                    path,
                    driver(disk).flatMap(d -> SecureXml.attribute(d, "type")).orElse("raw"),
                    path.startsWith("/dev/")
                            || "block".equals(SecureXml.attribute(disk, "type").orElse(""))));
        }
        return disks.build();
    }

    /**
     * The definition of a clone: a name, disks and NVRAM of its own, and an identity of its own.
     *
     * @param template the template's definition
     * @param name the clone's domain name
     * @param stem what its files' names begin with
     * @param uuid its UUID
     * @param profile what it says of itself
     * @param size what it starts with
     * @param disks the files or devices of its disks, in the order of {@link #disks}
     */
    static String define(
            DomainDescription template,
            String name,
            String stem,
            UUID uuid,
            DomainProfile profile,
            CloneSize size,
            List<Disk> disks) {
        Element domain = SecureXml.parse(template.xml()).getDocumentElement();
        SecureXml.setText(domain, "name", name);
        SecureXml.removeChildren(domain, "title");
        resize(domain, template, size);
        CloneIdentity.reset(domain, uuid);
        nvramElement(domain).ifPresent(element -> setNvram(element, nvramPath(element), stem));
        List<Element> elements = writableDisks(domain);
        for (int i = 0; i < elements.size(); i++) {
            replaceSource(elements.get(i), disks.get(i));
        }
        VmhaMetadata.replace(domain, profile);
        return SecureXml.write(domain);
    }

    /**
     * The file that a domain keeps its firmware's settings in.
     *
     * @param path the file, which is made at the first start and may not be there yet
     * @param format the file's format
     */
    record Nvram(String path, String format) {

        /** The name, in the same folder, of the file of a clone whose files' names begin so. */
        String cloneName(String stem) {
            String name = path.substring(path.lastIndexOf('/') + 1);
            int dot = name.lastIndexOf('.');
            return stem + "_VARS" + (dot < 0 ? ".fd" : name.substring(dot));
        }

        private String clonePath(String stem) {
            return path.substring(0, path.lastIndexOf('/') + 1) + cloneName(stem);
        }
    }

    /** Where a domain keeps its firmware's settings; absent where it does not say, or keeps none. */
    static Optional<Nvram> nvram(String definition) {
        return nvramElement(SecureXml.parse(definition).getDocumentElement())
                .map(element -> new Nvram(
                        nvramPath(element),
                        SecureXml.attribute(element, "format").orElse("raw")))
                .filter(nvram -> !nvram.path().isEmpty());
    }

    private static Optional<Element> nvramElement(Element domain) {
        return SecureXml.child(domain, "os").flatMap(os -> SecureXml.child(os, "nvram"));
    }

    private static String nvramPath(Element nvram) {
        return SecureXml.child(nvram, "source")
                .map(source -> source.getAttribute("file"))
                .orElseGet(() -> nvram.getTextContent().strip());
    }

    /** The template that the file is made from stays: only the file is the domain's own. */
    private static void setNvram(Element nvram, String path, String stem) {
        if (path.isEmpty()) {
            return;
        }
        String own = new Nvram(path, "").clonePath(stem);
        SecureXml.child(nvram, "source")
                .ifPresentOrElse(source -> source.setAttribute("file", own), () -> nvram.setTextContent(own));
    }

    /** What is as it is to be stays as it was written. */
    private static void resize(Element domain, DomainDescription template, CloneSize size) {
        if (template.memoryKiB() != size.memoryKiB()) {
            SecureXml.setText(domain, "currentMemory", Long.toString(size.memoryKiB()));
            SecureXml.child(domain, "currentMemory").ifPresent(memory -> memory.setAttribute("unit", "KiB"));
        }
        if (template.vcpus() != size.vcpus()) {
            SecureXml.child(domain, "vcpu")
                    .ifPresent(vcpu -> vcpu.setAttribute("current", Integer.toString(size.vcpus())));
            // Which vCPUs are there at the start is libvirt's to choose where their number changes.
            SecureXml.removeChildren(domain, "vcpus");
        }
    }

    /** The same domain under another name and as something else to the library. */
    static String redefine(String definition, String name, DomainProfile profile) {
        Element domain = SecureXml.parse(definition).getDocumentElement();
        SecureXml.setText(domain, "name", name);
        VmhaMetadata.replace(domain, profile);
        return SecureXml.write(domain);
    }

    /** The files and devices that a domain writes to alone, whatever else it has; disks of other kinds are left out. */
    static List<Disk> writableFiles(String definition) {
        ImmutableList.Builder<Disk> disks = ImmutableList.builder();
        for (Element disk : writableDisks(SecureXml.parse(definition).getDocumentElement())) {
            path(disk)
                    .ifPresent(path -> disks.add(new Disk(
                            path,
                            "",
                            path.startsWith("/dev/")
                                    || "block"
                                            .equals(SecureXml.attribute(disk, "type")
                                                    .orElse("")))));
        }
        return disks.build();
    }

    /** The paths of all that a domain has as disk, image or firmware settings, to read or to write. */
    static Set<String> files(String definition) {
        ImmutableSet.Builder<String> files = ImmutableSet.builder();
        Element domain = SecureXml.parse(definition).getDocumentElement();
        SecureXml.child(domain, "devices").stream()
                .flatMap(devices -> SecureXml.children(devices, "", "disk").stream())
                .forEach(disk -> path(disk).ifPresent(files::add));
        nvram(definition).ifPresent(nvram -> files.add(nvram.path()));
        return files.build();
    }

    private static Optional<String> path(Element disk) {
        return SecureXml.child(disk, "source")
                .flatMap(found -> SecureXml.attribute(found, "file").or(() -> SecureXml.attribute(found, "dev")));
    }

    static List<Element> writableDisks(Element domain) {
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
            source.removeAttribute("file");
            source.removeAttribute("dev");
            source.setAttribute(copy.isDevice() ? "dev" : "file", copy.path());
        });
        disk.setAttribute("type", copy.isDevice() ? "block" : "file");
        SecureXml.child(disk, "backingStore").ifPresent(disk::removeChild);
        Element driver = driver(disk).orElseGet(() -> {
            Element added = disk.getOwnerDocument().createElement("driver");
            added.setAttribute("name", "qemu");
            disk.insertBefore(added, disk.getFirstChild());
            return added;
        });
        driver.setAttribute("type", copy.format());
    }
}
