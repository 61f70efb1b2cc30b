package io.vmha.vsphere;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.FaultSource;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VmId;
import io.vmha.vsphere.internal.vim.Deadline;
import io.vmha.vsphere.internal.vim.MoRef;
import io.vmha.vsphere.internal.vim.TransportException;
import io.vmha.vsphere.internal.vim.UpdateStream;
import io.vmha.vsphere.internal.vim.VimFault;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an inventory by the server's updates, and reports what becomes faulty in it: a host that does not answer vCenter, a
 * guest that hangs by the {@link HangRules}, a machine that went off other than by this adapter; and what of the server's
 * events and alarms is a fault by the {@link FaultRules}.
 *
 * <p>What is already so when the watching begins is reported too, but for machines that are off. The objects are confined
 * to the watching thread; the inventory, the snapshot and the heartbeats are replaced whole. One report is made at a time,
 * under the lock of this object.
 */
public final class VsphereFaultSource implements FaultSource.Watching {
    private static final Logger LOG = LoggerFactory.getLogger(VsphereFaultSource.class);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final Duration RETRY = Duration.ofSeconds(1);
    /** More objects than any server has; what tells of more is not believed. */
    private static final int MOST_OBJECTS = 200_000;

    private static final long REPORTS_PER_MILLISECOND = 1_000;

    private final String source = "vsphere:" + UUID.randomUUID();
    private final Vcenter vcenter;
    private final InstantSource clock;
    private final Consumer<FaultReport> receiver;
    private final WatchedObjects objects = new WatchedObjects(MOST_OBJECTS);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private final FaultRules rules;
    private final AlarmWatch alarms;
    private final PowerWatch power;
    private final HangLoop hangs;
    private final Set<MoRef> red = new HashSet<>();
    private volatile Optional<Snapshot> snapshot = Optional.empty();
    private Optional<EventWatch> events = Optional.empty();
    /** By the clock at first, so that a watching that begins later numbers on. */
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
        this.sequence = Math.multiplyExact(clock.millis(), REPORTS_PER_MILLISECOND);
        this.receiver = receiver;
        this.power = new PowerWatch(
                vcenter.meantOff(),
                vm -> vcenter.machine(vm, Deadline.in(LONGEST_WAIT)).power());
        if (rules.hasEvents()) {
            events = Optional.of(
                    new EventWatch(vcenter, rules, eventInterval, () -> snapshot.isPresent(), this::report));
        }
        this.hangs = new HangLoop(rules.hang(), new VcenterSigns(vcenter), vm -> report(vm, FaultKind.GUEST_HUNG));
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
                    hangs.updated();
                } catch (VimFault | TransportException | AdapterException e) {
                    LOG.warn("watching vCenter: {}", e.getMessage());
                    pause();
                } catch (RuntimeException | Error e) {
                    if (closing.getCount() > 0) {
                        LOG.error("watching vCenter failed, and goes on", e);
                        pause();
                    }
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
        updates.objects().forEach(objects::merge);
        Optional<Snapshot> before = snapshot;
        Snapshot now = vcenter.take(objects.all());
        snapshot = Optional.of(now);
        hangs.heartbeats(now, objects);
        now.conditions()
                .forEach((host, condition) ->
                        compare(host, before.map(Snapshot::conditions).map(known -> known.get(host)), condition));
        now.inventory().vms().forEach(vm -> {
            if (power.wentOff(vm.id(), vm.power())) {
                report(vm.id(), FaultKind.POWERED_OFF);
            }
        });
        power.retain(now.vms().keySet());
        red.removeIf(ref -> objects.find(ref).isEmpty());
        rules.redMachine().ifPresent(kind -> now.vms().values().forEach(ref -> compareStatus(kind, ref)));
        rules.redHost().ifPresent(kind -> now.hosts().values().forEach(ref -> compareStatus(kind, ref)));
        if (rules.hasAlarms()) {
            alarms.retain(ref -> objects.find(ref).isPresent());
            updates.objects().stream()
                    .flatMap(update -> objects.find(update.ref()).stream())
                    .forEach(object -> alarms.turnedRed(object).forEach(kind -> report(kind, object.ref())));
        }
    }

    private void compareStatus(FaultKind kind, MoRef ref) {
        boolean isRed = objects.find(ref)
                .filter(object -> object.text(InventoryProperties.STATUS).equals("red"))
                .isPresent();
        if (isRed && red.add(ref)) {
            report(kind, ref);
        } else if (!isRed) {
            red.remove(ref);
        }
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
            objects.put(vcenter.client().read(manager, List.of(InventoryProperties.FIELD), deadline));
        }
    }

    private void compare(HostId host, Optional<HostCondition> before, HostCondition now) {
        if (before.filter(now::equals).isPresent()) {
            return;
        }
        switch (now) {
            case NOT_RESPONDING -> report(host, FaultKind.HOST_UNREACHABLE);
            case CONNECTED -> LOG.info("host {} answers vCenter", host);
            case DISCONNECTED, STAND_BY -> LOG.info("host {} was taken out of service: {}", host, now);
            case UNKNOWN -> LOG.warn("vCenter does not tell how host {} is: nothing is placed on it", host);
        }
    }

    private synchronized void report(HostId host, FaultKind kind) {
        hand(FaultReport.ofHost(host, kind, clock.instant(), source, sequence++));
    }

    private synchronized void report(VmId vm, FaultKind kind) {
        hand(FaultReport.ofVm(vm, kind, clock.instant(), source, sequence++));
    }

    /** What the receiver throws must not keep other faults from it. */
    private void hand(FaultReport report) {
        try {
            receiver.accept(report);
        } catch (RuntimeException e) {
            LOG.error("the receiver of fault reports failed at {}", report, e);
        }
    }

    /** Ends the watching, and waits a little for a report under way. */
    @Override
    public void close() {
        closing.countDown();
        hangs.close();
        events.ifPresent(EventWatch::close);
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
