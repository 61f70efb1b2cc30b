package io.vmha.libvirt;

import io.vmha.model.CpuPlatform;
import io.vmha.model.Resources;
import java.util.Optional;
import org.libvirt.jna.virNodeInfo;
import org.w3c.dom.Element;

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
        return new HostFacts(size, cpuPlatform(connection.capabilities()));
    }

    /** Vendor, model, and family, model and stepping numbers, since libvirt's model name alone covers several CPUs. */
    static Optional<CpuPlatform> cpuPlatform(String capabilities) {
        Optional<Element> cpu = SecureXml.child(SecureXml.parse(capabilities).getDocumentElement(), "host")
                .flatMap(host -> SecureXml.child(host, "cpu"));
        return cpu.flatMap(found -> SecureXml.text(found, "model").map(model -> {
            String vendor = SecureXml.text(found, "vendor").map(v -> v + " ").orElse("");
            String signature = SecureXml.child(found, "signature")
                    .map(s -> " " + s.getAttribute("family") + "-" + s.getAttribute("model") + "-"
                            + s.getAttribute("stepping"))
                    .orElse("");
            String microcode = SecureXml.child(found, "microcode")
                    .flatMap(m -> SecureXml.attribute(m, "version"))
                    .orElse("");
            return new CpuPlatform(vendor + model + signature, microcode);
        }));
    }
}
