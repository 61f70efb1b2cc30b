package io.vmha.quickstart;

import io.vmha.model.ClusterRole;
import io.vmha.model.CpuPlatform;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.RackId;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;

/** Three hosts of two middleware and two database machines each; two of the hosts primary, one standby. */
final class ReferenceEmbodiment {
    private ReferenceEmbodiment() {}

    static Inventory inventory() {
        return Inventory.builder()
                .add(host("h1", ClusterRole.PRIMARY, "r1"))
                .add(host("h2", ClusterRole.PRIMARY, "r2"))
                .add(host("h3", ClusterRole.STANDBY, "r3"))
                .add(middleware("mw1", "h1", 0.40))
                .add(middleware("mw2", "h1", 0.50))
                .add(database("db1", "h1", 0.30))
                .add(database("db2", "h1", 0.30))
                .add(middleware("mw3", "h2", 0.30))
                .add(middleware("mw4", "h2", 0.60))
                .add(database("db3", "h2", 0.20))
                .add(database("db4", "h2", 0.40))
                .add(middleware("mw5", "h3", 0))
                .add(middleware("mw6", "h3", 0))
                .add(database("db5", "h3", 0))
                .add(database("db6", "h3", 0))
                .build();
    }

    private static Host host(String id, ClusterRole role, String rack) {
        return Host.builder()
                .id(HostId.of(id))
                .role(role)
                .capacity(Resources.of(16_000, 65_536))
                .rack(RackId.of(rack))
                .cpuPlatform(CpuPlatform.parse("xeon-5500/0x11"))
                .build();
    }

    private static VirtualMachine middleware(String id, String host, double load) {
        return vm(id, VmType.MIDDLEWARE, host, load)
                .allocation(Resources.of(2_000, 8_192))
                .template(TemplateId.of("mw-template"))
                .build();
    }

    private static VirtualMachine database(String id, String host, double load) {
        return vm(id, VmType.DATABASE, host, load)
                .allocation(Resources.of(4_000, 16_384))
                .build();
    }

    private static VirtualMachine.Builder vm(String id, VmType type, String host, double load) {
        return VirtualMachine.builder()
                .id(VmId.of(id))
                .type(type)
                .host(HostId.of(host))
                .load(load);
    }
}
