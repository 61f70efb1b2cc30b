package io.vmha.libvirt;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import org.w3c.dom.Element;

/**
 * Says why a running domain cannot be migrated live: what it has of its host, which no other host can give it. Pure. It names
 * what no version of libvirt and QEMU can migrate; the rest is left to them, which check it before anything is moved.
 */
final class MigrationRules {
    private static final ImmutableSet<String> HOST_SMARTCARDS = ImmutableSet.of("host", "host-certificates");
    private static final ImmutableSet<String> HOST_INPUTS = ImmutableSet.of("passthrough", "evdev");

    private MigrationRules() {}

    /** Why the domain cannot be migrated, each reason naming what it is about; none if nothing is known against it. */
    static ImmutableList<String> refusals(Element domain) {
        ImmutableList.Builder<String> reasons = ImmutableList.builder();
        SecureXml.child(domain, "launchSecurity").ifPresent(e -> reasons.add("it has launch security"));
        SecureXml.child(domain, "cpu")
                .filter(cpu -> "off".equals(cpu.getAttribute("migratable")))
                .ifPresent(cpu -> reasons.add("its CPU is not migratable"));
        SecureXml.child(domain, "devices")
                .ifPresent(devices -> SecureXml.elements(devices)
                        .forEach(device -> device(device).ifPresent(reasons::add)));
        return reasons.build();
    }

    /** Whether the guest sees the host's own CPU, so that its features depend on the microcode too. */
    static boolean seesHostsCpu(Element domain) {
        return SecureXml.child(domain, "cpu")
                .map(cpu -> cpu.getAttribute("mode"))
                .filter(mode -> mode.equals("host-passthrough") || mode.equals("maximum"))
                .isPresent();
    }

    private static Optional<String> device(Element device) {
        String type = device.getAttribute("type");
        // A card that is half of a team is unplugged for the migration.
        boolean isTransient = SecureXml.child(device, "teaming").isPresent();
        return switch (device.getTagName()) {
            case "hostdev" -> Optional.of("host device " + type).filter(reason -> !type.equals("usb") && !isTransient);
            case "interface" ->
                Optional.of("network card of the type " + type)
                        .filter(reason -> (type.equals("hostdev") || type.equals("vdpa")) && !isTransient);
            case "disk" ->
                Optional.of("disk of the type " + type)
                        .filter(reason -> type.equals("nvme") || type.equals("vhostvdpa"));
            case "shmem" ->
                Optional.of("shared memory " + device.getAttribute("name"))
                        .filter(reason -> !"master".equals(device.getAttribute("role")));
            case "filesystem" ->
                Optional.of("directory of the host at " + target(device)).filter(reason -> !isVirtiofs(device));
            case "tpm" ->
                SecureXml.child(device, "backend")
                        .filter(backend -> "passthrough".equals(backend.getAttribute("type")))
                        .map(backend -> "TPM of the host");
            case "memory" ->
                Optional.of("memory of the model sgx-epc")
                        .filter(reason -> "sgx-epc".equals(device.getAttribute("model")));
            case "input" -> Optional.of("input device of the host").filter(reason -> HOST_INPUTS.contains(type));
            case "smartcard" ->
                Optional.of("smartcard of the host")
                        .filter(reason -> HOST_SMARTCARDS.contains(device.getAttribute("mode")));
            case "serial", "parallel" ->
                Optional.of(device.getTagName() + " at a device of the host").filter(reason -> type.equals("dev"));
            default -> Optional.empty();
        };
    }

    private static boolean isVirtiofs(Element filesystem) {
        return SecureXml.child(filesystem, "driver")
                .filter(driver -> "virtiofs".equals(driver.getAttribute("type")))
                .isPresent();
    }

    private static String target(Element device) {
        return SecureXml.child(device, "target").map(t -> t.getAttribute("dir")).orElse("");
    }
}
