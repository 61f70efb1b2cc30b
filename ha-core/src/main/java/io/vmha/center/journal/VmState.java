package io.vmha.center.journal;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.vmha.model.DesiredState;
import io.vmha.model.HostId;
import io.vmha.model.VirtualMachine;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a center knows of a VM that is not as it is by default, as the journal keeps it: observed and desired together, since one
 * write must not tear them apart. Immutable.
 *
 * @param vm the VM as observed: where it is registered, its power, its allocation; {@code servedBy} is where its requests really
 *     go, and its health is always HEALTHY, since that follows from the faults
 * @param mayRunOn the hosts on which it may be running; it is confirmed off only where there are none
 * @param desired what operators and the orchestrator want of it
 * @param faults its open faults, the oldest first
 * @param flags what else holds for it
 * @param closedAt when its last fault was closed; a report observed before, of a kind that a reading of the platform closes, is stale
 * @param wellSince since when it is known to be well, its guest included: by somebody's word, or since it was started anew; any report
 *     observed before is stale
 */
public record VmState(
        VirtualMachine vm,
        Set<HostId> mayRunOn,
        DesiredState desired,
        List<OpenFault> faults,
        Set<Flag> flags,
        Optional<Instant> closedAt,
        Optional<Instant> wellSince) {

    /** What may hold for a VM besides. */
    public enum Flag {
        /** It has yet to be read where it runs, or that it runs on no host that answers: a host on which it may have been was lost, say. */
        UNSEARCHED,
        /** An operator accepted that its database is behind its source. */
        LAG_ACCEPTED,
        /** How far its database is behind was told by somebody, and nothing measured contradicts that since. */
        LAG_TOLD,
        /** It was recovered too often: only a new report or an operator's call reopens its recovery. */
        LIMITED,
        /** An operator rejected what was decided: only a new report or an operator's call reopens it. */
        REJECTED,
        /** It is healthy again and should have its requests back. */
        RETURNING,
        /** It is wanted off, and the requests that it served are to go elsewhere; they may have been late to. */
        REQUESTS_TO_MOVE,
        /** It was off on purpose and is wanted running again: it is to be started. */
        TO_START,
        /** It was seen running on two hosts at once. */
        SPLIT_BRAIN,
        /** It was cloned anew; the clone has not been powered on yet. */
        HALF_MADE,
        /** It has yet to be read where it is registered since a call may have moved it: any host that was lost may start it as it returns. */
        MAY_BE_ELSEWHERE,
        /** The orchestrator deleted it, but it may be running still. */
        DELETED,
        /** What became of a redirect of its requests is not known: the traffic director is to be asked. */
        ROUTE_IN_DOUBT
    }

    /** Copies the collections. */
    public VmState {
        mayRunOn = ImmutableSet.copyOf(mayRunOn);
        faults = ImmutableList.copyOf(faults);
        flags = ImmutableSet.copyOf(flags);
    }
}
