package io.vmha.libvirt;

import io.vmha.libvirt.HostSnapshot.Entry;
import io.vmha.model.Resources;
import java.util.Optional;

/**
 * What a clone starts with. Immutable.
 *
 * <p>A clone that replaces a machine has what that machine had, which is what its room was judged by, as far as the
 * template's definition goes up to it; any other has what the template starts with.
 *
 * @param memoryKiB its memory
 * @param vcpus its vCPUs
 */
record CloneSize(long memoryKiB, int vcpus) {

    static CloneSize of(DomainDescription template, Optional<Entry> replaced) {
        if (replaced.isEmpty()) {
            return new CloneSize(template.memoryKiB(), template.vcpus());
        }
        Resources had = replaced.get().allocation();
        return new CloneSize(
                Math.min(had.memoryMiB() * DomainDescription.KIB_PER_MIB, template.maxMemoryKiB()),
                Math.min(DomainDescription.vcpus(had.cpuMillis()), template.maxVcpus()));
    }

    Resources resources() {
        return DomainDescription.allocation(memoryKiB, vcpus);
    }
}
