package io.vmha.sim;

import static com.google.common.base.Preconditions.checkState;

import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.Capability;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.MachineReading;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The hypervisors of a simulated datacenter. Thread-safe: the datacenter guards the state. */
final class SimulatedHypervisor implements HypervisorAdapter {
    private final SimulatedDatacenter datacenter;
    private volatile boolean closed;

    SimulatedHypervisor(SimulatedDatacenter datacenter) {
        this.datacenter = datacenter;
    }

    @Override
    public String name() {
        return "simulated";
    }

    @Override
    public Set<Capability> capabilities() {
        return EnumSet.allOf(Capability.class);
    }

    @Override
    public PlatformSnapshot discover(CallContext call) {
        begin(call);
        return PlatformSnapshot.of(datacenter.actual());
    }

    @Override
    public PowerState powerState(VmId id, CallContext call) {
        begin(call);
        Inventory actual = datacenter.actual();
        VirtualMachine vm = SimulatedErrors.requireVm(actual, id);
        SimulatedErrors.requireReachable(actual, vm.host());
        return vm.power();
    }

    @Override
    public MachineReading read(VmId id, CallContext call) {
        begin(call);
        return datacenter.read(id);
    }

    @Override
    public void powerOff(VmId id, Duration grace, CallContext call) {
        begin(call);
        datacenter.change(actual -> {
            VirtualMachine vm = SimulatedErrors.requireVm(actual, id);
            SimulatedErrors.requireReachable(actual, vm.host());
            return actual.with(vm.withPower(PowerState.OFF));
        });
    }

    @Override
    public void powerOn(VmId id, HostId host, CallContext call) {
        begin(call);
        datacenter.start(id, actual -> poweredOn(actual, SimulatedErrors.requireVm(actual, id), host));
    }

    private static Inventory poweredOn(Inventory actual, VirtualMachine vm, HostId host) {
        Host target = SimulatedErrors.requireReachable(actual, host);
        if (vm.power() != PowerState.OFF) {
            if (vm.host().equals(host)) {
                return actual;
            }
            throw SimulatedErrors.refused(Cause.IN_USE, vm.id() + " runs on " + vm.host());
        }
        requireRoom(actual.without(vm.id()), target, vm.allocation());
        // A guest that is started anew has what ailed it behind it.
        return actual.with(vm.withHost(host).withPower(PowerState.ON).withHealth(VmHealth.HEALTHY));
    }

    @Override
    public void reallocate(VmId id, Resources allocation, CallContext call) {
        begin(call);
        datacenter.change(actual -> {
            VirtualMachine vm = SimulatedErrors.requireVm(actual, id);
            Host host = SimulatedErrors.requireReachable(actual, vm.host());
            requireRoom(actual.without(id), host, allocation);
            return actual.with(vm.withAllocation(allocation));
        });
    }

    @Override
    public void migrate(VmId id, HostId target, CallContext call) {
        begin(call);
        datacenter.change(actual -> migrated(actual, SimulatedErrors.requireVm(actual, id), target));
    }

    private static Inventory migrated(Inventory actual, VirtualMachine vm, HostId target) {
        Host from = SimulatedErrors.requireReachable(actual, vm.host());
        Host to = SimulatedErrors.requireReachable(actual, target);
        if (from.id().equals(target)) {
            return actual;
        }
        if (vm.power() != PowerState.ON) {
            throw SimulatedErrors.refused(Cause.REFUSED, vm.id() + " does not run: its power is " + vm.power());
        }
        if (from.cpuPlatform().isEmpty() || !from.cpuPlatform().equals(to.cpuPlatform())) {
            throw SimulatedErrors.refused(
                    Cause.INCOMPATIBLE_CPU, "the CPUs of " + from.id() + " and " + to.id() + " are not the same");
        }
        requireRoom(actual, to, vm.allocation());
        return actual.with(vm.withHost(target));
    }

    @Override
    public void cloneFromTemplate(TemplateId template, VmId id, HostId host, CallContext call) {
        begin(call);
        datacenter.cloneOnce(id, call, actual -> cloned(actual, SimulatedErrors.requireVm(actual, id), template, host));
    }

    private static Inventory cloned(Inventory actual, VirtualMachine vm, TemplateId template, HostId host) {
        Host target = SimulatedErrors.requireReachable(actual, host);
        if (!vm.template().filter(template::equals).isPresent()) {
            throw SimulatedErrors.refused(Cause.UNKNOWN_SUBJECT, "no such template for " + vm.id() + ": " + template);
        }
        if (vm.power() != PowerState.OFF) {
            throw SimulatedErrors.refused(Cause.IN_USE, vm.id() + " is powered " + vm.power());
        }
        requireRoom(actual.without(vm.id()), target, vm.allocation());
        return actual.with(vm.withHost(host).withHealth(VmHealth.HEALTHY));
    }

    @Override
    public void serves(VmId id, CallContext call) {
        begin(call);
        datacenter.serves(id);
    }

    @Override
    public List<String> leftovers(VmId id, HostId host, CallContext call) {
        begin(call);
        SimulatedErrors.requireReachable(datacenter.actual(), host);
        return datacenter.leftovers(id, host);
    }

    @Override
    public void deleteLeftovers(VmId id, HostId host, CallContext call) {
        begin(call);
        SimulatedErrors.requireReachable(datacenter.actual(), host);
        datacenter.deleteLeftovers(id, host);
    }

    private static void requireRoom(Inventory others, Host host, Resources needed) {
        Resources free = others.freeOn(host.id());
        if (!needed.fitsIn(free)) {
            throw SimulatedErrors.refused(
                    Cause.NO_CAPACITY, "host " + host.id() + " lacks the room for " + needed + ": " + free + " free");
        }
    }

    private void begin(CallContext call) {
        Duration unused = call.requireTimeLeft();
        checkOpen();
    }

    private void checkOpen() {
        checkState(!closed, "the adapter is closed");
    }

    @Override
    public void close() {
        closed = true;
    }
}
