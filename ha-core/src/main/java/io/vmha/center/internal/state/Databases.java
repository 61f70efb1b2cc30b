package io.vmha.center.internal.state;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.ReplicaSetState;
import io.vmha.model.DatabaseMember;
import io.vmha.model.DatabaseRole;
import io.vmha.model.MemberId;
import io.vmha.model.MemberStanding;
import io.vmha.model.PossibleLoss;
import io.vmha.model.ReplicaLag;
import io.vmha.model.ReplicaSet;
import io.vmha.model.ReplicaSetId;
import io.vmha.model.ReplicaSets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The replica sets as they were last seen, and what a promotion that is under way may have made of them. What must not be forgotten
 * goes to the journal with the next entry: a promotion before the member is told of it.
 *
 * <p>A set that nobody reads is as it was declared: its first member writes. Confined to the center's loop.
 */
public final class Databases {
    /** A promotion that was begun and may still have its effect; and the set as it is if that had none. */
    private static final class Promoting {
        private final MemberId member;
        private ReplicaSet otherwise;
        /** Nobody finds out what became of it, but readings to come. */
        private boolean isGivenUp;

        private Promoting(MemberId member, ReplicaSet otherwise) {
            this.member = member;
            this.otherwise = otherwise;
        }
    }

    private final Unwritten unwritten;
    private final Consumer<ReplicaSets> projected;
    private final Map<ReplicaSetId, ReplicaSetState> written = new HashMap<>();
    private final Map<ReplicaSetId, Promoting> promoting = new HashMap<>();
    /** Since when nobody else may have written, where that is known. */
    private final Map<ReplicaSetId, Instant> stopped = new HashMap<>();
    /** The reading token when the last action on a set ended: readings that began before do not count. */
    private final Map<ReplicaSetId, Long> actedAt = new HashMap<>();

    private final Set<ReplicaSetId> seen = new HashSet<>();
    private final Set<ReplicaSetId> read;
    private ReplicaSets sets;

    Databases(
            Collection<ReplicaSet> declared,
            Set<ReplicaSetId> read,
            Collection<ReplicaSetState> journal,
            Unwritten unwritten,
            Consumer<ReplicaSets> projected) {
        this.unwritten = unwritten;
        this.projected = projected;
        this.read = Set.copyOf(read);
        Map<ReplicaSetId, ReplicaSetState> held = new HashMap<>();
        journal.forEach(state -> held.put(state.id(), state));
        List<ReplicaSet> restored = new ArrayList<>();
        for (ReplicaSet set : declared) {
            ReplicaSetState state = held.get(set.id());
            restored.add(state == null ? set : state.restore(set));
            if (state != null) {
                written.put(set.id(), state);
                leftBy(state, set).ifPresent(left -> promoting.put(set.id(), left));
            }
        }
        this.sets = ReplicaSets.of(restored);
        if (!sets.isEmpty()) {
            projected.accept(sets);
        }
    }

    /** A promotion that an earlier center began: given up, unless its step is taken up. */
    private static Optional<Promoting> leftBy(ReplicaSetState state, ReplicaSet declared) {
        Optional<MemberId> member = state.lastWriter().filter(declared.memberIds()::contains);
        if (member.isEmpty() || state.otherwise().isEmpty()) {
            return Optional.empty();
        }
        Promoting left = new Promoting(member.get(), state.otherwise().get().restore(declared));
        left.isGivenUp = true;
        return Optional.of(left);
    }

    /** All sets, as last seen. */
    public ReplicaSets sets() {
        return sets;
    }

    /** The set of a member. */
    public Optional<ReplicaSet> setOf(MemberId member) {
        return sets.setOf(member);
    }

    /**
     * The set of a member, as it is where a promotion of that member that was begun came to nothing: by this its loss is judged. What
     * was begun is noted as if it were done, and a member that wrote last lacks nothing.
     */
    public Optional<ReplicaSet> setBeforePromotionOf(MemberId member) {
        return setOf(member).map(set -> {
            Promoting begun = promoting.get(set.id());
            return begun == null || !begun.member.equals(member) ? set : begun.otherwise;
        });
    }

    /** Whether a member has every write, by the logs alone; what was begun to be promoted has not written yet. */
    public boolean hasEveryWrite(MemberId member) {
        return setBeforePromotionOf(member)
                .filter(set -> set.hasEveryWrite(member))
                .isPresent();
    }

    /** Whether somebody reads a set, so that its members' roles are seen and not taken as declared. */
    public boolean isRead(ReplicaSetId set) {
        return read.contains(set);
    }

    /** Whether nobody reads any set, so that there is but what was declared. */
    public boolean isAllDeclared() {
        return read.isEmpty();
    }

    /** Whether a set was read since this center began. */
    public boolean wasRead(ReplicaSetId set) {
        return seen.contains(set);
    }

