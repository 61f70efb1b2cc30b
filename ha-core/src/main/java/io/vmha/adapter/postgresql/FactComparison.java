package io.vmha.adapter.postgresql;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.postgresql.MemberFacts.Downstream;
import io.vmha.adapter.postgresql.MemberFacts.Replica;
import io.vmha.adapter.postgresql.MemberFacts.Writer;
import io.vmha.adapter.postgresql.MemberFacts.WriterEnd;
import io.vmha.model.CommitRule;
import io.vmha.model.DatabaseMember;
import io.vmha.model.DatabaseRole;
import io.vmha.model.LogPosition;
import io.vmha.model.MemberId;
import io.vmha.model.ObservedCommitRule;
import io.vmha.model.ObservedRole;
import io.vmha.model.ReplicaLag;
import io.vmha.model.ReplicaLag.Cause;
import io.vmha.model.ReplicaSet;
import io.vmha.model.ReplicaSetId;
import io.vmha.model.Synchrony;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Makes a replica set of what its members say of themselves and of one another. Confined. */
final class FactComparison {
    private static final String OBSERVER = "postgresql";
    private static final BigDecimal NANOS = BigDecimal.valueOf(TimeUnit.SECONDS.toNanos(1));

    private final ReplicaSetId id;
    private final List<PostgresMember> members;
    private final Map<MemberId, MemberFacts> facts;
    private final Map<MemberId, AdapterException> failures;
    private final Optional<WriterEnd> end;
    private final WriterSamples samples;
    private final Instant at;

    FactComparison(
            ReplicaSetId id,
            List<PostgresMember> members,
            Map<MemberId, MemberFacts> facts,
            Map<MemberId, AdapterException> failures,
            Optional<WriterEnd> end,
            WriterSamples samples,
            Instant at) {
        this.id = id;
        this.members = members;
        this.facts = facts;
        this.failures = failures;
        this.end = end;
        this.samples = samples;
        this.at = at;
    }

    ReplicaSet set() {
        return ReplicaSet.builder()
                .id(id)
                .members(members.stream().map(this::member).toList())
                .commitRule(SetReader.writer(facts).map(this::commitRule))
                .build();
    }

    private DatabaseMember member(PostgresMember member) {
        MemberFacts seen = facts.get(member.id());
        if (seen == null) {
            AdapterException why = failures.get(member.id());
            return DatabaseMember.unknown(
                    member.id(), OBSERVER, at, why == null ? "not read" : String.valueOf(why.getMessage()));
        }
        DatabaseMember.Builder builder =
                DatabaseMember.builder().id(member.id()).position(seen.position());
        if (seen.writer().isPresent()) {
            return builder.role(new ObservedRole(DatabaseRole.WRITER, OBSERVER, at))
                    .holdsWrites(seen.writer().get().isHeld())
                    .build();
        }
        return builder.role(new ObservedRole(DatabaseRole.REPLICA, OBSERVER, at))
                .lag(lag(seen.replica().orElseThrow()))
                .source(source(member))
                .synchrony(synchrony(member))
                .build();
    }

    private ReplicaLag lag(Replica replica) {
        if (end.isEmpty()) {
            return new ReplicaLag.Unknown(Cause.WRITER_NOT_SEEN, at);
        }
        LogPosition there = end.get().end();
        if (replica.received().timeline() != there.timeline()) {
            return new ReplicaLag.Unknown(Cause.OTHER_TIMELINE, at);
        }
        if (replica.received().offset() > there.offset()) {
            return new ReplicaLag.Unknown(Cause.AHEAD_OF_WRITER, at);
        }
        if (replica.replayed().isEmpty()) {
            return new ReplicaLag.Unknown(Cause.NOT_TOLD, at);
        }
        long bytes = there.offset() - replica.replayed().getAsLong();
        if (bytes == 0) {
            return new ReplicaLag.Known(0, 0, Duration.ZERO, at);
        }
        return age(replica)
                .<ReplicaLag>map(time -> new ReplicaLag.Known(
                        bytes, there.offset() - replica.received().offset(), time, at))
                .orElseGet(() -> new ReplicaLag.Unknown(Cause.NOT_TOLD, at));
    }

