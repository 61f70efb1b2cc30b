package io.vmha.center.internal;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.DatabaseCluster;
import io.vmha.center.internal.execution.UserCode;
import io.vmha.center.schedule.CenterScheduler;
import io.vmha.model.Inventory;
import io.vmha.model.ReplicaSet;
import io.vmha.model.ReplicaSetId;
import io.vmha.model.ReplicaSets;
import io.vmha.model.VirtualMachine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads each replica set at regular times, and at once where something waits for that. A set that is slow to answer keeps no other one
 * waiting; what cannot be read stays as it was last seen, and is read again at each effect.
 *
 * <p>Confined to the center's loop; the clusters are read off it, each by one call at a time.
 */
public final class DatabaseWatch {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseWatch.class);
    private static final Duration PAUSE = Duration.ofMillis(200);
    /** Where no cluster is given: the reference design's two members, of which the primary's writes. */
    private static final ReplicaSet UNREAD = ReplicaSet.ofClusterRoles(ReplicaSetId.of("databases"));

    /**
     * A replica set that is read.
     *
     * @param cluster what reads it
     * @param interval how long to wait between two readings, and how long one may take; more than 0
     */
    public record Watched(DatabaseCluster cluster, Duration interval) {}

    /** What the watch needs of the center around it. */
    public interface Callbacks {
        /** Whether the center acts still. */
        boolean isActing();

        /** Returns a token for a reading that begins now. */
        long beginsReading();

        /** Takes what was read. */
        void read(ReplicaSet reading, long begun);
    }

    private static final class Reader {
        private final Watched watched;
        private boolean isReading;
        private boolean isNeededAgain;
        private Duration begunAt = Duration.ZERO;
        private CenterScheduler.Cancellable timer = () -> {};

        private Reader(Watched watched) {
            this.watched = watched;
        }
    }

    private final CenterScheduler scheduler;
    private final List<Reader> sets;
    private final Callbacks center;

    /** Makes a watch that has not started. */
    public DatabaseWatch(CenterScheduler scheduler, List<Watched> watched, Callbacks callbacks) {
        this.scheduler = scheduler;
        this.sets = watched.stream().map(Reader::new).toList();
        this.center = callbacks;
    }

    /**
     * Returns the sets that are watched, as declared.
     *
     * @throws IllegalArgumentException if two have one name or one member, or a VM names a member of none
     */
    public static ReplicaSets declared(List<Watched> watched, Inventory inventory) {
        if (watched.isEmpty()) {
            return ReplicaSets.of(List.of(UNREAD));
        }
        ReplicaSets sets = ReplicaSets.of(watched.stream()
                .map(one -> UserCode.required(
                        "what a database cluster declares", one.cluster().declared()))
                .toList());
        inventory.vms().forEach(vm -> requireKnown(vm, sets));
        return sets;
    }

    /**
     * Refuses a VM that names a database member of no set.
     *
     * @throws IllegalArgumentException if it does
     */
    static void requireKnown(VirtualMachine vm, ReplicaSets sets) {
        vm.member()
                .ifPresent(member -> checkArgument(
                        sets.member(member).isPresent(),
                        "VM %s names the database member %s, which is in no replica set",
                        vm.id(),
                        member));
    }

    /** Returns what reads each set. */
    public static Map<ReplicaSetId, DatabaseCluster> clusters(List<Watched> watched) {
        return watched.stream()
                .collect(ImmutableMap.toImmutableMap(
                        one -> one.cluster().declared().id(), Watched::cluster));
    }

    /** Reads now, and at regular times from then on. */
    public void start() {
        sets.forEach(this::look);
    }

    /** Reads now, or once more after the reading that is under way: that one began too early. */
    void need() {
        sets.forEach(set -> {
            if (set.isReading) {
                set.isNeededAgain = true;
            } else {
                lookSoon(set);
            }
        });
    }

    /** Who waits for a reading is told so by each: they must not follow one another without a pause. */
    private void lookSoon(Reader set) {
        Duration wait = set.begunAt.plus(PAUSE).minus(scheduler.uptime());
        if (wait.isNegative() || wait.isZero()) {
            look(set);
        } else {
            set.timer.cancel();
            set.timer = scheduler.scheduleBackground(wait, () -> look(set));
        }
    }

    private void look(Reader set) {
        set.timer.cancel();
        if (!center.isActing()) {
            return;
        }
        set.isReading = true;
        set.begunAt = scheduler.uptime();
        long begun = center.beginsReading();
        AtomicReference<ReplicaSet> reading = new AtomicReference<>();
        CallContext call = CallContext.within(set.watched.interval());
        scheduler.call(() -> reading.set(set.watched.cluster().read(call)), failure -> {
            set.isReading = false;
            failure.ifPresent(thrown -> unreadable(set, thrown));
            ReplicaSet seen = reading.get();
            if (!center.isActing()) {
                return;
            }
            if (seen != null) {
                center.read(seen, begun);
            }
            if (set.isReading) {
                return;
            }
            set.timer.cancel();
            set.timer = scheduler.scheduleBackground(set.watched.interval(), () -> look(set));
            if (set.isNeededAgain) {
                set.isNeededAgain = false;
                lookSoon(set);
            }
        });
    }

    private static void unreadable(Reader set, Throwable thrown) {
        if (thrown instanceof AdapterException) {
            LOG.debug("replica set {}: {}", set.watched.cluster().declared().id(), UserCode.said(thrown));
        } else {
            UserCode.log(
                    LOG,
                    "the cluster of replica set "
                            + set.watched.cluster().declared().id() + " failed",
                    thrown);
        }
    }
}