    /** Whether a member is seen to be the one that writes; of a set that nobody reads, whether it is declared to be. */
    public boolean isWriter(MemberId member) {
        return setOf(member)
                .filter(set -> isRead(set.id())
                        ? set.writer().map(DatabaseMember::id).equals(Optional.of(member))
                        : sets.isPresumedWriter(member))
                .isPresent();
    }

    /** Whether a member may accept writes: it does, is not seen to replicate instead, or may have been promoted. */
    public boolean mayWrite(MemberId member) {
        Optional<ReplicaSet> set = setOf(member);
        if (set.isEmpty()) {
            return false;
        }
        if (!isRead(set.get().id())) {
            return sets.isPresumedWriter(member);
        }
        Promoting begun = promoting.get(set.get().id());
        return set.get().requireMember(member).mayWrite() || (begun != null && begun.member.equals(member));
    }

    /** The member that requests are to go to, as far as is known, and the one that is seen to write: one where all is well. */
    public Set<MemberId> writers(ReplicaSetId set) {
        Set<MemberId> writers = new HashSet<>();
        sets.set(set).flatMap(ReplicaSet::presumedWriter).ifPresent(writers::add);
        sets.set(set).flatMap(ReplicaSet::writer).map(DatabaseMember::id).ifPresent(writers::add);
        return writers;
    }

    /**
     * Whether requests that go to a member miss the writer: another is seen to be that, or this one is seen to replicate.
     */
    public boolean isBesideWriter(MemberId member) {
        Optional<ReplicaSet> set = setOf(member);
        if (set.isEmpty() || !wasRead(set.get().id()) || sets.isPresumedWriter(member)) {
            return false;
        }
        DatabaseRole role = set.get().requireMember(member).role().role();
        return set.get().writer().isPresent() || role == DatabaseRole.REPLICA;
    }

    /** Whether a member has to be made a replica again before it counts: its data is not a copy of its set's. */
    public boolean needsRejoin(MemberId member) {
        Optional<ReplicaSet> set = setOf(member);
        Optional<DatabaseMember> writer = set.flatMap(ReplicaSet::writer);
        if (writer.isEmpty()
                || writer.get().id().equals(member)
                || promoting.containsKey(set.get().id())) {
            return false;
        }
        DatabaseMember found = set.get().requireMember(member);
        return found.standing() == MemberStanding.DIVERGED
                || (found.standing() == MemberStanding.UNKNOWN && found.role().role() == DatabaseRole.REPLICA);
    }

    /** Since when no other member of the set may have written; empty where one may still. */
    public Optional<Instant> stoppedAt(ReplicaSetId set) {
        return Optional.ofNullable(stopped.get(set));
    }

    /** All members but the one that is to be promoted are confirmed to write no more, at this moment at the latest. */
    public void stopped(ReplicaSetId set, Instant now) {
        stopped.putIfAbsent(set, now);
    }

    /**
     * Takes a reading of a set.
     *
     * @param begun the token that was issued before it began
     * @return whether it counts: it began after the last action on the set ended
     */
    boolean observed(ReplicaSet reading, long begun) {
        ReplicaSetId id = reading.id();
        if (begun <= actedAt.getOrDefault(id, 0L) || sets.set(id).isEmpty()) {
            return false;
        }
        actedAt.put(id, begun);
        seen.add(id);
        Promoting pending = promoting.get(id);
        if (pending == null) {
            become(sets.updatedWith(reading), id);
        } else {
            pending.otherwise = pending.otherwise.updatedWith(reading);
            become(sets.updatedWith(reading), id);
            resolve(pending);
        }
        if (set(id).writer().isPresent() && !promoting.containsKey(id)) {
            stopped.remove(id);
        }
        return true;
    }

    /** What became of a promotion of which nothing was known is told by a reading. */
    private void resolve(Promoting pending) {
        DatabaseRole role =
                pending.otherwise.requireMember(pending.member).role().role();
        if (pending.isGivenUp && role == DatabaseRole.REPLICA) {
            notPromoted(pending.member);
        } else if (pending.isGivenUp && role == DatabaseRole.WRITER) {
            promoted(pending.member);
        }
    }

    private ReplicaSet set(ReplicaSetId id) {
        return sets.set(id).orElseThrow();
    }

    private void become(ReplicaSets next, ReplicaSetId changed) {
        sets = next;
        Promoting pending = promoting.get(changed);
        ReplicaSetState state = ReplicaSetState.of(set(changed))
                .withOtherwise(Optional.ofNullable(pending).map(one -> ReplicaSetState.of(one.otherwise)));
        ReplicaSetState before = written.get(changed);
        if (before == null || !before.isSameAs(state)) {
            written.put(changed, state);
            unwritten.add(new JournalEntry.ReplicaSetNoted(state));
        }
        projected.accept(sets);
    }

    /** What must not be forgotten of each set, by id. */
    public List<ReplicaSetState> remembered() {
        return written.values().stream()
                .sorted(Comparator.comparing(ReplicaSetState::id))
                .toList();
    }

