package io.vmha.testkit;

import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.ClusterRole;
import io.vmha.model.CpuPlatform;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.RackId;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A datacenter for a test, in a line a host and a line a VM:
 *
 * <pre>{@code
 * Inventory inventory = Datacenter.empty()
 *         .host("h1", PRIMARY)
 *         .host("h2", PRIMARY)
 *         .vm("mw1", MIDDLEWARE, "h1").load(0.4)
 *         .vm("mw2", MIDDLEWARE, "h2").memoryMiB(4_096)
 *         .inventory();
 * }</pre>
 *
 * <p>A host has 16 cores, 64 GiB, a rack of its own and the CPU platform of the others. A middleware VM has 2 cores, 8 GiB and a template, a
 * database VM 4 cores, 16 GiB and none; all are on and healthy. What is said after a VM or a host is about the one named last. Mutable
 * and not thread-safe; {@link #inventory} may be asked for again and again.
 */
public final class Datacenter {
    /** The template of middleware VMs. */
    public static final TemplateId MIDDLEWARE_TEMPLATE = TemplateId.of("mw-template");

    private final Map<HostId, Host> hosts = new LinkedHashMap<>();
    private final Map<VmId, VirtualMachine> vms = new LinkedHashMap<>();
    private Optional<VmId> last = Optional.empty();

    private Datacenter() {}

    /** Returns one without hosts. */
    public static Datacenter empty() {
        return new Datacenter();
    }

    /**
     * Returns the reference embodiment: hosts h1 and h2 (primary) and h3 (standby), with two middleware and two database VMs on each:
     * mw1, mw2, db1 and db2 on h1, mw3, mw4, db3 and db4 on h2, mw5, mw6, db5 and db6 on h3, where nothing is loaded.
     */
    public static Datacenter threeHosts() {
        return empty().host("h1", ClusterRole.PRIMARY)
                .host("h2", ClusterRole.PRIMARY)
                .host("h3", ClusterRole.STANDBY)
                .vm("mw1", VmType.MIDDLEWARE, "h1")
                .load(0.4)
                .vm("mw2", VmType.MIDDLEWARE, "h1")
                .load(0.5)
                .vm("db1", VmType.DATABASE, "h1")
                .load(0.3)
                .vm("db2", VmType.DATABASE, "h1")
                .load(0.3)
                .vm("mw3", VmType.MIDDLEWARE, "h2")
                .load(0.3)
                .vm("mw4", VmType.MIDDLEWARE, "h2")
                .load(0.6)
                .vm("db3", VmType.DATABASE, "h2")
                .load(0.2)
                .vm("db4", VmType.DATABASE, "h2")
                .load(0.4)
                .vm("mw5", VmType.MIDDLEWARE, "h3")
                .vm("mw6", VmType.MIDDLEWARE, "h3")
                .vm("db5", VmType.DATABASE, "h3")
                .vm("db6", VmType.DATABASE, "h3");
    }

    /**
     * Adds a host that is up.
     *
     * @throws IllegalArgumentException if there is one of that name, or the name is none
     */
    public Datacenter host(String id, ClusterRole role) {
        Host host = Host.builder()
                .id(HostId.of(id))
                .role(role)
                .capacity(Resources.of(16_000, 65_536))
                .rack(RackId.of("rack-of-" + id))
                .cpuPlatform(CpuPlatform.parse("xeon-5500/0x11"))
                .build();
        if (hosts.putIfAbsent(host.id(), host) != null) {
            throw new IllegalArgumentException("two hosts have the same name: " + id);
        }
        return this;
    }

    /**
     * Sets a host's health.
     *
     * @throws IllegalArgumentException if there is no such host
     */
    public Datacenter host(String id, HostHealth health) {
        Host changed = hosts.computeIfPresent(HostId.of(id), (known, host) -> host.withHealth(health));
        if (changed == null) {
            throw new IllegalArgumentException("no such host: " + id);
        }
        return this;
    }

    /**
     * Adds a VM that is on and healthy.
     *
     * @throws IllegalArgumentException if there is one of that name, or no such host
     */
    public Datacenter vm(String id, VmType type, String host) {
        boolean isDatabase = type.equals(VmType.DATABASE);
        VirtualMachine.Builder vm = VirtualMachine.builder()
                .id(VmId.of(id))
                .type(type)
                .host(HostId.of(host))
                .allocation(isDatabase ? Resources.of(4_000, 16_384) : Resources.of(2_000, 8_192));
        if (!isDatabase) {
            vm.template(MIDDLEWARE_TEMPLATE);
        }
        if (!hosts.containsKey(HostId.of(host))) {
            throw new IllegalArgumentException("VM " + id + " is on a host that is not there: " + host);
        }
        if (vms.putIfAbsent(VmId.of(id), vm.build()) != null) {
            throw new IllegalArgumentException("two VMs have the same name: " + id);
        }
        last = Optional.of(VmId.of(id));
        return this;
    }

    /** Sets the load of the VM that was named last, of what it has: 0 or more. */
    public Datacenter load(double load) {
        return change(vm -> vm.withLoad(load));
    }

    /** Sets the memory of the VM that was named last, in MiB. */
    public Datacenter memoryMiB(long memory) {
        return change(vm -> vm.withAllocation(Resources.of(vm.allocation().cpuMillis(), memory)));
    }

    /** Sets the template of the VM that was named last. */
    public Datacenter template(String template) {
        return change(vm -> vm.withTemplate(TemplateId.of(template)));
    }

    /** The VM that was named last is powered off. */
    public Datacenter off() {
        return change(vm -> vm.withPower(PowerState.OFF));
    }

    /** The VM that was named last has failed. */
    public Datacenter failed() {
        return change(vm -> vm.withHealth(VmHealth.FAILED));
    }

    /**
     * Changes the VM that was named last in any other way.
     *
     * @throws IllegalStateException if none was named, or it was taken away
     */
    public Datacenter change(UnaryOperator<VirtualMachine> change) {
        VirtualMachine vm = last.map(vms::get).orElseThrow(() -> new IllegalStateException("name a VM first"));
        vms.put(vm.id(), change.apply(vm));
        return this;
    }

    /**
     * Takes a VM away.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public Datacenter without(String vm) {
        if (vms.remove(VmId.of(vm)) == null) {
            throw new IllegalArgumentException("no such VM: " + vm);
        }
        return this;
    }

    /** Names a VM that is there, to say more about it. */
    public Datacenter and(String vm) {
        if (!vms.containsKey(VmId.of(vm))) {
            throw new IllegalArgumentException("no such VM: " + vm);
        }
        last = Optional.of(VmId.of(vm));
        return this;
    }

    /** Returns what it is now. */
    public Inventory inventory() {
        Inventory.Builder inventory = Inventory.builder();
        hosts.values().forEach(inventory::add);
        vms.values().forEach(inventory::add);
        return inventory.build();
    }

    /** Returns the report that a VM's filesystem flipped read-only. */
    public static FaultReport readOnly(String vm) {
        return fault(vm, FaultKind.FILESYSTEM_READ_ONLY);
    }

    /**
     * Returns a monitor's first report of a VM.
     *
     * @throws IllegalArgumentException if the kind is a host's
     */
    public static FaultReport fault(String vm, FaultKind kind) {
        return FaultReport.ofVm(VmId.of(vm), kind, Instant.EPOCH, "monitor:" + vm, 1);
    }

    /** Returns the report that a host is confirmed off. */
    public static FaultReport hostDown(String host) {
        return hostFault(host, FaultKind.HOST_DOWN);
    }

    /**
     * Returns the management's first report of a host.
     *
     * @throws IllegalArgumentException if the kind is a VM's
     */
    public static FaultReport hostFault(String host, FaultKind kind) {
        return FaultReport.ofHost(HostId.of(host), kind, Instant.EPOCH, "management", 1);
    }
}
