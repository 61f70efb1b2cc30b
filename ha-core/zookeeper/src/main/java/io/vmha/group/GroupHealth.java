package io.vmha.group;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a group is, as one of its instances sees it. Immutable.
 *
 * @param site what it leads
 * @param role what this instance is at
 * @param epoch the latest epoch that is known of, 0 if there was none
 * @param leader the instance that leads, as far as is known; empty where nobody does or that is not known
 * @param isConnected whether this instance is connected to the store
 * @param problem what stands in this instance's way, for a person; empty if nothing does
 * @param members the instances that were heard of, this one included, by name
 */
public record GroupHealth(
        String site,
        Role role,
        long epoch,
        Optional<Instance> leader,
        boolean isConnected,
        Optional<String> problem,
        List<Member> members) {

    /** What an instance is at. */
    public enum Role {
        /** Another instance leads, or none does yet. */
        FOLLOWER,
        /** It was elected, and its center is being built. */
        TAKING_OVER,
        /** Its center leads. */
        LEADER,
        /** Its center is being closed. */
        LEAVING,
        /** It is closed. */
        CLOSED
    }

    /**
     * An instance.
     *
     * @param instance which
     * @param role what it was at when it was last heard of
     * @param silentFor for how long it was not heard of
     * @param isAlive whether that is not longer than a lease
     */
    public record Member(Instance instance, Role role, Duration silentFor, boolean isAlive) {}

    /** Copies the list. */
    public GroupHealth {
        members = ImmutableList.copyOf(members);
    }

    /** Whether somebody leads, nothing stands in this instance's way, and another instance could take over. */
    public boolean isHealthy() {
        return leader.isPresent()
                && isConnected
                && problem.isEmpty()
                && members.stream().filter(Member::isAlive).count() > 1;
    }
}
