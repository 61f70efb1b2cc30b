package io.vmha.center.journal;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableSet;
import io.vmha.model.DatabaseMember;
import io.vmha.model.MemberId;
import io.vmha.model.MemberStanding;
import io.vmha.model.ObservedCommitRule;
import io.vmha.model.ReplicaSet;
import io.vmha.model.ReplicaSetId;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What must not be forgotten of a replica set, whatever its members say later: whose history is the set's, which members have one
 * of their own, and how the writer acknowledged commits. Immutable.
 *
 * @param id the set
 * @param timeline the newest timeline that was seen, 0 or more
 * @param lastWriter the member that wrote it last, or was about to be promoted
 * @param diverged the members that may have a history of their own
 * @param commitRule the last rule that was read of a writer
 */
public record ReplicaSetState(
        ReplicaSetId id,
        long timeline,
        Optional<MemberId> lastWriter,
        Set<MemberId> diverged,
        Optional<ObservedCommitRule> commitRule) {

    /**
     * Copies the set.
     *
     * @throws IllegalArgumentException if the timeline is negative
     */
    public ReplicaSetState {
        checkArgument(timeline >= 0, "timeline must be 0 or more: %s", timeline);
        diverged = ImmutableSet.copyOf(diverged);
    }

    /** Returns what is to be remembered of a set. */
    public static ReplicaSetState of(ReplicaSet set) {
        return new ReplicaSetState(
                set.id(),
                set.timeline(),
                set.lastWriter(),
                set.members().stream()
                        .filter(member -> member.standing() == MemberStanding.DIVERGED)
                        .map(DatabaseMember::id)
                        .collect(Collectors.toSet()),
                set.commitRule());
    }

    /** Returns the same without the rule for commits, which the next reading tells. */
    public ReplicaSetState withoutCommitRule() {
        return withCommitRule(Optional.empty());
    }

    /** Returns the same with another rule for commits. */
    public ReplicaSetState withCommitRule(Optional<ObservedCommitRule> read) {
        return new ReplicaSetState(id, timeline, lastWriter, diverged, read);
    }

    /** Whether the other says the same, but for the moment at which the rule for commits was read last. */
    public boolean isSameAs(ReplicaSetState other) {
        return id.equals(other.id)
                && timeline == other.timeline
                && lastWriter.equals(other.lastWriter)
                && diverged.equals(other.diverged)
                && commitRule.map(ObservedCommitRule::rule).equals(other.commitRule.map(ObservedCommitRule::rule))
                && commitRule.map(ObservedCommitRule::since).equals(other.commitRule.map(ObservedCommitRule::since));
    }

    /** Returns a set that was not read yet, with what is remembered of it; members that it does not have any more are left out. */
    public ReplicaSet restore(ReplicaSet declared) {
        return declared.withTimeline(timeline)
                .withLastWriter(lastWriter.filter(declared.memberIds()::contains))
                .withCommitRule(commitRule)
                .withMembers(declared.members().stream()
                        .map(member ->
                                diverged.contains(member.id()) ? member.withStanding(MemberStanding.DIVERGED) : member)
                        .toList());
    }
}
