package io.vmha.sim;

import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.SetMultimap;
import com.google.common.collect.Sets;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.DatabasePromoter;
import io.vmha.adapter.FaultSource;
import io.vmha.adapter.FencingDevice;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.MachineReading;
import io.vmha.adapter.TrafficDirector;
import io.vmha.fault.FaultReport;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.policy.FaultEffects;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Hosts, VMs, databases, a load balancer and fencing devices in memory. It stands for the real world: what it says is so, whatever
 * a management center believes.
 *
 * <p>Thread-safe: all state is guarded by this object's monitor.
 */
public final class SimulatedDatacenter {
    private final Map<VmId, VmId> routes = new TreeMap<>();
    private final Map<VmId, MachineReading.Origin> clones = new HashMap<>();
    private final Set<VmId> promoted = new LinkedHashSet<>();
    private final Set<VmId> starting = new TreeSet<>();
    private final Map<VmType, Set<String>> writers = new HashMap<>();
    /** Safe without the lock: a receiver may ask back. */
    private final List<Watcher> watchers = new CopyOnWriteArrayList<>();

    private final SetMultimap<Place, String> leftovers = LinkedHashMultimap.create();
    private int setAside;
    private Inventory actual;

    private record Place(VmId vm, HostId host) {}
    /** One watching, equal to none other: a receiver who watches twice ends one of them. */
    private static final class Watcher {
        private final Consumer<FaultReport> receiver;

        private Watcher(Consumer<FaultReport> receiver) {
            this.receiver = receiver;
        }
    }

    /** Makes a datacenter that is as the inventory says. */
    public SimulatedDatacenter(Inventory start) {
        this.actual = start;
        start.vms().forEach(vm -> vm.servedBy().ifPresent(server -> routes.put(vm.id(), server)));
    }

    /** A hypervisor adapter for it; each has a life of its own. */
    public HypervisorAdapter hypervisor() {
        return new SimulatedHypervisor(this);
    }

    /** The load balancer in front of it. */
    public TrafficDirector trafficDirector() {
        return new SimulatedTrafficDirector(this);
    }

    /** A device that can power any of its hosts off. */
    public FencingDevice fencingDevice() {
        return new SimulatedFencingDevice(this);
    }

    /** What promotes its standby databases, and demotes them again. */
    public DatabasePromoter databasePromoter() {
        return new DatabasePromoter() {
            @Override
            public void promote(VmId vm, CallContext call) {
                SimulatedDatacenter.this.promote(vm);
            }

            @Override
            public void demote(VmId vm, CallContext call) {
                SimulatedDatacenter.this.demote(vm);
            }
        };
    }

    /** Everything as it really is. */
    public synchronized Inventory actual() {
        return actual;
    }

    /** Changes what really is, such as when a host comes back. */
    public synchronized void change(UnaryOperator<Inventory> change) {
        actual = change.apply(actual);
    }

    /**
     * Lets what the report says really happen. Whoever watches the {@link #faultSource} is told, on the calling thread; otherwise the
     * report is the caller's to send.
     */
    public void inject(FaultReport fault) {
        change(inventory -> FaultEffects.apply(inventory, fault));
        watchers.forEach(watcher -> watcher.receiver.accept(fault));
    }

    /** What tells of faults that are injected. */
    public FaultSource faultSource() {
        return receiver -> {
            Watcher watcher = new Watcher(receiver);
            watchers.add(watcher);
            return () -> watchers.remove(watcher);
        };
    }

    /** Where the requests of each machine go that were ever moved, by machine. */
    public synchronized Map<VmId, VmId> routes() {
        return Collections.unmodifiableMap(new TreeMap<>(routes));
    }

    /** The database members of a type that accept writes where one of their VMs runs: at the start the primary cluster's. */
    synchronized Set<String> writers(VmType type) {
        return writers.getOrDefault(type, Set.of(ClusterRole.PRIMARY.name()));
    }

    /** The database member that a VM belongs to: the one that it names, or its cluster's. */
    synchronized String memberOf(VirtualMachine vm) {
        return vm.member().orElseGet(() -> actual.hostOf(vm).role().name());
    }

    /** The standby databases that were promoted and not demoted since, in that order. */
    public synchronized Set<VmId> promoted() {
        return Collections.unmodifiableSet(new LinkedHashSet<>(promoted));
    }

    /** The VMs that were started and of which nobody has told since that they serve: a real platform would give them low weights. */
    public synchronized Set<VmId> starting() {
        starting.removeIf(
                id -> actual.vm(id).filter(vm -> vm.power() != PowerState.OFF).isEmpty());
        return Collections.unmodifiableSet(new TreeSet<>(starting));
    }

    /** Powers a machine on; one that is on already does not start. */
    synchronized void start(VmId id, UnaryOperator<Inventory> powerOn) {
        boolean isOff = actual.vm(id).filter(vm -> vm.power() == PowerState.OFF).isPresent();
        change(powerOn);
        if (isOff) {
            starting.add(id);
        }
    }

    synchronized void serves(VmId id) {
        VirtualMachine vm = SimulatedErrors.requireVm(actual, id);
        SimulatedErrors.requireReachable(actual, vm.host());
        starting.remove(id);
    }

    /** Clones a machine, unless the same step of the same plan is what made it. */
    synchronized void cloneOnce(VmId vm, CallContext call, UnaryOperator<Inventory> cloning) {
        Optional<MachineReading.Origin> step = call.plan().map(plan -> new MachineReading.Origin(plan, call.step()));
        if (step.isPresent() && step.get().equals(clones.get(vm))) {
            return;
        }
        Optional<VirtualMachine> replaced = actual.vm(vm);
        change(cloning);
        replaced.ifPresent(old -> leftovers.put(new Place(vm, old.host()), vm + "-set-aside-" + ++setAside));
        step.ifPresent(made -> clones.put(vm, made));
    }

    /** What clones of a VM replaced and nobody deleted yet, on that host. */
    synchronized List<String> leftovers(VmId vm, HostId host) {
        return List.copyOf(leftovers.get(new Place(vm, host)));
    }

    synchronized void deleteLeftovers(VmId vm, HostId host) {
        Set<String> unused = leftovers.removeAll(new Place(vm, host));
    }

    synchronized MachineReading read(VmId id) {
        VirtualMachine vm = SimulatedErrors.requireVm(actual, id);
        SimulatedErrors.requireReachable(actual, vm.host());
        return new MachineReading(vm.host(), vm.power(), vm.allocation(), true, Optional.ofNullable(clones.get(id)));
    }

    synchronized void route(VmId owner, VmId server) {
        SimulatedErrors.requireVm(actual, owner);
        SimulatedErrors.requireVm(actual, server);
        routes.put(owner, server);
    }

    synchronized VmId serverOf(VmId owner) {
        SimulatedErrors.requireVm(actual, owner);
        return routes.getOrDefault(owner, owner);
    }

    private synchronized void promote(VmId id) {
        VirtualMachine vm = SimulatedErrors.requireVm(actual, id);
        SimulatedErrors.requireReachable(actual, vm.host());
        promoted.add(id);
        writers.put(vm.type(), Set.of(memberOf(vm)));
    }

    private synchronized void demote(VmId id) {
        VirtualMachine vm = SimulatedErrors.requireVm(actual, id);
        SimulatedErrors.requireReachable(actual, vm.host());
        promoted.removeIf(other -> actual.vm(other)
                .filter(found -> memberOf(found).equals(memberOf(vm)))
                .isPresent());
        writers.put(
                vm.type(),
                Sets.difference(writers(vm.type()), Set.of(memberOf(vm))).immutableCopy());
    }
}
