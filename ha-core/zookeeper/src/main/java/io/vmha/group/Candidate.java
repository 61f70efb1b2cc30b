package io.vmha.group;

import com.google.common.collect.ImmutableList;
import io.vmha.center.ManagementCenter;
import io.vmha.center.journal.PlanJournal;
import io.vmha.center.leader.NotLeaderException;
import io.vmha.group.store.CoordinationStore;
import io.vmha.group.store.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an instance does about its leadership: {@link #turn}, on one thread, keeps the lease; {@link #work}, on another, has a center
 * built while it leads, and closed when it does not. Building and closing may take long; the lease is kept meanwhile.
 *
 * <p>Nothing of a term is under way when the next one is taken: this instance is no candidate while it has a center.
 *
 * <p>Thread-safe: what both threads and callers share is volatile; the center is replaced under this object's monitor by {@link #work}
 * and {@link #close} alone.
 */
final class Candidate {
    private static final Logger LOG = LoggerFactory.getLogger(Candidate.class);
    private static final int TELLS_OF_A_LEASE = 4;
    private static final int RENEWALS_OF_A_LEASE = 6;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LAST_PAUSE = Duration.ofSeconds(30);

    /**
     * What it is made of.
     *
     * @param nanos a clock that never jumps
     */
    record Parts(
            CoordinationStore store,
            String site,
            Instance instance,
            CenterFactory factory,
            Duration lease,
            LongSupplier nanos) {}

    private record Running(long epoch, ManagementCenter center, PlanJournal journal) {}

    private record HandOver(Optional<String> successor, CompletableFuture<Void> done) {}

    private final Parts parts;
    private final Lease lease;
    private final Members members;
    /** Held by one turn; what only turns use is guarded by it. */
    private final Object turning = new Object();

    private volatile @Nullable Running running;
    private final Queue<HandOver> handOvers = new ConcurrentLinkedQueue<>();
    private volatile GroupHealth.Role role = GroupHealth.Role.FOLLOWER;
    private volatile List<GroupHealth.Member> others = ImmutableList.of();
    private volatile Optional<String> storeProblem = Optional.empty();
    private volatile Optional<String> centerProblem = Optional.empty();
    private volatile boolean closed;
    private volatile long candidateFrom;
    private Duration pause = FIRST_PAUSE;
    private long tellFrom;
    private long renewFrom;
    private GroupHealth.Role told = GroupHealth.Role.CLOSED;

    Candidate(Parts parts) {
        this.parts = parts;
        this.lease = new Lease(parts.store(), parts.site(), parts.instance(), parts.lease(), parts.nanos());
        this.members = new Members(parts.store(), parts.site(), parts.instance(), parts.lease(), parts.nanos());
        this.candidateFrom = now();
        this.tellFrom = now();
        this.renewFrom = now();
    }

    private long now() {
        return parts.nanos().getAsLong();
    }

    private boolean isDue(long from) {
        return now() - from >= 0;
    }

    private long in(Duration time) {
        return now() + time.toNanos();
    }

    /** Keeps the lease, and tells and hears how the instances are. Never throws. */
    void turn() {
        synchronized (turning) {
            keepLease();
        }
    }

    private void keepLease() {
        try {
            boolean leads = lease.epoch().isPresent();
            if (!leads || isDue(renewFrom)) {
                renewFrom = in(parts.lease().dividedBy(RENEWALS_OF_A_LEASE));
                lease.turn(!closed && running == null && role == GroupHealth.Role.FOLLOWER && isDue(candidateFrom));
            }
            if (isDue(tellFrom) || told != role) {
                tellFrom = in(parts.lease().dividedBy(TELLS_OF_A_LEASE));
                told = role;
                members.tell(told);
                others = members.look();
            }
            storeProblem = Optional.empty();
        } catch (StoreException failed) {
            if (storeProblem.isEmpty()) {
                LOG.warn("{} cannot use the store of {}", parts.instance().name(), parts.site(), failed);
            }
            storeProblem = Optional.of(String.valueOf(failed.getMessage()));
        } catch (RuntimeException | Error failed) {
            LOG.error("{} failed to keep its lease of {}", parts.instance().name(), parts.site(), failed);
            storeProblem = Optional.of(String.valueOf(failed));
        }
    }

    /** Has a center while this instance leads, and none while it does not. Never throws. */
    synchronized void work() {
        try {
            OptionalLong epoch = lease.epoch();
            Running now = running;
            if (now != null && isOver(now, epoch)) {
                end(now);
                // The term goes on where only the center ended: the next one is for whoever is first.
                leave(Optional.empty());
            } else if (!handOvers.isEmpty()) {
                handOver(handOvers.remove(), now);
            } else if (now == null && epoch.isPresent() && !closed) {
                begin(epoch.getAsLong());
            }
        } catch (RuntimeException | Error failed) {
            LOG.error(
                    "{} failed to follow its leadership of {}", parts.instance().name(), parts.site(), failed);
            centerProblem = Optional.of(String.valueOf(failed));
        }
    }

    /** A center may end before its term does: by an error of its own, or a journal that does not let it write. */
    private static boolean isOver(Running now, OptionalLong epoch) {
        return epoch.isEmpty()
                || epoch.getAsLong() != now.epoch()
                || !now.center().isLeading();
    }

    private void begin(long epoch) {
        role = GroupHealth.Role.TAKING_OVER;
        PlanJournal journal = StorePlanJournal.in(parts.store(), parts.site());
        try {
            ManagementCenter center = parts.factory().build(lease, journal);
            running = new Running(epoch, center, journal);
            role = GroupHealth.Role.LEADER;
            centerProblem = Optional.empty();
            pause = FIRST_PAUSE;
            LOG.info(
                    "the center of {} on {} leads in epoch {}",
                    parts.site(),
                    parts.instance().name(),
                    epoch);
        } catch (RuntimeException | Error failed) {
            journal.close();
            LOG.warn(
                    "no center of {} could be built on {}",
                    parts.site(),
                    parts.instance().name(),
                    failed);
            centerProblem = Optional.of("no center could be built: " + failed);
            candidateFrom = in(pause);
            pause = pause.multipliedBy(2).compareTo(LAST_PAUSE) < 0 ? pause.multipliedBy(2) : LAST_PAUSE;
            leave(Optional.empty());
            role = GroupHealth.Role.FOLLOWER;
        }
    }

    private void end(Running now) {
        role = GroupHealth.Role.LEAVING;
        try {
            now.center().close();
            now.journal().close();
        } finally {
            running = null;
            role = closed ? GroupHealth.Role.CLOSED : GroupHealth.Role.FOLLOWER;
        }
    }

    private void leave(Optional<String> successor) {
        try {
            lease.leave(successor);
        } catch (StoreException failed) {
            LOG.warn(
                    "{} could not leave the leadership of {}; it runs out",
                    parts.instance().name(),
                    parts.site(),
                    failed);
        }
    }

    CompletionStage<Void> handOver(Optional<String> successor) {
        if (running == null) {
            return CompletableFuture.failedFuture(notLeader());
        }
        boolean isThere = others.stream()
                .filter(GroupHealth.Member::isAlive)
                .map(member -> member.instance().name())
                .filter(name -> !name.equals(parts.instance().name()))
                .anyMatch(name -> successor.map(name::equals).orElse(true));
        if (!isThere) {
            return CompletableFuture.failedFuture(new IllegalStateException(
                    "no instance that could take over is alive: " + successor.orElse("there is no other")));
        }
        HandOver asked = new HandOver(successor, new CompletableFuture<>());
        handOvers.add(asked);
        return asked.done();
    }

    private void handOver(HandOver asked, @Nullable Running now) {
        if (now == null) {
            asked.done().completeExceptionally(notLeader());
            return;
        }
        candidateFrom = in(parts.lease().multipliedBy(2));
        end(now);
        try {
            lease.leave(asked.successor());
            asked.done().complete(null);
        } catch (StoreException failed) {
            asked.done().completeExceptionally(failed);
        }
    }

    Optional<ManagementCenter> center() {
        return Optional.ofNullable(running).map(Running::center);
    }

    private Optional<Instance> leader() {
        return lease.known().filter(record -> !record.hasLeft()).map(LeaderRecord::instance);
    }

    NotLeaderException notLeader() {
        String me = parts.instance().name();
        Optional<Instance> leader = leader().filter(instance -> !instance.name().equals(me));
        return leader.map(instance -> new NotLeaderException(
                        me + " does not lead " + parts.site() + "; " + instance.name() + " does, at "
                                + instance.address(),
                        instance.address()))
                .orElseGet(() -> new NotLeaderException(
                        me + " does not lead " + parts.site() + ", and no other instance is known to"));
    }

    GroupHealth health() {
        return new GroupHealth(
                parts.site(),
                role,
                lease.known().map(LeaderRecord::epoch).orElse(0L),
                leader(),
                parts.store().isConnected(),
                storeProblem.or(() -> centerProblem),
                others);
    }

    void close() {
        closed = true;
        synchronized (this) {
            Running now = running;
            if (now != null) {
                end(now);
            }
            role = GroupHealth.Role.CLOSED;
            leave(Optional.empty());
            handOvers.forEach(asked -> asked.done().completeExceptionally(notLeader()));
            handOvers.clear();
        }
        turn();
    }
}
