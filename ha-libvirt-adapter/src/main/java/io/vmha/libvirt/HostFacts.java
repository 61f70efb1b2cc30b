package io.vmha.libvirt;

import io.vmha.model.CpuPlatform;
import io.vmha.model.Resources;
import java.util.Optional;
import org.libvirt.jna.virNodeInfo;

/**
 * What does not change of a host while a connection to it lasts. Immutable.
 *
 * @param size its CPUs and memory
 * @param cpuPlatform its CPU model and microcode; absent where libvirt does not tell the model
 */
record HostFacts(Resources size, Optional<CpuPlatform> cpuPlatform) {

    static HostFacts read(NativeConnection connection) {
        virNodeInfo node = connection.nodeInfo();
        Resources size = Resources.of(
                node.cpus * DomainDescription.MILLIS_PER_VCPU, node.memory.longValue() / DomainDescription.KIB_PER_MIB);
        return new HostFacts(
                size,
                CpuNames.platform(
                        connection.capabilities(), connection::domainCapabilities, connection::systemInformation));
    }
}
