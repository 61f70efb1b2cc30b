package io.vmha.adapter.postgresql;

import io.vmha.model.CommitRule;
import io.vmha.model.LogPosition;
import io.vmha.model.MemberId;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What one member says, before any of it is compared with what others say. Immutable; either a writer's or a replica's part
 * is there.
 *
 * @param id the member
 * @param at when it was asked
 * @param systemId the number that all copies of one database share
 * @param downstreams the replicas that are connected to it
 * @param writer what it says if it accepts writes
 * @param replica what it says if it does not
 */
record MemberFacts(
        MemberId id,
        Instant at,
        String systemId,
        List<Downstream> downstreams,
        Optional<Writer> writer,
        Optional<Replica> replica) {

    /**
     * A connected replica, as its direct source sees it.
     *
     * @param name its {@code application_name}
     * @param isStreaming whether it has caught up and receives what is written
     * @param syncState the source's word for whether commits wait for it: async, potential, sync or quorum
     */
    record Downstream(String name, boolean isStreaming, String syncState) {}

    /**
     * A member that accepts writes.
     *
     * @param end the end of its log
     * @param isHeld whether it begins no new writes
     * @param synchronousNames {@code synchronous_standby_names}
     * @param durability the weakest {@code synchronous_commit} that it has for anybody
     */
    record Writer(LogPosition end, boolean isHeld, String synchronousNames, CommitRule.Durability durability) {}

    /**
     * A member that applies a log.
     *
     * @param received the end of the log on its disk, received or applied
     * @param replayed how far it has applied it
     * @param newestChange when the newest change that it has applied was made, or a moment before that, in seconds since the
     *     epoch by the writer's clock
     */
    record Replica(LogPosition received, OptionalLong replayed, Optional<BigDecimal> newestChange) {}

    /**
     * Where a writer's log ends.
     *
     * @param end the position
     * @param now its clock, in seconds since the epoch
     * @param at when it was asked
     */
    record WriterEnd(LogPosition end, BigDecimal now, Instant at) {}

    /** The end of the log that is on its disk. */
    LogPosition position() {
        return writer.map(Writer::end).or(() -> replica.map(Replica::received)).orElseThrow();
    }
}
