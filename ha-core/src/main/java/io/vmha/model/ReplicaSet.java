package io.vmha.model;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.model.internal.HaStyle;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.immutables.value.Value;

/**
 * Databases of which one writes and the others replicate it, as they were last seen.
 *
 * <p>What was seen later is folded in by {@link #updatedWith}. That is also where a member that has a history of its own is
 * told apart: a replaced writer that comes back by itself is {@link MemberStanding#DIVERGED} until it is seen to replicate
 * the set's timeline again, whatever it says meanwhile. Keep the result, so that a restart does not forget it. Immutable.
 */
@Value.Immutable
@HaStyle
public interface ReplicaSet {

    /** Its name. */
    ReplicaSetId id();

    /** Its members, in the order in which they were declared; one or more. */
    List<DatabaseMember> members();

    /** The newest timeline that was seen; 0 where none was. */
    @Value.Default
    default long timeline() {
        return 0;
    }

    /** The member that was last seen to write the newest timeline, whether it still does or not. */
    Optional<MemberId> lastWriter();

    /** How the writer acknowledges commits, as last read. */
    Optional<ObservedCommitRule> commitRule();

    /** The member that is seen to be the only one that writes the set's timeline. */
    default Optional<DatabaseMember> writer() {
        return Standings.writerOf(members());
    }

    /**
     * The member that requests are to go to, as far as is known: the one that is seen to write; where none is, the one that did
     * last, unless it is seen to replicate or has diverged; where none was ever seen, the first. Empty where nobody may write.
     * Before anything is sent there, {@link #writer} is to be asked of a reading of that moment.
     */
    default Optional<MemberId> presumedWriter() {
        Optional<DatabaseMember> seen = writer();
        if (seen.isPresent()) {
            return seen.map(DatabaseMember::id);
        }
        boolean isUnread = lastWriter().isEmpty()
                && members().stream().allMatch(member -> member.role().role() == DatabaseRole.UNKNOWN);
        return lastWriter()
                .map(this::requireMember)
                .filter(member -> member.mayWrite() && member.standing() != MemberStanding.DIVERGED)
                .or(() -> isUnread ? Optional.of(members().get(0)) : Optional.empty())
                .map(DatabaseMember::id);
    }

    /** Whether more than one member is seen to accept writes, on whatever timeline. */
    default boolean isSplit() {
        return members().stream()
                        .filter(member -> member.role().role() == DatabaseRole.WRITER)
                        .count()
                > 1;
    }

    /** The replicas that may be promoted, the ones with the most log first. How far they are behind is not judged. */
    default List<DatabaseMember> candidates() {
        return members().stream()
                .filter(member -> member.role().role() == DatabaseRole.REPLICA)
                .filter(member -> member.standing() == MemberStanding.CURRENT)
                .sorted(Comparator.comparing(
                                (DatabaseMember member) -> member.position().orElseThrow())
                        .reversed())
                .toList();
    }

    /** The member with that id, if it is one of this set's. */
    default Optional<DatabaseMember> member(MemberId member) {
        for (DatabaseMember one : members()) {
            if (one.id().equals(member)) {
                return Optional.of(one);
            }
        }
        return Optional.empty();
    }

    /**
     * The member with that id.
     *
     * @throws IllegalArgumentException if it is none of this set's
     */
    default DatabaseMember requireMember(MemberId member) {
        return member(member)
                .orElseThrow(() -> new IllegalArgumentException("replica set " + id() + " has no member " + member));
    }

    /** The names of its members, in the order in which they were declared. */
    default List<MemberId> memberIds() {
        return members().stream().map(DatabaseMember::id).toList();
    }

    /**
     * Returns this set as the reading shows it. What the reading does not know stays remembered beside: earlier lags, the
     * rule for commits, the newest timeline, and which members have diverged.
     *
     * @param reading what was seen of all members, begun later than what this set holds
     * @throws IllegalArgumentException if it is another set's, or names other members
     */
    default ReplicaSet updatedWith(ReplicaSet reading) {
        checkArgument(reading.id().equals(id()), "replica set %s was read, not %s", reading.id(), id());
        checkArgument(
                reading.memberIds().equals(memberIds())
                        || new HashSet<>(reading.memberIds()).equals(new HashSet<>(memberIds())),
                "replica set %s has the members %s, and %s were read",
                id(),
                memberIds(),
                reading.memberIds());
        return new Standings(this, reading).result();
    }

