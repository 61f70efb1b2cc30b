package io.vmha.policy;

import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Shows a reported fault, or its end, in the inventory. Pure functions. */
public final class FaultEffects {
    private FaultEffects() {}

    /**
     * Returns the inventory as the report says it is: the machine failed, or the host down, unreachable or degraded with
     * what that means for its machines. An unknown subject changes nothing, and applying a report twice is as once.
     */
    public static Inventory apply(Inventory inventory, FaultReport report) {
        List<VirtualMachine> failed = new ArrayList<>();
        return collect(inventory, report, failed::add)
                .map(host -> inventory.withAll(host, failed))
                .orElseGet(() -> failed.isEmpty() ? inventory : inventory.withAll(failed));
    }

    /** Tells the machines as the report says that they are; returns the host, where it is about one that is known. */
    static Optional<Host> collect(Inventory inventory, FaultReport report, Consumer<VirtualMachine> machines) {
        return report.subject().accept(new FaultSubject.Visitor<Optional<Host>>() {
            @Override
            public Optional<Host> visitOfVm(FaultSubject.OfVm vm) {
                inventory
                        .vm(vm.vm())
                        .map(found -> vmFault(found, report.kind()))
                        .ifPresent(machines);
                return Optional.empty();
            }

            @Override
            public Optional<Host> visitOfHost(FaultSubject.OfHost host) {
                return inventory.host(host.host()).map(found -> hostFault(inventory, found, report.kind(), machines));
            }
        });
    }

    /**
     * Returns the inventory with the machine healthy and powered on again; where its requests are served stays.
     *
     * @throws IllegalArgumentException if there is no such machine
     */
    public static Inventory vmRepaired(Inventory inventory, VmId id) {
        return inventory.with(
                inventory.requireVm(id).withHealth(VmHealth.HEALTHY).withPower(PowerState.ON));
    }

    /**
     * Returns the inventory with the host up again; the machines that it lost stay as they are.
     *
     * @throws IllegalArgumentException if there is no such host
     */
    public static Inventory hostUp(Inventory inventory, HostId id) {
        return inventory.with(inventory.requireHost(id).withHealth(HostHealth.UP));
    }

    private static VirtualMachine vmFault(VirtualMachine vm, FaultKind kind) {
        return failed(vm, kind == FaultKind.POWERED_OFF ? PowerState.OFF : vm.power());
    }

    private static Host hostFault(Inventory inventory, Host host, FaultKind kind, Consumer<VirtualMachine> machines) {
        HostHealth health = switch (kind) {
            case HOST_DOWN -> HostHealth.DOWN;
            case HOST_UNREACHABLE -> HostHealth.UNREACHABLE;
            case HOST_DEGRADED -> HostHealth.DEGRADED;
            case FILESYSTEM_READ_ONLY, GUEST_HUNG, SERVICE_DOWN, DISK_FULL, IO_ERROR, POWERED_OFF ->
                throw new IllegalArgumentException(kind + " is not a fault of a host");
        };
        if (!health.runsVms()) {
            PowerState power = health == HostHealth.DOWN ? PowerState.OFF : PowerState.UNKNOWN;
            inventory.vmsOn(host.id()).forEach(vm -> machines.accept(failed(vm, power)));
        }
        return host.withHealth(health);
    }

    private static VirtualMachine failed(VirtualMachine vm, PowerState power) {
        // A machine that was off stays off: an unreachable host cannot have started it.
        PowerState known = vm.power() == PowerState.OFF ? PowerState.OFF : power;
        return vm.withHealth(VmHealth.FAILED).withPower(known);
    }
}
