package io.vmha.center.internal.execution;

import com.google.common.collect.ImmutableSet;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.DatabaseCluster;
import io.vmha.adapter.DatabaseOperation;
import io.vmha.model.DatabaseMember;
import io.vmha.model.DatabaseRole;
import io.vmha.model.MemberId;
import io.vmha.model.PossibleLoss;
import io.vmha.model.ReplicaLag;
import io.vmha.model.ReplicaSet;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A database that an action is about, with what the loop knows of its set. Immutable, and safe from any thread.
 *
 * @param cluster what reads and changes its set
 * @param known the set as it was last seen
 * @param before the same without the member's promotion, which is noted as if it were done before it is called
 * @param member the member that the action is about
 * @param off the members of which all VMs are confirmed off
 * @param successor the member that is to write afterwards, where the action makes way for one
 * @param stoppedAt since when no other member may have written
 * @param maxLoss what may be lost at most, by its age; empty where that is not limited, or an operator accepted it
 * @param toldLag how far the member was told to be behind, as if it were read then; empty where nobody told
 * @param isLossAccepted whether an operator accepted that what others have is lost
 * @param seen is told what was read last, for the loop
 */
record DatabaseFacts(
        DatabaseCluster cluster,
        ReplicaSet known,
        ReplicaSet before,
        MemberId member,
        Set<MemberId> off,
        Optional<MemberId> successor,
        Instant stoppedAt,
        Optional<Duration> maxLoss,
        Optional<ReplicaLag.Known> toldLag,
        boolean isLossAccepted,
        Consumer<ReplicaSet> seen) {

    DatabaseFacts {
        off = ImmutableSet.copyOf(off);
    }

    /** Reads the set as it is, and tells the loop. Blocks. */
    ReplicaSet reading(CallContext call) {
        ReplicaSet reading = cluster.read(call);
        seen.accept(reading);
        return reading;
    }

    /** Reads the set, in the light of what is known of it. Blocks. */
    ReplicaSet read(CallContext call) {
        return understood(reading(call));
    }

    /** A reading in the light of what is known of the set. */
    ReplicaSet understood(ReplicaSet reading) {
        return known.updatedWith(reading);
    }

    /** What the member's promotion may lose, by a reading and by what was told of its lag after that was last read. */
    PossibleLoss loss(ReplicaSet reading) {
        ReplicaSet now = before.updatedWith(reading);
        DatabaseMember candidate = now.requireMember(member);
        Optional<ReplicaLag.Known> later =
                toldLag.filter(told -> candidate.role().role() == DatabaseRole.REPLICA
                        && candidate
                                .lag()
                                .flatMap(ReplicaLag::lastKnown)
                                .filter(known -> !known.at().isBefore(told.at()))
                                .isEmpty());
        return later.map(told -> now.withMembers(now.members().stream()
                        .map(one -> one.id().equals(member) ? one.withLag(told) : one)
                        .toList()))
                .orElse(now)
                .possibleLoss(member, stoppedAt);
    }

    boolean can(DatabaseOperation operation) {
        return Platform.operations(cluster).contains(operation);
    }

    /** Whether a reading shows that the member writes, and no other. */
    boolean writes(ReplicaSet set) {
        return set.writer().map(DatabaseMember::id).equals(Optional.of(member));
    }

    static AdapterException unsupported(String message) {
        return new AdapterException.Permanent(Cause.UNSUPPORTED, message);
    }
}
