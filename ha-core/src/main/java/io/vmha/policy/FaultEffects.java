package io.vmha.policy;

import com.google.common.collect.Lists;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.ImmutableHost;
import io.vmha.model.ImmutableVirtualMachine;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;

/** Shows a reported fault, or its end, in the inventory. Pure functions. */
public final class FaultEffects {
    private FaultEffects() {}

    /**
     * Returns the inventory as the report says it is: the machine failed, or the host down, unreachable or degraded with
     * what that means for its machines. An unknown subject changes nothing, and applying a report twice is as once.
     */
    public static Inventory apply(Inventory inventory, FaultReport report) {
        return report.subject()
                .fold(vm -> vmFault(inventory, vm, report.kind()), host -> hostFault(inventory, host, report.kind()));
    }

    /**
     * Returns the inventory with the machine healthy and powered on again; where its requests are served stays.
     *
     * @throws IllegalArgumentException if there is no such machine
     */
    public static Inventory vmRepaired(Inventory inventory, VmId id) {
        return inventory.with(ImmutableVirtualMachine.copyOf(inventory.requireVm(id))
                .withHealth(VmHealth.HEALTHY)
                .withPower(PowerState.ON));
    }

    /**
     * Returns the inventory with the host up again; the machines that it lost stay as they are.
     *
     * @throws IllegalArgumentException if there is no such host
     */
    public static Inventory hostUp(Inventory inventory, HostId id) {
        return inventory.with(ImmutableHost.copyOf(inventory.requireHost(id)).withHealth(HostHealth.UP));
    }

    private static Inventory vmFault(Inventory inventory, VmId id, FaultKind kind) {
        return inventory
                .vm(id)
                .map(vm -> inventory.with(failed(vm, kind == FaultKind.POWERED_OFF ? PowerState.OFF : vm.power())))
                .orElse(inventory);
    }

    private static Inventory hostFault(Inventory inventory, HostId id, FaultKind kind) {
        return inventory.host(id).map(host -> hostFault(inventory, host, kind)).orElse(inventory);
    }

    private static Inventory hostFault(Inventory inventory, Host host, FaultKind kind) {
        HostHealth health = switch (kind) {
            case HOST_DOWN -> HostHealth.DOWN;
            case HOST_UNREACHABLE -> HostHealth.UNREACHABLE;
            case HOST_DEGRADED -> HostHealth.DEGRADED;
            case FILESYSTEM_READ_ONLY, GUEST_HUNG, SERVICE_DOWN, DISK_FULL, IO_ERROR, POWERED_OFF ->
                throw new IllegalArgumentException(kind + " is not a fault of a host");
        };
        Host changed = ImmutableHost.copyOf(host).withHealth(health);
        if (health.runsVms()) {
            return inventory.with(changed);
        }
        PowerState power = health == HostHealth.DOWN ? PowerState.OFF : PowerState.UNKNOWN;
        return inventory.withAll(changed, Lists.transform(inventory.vmsOn(host.id()), vm -> failed(vm, power)));
    }

    private static VirtualMachine failed(VirtualMachine vm, PowerState power) {
        // A machine that was off stays off: an unreachable host cannot have started it.
        PowerState known = vm.power() == PowerState.OFF ? PowerState.OFF : power;
        return ImmutableVirtualMachine.copyOf(vm).withHealth(VmHealth.FAILED).withPower(known);
    }
}