    /**
     * Returns what is to be remembered of this set when a member is about to be promoted: its history is the set's from then on,
     * and every other member that is not seen to be a replica may have one of its own, even where both number their timelines
     * alike. Keep the result before the member is told, and go back to this only if it is known that nothing was done.
     *
     * @throws IllegalArgumentException if the member is none of this set's
     */
    default ReplicaSet promoting(MemberId member) {
        return Standings.promoting(this, requireMember(member));
    }

    /**
     * Returns what may be lost of the acknowledged writes if a member is promoted.
     *
     * <p>Nothing can be lost if the member has, beside all that was written before the present rule for commits, all that the
     * rule lets be acknowledged: because every commit waits for it, or because so many of those that a commit may wait for
     * were read after the writer stopped, none ahead of it, that one of them must have everything; nor if it is itself the last that
     * wrote, and was demoted since. Otherwise it is what the
     * member lacked when its lag was last known, and the time until the writer stopped.
     *
     * @param candidate the member
     * @param writerStopped the last moment at which the writer may have acknowledged anything: now, if it may still do so;
     *     what was read at that very moment may have been read before
     * @throws IllegalArgumentException if it is none of this set's
     */
    default PossibleLoss possibleLoss(MemberId candidate, Instant writerStopped) {
        return new LossEstimate(this, requireMember(candidate), writerStopped).result();
    }

    /**
     * Whether a member has every write, by the logs alone: the last that wrote was made a replica since, and the member has all of its log, or
     * is that one. What clocks show of its lag says nothing then, since nobody writes.
     *
     * @throws IllegalArgumentException if it is none of this set's
     */
    default boolean hasEveryWrite(MemberId member) {
        return LossEstimate.whyItHasAll(this, requireMember(member)).isPresent();
    }

    /** Refuses a set without a member, a member twice, and a negative timeline. */
    @Value.Check
    default void check() {
        checkArgument(!members().isEmpty(), "replica set %s must have one member or more", id());
        Set<MemberId> seen = new HashSet<>();
        for (DatabaseMember member : members()) {
            checkArgument(seen.add(member.id()), "replica set %s has the member %s twice", id(), member.id());
        }
        checkArgument(timeline() >= 0, "replica set %s: timeline must be 0 or more: %s", id(), timeline());
        lastWriter()
                .ifPresent(writer -> checkArgument(
                        seen.contains(writer), "replica set %s: its last writer %s is no member", id(), writer));
    }

    /** Returns this set with those members, in place of its own. */
    ReplicaSet withMembers(Iterable<? extends DatabaseMember> members);

    /** Returns this set with that timeline. */
    ReplicaSet withTimeline(long timeline);

    /** Returns this set with that last writer. */
    ReplicaSet withLastWriter(MemberId writer);

    /** Returns this set with that last writer, or none. */
    ReplicaSet withLastWriter(Optional<? extends MemberId> writer);

    /** Returns this set with that commit rule. */
    ReplicaSet withCommitRule(ObservedCommitRule rule);

    /** Returns this set with that commit rule, or none. */
    ReplicaSet withCommitRule(Optional<? extends ObservedCommitRule> rule);

    /** Returns a builder that has all of this one's values; for changes of more than one at once. */
    default Builder toBuilder() {
        return new Builder().from(this);
    }

    /** Returns a builder; it is not thread-safe, and its {@code build} refuses what {@link #check} names. */
    static Builder builder() {
        return new Builder();
    }

    /**
     * Returns a set of which nothing has been seen yet.
     *
     * @throws IllegalArgumentException if there is no member, or one twice
     */
    static ReplicaSet declared(ReplicaSetId id, Collection<MemberId> members) {
        return builder()
                .id(id)
                .members(members.stream()
                        .map(member -> DatabaseMember.unknown(member, "nobody", Instant.EPOCH, "never read"))
                        .toList())
                .build();
    }

    /**
     * Returns a set with one member for each cluster role, of which nothing has been seen yet: the database VMs of a cluster
     * share one database, and the primary's is replicated to the standby's (rule 8 of the reference design).
     *
     * @see #memberFor
     */
    static ReplicaSet ofClusterRoles(ReplicaSetId id) {
        return declared(
                id,
                Arrays.stream(ClusterRole.values()).map(ReplicaSet::memberFor).toList());
    }

    /** The member whose database the VMs of a cluster share unless told otherwise: "primary" or "standby". */
    static MemberId memberFor(ClusterRole role) {
        return MemberId.of(role == ClusterRole.PRIMARY ? "primary" : "standby");
    }

    /**
     * Builds a replica set: a method for each value, by its name. Every value that has no default and may not be absent must be set. Not
     * thread-safe.
     */
    final class Builder extends ImmutableReplicaSet.Builder {
        Builder() {}
    }
}
