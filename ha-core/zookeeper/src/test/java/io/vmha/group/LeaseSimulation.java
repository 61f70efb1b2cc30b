package io.vmha.group;

import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalException;
import io.vmha.group.store.Change;
import io.vmha.group.store.CoordinationStore;
import io.vmha.group.store.InMemoryStore;
import io.vmha.group.store.StoreException;
import io.vmha.group.store.Stored;
import io.vmha.model.HostId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/** One run of {@link LeaseSimulationTest}: everything follows from its seed. Single-threaded. */
final class LeaseSimulation {
    private static final Duration LEASE = Duration.ofSeconds(6);
    private static final String SITE = "site";

    /** What is wrong on purpose. */
    enum Bug {
        NONE,
        /** A leader's clock stands still while it leads. */
        LEASE_NOT_COUNTED_DOWN,
        /** A follower takes over without waiting for the lease to run out. */
        NO_QUIET_TIME,
        /** The journal takes writes of a leader that was superseded. */
        JOURNAL_DOES_NOT_CHECK_THE_EPOCH
    }

    private final SplittableRandom random;
    private final Bug bug;
    private final InMemoryStore store = new InMemoryStore();
    private final CoordinationStore direct = store.client();
    private final List<Peer> peers = new ArrayList<>();
    private final Deque<Runnable> late = new ArrayDeque<>();
    private long trueNanos;
    private boolean faults = true;
    private int depth;
    private long epochs;
    private long journalEpoch;
    private int terms;
    private String broken = "";

    LeaseSimulation(long seed, Bug bug) {
        this.random = new SplittableRandom(seed);
        this.bug = bug;
        for (int i = 1; i <= 3; i++) {
            peers.add(new Peer("ha-" + i));
        }
    }

    private final class Peer {
        private final double rate = 0.92 + random.nextDouble() * 0.16;
        private final long offset = random.nextLong(1L << 40);
        private final Flaky client = new Flaky();
        private final Lease lease;
        private final StorePlanJournal journal = StorePlanJournal.in(client, SITE);
        private long pausedUntil;
        private boolean turning;
        private long askedAt;
        private long skipped;
        private long opened = -1;

        private Peer(String name) {
            lease = new Lease(client, SITE, new Instance(name, "http://" + name), LEASE, this::nanos);
        }

        private long nanos() {
            if (bug == Bug.NO_QUIET_TIME && opened < 0) {
                // A follower's time flies, and so it waits for nobody.
                skipped += (trueNanos - askedAt) * 100;
            }
            askedAt = trueNanos;
            return offset + skipped + (long) (trueNanos * rate);
        }

        private OptionalLong believes() {
            if (bug == Bug.LEASE_NOT_COUNTED_DOWN && opened >= 0) {
                return OptionalLong.of(opened);
            }
            return lease.epoch();
        }

        private void step() {
            if (turning || trueNanos < pausedUntil) {
                return;
            }
            turning = true;
            try {
                lease.turn(true);
                OptionalLong epoch = lease.epoch();
                if (epoch.isEmpty()) {
                    opened = -1;
                } else if (epoch.getAsLong() != opened) {
                    journal.open(epoch.getAsLong());
                    opened = epoch.getAsLong();
                    journalEpoch = Math.max(journalEpoch, opened);
                    terms++;
                }
                act();
            } catch (StoreException | JournalException unavailable) {
                // As a group does: it is tried again with the next turn.
                pausedUntil = trueNanos;
            } finally {
                turning = false;
            }
        }

        /** Writes, as a leader's center does that has not noticed anything yet. */
        private void act() {
            if (opened >= 0 && random.nextInt(3) == 0) {
                long mine = client.writing = opened;
                journal.write(mine, List.of(new JournalEntry.HostForgotten(HostId.of("h1"))));
            }
        }
    }

    /** A client whose calls take time, in which others act, and fail before or after their effect, or have it later. */
    private final class Flaky implements CoordinationStore {
        private long interruptions;
        private long writing;

