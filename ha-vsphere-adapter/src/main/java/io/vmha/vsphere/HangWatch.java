package io.vmha.vsphere;

import io.vmha.adapter.AdapterException;
import io.vmha.model.VmId;
import io.vmha.vsphere.GuestSigns.Signs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which guests hang: those whose heartbeat has been away for longer than is usual, and that by the hypervisor's
 * counters did nothing in all that time, while the server answers as quickly as ever and few look so at once. Slow is not
 * dead: while the server or this watcher itself is slow, nobody's time counts. Confined to one thread.
 */
final class HangWatch {
    private static final Logger LOG = LoggerFactory.getLogger(HangWatch.class);
    private static final Duration QUICK = Duration.ofMillis(500);
    private static final int MUCH_SLOWER = 5;

    private final HangRules rules;
    private final GuestSigns signs;
    private final LongSupplier nanoTime;
    private final HangSuspicion suspicion;
    private Optional<Long> lastLook = Optional.empty();
    private Duration usualAnswer = Duration.ZERO;
    private boolean many;

    HangWatch(HangRules rules, GuestSigns signs, LongSupplier nanoTime) {
        this.rules = rules;
        this.signs = signs;
        this.nanoTime = nanoTime;
        this.suspicion = new HangSuspicion(rules);
    }

    /**
     * Looks once at all guests.
     *
     * @param heartbeats of the guests that run, as the server's updates tell them; empty where there are no updates to trust
     * @param all the VMs that there are
     * @return those that hang and were not told before
     */
    List<VmId> look(Supplier<Optional<Map<VmId, String>>> heartbeats, Set<VmId> all) {
        long begun = nanoTime.getAsLong();
        boolean late = lastLook.filter(
                        last -> begun - last > rules.interval().multipliedBy(3).toNanos())
                .isPresent();
        lastLook = Optional.of(begun);
        suspicion.retain(all);
        Optional<Map<VmId, String>> now = isQuick() ? heartbeats.get() : Optional.empty();
        now.ifPresent(told -> suspicion.heartbeats(told, nanoTime.getAsLong()));
        if (late || now.isEmpty()) {
            suspicion.disturbed(nanoTime.getAsLong());
            return List.of();
        }
        if (areMany()) {
            suspicion.disturbed(nanoTime.getAsLong());
            return List.of();
        }
        List<VmId> hung = new ArrayList<>();
        for (VmId vm : suspicion.due(nanoTime.getAsLong())) {
            if (hangs(vm)) {
                suspicion.reported(vm);
                hung.add(vm);
            }
        }
        return hung;
    }

    private boolean areMany() {
        boolean now = suspicion.areMany();
        if (now && !many) {
            LOG.warn("more than {} guests look hung at once: none is reported", rules.mostAtOnce());
        }
        many = now;
        return now;
    }

    /** Whether the server answers within what is usual for it; a slow answer becomes usual only after minutes. */
    private boolean isQuick() {
        long begun = nanoTime.getAsLong();
        try {
            signs.ping();
        } catch (AdapterException e) {
            LOG.debug("vCenter does not answer, and so no guest is suspected: {}", e.getMessage());
            return false;
        }
        Duration answer = Duration.ofNanos(nanoTime.getAsLong() - begun);
        boolean quick = answer.compareTo(limit()) <= 0;
        int weight = quick ? 10 : 200;
        usualAnswer = usualAnswer.isZero()
                ? answer
                : usualAnswer.multipliedBy(weight - 1).plus(answer).dividedBy(weight);
        return quick;
    }

    private Duration limit() {
        Duration much = usualAnswer.multipliedBy(MUCH_SLOWER);
        Duration adapted = much.compareTo(QUICK) > 0 ? much : QUICK;
        return adapted.compareTo(rules.slowAnswer()) < 0 ? adapted : rules.slowAnswer();
    }

    private boolean hangs(VmId vm) {
        Duration patience = suspicion.patience(vm);
        long begun = nanoTime.getAsLong();
        Signs found;
        try {
            found = signs.read(vm, patience);
        } catch (AdapterException e) {
            LOG.debug("the signs of {} cannot be read: {}", vm, e.getMessage());
            return false;
        }
        long now = nanoTime.getAsLong();
        if (Duration.ofNanos(now - begun).compareTo(rules.slowAnswer()) > 0) {
            return false;
        }
        boolean startedLately = found.uptimeSeconds().orElse(0) < patience.toSeconds();
        if (!found.running() || !found.heartbeatRed() || startedLately || !found.isStill()) {
            return false;
        }
        Duration needed = found.computes() ? patience.multipliedBy(2) : patience;
        return suspicion.away(vm, now).compareTo(needed) >= 0;
    }
}
