package io.vmha;

import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
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
import java.time.Instant;

/** The reference embodiment, and short ways to make its parts. */
public final class Fixtures {
    private Fixtures() {}

    /** Hosts h1 and h2 (primary) and h3 (standby), with two middleware and two database machines on each. */
    public static Inventory referenceEmbodiment() {
        return Inventory.builder()
                .add(host("h1", ClusterRole.PRIMARY).build())
                .add(host("h2", ClusterRole.PRIMARY).build())
                .add(host("h3", ClusterRole.STANDBY).build())
                .add(middleware("mw1", "h1").load(0.4).build())
                .add(middleware("mw2", "h1").load(0.5).build())
                .add(database("db1", "h1").load(0.3).build())
                .add(database("db2", "h1").load(0.3).build())
                .add(middleware("mw3", "h2").load(0.3).build())
                .add(middleware("mw4", "h2").load(0.6).build())
                .add(database("db3", "h2").load(0.2).build())
                .add(database("db4", "h2").load(0.4).build())
                .add(middleware("mw5", "h3").build())
                .add(middleware("mw6", "h3").build())
                .add(database("db5", "h3").build())
                .add(database("db6", "h3").build())
                .build();
    }

    /** A host of 16 cores and 64 GiB, in a rack of its own. */
    public static Host.Builder host(String id, ClusterRole role) {
        return Host.builder()
                .id(HostId.of(id))
                .role(role)
                .capacity(Resources.of(16_000, 65_536))
                .rack(RackId.of("rack-of-" + id))
                .cpuPlatform(CpuPlatform.parse("xeon-5500/0x11"));
    }

    /** A middleware machine of 2 cores and 8 GiB, with a template. */
    public static VirtualMachine.Builder middleware(String id, String host) {
        return vm(id, VmType.MIDDLEWARE, host)
                .allocation(Resources.of(2_000, 8_192))
                .template(TemplateId.of("mw-template"));
    }

    /** A database machine of 4 cores and 16 GiB, without a template. */
    public static VirtualMachine.Builder database(String id, String host) {
        return vm(id, VmType.DATABASE, host).allocation(Resources.of(4_000, 16_384));
    }

    private static VirtualMachine.Builder vm(String id, VmType type, String host) {
        return VirtualMachine.builder().id(VmId.of(id)).type(type).host(HostId.of(host));
    }

    /** The report that a machine's filesystem flipped read-only. */
    public static FaultReport readOnly(String vm) {
        return vmFault(vm, FaultKind.FILESYSTEM_READ_ONLY);
    }

    /** A report about a machine. */
    public static FaultReport vmFault(String vm, FaultKind kind) {
        return FaultReport.ofVm(VmId.of(vm), kind, Instant.EPOCH, "monitor:" + vm, 1);
    }

    /** The report that a host is confirmed off. */
    public static FaultReport hostDown(String host) {
        return hostFault(host, FaultKind.HOST_DOWN);
    }

    /** A report about a host. */
    public static FaultReport hostFault(String host, FaultKind kind) {
        return FaultReport.ofHost(HostId.of(host), kind, Instant.EPOCH, "management", 1);
    }
}
