package io.vmha.vsphere;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.VmClassifier;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import io.vmha.vsphere.internal.vim.Deadline;
import io.vmha.vsphere.internal.vim.ManagedObject;
import io.vmha.vsphere.internal.vim.MoRef;
import io.vmha.vsphere.internal.vim.PropertySet;
import io.vmha.vsphere.internal.vim.VimClient;
import io.vmha.vsphere.internal.vim.VimFault;
import io.vmha.vsphere.internal.vim.Words;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The server, and which of its objects an id means. What an id means is remembered from the last discovery, and checked with
 * every reading by the name that the object then has. Thread-safe: the snapshot is replaced whole.
 */
final class Vcenter {
    private static final List<String> STATE = List.of(
            InventoryProperties.NAME,
            InventoryProperties.POWER,
            InventoryProperties.CONNECTION,
            InventoryProperties.HOST,
            InventoryProperties.POOL,
            InventoryProperties.DATASTORE,
            InventoryProperties.CPUS,
            InventoryProperties.MEMORY);

    private final VimClient client;
    private final VmClassifier classifier;
    private final Function<String, ClusterRole> roles;
    private final HighAvailabilityMode mode;
    private final HostRoom room;
    private volatile Consumer<Snapshot> taken = snapshot -> {};
    private volatile @Nullable Snapshot known;
    private final MeantOff meantOff = new MeantOff(System::nanoTime);
    private volatile boolean closed;

    Vcenter(
            VimClient client,
            VmClassifier classifier,
            Function<String, ClusterRole> roles,
            HighAvailabilityMode mode,
            HostRoom room) {
        this.client = client;
        this.classifier = classifier;
        this.roles = roles;
        this.mode = mode;
        this.room = room;
    }

    /** Sets who is told of each snapshot. */
    void onSnapshot(Consumer<Snapshot> listener) {
        taken = listener;
    }

    VimClient client() {
        return client;
    }

    /** A machine as it is now. */
    record Machine(
            VmId id,
            MoRef ref,
            PowerState power,
            Optional<HostId> host,
            Optional<MoRef> pool,
            List<MoRef> datastores,
            long cpus,
            long memoryMiB) {
        Resources allocation() {
            return Resources.of(cpus * 1_000L, memoryMiB);
        }

        /** Refuses a machine whose state vCenter cannot tell now. */
        void requireKnown() {
            if (power == PowerState.UNKNOWN) {
                throw new AdapterException.Transient(
                        Cause.UNREACHABLE,
                        "vCenter has no connection to " + id + " on " + Placement.nameOf(host)
                                + ", and cannot tell or change its state");
            }
        }
    }

    Snapshot discover(Deadline deadline) {
        requireOpen();
        return Faults.reading("discovery", () -> {
            MoRef fields = client.service(deadline).customFieldsManager();
            List<VimClient.Single> singles = fields.value().isEmpty()
                    ? List.of()
                    : List.of(new VimClient.Single(
                            fields, new PropertySet(fields.type(), List.of(InventoryProperties.FIELD))));
            return take(client.inventory(InventoryProperties.EVERYWHERE, singles, deadline));
        });
    }

    /** Makes a snapshot of objects, refuses it where vSphere HA is in the way, and remembers it. */
    Snapshot take(Collection<ManagedObject> objects) {
        Snapshot made = SnapshotBuilder.build(objects, classifier, roles, room);
        Set<String> conflicting = made.clusters().stream()
                .filter(ClusterServices::highAvailability)
                .map(services -> Words.of(services.cluster()))
                .collect(Collectors.toSet());
        if (mode == HighAvailabilityMode.REFUSE && !conflicting.isEmpty()) {
            throw new AdapterException.Permanent(
                    Cause.REFUSED,
                    "vSphere HA is on in " + conflicting + ": two systems would restart machines; turn it off there, or"
                            + " leave the restarts to it (HighAvailabilityMode.LEAVE_RESTARTS_TO_VSPHERE)");
        }
        known = made;
        taken.accept(made);
        return made;
    }

    Snapshot snapshot(Deadline deadline) {
        requireOpen();
        Snapshot last = known;
        return last != null ? last : discover(deadline);
    }

    Machine machine(VmId id, Deadline deadline) {
        requireOpen();
        return find(id, snapshot(deadline), deadline)
                .or(() -> find(id, discover(deadline), deadline))
                .orElseThrow(() -> unknown("VM", id));
    }

    private Optional<Machine> find(VmId id, Snapshot snapshot, Deadline deadline) {
        MoRef ref = snapshot.vms().get(id);
        if (ref == null) {
            return Optional.empty();
        }
        List<ManagedObject> read = Faults.reading("reading " + id, () -> {
            try {
                return client.read(List.of(ref), STATE, deadline);
            } catch (VimFault fault) {
                if (fault.type().equals("ManagedObjectNotFound")) {
                    return List.of();
                }
                throw fault;
            }
        });
        ManagedObject vm = read.stream()
                .filter(object -> object.ref().equals(ref))
                .findFirst()
                .orElse(null);
        if (vm == null || !Names.fits(id.value(), vm.text(InventoryProperties.NAME), ref)) {
            return Optional.empty();
        }
        Optional<HostId> host = vm.ref(InventoryProperties.HOST)
                .flatMap(on -> snapshot.hosts().entrySet().stream()
                        .filter(entry -> entry.getValue().equals(on))
                        .map(Map.Entry::getKey)
                        .findFirst());
        return Optional.of(new Machine(
                id,
                ref,
                SnapshotBuilder.power(vm),
                host,
                vm.ref(InventoryProperties.POOL),
                vm.refs(InventoryProperties.DATASTORE),
                vm.amount(InventoryProperties.CPUS, Integer.MAX_VALUE),
                vm.amount(InventoryProperties.MEMORY, Integer.MAX_VALUE)));
    }

    /** A snapshot that knows the host. */
    Snapshot knowing(HostId host, Deadline deadline) {
        return knowing(snapshot -> snapshot.hosts().containsKey(host), "host", host, deadline);
    }

    Snapshot knowing(TemplateId template, Deadline deadline) {
        return knowing(snapshot -> snapshot.templates().containsKey(template), "template", template, deadline);
    }

    private Snapshot knowing(Predicate<Snapshot> test, String kind, Object id, Deadline deadline) {
        return Optional.of(snapshot(deadline))
                .filter(test)
                .or(() -> Optional.of(discover(deadline)).filter(test))
                .orElseThrow(() -> unknown(kind, id));
    }

    static MoRef pool(Snapshot snapshot, HostId host) {
        return Optional.ofNullable(snapshot.pools().get(host))
                .orElseThrow(() -> new AdapterException.Permanent(Cause.REFUSED, host + " has no resource pool"));
    }

    static MoRef host(Snapshot snapshot, HostId host) {
        return Optional.ofNullable(snapshot.hosts().get(host)).orElseThrow(() -> unknown("host", host));
    }

    private static AdapterException.Permanent unknown(String kind, Object id) {
        return new AdapterException.Permanent(Cause.UNKNOWN_SUBJECT, "no " + kind + " named " + id);
    }

    /** Begins a task and waits for it. */
    void run(String what, Function<VimClient, MoRef> task, Deadline deadline) {
        run(what, task, deadline, percent -> {});
    }

    void run(String what, Function<VimClient, MoRef> task, Deadline deadline, Consumer<Integer> progress) {
        Faults.changing(what, () -> client.await(task.apply(client), deadline, progress::accept));
    }

    MeantOff meantOff() {
        return meantOff;
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the vSphere adapter is closed");
        }
    }

    void close() {
        closed = true;
        client.close();
    }
}
