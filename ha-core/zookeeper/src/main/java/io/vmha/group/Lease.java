package io.vmha.group;

import io.vmha.center.leader.Leadership;
import io.vmha.group.store.Change;
import io.vmha.group.store.CoordinationStore;
import io.vmha.group.store.StoreException;
import io.vmha.group.store.Stored;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leadership of a site, as one instance sees it: a lease that is renewed in the store.
 *
 * <p>Two of them are never held at once, whatever the hosts' wall clocks say and however long a process stands still:
 *
 * <pre>
 *   leader    sent ............ commit                        sent + lease: leads no more, by its own clock
 *               |-----------------|------------------------------|
 *   follower                         read: seen first                 read + 1.2 leases, unchanged: takes over
 *                                      |----------------------------------|
 * </pre>
 *
 * <p>The leader counts from the moment before it sent its last renewal that was made, a follower from the moment after it first saw
 * that renewal, which is later; both by clocks that never jump, and the follower waits a fifth longer, in case its clock is fast.
 * What takes over is one commit, on the condition that nothing was renewed meanwhile; it raises the epoch, which every write to the
 * journal checks. A term ends at once where the connection to the store is lost, and it never comes back: the next one has an epoch
 * of its own.
 *
 * <p>Guarded by its monitor, but for {@link #epoch}, which may be asked from any thread and does not wait.
 */
final class Lease implements Leadership {
    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);
    private static final int FASTER_CLOCK_PERCENT = 20;
    private static final int PERCENT = 100;

    private final CoordinationStore store;
    private final EpochKey epochs;
    private final String key;
    private final String site;
    private final Instance me;
    private final String incarnation = UUID.randomUUID().toString();
    private final Duration length;
    private final LongSupplier nanos;
    private volatile @Nullable Term term;
    private volatile Optional<LeaderRecord> known = Optional.empty();
    private @Nullable Seen seen;

    /**
     * Makes one that does not lead yet.
     *
     * @param nanos a clock that never jumps, in nanoseconds
     */
    Lease(CoordinationStore store, String site, Instance me, Duration length, LongSupplier nanos) {
        this.store = store;
        this.epochs = new EpochKey(store, site);
        this.key = site + "/leader";
        this.site = site;
        this.me = me;
        this.length = length;
        this.nanos = nanos;
    }

    /** A term of this instance. Once it is over it stays so. */
    private static final class Term {
        private final EpochKey.Latest epoch;
        private final LeaderRecord record;
        private final long interruptions;
        private volatile long end;
        private volatile boolean over;

        private Term(EpochKey.Latest epoch, LeaderRecord record, long interruptions, long end) {
            this.epoch = epoch;
            this.record = record;
            this.interruptions = interruptions;
            this.end = end;
        }
    }

    private record Seen(long version, long at) {}

    @Override
    public OptionalLong epoch() {
        Term now = term;
        return now == null || isOver(now) ? OptionalLong.empty() : OptionalLong.of(now.epoch.epoch());
    }

    private boolean isOver(Term now) {
        if (!now.over && (nanos.getAsLong() - now.end >= 0 || store.interruptions() != now.interruptions)) {
            now.over = true;
            LOG.warn("{} does not lead {} in epoch {} any more", me.name(), site, now.epoch.epoch());
        }
        return now.over;
    }

    /** Who leads as far as is known, or led last. */
    Optional<LeaderRecord> known() {
        return known;
    }

    /**
     * Renews the lease where this instance leads. Where nobody does any more, takes it.
     *
     * @param isCandidate whether it may take it: only where nothing of an earlier term of its own is under way
     * @throws StoreException if the store cannot be asked
     */
    synchronized void turn(boolean isCandidate) {
        Term now = term;
        if (now != null && !isOver(now)) {
            renew(now);
        } else {
            term = null;
            follow(isCandidate);
        }
    }

    private void renew(Term now) {
        Optional<Stored> found = store.read(key);
        LeaderRecord record = found.map(this::decode).orElse(null);
        known = Optional.ofNullable(record);
        if (found.isEmpty() || !now.record.equals(record)) {
            now.over = true;
            return;
        }
        long sent = nanos.getAsLong();
        try {
            store.commit(List.of(
                    epochs.check(now.epoch), Change.replace(key, found.get().version(), now.record.encode())));
            now.end = sent + length.toNanos();
        } catch (StoreException.Conflict superseded) {
            now.over = true;
            LOG.warn("{} was superseded as leader of {}", me.name(), site, superseded);
        }
    }

    private LeaderRecord decode(Stored stored) {
        return LeaderRecord.decode(key, stored.text());
    }

    private void follow(boolean isCandidate) {
        long interruptions = store.interruptions();
        long before = nanos.getAsLong();
        Optional<Stored> found = store.read(key);
        long after = nanos.getAsLong();
        known = found.map(this::decode);
        long version = found.map(Stored::version).orElse(-1L);
        Seen last = seen;
        if (last == null || last.version() != version) {
            last = new Seen(version, after);
            seen = last;
        }
        long unchanged = before - last.at();
        if (isCandidate && known.map(record -> mayTake(record, unchanged)).orElse(true)) {
            take(found, interruptions);
        }
    }

    private boolean mayTake(LeaderRecord record, long unchangedNanos) {
        if (record.incarnation().equals(incarnation)) {
            return true;
        }
        if (record.hasLeft() && record.successor().map(me.name()::equals).orElse(true)) {
            return true;
        }
        long lease = record.lease().toNanos();
        return unchangedNanos >= lease + lease / PERCENT * FASTER_CLOCK_PERCENT;
    }

    private void take(Optional<Stored> before, long interruptions) {
        Optional<EpochKey.Latest> latest = epochs.read();
        long epoch = Math.max(
                        latest.map(EpochKey.Latest::epoch).orElse(0L),
                        known.map(LeaderRecord::epoch).orElse(0L))
                + 1;
        LeaderRecord mine = new LeaderRecord(epoch, me, incarnation, length, false, Optional.empty());
        long sent = nanos.getAsLong();
        try {
            store.commit(List.of(
                    epochs.next(latest, epoch),
                    before.map(stored -> Change.replace(key, stored.version(), mine.encode()))
                            .orElseGet(() -> Change.create(key, mine.encode()))));
        } catch (StoreException.Conflict faster) {
            LOG.debug("another instance was faster to take {} than {}", site, me.name(), faster);
            return;
        }
        // Where the epoch cannot be read back, the term was never used: the record is this instance's, and is taken
        // again.
        EpochKey.Latest now = epochs.read().orElseThrow();
        if (now.epoch() == epoch) {
            known = Optional.of(mine);
            term = new Term(now, mine, interruptions, sent + length.toNanos());
            LOG.info("{} leads {} in epoch {}", me.name(), site, epoch);
        }
    }

    /**
     * Leaves the leadership to another instance, which takes it at once. To be called only when nothing of this term is under way.
     *
     * @param successor who may take it at once; empty where anybody may
     * @throws StoreException if the store cannot be asked: then the others wait until the lease has run out
     */
    synchronized void leave(Optional<String> successor) {
        Term now = term;
        if (now == null) {
            return;
        }
        now.over = true;
        term = null;
        Optional<Stored> found = store.read(key);
        if (found.map(this::decode).map(now.record::equals).orElse(false)) {
            LeaderRecord left = now.record.leaving(successor);
            store.commit(List.of(
                    epochs.check(now.epoch), Change.replace(key, found.get().version(), left.encode())));
            known = Optional.of(left);
        }
    }
}
