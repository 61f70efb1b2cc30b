package io.vmha.sim;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.adapter.DatabaseCluster;
import io.vmha.model.CommitRule;
import io.vmha.model.MemberId;
import io.vmha.model.ReplicaSetId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Databases in memory that replicate one another, each with a log of its own. It stands for the real world: a member that is
 * started as it was writes as it did, whatever a management center believes.
 *
 * <p>Replicas receive what is written by {@link #replicate}, and at once unless told otherwise. A write is acknowledged when
 * the {@link #commitRule rule} says so, which may be later, or never. The first member writes at first and the others follow
 * it.
 *
 * <p>Thread-safe: all state is guarded by this object's monitor.
 */
public final class SimulatedReplicaSet {
    private record Waiting(MemberId writer, SimulatedMember.Entry entry) {}

    private final ReplicaSetId id;
    private final InstantSource clock;
    private final Map<MemberId, SimulatedMember> members = new LinkedHashMap<>();
    private final List<SimulatedMember> all;
    private final List<Waiting> waiting = new ArrayList<>();
    private final List<Integer> acknowledged = new ArrayList<>();
    /** The serials of the entries whose rows were acknowledged. */
    private final BitSet acknowledgedSerials = new BitSet();

    private int entries;
    private CommitRule rule = CommitRule.ASYNCHRONOUS;
    private final Map<MemberId, ToldLag> toldLags = new HashMap<>();
    private boolean isImmediate = true;
    /** What brings it up to date before it is looked at. */
    private Runnable refresh = () -> {};

    /**
     * Makes a set that is as it should be.
     *
     * @param clock tells when a row is written
     * @throws IllegalArgumentException if there is no member, or one twice
     */
    public SimulatedReplicaSet(ReplicaSetId id, List<MemberId> members, InstantSource clock) {
        checkArgument(!members.isEmpty(), "replica set %s must have one member or more", id);
        this.id = id;
        this.clock = clock;
        for (MemberId member : members) {
            SimulatedMember made = new SimulatedMember(member);
            made.isReplica = !this.members.isEmpty();
            made.follows = made.isReplica ? Optional.of(members.get(0)) : Optional.empty();
            checkArgument(this.members.put(member, made) == null, "replica set %s has the member %s twice", id, member);
        }
        this.all = List.copyOf(this.members.values());
    }

    /** A cluster over these databases, which has seen nothing yet. */
    public DatabaseCluster cluster() {
        return new SimulatedDatabaseCluster(this);
    }

    /** Has replicas receive what is written at once, or by {@link #replicate} alone. */
    public synchronized void replicateImmediately(boolean immediately) {
        isImmediate = immediately;
    }

    /** Sets the rule by which every member acknowledges commits when it writes. Candidates have their order's priority. */
    public synchronized void commitRule(CommitRule chosen) {
        rule = chosen;
    }

    /** Has a replica follow another member from now on: below another replica, for instance. */
    public synchronized void follow(MemberId replica, MemberId source) {
        require(source);
        require(replica).follows = Optional.of(source);
        flow();
    }

    /**
     * Writes a row to a member.
     *
     * @return whether it was acknowledged; if not, it may be later, or be there all the same, as with a real one
     */
    public synchronized boolean write(MemberId member, int row) {
        SimulatedMember writer = require(member);
        if (!writer.isWriting() || writer.isHeld) {
            return false;
        }
        SimulatedMember.Entry entry = entry(Optional.of(row));
        writer.append(entry);
        waiting.add(new Waiting(member, entry));
        flow();
        acknowledge();
        return acknowledgedSerials.get(entry.serial());
    }

    private SimulatedMember.Entry entry(Optional<Integer> row) {
        return new SimulatedMember.Entry(entries++, row, clock.instant());
    }

    /** Has every replica receive what its source has, if it can, and acknowledges what waited for that. */
    public synchronized void replicate() {
        stream();
        acknowledge();
    }

    private void stream() {
        // Once for each link that a cascade may have.
        for (int i = 0; i < members.size(); i++) {
            members.values().forEach(member -> source(member).ifPresent(member::receiveFrom));
        }
    }

    private void flow() {
        if (isImmediate) {
            stream();
        }
    }

    /** The member that a replica receives from, as things are. */
    Optional<SimulatedMember> source(SimulatedMember member) {
        return member.follows
                .map(this::require)
                .filter(source -> member.isUp && member.isReplica && !member.isStreamBroken)
                .filter(source -> source.isUp && member.isPrefixOf(source));
    }

    private void acknowledge() {
        waiting.removeIf(commit -> {
            SimulatedMember writer = require(commit.writer());
            boolean isDone = writer.isWriting() && writer.holds(commit.entry()) && isEnough(writer, commit.entry());
            if (isDone) {
                acknowledged.addAll(commit.entry().row().stream().toList());
                acknowledgedSerials.set(commit.entry().serial());
            }
            // Whoever waited for a writer that is gone hears no more of it.
            return isDone || !writer.isWriting() || !writer.holds(commit.entry());
        });
    }

    private boolean isEnough(SimulatedMember writer, SimulatedMember.Entry entry) {
        if (!rule.isDurableElsewhere()) {
            return true;
        }
        List<SimulatedMember> connected = new ArrayList<>();
        for (MemberId candidate : rule.candidates()) {
            SimulatedMember member = members.get(candidate);
            if (member != null && source(member).filter(writer::equals).isPresent()) {
                connected.add(member);
            }
        }
        if (connected.size() < rule.required()) {
            return false;
        }
        List<SimulatedMember> counted =
                rule.kind() == CommitRule.Kind.PRIORITY ? connected.subList(0, rule.required()) : connected;
        return counted.stream().filter(member -> member.holds(entry)).count() >= rule.required();
    }

    /**
     * Has readings show a replica as far behind as told, whatever it has: until its source holds writes, since it then catches up with
     * it; that its lag cannot be read stays as told.
     *
     * @param lag how far, 0 or more; empty where that cannot be read
     * @throws IllegalArgumentException if the lag is negative
     */
    public synchronized void showLag(MemberId replica, Optional<Duration> lag) {
        checkArgument(lag.isEmpty() || !lag.get().isNegative(), "lag must be 0 or more: %s", lag);
        require(replica);
        if (lag.equals(Optional.of(Duration.ZERO))) {
            toldLags.remove(replica);
        } else {
            toldLags.put(replica, new ToldLag(lag));
        }
    }

    /** What readings show of a replica's lag, where they do not show it as it is; empty time: that it cannot be read. */
    record ToldLag(Optional<Duration> time) {}

    /** How far readings show a replica behind, where that is not as it is. */
    Optional<ToldLag> toldLag(MemberId member) {
        boolean catchesUp =
                source(require(member)).filter(source -> source.isHeld).isPresent();
        return Optional.ofNullable(toldLags.get(member))
                .filter(told -> told.time().isEmpty() || !catchesUp);
    }

    /** Stops a member at once; its log stays. */
    public synchronized void kill(MemberId member) {
        require(member).isUp = false;
        acknowledge();
    }

    /** Starts a member as it was: a writer writes. */
    public synchronized void start(MemberId member) {
        require(member).isUp = true;
        require(member).replay();
        flow();
    }

    /** Cuts a replica off from its source, both running on, or ends that. */
    public synchronized void breakStream(MemberId replica, boolean broken) {
        require(replica).isStreamBroken = broken;
        flow();
    }

    /** Has a replica not apply what it receives, or ends that. */
    public synchronized void pauseReplay(MemberId replica, boolean paused) {
        require(replica).isReplayPaused = paused;
        require(replica).replay();
    }

    /** Has a member run on and not answer the clusters, or ends that. */
    public synchronized void hide(MemberId member, boolean hidden) {
        require(member).isReachable = !hidden;
    }

    /** The rows that a member shows, in ascending order. */
    public synchronized List<Integer> rows(MemberId member) {
        return require(member).rows();
    }

    /** The members that accept writes: one, unless something went wrong. */
    public synchronized List<MemberId> writers() {
        return members.values().stream()
                .filter(SimulatedMember::isWriting)
                .map(SimulatedMember::id)
                .toList();
    }

    /** The rows that were acknowledged, in that order. */
    public synchronized List<Integer> acknowledged() {
        return List.copyOf(acknowledged);
    }

    /** The rows that were acknowledged and that a member does not have in its log. */
    public synchronized List<Integer> missing(MemberId member) {
        if (require(member).holdsAll(acknowledgedSerials)) {
            return List.of();
        }
        Set<Integer> received = new HashSet<>(require(member).received());
        return acknowledged.stream().filter(row -> !received.contains(row)).toList();
    }

    /** Whether a member has begun the latest timeline that any has; else it has to rejoin before it may be promoted. */
    synchronized boolean isOnLatestTimeline(MemberId member) {
        long latest =
                all.stream().mapToLong(one -> one.position().timeline()).max().orElse(0);
        return require(member).position().timeline() == latest;
    }

    /** The members that would accept writes if they were up. */
    synchronized List<MemberId> wouldWrite() {
        return members.values().stream()
                .filter(member -> !member.isReplica)
                .map(SimulatedMember::id)
                .toList();
    }

    /** What a change of any member changes, for comparison. */
    synchronized String state() {
        return members.values().stream().map(SimulatedMember::state).toList().toString();
    }

    /** Sets what brings it up to date before clusters look at it. */
    synchronized void refreshBy(Runnable chosen) {
        refresh = chosen;
    }

    Runnable refresh() {
        return refresh;
    }

    /** Has a member run or not, and answer or not; one that is started is as it was. */
    synchronized void runs(MemberId id, boolean isUp, boolean isReachable) {
        SimulatedMember member = require(id);
        boolean isStarted = isUp && !member.isUp;
        boolean isStopped = !isUp && member.isUp;
        member.isReachable = isReachable;
        if (isStarted) {
            start(id);
        } else if (isStopped) {
            kill(id);
        }
    }

    boolean has(MemberId member) {
        return members.containsKey(member);
    }

    SimulatedMember require(MemberId member) {
        SimulatedMember found = members.get(member);
        checkArgument(found != null, "replica set %s has no member %s", id, member);
        return found;
    }

    ReplicaSetId id() {
        return id;
    }

    List<SimulatedMember> all() {
        return all;
    }

    CommitRule rule() {
        return rule;
    }

    InstantSource clock() {
        return clock;
    }

    /** Has a replica write, on a timeline of its own, as one step. */
    synchronized void promote(MemberId member) {
        change(set -> set.require(member).promote(entry(Optional.empty())));
    }

    /** Does something to it as one step. */
    synchronized void change(Consumer<SimulatedReplicaSet> change) {
        change.accept(this);
        flow();
        acknowledge();
    }
}