        private void passTime() {
            trueNanos += random.nextLong(Duration.ofMillis(20).toNanos());
            if (depth < 2 && random.nextInt(4) == 0) {
                depth++;
                try {
                    someoneElse();
                } finally {
                    depth--;
                }
            }
            if (faults && random.nextInt(60) == 0) {
                trueNanos += random.nextLong(LEASE.toNanos() * 2);
            }
        }

        private void mayFail() {
            if (faults && random.nextInt(40) == 0) {
                interruptions += random.nextInt(2);
                throw new StoreException.Unavailable("lost on purpose", null);
            }
        }

        @Override
        public Optional<Stored> read(String key) {
            passTime();
            mayFail();
            Optional<Stored> found = direct.read(key);
            passTime();
            return found;
        }

        @Override
        public Map<String, Stored> readAll(List<String> keys) {
            passTime();
            return direct.readAll(keys);
        }

        @Override
        public List<String> children(String key) {
            passTime();
            return direct.children(key);
        }

        @Override
        public void commit(List<Change> changes) {
            passTime();
            mayFail();
            List<Change> asked = bug == Bug.JOURNAL_DOES_NOT_CHECK_THE_EPOCH
                    ? changes.stream()
                            .filter(change -> change.kind() != Change.Kind.CHECK)
                            .toList()
                    : changes;
            if (faults && random.nextInt(30) == 0) {
                long epoch = writing;
                late.add(() -> make(asked, epoch));
                throw new StoreException.Unavailable("answered late on purpose", null);
            }
            make(asked, writing);
            passTime();
            mayFail();
        }

        private void make(List<Change> changes, long epoch) {
            direct.commit(changes);
            boolean isEntry = changes.stream()
                    .anyMatch(change ->
                            change.kind() == Change.Kind.CREATE && change.key().startsWith(SITE + "/journal/log-"));
            if (isEntry && epoch < journalEpoch) {
                broken = "the journal took a write of epoch " + epoch + " after it was taken over in " + journalEpoch;
            }
        }

        @Override
        public int maxBytes() {
            return direct.maxBytes();
        }

        @Override
        public long interruptions() {
            return interruptions;
        }

        @Override
        public boolean isConnected() {
            return true;
        }

        @Override
        public void close() {}
    }

    private void someoneElse() {
        Peer peer = peers.get(random.nextInt(peers.size()));
        peer.step();
        check();
        if (!late.isEmpty() && random.nextInt(3) == 0) {
            try {
                late.remove().run();
            } catch (StoreException.Conflict tooLate) {
                check();
            }
        }
        if (faults && random.nextInt(50) == 0) {
            peer.pausedUntil = trueNanos + random.nextLong(LEASE.toNanos() * 3);
        }
    }

    private void check() {
        List<Long> believing = peers.stream()
                .map(Peer::believes)
                .filter(OptionalLong::isPresent)
                .map(OptionalLong::getAsLong)
                .toList();
        if (believing.size() > 1) {
            broken = "two lead at once, in epochs " + believing;
        }
        for (long epoch : believing) {
            if (epoch < epochs) {
                broken = "epoch " + epoch + " leads after " + epochs;
            }
            epochs = Math.max(epochs, epoch);
        }
    }

    /** Returns what went wrong; empty if nothing did. */
    String run(int steps) {
        for (int i = 0; i < steps && broken.isEmpty(); i++) {
            trueNanos += random.nextLong(Duration.ofMillis(300).toNanos());
            someoneElse();
        }
        return broken;
    }

    /** Whether one leads once nothing goes wrong any more for four leases. */
    boolean leadsAfterFaults() {
        faults = false;
        late.clear();
        long end = trueNanos + LEASE.toNanos() * 4;
        peers.forEach(peer -> peer.pausedUntil = 0);
        while (trueNanos < end) {
            trueNanos += Duration.ofMillis(50).toNanos();
            someoneElse();
        }
        return broken.isEmpty()
                && peers.stream().anyMatch(peer -> peer.lease.epoch().isPresent());
    }

    int terms() {
        return terms;
    }

    OptionalLong latest() {
        return epochs == 0 ? OptionalLong.empty() : OptionalLong.of(epochs);
    }
}
