package io.vmha.adapter;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableSet;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.model.DatabaseMember;
import io.vmha.model.DatabaseRole;
import io.vmha.model.LogPosition;
import io.vmha.model.MemberId;
import io.vmha.model.MemberStanding;
import io.vmha.model.ReplicaSet;
import java.util.Optional;
import java.util.Set;

/**
 * Which member is to become the writer, and what its caller vouches for. Immutable.
 *
 * @param member the member
 * @param confirmedOff the other members that are confirmed to accept no writes and to stay so, such as by fencing; every
 *     other one must be seen to replicate
 * @param timeline the newest timeline of the set that the caller knows of, 0 or more: a member on an older one is not promoted
 * @param acceptsOlderHistory whether an operator has accepted that the member has diverged or is on an older timeline, and that
 *     what only others have is lost; that no other member may write holds all the same
 */
public record Promotion(MemberId member, Set<MemberId> confirmedOff, long timeline, boolean acceptsOlderHistory) {

    /** A promotion of a member on the set's newest timeline and of no other. */
    public Promotion(MemberId member, Set<MemberId> confirmedOff, long timeline) {
        this(member, confirmedOff, timeline, false);
    }

    /**
     * Copies the set.
     *
     * @throws IllegalArgumentException if the member itself is confirmed off, or the timeline is negative
     */
    public Promotion {
        confirmedOff = ImmutableSet.copyOf(confirmedOff);
        checkArgument(!confirmedOff.contains(member), "member %s cannot be promoted while it is off", member);
        checkArgument(timeline >= 0, "timeline must be 0 or more: %s", timeline);
    }

    /**
     * Refuses this promotion if it could make two writers, or bring an old history back. For implementations, right before
     * they promote.
     *
     * @param seen all members, as they are now
     * @throws AdapterException as {@link DatabaseCluster#promote} says
     * @throws IllegalArgumentException if the member is none of the set's
     */
    public void requireSafe(ReplicaSet seen) {
        whyToRejoin(seen).ifPresent(why -> {
            throw new AdapterException.Permanent(Cause.REFUSED, why);
        });
        seen.members().stream().filter(other -> !other.id().equals(member)).forEach(this::requireNoWriter);
    }

    /**
     * Why the member has to rejoin its set before it can be promoted; empty where it may be, or where an older history is accepted.
     *
     * @param seen all members, as they are now
     * @throws IllegalArgumentException if the member is none of the set's
     */
    public Optional<String> whyToRejoin(ReplicaSet seen) {
        DatabaseMember target = seen.requireMember(member);
        long at = target.position().map(LogPosition::timeline).orElse(0L);
        long newest = Math.max(seen.timeline(), timeline);
        boolean isDiverged = target.standing() == MemberStanding.DIVERGED;
        if (acceptsOlderHistory || (!isDiverged && at >= newest)) {
            return Optional.empty();
        }
        return Optional.of("database " + member + " is on timeline " + at + " and its set on " + newest
                + (isDiverged ? ", and it has diverged" : "") + ": it has to rejoin before it can be promoted");
    }

    private void requireNoWriter(DatabaseMember other) {
        if (other.role().role() == DatabaseRole.WRITER) {
            throw new AdapterException.Permanent(
                    Cause.IN_USE, "database " + other.id() + " still accepts writes: " + member + " is not promoted");
        }
        if (other.mayWrite() && !confirmedOff.contains(other.id())) {
            throw new AdapterException.Transient(
                    Cause.IN_USE,
                    "database " + other.id() + " may accept writes, and is not confirmed off: " + member
                            + " is not promoted (" + other.problem().orElse("not read") + ")");
        }
    }
}
