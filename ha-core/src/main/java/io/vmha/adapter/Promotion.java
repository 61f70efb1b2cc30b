package io.vmha.adapter;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableSet;
import io.vmha.model.MemberId;
import java.util.Set;

/**
 * Which member is to become the writer, and what its caller vouches for. Immutable.
 *
 * @param member the member
 * @param confirmedOff the other members that are confirmed to accept no writes and to stay so, such as by fencing; every
 *     other one must be seen to replicate
 * @param timeline the newest timeline of the set that the caller knows of, 0 or more: a member on an older one is not promoted
 */
public record Promotion(MemberId member, Set<MemberId> confirmedOff, long timeline) {

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
}
