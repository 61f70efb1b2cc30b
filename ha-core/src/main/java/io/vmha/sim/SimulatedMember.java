package io.vmha.sim;

import io.vmha.model.LogPosition;
import io.vmha.model.MemberId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** A database in memory, with the log that its disk holds. Guarded by its {@link SimulatedReplicaSet}'s monitor. */
final class SimulatedMember {

    /** Something in a log: a row, or the beginning of a timeline. Each is itself alone: copies share it. */
    static final class Entry {
        /** Its place among all entries that were ever made in its set. */
        private final int serial;

        private final Optional<Integer> row;
        private final Instant at;

        Entry(int serial, Optional<Integer> row, Instant at) {
            this.serial = serial;
            this.row = row;
            this.at = at;
        }

        int serial() {
            return serial;
        }

        Optional<Integer> row() {
            return row;
        }

        Instant at() {
            return at;
        }
    }

    private final MemberId id;
    private List<Entry> log = new ArrayList<>();
    /** The serials of what the log holds, so that nobody has to search it. */
    private BitSet held = new BitSet();

    private int applied;
    private long timeline = 1;
    boolean isUp = true;
    boolean isReachable = true;
    boolean isReplica;
    boolean isHeld;
    boolean isStreamBroken;
    boolean isReplayPaused;
    /** The member that it follows whenever it is a replica. */
    Optional<MemberId> follows = Optional.empty();

    SimulatedMember(MemberId id) {
        this.id = id;
    }

    MemberId id() {
        return id;
    }

    LogPosition position() {
        return new LogPosition(timeline, log.size());
    }

    int applied() {
        return applied;
    }

    String state() {
        return id + (isReplica ? " follows " + follows : " writes") + (isHeld ? ", held" : "") + " on " + timeline
                + " at " + log.size();
    }

    boolean isWriting() {
        return isUp && !isReplica;
    }

    void append(Entry entry) {
        log.add(entry);
        held.set(entry.serial());
        applied = log.size();
    }

    boolean holds(Entry entry) {
        return held.get(entry.serial());
    }

    /** Whether its log holds all entries of these serials. */
    boolean holdsAll(BitSet serials) {
        BitSet missing = (BitSet) serials.clone();
        missing.andNot(held);
        return missing.isEmpty();
    }

    /** When the oldest entry was made that it has not applied of that writer's. */
    Optional<Instant> oldestMissing(SimulatedMember writer) {
        return applied < writer.log.size() ? Optional.of(writer.log.get(applied).at()) : Optional.empty();
    }

    /** The rows that it shows. */
    List<Integer> rows() {
        return log.subList(0, applied).stream()
                .flatMap(entry -> entry.row().stream())
                .sorted()
                .toList();
    }

    /** The rows that its log holds, applied or not. */
    List<Integer> received() {
        return log.stream().flatMap(entry -> entry.row().stream()).toList();
    }

    /** Whether its whole log is the beginning of that one's, so that it can receive the rest. */
    boolean isPrefixOf(SimulatedMember source) {
        int size = log.size();
        return size <= source.log.size()
                && timeline <= source.timeline
                && (size == 0 || log.get(size - 1) == source.log.get(size - 1));
    }

    /** Receives what it lacks of its source's log. */
    void receiveFrom(SimulatedMember source) {
        List<Entry> rest = source.log.subList(log.size(), source.log.size());
        log.addAll(rest);
        rest.forEach(entry -> held.set(entry.serial()));
        timeline = source.timeline;
        replay();
    }

    /** Applies what it has, unless that is paused. */
    void replay() {
        if (!isReplayPaused) {
            applied = log.size();
        }
    }

    void promote(Entry timelineBegins) {
        isReplayPaused = false;
        isReplica = false;
        isHeld = false;
        follows = Optional.empty();
        timeline++;
        append(timelineBegins);
    }

    /** Gives up what only it has, and becomes a replica with what the source has. */
    void rejoin(SimulatedMember source) {
        log = new ArrayList<>(source.log);
        held = (BitSet) source.held.clone();
        timeline = source.timeline;
        isReplayPaused = false;
        applied = log.size();
        isUp = true;
        isReplica = true;
        follows = Optional.of(source.id);
    }
}
