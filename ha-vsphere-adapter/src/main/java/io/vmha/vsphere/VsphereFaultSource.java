package io.vmha.vsphere;

import io.vmha.adapter.AdapterException;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.vsphere.internal.vim.Deadline;
import io.vmha.vsphere.internal.vim.ManagedObject;
import io.vmha.vsphere.internal.vim.MoRef;
import io.vmha.vsphere.internal.vim.ObjectUpdate;
import io.vmha.vsphere.internal.vim.TransportException;
import io.vmha.vsphere.internal.vim.UpdateStream;
import io.vmha.vsphere.internal.vim.VimFault;
import io.vmha.vsphere.internal.vim.XmlNode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an inventory by the server's updates, and reports what becomes faulty in it: a host that vCenter lost or that is
 * red, a guest without a heartbeat, a machine that is found powered off, other than by this adapter; and what of the server's
 * events and alarms is a fault by the {@link FaultRules}.
 *
 * <p>What is already so when the watching begins is reported too, but for machines that are off. The objects are confined
 * to the watching thread; the inventory and the snapshot are replaced whole. One report is made at a time, under the lock of
 * this object.
 */
public final class VsphereFaultSource implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VsphereFaultSource.class);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final String source = "vsphere:" + UUID.randomUUID();
    private final Vcenter vcenter;
    private final InstantSource clock;
    private final Consumer<FaultReport> receiver;
    private final Map<MoRef, ManagedObject> objects = new HashMap<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private final FaultRules rules;
    private final AlarmWatch alarms;
    private final Set<VmId> redMachines = new HashSet<>();
    private volatile Optional<Snapshot> snapshot = Optional.empty();
    private Optional<EventWatch> events = Optional.empty();
    private long sequence;

    VsphereFaultSource(
            Vcenter vcenter,
            FaultRules rules,
            Duration eventInterval,
            InstantSource clock,
            Consumer<FaultReport> receiver) {
        this.vcenter = vcenter;
        this.rules = rules;
        this.alarms = new AlarmWatch(vcenter, rules);
        this.clock = clock;
        this.receiver = receiver;
        if (rules.hasEvents()) {
            events = Optional.of(
                    new EventWatch(vcenter, rules, eventInterval, () -> snapshot.isPresent(), this::report));
        }
        this.thread = new Thread(this::watch, "vmha-vsphere-watch");
        thread.setDaemon(true);
        thread.start();
    }

    /** The inventory as the updates so far tell it; empty before the first. */
    public Inventory inventory() {
        return snapshot.map(Snapshot::inventory).orElseGet(Inventory::empty);
    }

    private void watch() {
        try (UpdateStream stream = vcenter.client()
                .watch(rules.hasAlarms() ? InventoryProperties.WITH_ALARMS : InventoryProperties.EVERYWHERE)) {
            while (closing.getCount() > 0) {
                try {
                    apply(stream.next(LONGEST_WAIT));
                } catch (VimFault | TransportException | AdapterException e) {
                    LOG.warn("watching vCenter: {}", e.getMessage());
                    pause();
                }
            }
        }
    }

    private void pause() {
        try {
            var unused = closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            closing.countDown();
        }
    }

    private void apply(UpdateStream.Updates updates) {
        if (updates.objects().isEmpty()) {
            return;
        }
        if (updates.whole()) {
            objects.clear();
            readFields();
        }
        updates.objects().forEach(this::merge);
        Inventory before = inventory();
        Snapshot made = vcenter.take(objects.values());
        Inventory now = made.inventory();
        snapshot = Optional.of(made);
        now.hosts().forEach(host -> compare(before.host(host.id()), host));
        now.vms().forEach(vm -> compare(before.vm(vm.id()), vm));
        rules.redMachine().ifPresent(kind -> compareStatus(made, kind));
        if (rules.hasAlarms()) {
            updates.objects().stream()
                    .map(update -> objects.get(update.ref()))
                    .filter(Objects::nonNull)
                    .forEach(object -> alarms.turnedRed(object).forEach(kind -> report(kind, object.ref())));
        }
    }

    private void compareStatus(Snapshot now, FaultKind kind) {
        now.vms().forEach((vm, ref) -> {
            ManagedObject object = objects.get(ref);
            boolean isRed =
                    object != null && object.text(InventoryProperties.STATUS).equals("red");
            if (isRed && redMachines.add(vm)) {
                report(vm, kind);
            } else if (!isRed) {
                redMachines.remove(vm);
            }
        });
    }

    /** Reports a fault of what an object is to us; one that takes no part has none. */
    private void report(FaultKind kind, MoRef subject) {
        snapshot.ifPresent(known -> {
            if (kind.scope() == FaultKind.Scope.VM) {
                idOf(known.vms(), subject).ifPresent(vm -> report(vm, kind));
            } else {
                idOf(known.hosts(), subject).ifPresent(host -> report(host, kind));
            }
        });
    }

    private static <T> Optional<T> idOf(Map<T, MoRef> refs, MoRef subject) {
        return refs.entrySet().stream()
                .filter(entry -> entry.getValue().equals(subject))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private void readFields() {
        Deadline deadline = Deadline.in(LONGEST_WAIT);
        MoRef manager = vcenter.client().service(deadline).customFieldsManager();
        if (!manager.value().isEmpty()) {
            objects.put(manager, vcenter.client().read(manager, List.of(InventoryProperties.FIELD), deadline));
        }
    }

    private void merge(ObjectUpdate update) {
        if (update.gone()) {
            objects.remove(update.ref());
            return;
        }
        ManagedObject old = objects.get(update.ref());
        Map<String, XmlNode> properties = old == null ? new HashMap<>() : new HashMap<>(old.properties());
        properties.putAll(update.assigned());
        properties.keySet().removeAll(update.removed());
        objects.put(update.ref(), new ManagedObject(update.ref(), properties));
    }

    private void compare(Optional<Host> before, Host now) {
        if (before.map(Host::health).orElse(HostHealth.UP) == now.health()) {
            return;
        }
        switch (now.health()) {
            case UNREACHABLE -> report(now.id(), FaultKind.HOST_UNREACHABLE);
            case DEGRADED -> report(now.id(), FaultKind.HOST_DEGRADED);
            case DOWN -> report(now.id(), FaultKind.HOST_DOWN);
            case UP -> LOG.info("host {} works again", now.id());
        }
    }

    private void compare(Optional<VirtualMachine> before, VirtualMachine now) {
        if (now.health() == VmHealth.SUSPECT
                && before.map(VirtualMachine::health).orElse(VmHealth.HEALTHY) != VmHealth.SUSPECT) {
            report(now.id(), FaultKind.GUEST_HUNG);
        }
        if (now.power() == PowerState.OFF
                && before.map(VirtualMachine::power).orElse(PowerState.OFF) != PowerState.OFF) {
            if (!vcenter.wasMeantOff(now.id())) {
                report(now.id(), FaultKind.POWERED_OFF);
            }
        }
    }

    private synchronized void report(HostId host, FaultKind kind) {
        receiver.accept(FaultReport.ofHost(host, kind, clock.instant(), source, sequence++));
    }

    private synchronized void report(VmId vm, FaultKind kind) {
        receiver.accept(FaultReport.ofVm(vm, kind, clock.instant(), source, sequence++));
    }

    /** Ends the watching, and waits a little for a report under way. */
    @Override
    public void close() {
        closing.countDown();
        events.ifPresent(EventWatch::close);
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
