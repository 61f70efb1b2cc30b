package io.vmha.adapter.postgresql;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.postgresql.MemberFacts.WriterEnd;
import io.vmha.model.LogPosition;
import io.vmha.model.MemberId;
import io.vmha.model.ReplicaSet;
import io.vmha.model.ReplicaSetId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Asks all members of a set at once, then the writer once more: how far it has come is read after how far each replica has,
 * so that no lag is read as less than it is.
 *
 * <p>Thread-safe.
 */
final class SetReader {
    /** Of the time for a reading, what asking all members may take; the rest is for the writer. */
    private static final double FIRST_ROUND = 0.6;

    private final ReplicaSetId id;
    private final ImmutableList<MemberConnections> members;
    private final InstantSource clock;
    private final WriterSamples samples = new WriterSamples();
    /** The number of the database that this set holds copies of; the first that was seen. Guarded by this object's monitor. */
    private Optional<String> systemId = Optional.empty();

    SetReader(ReplicaSetId id, List<MemberConnections> members, InstantSource clock) {
        this.id = id;
        this.members = ImmutableList.copyOf(members);
        this.clock = clock;
    }

    /**
     * A set as it was read.
     *
     * @param set the members
     * @param failures why those could not be read that were not
     */
    record Reading(ReplicaSet set, Map<MemberId, AdapterException> failures) {
        Reading {
            failures = ImmutableMap.copyOf(failures);
        }

        /** Throws what the member could not be read for. */
        void requireRead(MemberId member) {
            AdapterException failure = failures.get(member);
            if (failure != null) {
                throw failure;
            }
        }
    }

    Reading read(Duration within) {
        long start = System.nanoTime();
        Instant at = clock.instant();
        Map<MemberId, MemberFacts> facts = new LinkedHashMap<>();
        Map<MemberId, AdapterException> failures = new LinkedHashMap<>();
        askAll(Duration.ofNanos((long) (within.toNanos() * FIRST_ROUND)), at, facts, failures);
        Duration left = within.minusNanos(System.nanoTime() - start);
        Optional<WriterEnd> end = writer(facts).flatMap(writer -> askEnd(writer, left));
        end.ifPresent(seen -> samples.add(seen.end(), seen.at()));
        List<PostgresMember> all =
                members.stream().map(MemberConnections::member).toList();
        return new Reading(new FactComparison(id, all, facts, failures, end, samples, at).set(), failures);
    }

    private void askAll(
            Duration within, Instant at, Map<MemberId, MemberFacts> facts, Map<MemberId, AdapterException> failures) {
        Map<MemberId, MemberConnections.Pending<MemberFacts>> pending = new LinkedHashMap<>();
        for (MemberConnections member : members) {
            try {
                pending.put(member.member().id(), member.begin(within, session -> FactQueries.read(session, at)));
            } catch (AdapterException failed) {
                failures.put(member.member().id(), failed);
            }
        }
        pending.forEach((member, answer) -> {
            try {
                facts.put(member, ofThisDatabase(answer.result()));
            } catch (AdapterException failed) {
                failures.put(member, failed);
            }
        });
    }

    private MemberFacts ofThisDatabase(MemberFacts facts) {
        String expected = expectedSystemId(facts.systemId());
        if (!expected.equals(facts.systemId())) {
            throw new AdapterException.Permanent(
                    Cause.REFUSED,
                    "database " + facts.id() + " is no copy of the database of replica set " + id
                            + ": its system identifier is " + facts.systemId() + ", not " + expected);
        }
        return facts;
    }

    private synchronized String expectedSystemId(String seen) {
        systemId = systemId.or(() -> Optional.of(seen));
        return systemId.get();
    }

    /** The only member that writes the newest timeline. */
    static Optional<MemberFacts> writer(Map<MemberId, MemberFacts> facts) {
        long newest = facts.values().stream()
                .mapToLong(member -> member.position().timeline())
                .max()
                .orElse(0);
        List<MemberFacts> writers = facts.values().stream()
                .filter(member -> member.writer().isPresent())
                .filter(member -> member.position().timeline() == newest)
                .toList();
        return writers.size() == 1 ? Optional.of(writers.get(0)) : Optional.empty();
    }

    private Optional<WriterEnd> askEnd(MemberFacts writer, Duration within) {
        if (within.isNegative() || within.isZero()) {
            return Optional.empty();
        }
        try {
            Instant at = clock.instant();
            LogPosition before = writer.position();
            // It may have been demoted, replaced and promoted meanwhile: then it is not the one that the others follow.
            return Optional.of(connections(writer.id()).call(within, session -> FactQueries.writerEnd(session, at)))
                    .filter(end -> end.end().includes(before));
        } catch (AdapterException notSeenAgain) {
            return Optional.empty();
        }
    }

    MemberConnections connections(MemberId member) {
        return members.stream()
                .filter(one -> one.member().id().equals(member))
                .findFirst()
                .orElseThrow(() -> new AdapterException.Permanent(
                        Cause.UNKNOWN_SUBJECT, "replica set " + id + " has no member " + member));
    }
}
