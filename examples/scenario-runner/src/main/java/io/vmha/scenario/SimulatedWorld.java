package io.vmha.scenario;

import io.vmha.adapter.CallContext;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.MemberId;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.policy.FaultEffects;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.SimulatedReplicaSet;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What really is in a scenario, whatever a center believes, and what happens to it. Confined to the scenario's thread. */
final class SimulatedWorld {
    private static final Duration ROUTING = Duration.ofSeconds(1);

    private final SimulatedDatacenter datacenter;

    /**
     * Makes a world.
     *
     * @param later VMs that are added later
     */
    SimulatedWorld(Inventory start, List<VirtualMachine> later, InstantSource clock) {
        this.datacenter = new SimulatedDatacenter(start, later, clock);
    }

    SimulatedWorld(Inventory start) {
        this(start, List.of(), () -> Instant.EPOCH);
    }

    SimulatedDatacenter datacenter() {
        return datacenter;
    }

    /** Everything as it is now. */
    Inventory actual() {
        return datacenter.actual();
    }

    /** What a reading of the platform shows now. */
    PlatformSnapshot snapshot() {
        return PlatformSnapshot.of(actual());
    }

    void happens(FaultReport fault) {
        datacenter.inject(fault);
    }

    /** The host is up, and empty of running VMs: what did not run on for certain does not run now. */
    void hostUp(HostId id) {
        datacenter.change(actual -> {
            List<VirtualMachine> off = actual.vmsOn(id).stream()
                    .filter(vm -> vm.power() == PowerState.UNKNOWN)
                    .map(vm -> vm.withPower(PowerState.OFF))
                    .toList();
            return FaultEffects.hostUp(actual, id).withAll(off);
        });
    }

    void repaired(VmId vm) {
        datacenter.change(actual -> FaultEffects.vmRepaired(actual, vm));
    }

    void load(VmId vm, double load) {
        change(vm, found -> found.withLoad(load));
    }

    void replicationLag(VmId vm, Optional<Duration> lag) {
        change(
                vm,
                found -> VirtualMachine.builder()
                        .from(found)
                        .replicationLag(lag)
                        .replicationLagUnknown(lag.isEmpty())
                        .build());
        datacenter.memberOf(vm).ifPresent(this::showLag);
    }

    /** What is told is of one VM: a reading, which is of a database, shows what was told alike of all its VMs. */
    private void showLag(MemberId member) {
        List<Optional<Duration>> told = actual().vms().stream()
                .filter(vm -> vm.type().equals(VmType.DATABASE))
                .filter(vm ->
                        datacenter.memberOf(vm.id()).filter(member::equals).isPresent())
                .map(SimulatedWorld::toldLag)
                .distinct()
                .toList();
        Optional<Duration> shown = told.size() == 1 ? told.get(0) : Optional.of(Duration.ZERO);
        for (SimulatedReplicaSet set : datacenter.replicaSets()) {
            if (set.cluster().declared().member(member).isPresent()) {
                set.showLag(member, shown);
            }
        }
    }

    private static Optional<Duration> toldLag(VirtualMachine vm) {
        return vm.replicationLagUnknown()
                ? Optional.empty()
                : Optional.of(vm.replicationLag().orElse(Duration.ZERO));
    }

    void moved(VmId vm, HostId host) {
        change(vm, found -> found.withHost(host));
    }

    void resized(VmId vm, Resources allocation) {
        change(vm, found -> found.withAllocation(allocation));
    }

    void add(VirtualMachine vm) {
        datacenter.change(actual -> actual.with(vm));
    }

    void add(Host host) {
        datacenter.change(actual -> actual.with(host));
    }

    /** Who deletes a VM takes it from the load balancer too; requests of others that go to it go nowhere. */
    void remove(VmId vm) {
        datacenter.trafficDirector().route(vm, vm, CallContext.within(ROUTING));
        datacenter.change(actual -> actual.without(vm));
    }

    /**
     * Removes a host.
     *
     * @throws IllegalArgumentException if VMs are on it
     */
    void remove(HostId host) {
        datacenter.change(actual -> actual.without(host));
    }

    /** Whether a heartbeat can come from there. */
    boolean isAlive(FaultSubject sender) {
        Inventory actual = actual();
        return sender.accept(new FaultSubject.Visitor<Boolean>() {
            @Override
            public Boolean visitOfVm(FaultSubject.OfVm vm) {
                return actual.vm(vm.vm())
                        .filter(found -> found.power() == PowerState.ON)
                        .map(found -> actual.hostOf(found).health().runsVms())
                        .orElse(false);
            }

            @Override
            public Boolean visitOfHost(FaultSubject.OfHost host) {
                return actual.host(host.host())
                        .map(found -> found.health().runsVms())
                        .orElse(false);
            }
        });
    }

    private void change(VmId vm, UnaryOperator<VirtualMachine> change) {
        datacenter.change(actual -> actual.with(change.apply(actual.requireVm(vm))));
    }
}