    /** The lesser of the two bounds that there are for the age of the oldest change that is not applied. */
    private Optional<Duration> age(Replica replica) {
        LogPosition applied = new LogPosition(
                end.orElseThrow().end().timeline(), replica.replayed().orElseThrow());
        Optional<Duration> bySamples =
                samples.ageOfChangesAfter(applied, end.orElseThrow().at());
        Optional<Duration> byStamps = replica.newestChange()
                .map(newest -> end.orElseThrow().now().subtract(newest))
                // Less than 0: the writer's clock was set back.
                .filter(seconds -> seconds.signum() >= 0)
                .map(seconds -> Duration.ofNanos(seconds.multiply(NANOS).longValue()));
        Optional<Duration> least =
                bySamples.isPresent() && (byStamps.isEmpty() || bySamples.get().compareTo(byStamps.get()) < 0)
                        ? bySamples
                        : byStamps;
        // Something is missing: that took time, however coarse the clock is.
        return least.map(age -> age.isZero() ? Duration.ofNanos(1) : age);
    }

    /** The member that sees this one as its downstream, and receives what is written itself. */
    private Optional<MemberId> source(PostgresMember replica) {
        List<MemberId> sources = facts.values().stream()
                .filter(member -> !member.id().equals(replica.id()))
                .filter(member -> downstreams(member, replica).stream().anyMatch(Downstream::isStreaming))
                .map(MemberFacts::id)
                .toList();
        return sources.size() == 1 ? Optional.of(sources.get(0)) : Optional.empty();
    }

    private Synchrony synchrony(PostgresMember replica) {
        Optional<MemberFacts> source = source(replica).map(facts::get);
        if (source.isEmpty()) {
            return Synchrony.UNKNOWN;
        }
        Optional<Writer> writer = source.get().writer();
        if (writer.isEmpty() || writer.get().durability() == CommitRule.Durability.NONE) {
            return Synchrony.ASYNCHRONOUS;
        }
        List<Downstream> links = downstreams(source.get(), replica);
        // Two that share a name cannot be told apart: either may be the one that commits wait for.
        if (links.size() != 1) {
            return Synchrony.UNKNOWN;
        }
        return switch (links.get(0).syncState()) {
            case "sync" -> Synchrony.SYNCHRONOUS;
            case "quorum" -> Synchrony.QUORUM;
            case "potential" -> Synchrony.POTENTIAL;
            case "async" -> Synchrony.ASYNCHRONOUS;
            default -> Synchrony.UNKNOWN;
        };
    }

    private static List<Downstream> downstreams(MemberFacts source, PostgresMember replica) {
        return source.downstreams().stream()
                .filter(link -> link.name().equalsIgnoreCase(replica.replicaName()))
                .toList();
    }

    private ObservedCommitRule commitRule(MemberFacts facts) {
        Writer writer = facts.writer().orElseThrow();
        return new ObservedCommitRule(
                rule(facts, writer), facts.id(), end.map(WriterEnd::end).orElse(writer.end()), at);
    }

    private CommitRule rule(MemberFacts facts, Writer writer) {
        SynchronousStandbyNames names = SynchronousStandbyNames.parse(writer.synchronousNames());
        if (names.kind() == CommitRule.Kind.NONE) {
            return CommitRule.ASYNCHRONOUS;
        }
        List<PostgresMember> named = members.stream()
                .filter(member -> names.names().stream().anyMatch(name -> name.equalsIgnoreCase(member.replicaName())))
                .toList();
        // A name that several programs use stands for any of them.
        boolean isShared =
                named.stream().anyMatch(member -> downstreams(facts, member).size() > 1);
        return new CommitRule(
                names.kind(),
                names.required(),
                // One setting for all members names the writer too, which is no replica of itself.
                named.stream()
                        .map(PostgresMember::id)
                        .filter(member -> !member.equals(facts.id()))
                        .collect(Collectors.toSet()),
                (int) names.names().stream()
                        .filter(name -> named.stream().noneMatch(member -> name.equalsIgnoreCase(member.replicaName())))
                        .count(),
                names.isOpen() || isShared,
                writer.durability());
    }
}
