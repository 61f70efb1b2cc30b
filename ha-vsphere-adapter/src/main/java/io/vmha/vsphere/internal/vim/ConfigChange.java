package io.vmha.vsphere.internal.vim;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A change of a machine's size.
 *
 * @param cpus virtual CPUs
 * @param memoryMiB memory in MiB
 * @param memoryReservationMiB memory that the host must hold for it; absent leaves it as it is
 * @param shares {@code low}, {@code normal} or {@code high}; absent leaves them as they are
 */
public record ConfigChange(int cpus, long memoryMiB, OptionalLong memoryReservationMiB, Optional<String> shares) {

    // The schema fixes the order of the elements.
    void write(XmlWriter xml) {
        xml.element("spec", spec -> {
            spec.number("numCPUs", cpus).number("memoryMB", memoryMiB);
            shares.ifPresent(level -> spec.element("cpuAllocation", cpu -> shares(cpu, level)));
            if (memoryReservationMiB.isPresent() || shares.isPresent()) {
                spec.element("memoryAllocation", memory -> {
                    memoryReservationMiB.ifPresent(amount -> memory.number("reservation", amount));
                    shares.ifPresent(level -> shares(memory, level));
                });
            }
        });
    }

    private static void shares(XmlWriter xml, String level) {
        xml.element("shares", shares -> shares.number("shares", 0).text("level", level));
    }
}
