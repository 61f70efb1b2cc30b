package io.vmha.center.journal;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableSet;
import io.vmha.model.DatabaseMember;
import io.vmha.model.ImmutableDatabaseMember;
import io.vmha.model.ImmutableReplicaSet;
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
 * @param otherwise while it is not known what became of a promotion: what is to be remembered if that had no effect; of the same set,
 *     and itself without one
 */
public record ReplicaSetState(
        ReplicaSetId id,
        long timeline,
        Optional<MemberId> lastWriter,
        Set<MemberId> diverged,
        Optional<ObservedCommitRule> commitRule,
        Optional<ReplicaSetState> otherwise) {

    /**
     * Copies the set.
     *
     * @throws IllegalArgumentException if the timeline is negative, or {@code otherwise} is another set's or has one itself, or it is not
     *     told who was to be promoted
     */
    public ReplicaSetState {
        checkArgument(timeline >= 0, "timeline must be 0 or more: %s", timeline);
        diverged = ImmutableSet.copyOf(diverged);
        otherwise.ifPresent(state -> {
            checkArgument(state.id().equals(id), "replica set %s: otherwise is of %s", id, state.id());
            checkArgument(lastWriter.isPresent(), "replica set %s: otherwise, without a last writer", id);
            checkArgument(state.otherwise().isEmpty(), "replica set %s: otherwise has an otherwise itself", id);
        });
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
                set.commitRule(),
                Optional.empty());
    }

    /** Returns the same without the rule for commits, which the next reading tells. */
    public ReplicaSetState withoutCommitRule() {
        return withCommitRule(Optional.empty()).withOtherwise(otherwise.map(ReplicaSetState::withoutCommitRule));
    }

    /** Returns the same with another rule for commits. */
    public ReplicaSetState withCommitRule(Optional<ObservedCommitRule> read) {
        return new ReplicaSetState(id, timeline, lastWriter, diverged, read, otherwise);
    }

    /** Returns the same with what is to be remembered if the promotion that is under way has no effect. */
    public ReplicaSetState withOtherwise(Optional<ReplicaSetState> unpromoted) {
        return new ReplicaSetState(id, timeline, lastWriter, diverged, commitRule, unpromoted);
    }

    /** Whether the other says the same, but for the moment at which the rule for commits was read last. */
    public boolean isSameAs(ReplicaSetState other) {
        return id.equals(other.id)
                && timeline == other.timeline
                && lastWriter.equals(other.lastWriter)
                && diverged.equals(other.diverged)
                && commitRule.map(ObservedCommitRule::rule).equals(other.commitRule.map(ObservedCommitRule::rule))
                && commitRule.map(ObservedCommitRule::since).equals(other.commitRule.map(ObservedCommitRule::since))
                && (otherwise.isPresent()
                        ? other.otherwise.filter(otherwise.get()::isSameAs).isPresent()
                        : other.otherwise.isEmpty());
    }

    /** Returns a set that was not read yet, with what is remembered of it; members that it does not have any more are left out. */
    public ReplicaSet restore(ReplicaSet declared) {
        return ImmutableReplicaSet.copyOf(declared)
                .withTimeline(timeline)
                .withLastWriter(lastWriter.filter(declared.memberIds()::contains))
                .withCommitRule(commitRule)
                .withMembers(declared.members().stream()
                        .map(member -> diverged.contains(member.id())
                                ? ImmutableDatabaseMember.copyOf(member).withStanding(MemberStanding.DIVERGED)
                                : member)
                        .toList());
    }
}
