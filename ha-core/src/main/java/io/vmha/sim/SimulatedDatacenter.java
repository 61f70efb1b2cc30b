package io.vmha.sim;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.SetMultimap;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.DatabaseCluster;
import io.vmha.adapter.FaultSource;
import io.vmha.adapter.FencingDevice;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.MachineReading;
import io.vmha.adapter.TrafficDirector;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.MemberId;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.policy.FaultEffects;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
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
    private final Set<VmId> starting = new TreeSet<>();
    /** Safe without the lock: a receiver may ask back. */
    private final List<Watcher> watchers = new CopyOnWriteArrayList<>();

    private final SetMultimap<Place, String> leftovers = LinkedHashMultimap.create();
    private int setAside;
    private final SimulatedDatabases databases;
    private Inventory actual;

    private record Place(VmId vm, HostId host) {}
    /** One watching, equal to none other: a receiver who watches twice ends one of them. */
    private static final class Watcher {
        private final Consumer<FaultReport> receiver;

        private Watcher(Consumer<FaultReport> receiver) {
            this.receiver = receiver;
        }
    }

    /**
     * Makes a datacenter that is as the inventory says. Its DATABASE VMs share one replica set: a member for each cluster, or those
     * that they name, of which one that a VM of the primary cluster uses writes at first. VMs of another type that name members share
     * a set of their own.
     */
    public SimulatedDatacenter(Inventory start) {
        this(start, InstantSource.system());
    }

    /**
     * Makes a datacenter that is as the inventory says.
     *
     * @param clock tells when rows are written and members read
     */
    public SimulatedDatacenter(Inventory start, InstantSource clock) {
        this(start, List.of(), clock);
    }

    /**
     * Makes a datacenter that is as the inventory says.
     *
     * @param later VMs that are added later, so that there are the database members that they name
     * @param clock tells when rows are written and members read
     */
    public SimulatedDatacenter(Inventory start, Collection<VirtualMachine> later, InstantSource clock) {
        this(
                start,
                SimulatedDatabases.setsOf(
                        ImmutableList.<VirtualMachine>builder()
                                .addAll(start.vms())
                                .addAll(later)
                                .build(),
                        start,
                        clock));
    }

    /**
     * Makes a datacenter that is as the inventory says, with databases that are made beforehand.
     *
     * @param sets the databases; a member is up while one of its VMs runs
     * @throws IllegalArgumentException if two sets have one name or one member
     */
    public SimulatedDatacenter(Inventory start, Collection<SimulatedReplicaSet> sets) {
        this.actual = start;
        this.databases = new SimulatedDatabases(sets);
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

    /** What reads and changes the replica set that its DATABASE VMs use; it has seen nothing yet. */
    public DatabaseCluster databaseCluster() {
        return databaseClusters().stream()
                .filter(cluster -> cluster.declared().id().equals(SimulatedDatabases.idFor(VmType.DATABASE)))
                .findFirst()
                .orElseThrow();
    }

    /** What reads and changes each of its replica sets; each has seen nothing yet. */
    public List<DatabaseCluster> databaseClusters() {
        return databases.clusters(this::runDatabases);
    }

    /** Its databases, as they are with the VMs that run now. */
    public synchronized List<SimulatedReplicaSet> replicaSets() {
        runDatabases();
        return databases.sets();
    }

    /** A database is up while one of its VMs runs, and answers while one does that can be reached. */
    private synchronized void runDatabases() {
        databases.run(actual);
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

    /** Which databases would accept writes where one of their VMs runs. */
    synchronized Set<MemberId> writers() {
        return databases.writers();
    }

    /** The database member that a VM uses; empty where it uses none. */
    public synchronized Optional<MemberId> memberOf(VmId vm) {
        return actual.vm(vm).flatMap(this::memberOf);
    }

    synchronized Optional<MemberId> memberOf(VirtualMachine vm) {
        return databases.memberOf(vm, actual);
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
}