    /**
     * Checks what another center remembered of a set.
     *
     * @throws IllegalArgumentException if there is no such set, or it has no such member
     */
    public void check(ReplicaSetState given) {
        Optional<ReplicaSet> set = sets.set(given.id());
        checkArgument(
                set.isPresent(),
                "unknown replica set %s: the declared ones are %s",
                given.id(),
                sets.all().stream().map(ReplicaSet::id).toList());
        Stream.concat(given.lastWriter().stream(), given.diverged().stream())
                .forEach(member -> checkArgument(
                        set.orElseThrow().memberIds().contains(member),
                        "replica set %s has no member %s",
                        given.id(),
                        member));
        given.otherwise().ifPresent(this::check);
    }

    /** Takes what another center remembered of a set, once it was checked. */
    public void take(ReplicaSetState given) {
        ReplicaSet set = set(given.id());
        leftBy(given, set).ifPresent(left -> promoting.put(given.id(), left));
        become(sets.with(given.withCommitRule(set.commitRule()).restore(set)), given.id());
    }

    /** A member is about to be told to write. */
    public void promotes(MemberId member) {
        Optional<ReplicaSet> set = setOf(member);
        if (set.isEmpty() || !isRead(set.get().id())) {
            return;
        }
        ReplicaSetId id = set.get().id();
        Promoting begun = promoting.get(id);
        if (begun == null || !begun.member.equals(member)) {
            promoting.put(id, new Promoting(member, set.get()));
        }
        become(sets.with(set.get().promoting(member)), id);
    }

    /** What was to be promoted was; a reading shows or will show that. */
    public void promoted(MemberId member) {
        setOf(member).filter(set -> promoting.remove(set.id()) != null).ifPresent(set -> become(sets, set.id()));
    }

    /** What an earlier center began to promote is being promoted again, or read back. */
    public void promotionTakenUp(MemberId member) {
        Promoting left = setOf(member).map(set -> promoting.get(set.id())).orElse(null);
        if (left != null && left.member.equals(member)) {
            left.isGivenUp = false;
        }
    }

    /** What became of a promotion is not known: readings to come tell. */
    public void promotionUnknown(MemberId member) {
        Promoting begun = setOf(member).map(set -> promoting.get(set.id())).orElse(null);
        if (begun != null && begun.member.equals(member)) {
            begun.isGivenUp = true;
        }
    }

    /** What was to be promoted surely was not. */
    public void notPromoted(MemberId member) {
        setOf(member).ifPresent(set -> {
            Promoting begun = promoting.get(set.id());
            if (begun != null && begun.member.equals(member)) {
                promoting.remove(set.id());
                become(sets.with(begun.otherwise), set.id());
            }
        });
    }

    /** How far each member of a set is behind: nothing for one that writes, empty where that cannot be read. */
    Map<MemberId, Lag> lags(ReplicaSetId id, Instant now) {
        ReplicaSet set = set(id);
        ImmutableMap.Builder<MemberId, Lag> lags = ImmutableMap.builder();
        for (DatabaseMember member : set.members()) {
            lag(set, member, now).ifPresent(lag -> lags.put(member.id(), lag));
        }
        return lags.buildOrThrow();
    }

    /**
     * What is known of a member's lag.
     *
     * @param isMeant whether it replicates at all
     * @param time how far it is behind; empty where that cannot be read
     * @param isMeasured whether its database said so now; else nothing could be measured, or it follows from what was measured before
     */
    record Lag(boolean isMeant, Optional<Duration> time, boolean isMeasured) {}

    private Optional<Lag> lag(ReplicaSet set, DatabaseMember member, Instant now) {
        if (member.standing() == MemberStanding.DIVERGED) {
            return Optional.of(new Lag(true, Optional.empty(), false));
        }
        return switch (member.role().role()) {
            case WRITER -> Optional.of(new Lag(false, Optional.empty(), true));
            case UNKNOWN ->
                // Of one that does not answer and was the writer, no lag is meant.
                sets.isPresumedWriter(member.id())
                        ? Optional.empty()
                        : Optional.of(new Lag(true, Optional.empty(), false));
            case REPLICA -> Optional.of(lagOfReplica(set, member, now));
        };
    }

    private Lag lagOfReplica(ReplicaSet set, DatabaseMember member, Instant now) {
        if (hasEveryWrite(member.id())) {
            return new Lag(true, Optional.of(Duration.ZERO), true);
        }
        Optional<ReplicaLag.Known> known =
                member.lag().filter(lag -> lag instanceof ReplicaLag.Known).map(lag -> (ReplicaLag.Known) lag);
        if (known.isPresent()) {
            return new Lag(true, known.map(ReplicaLag.Known::time), true);
        }
        if (set.writer().isPresent()) {
            // It goes on writing.
            return new Lag(true, Optional.empty(), false);
        }
        PossibleLoss loss = set.possibleLoss(member.id(), stoppedAt(set.id()).orElse(now));
        boolean isKnown = loss.kind() != PossibleLoss.Kind.UNKNOWN;
        return new Lag(true, isKnown ? Optional.of(loss.atMost()) : Optional.empty(), false);
    }
}
