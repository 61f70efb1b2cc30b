package io.vmha.sim;

import com.google.common.collect.ImmutableSet;
import io.vmha.model.CommitRule;
import io.vmha.model.DatabaseMember;
import io.vmha.model.DatabaseRole;
import io.vmha.model.LogPosition;
import io.vmha.model.ObservedCommitRule;
import io.vmha.model.ObservedRole;
import io.vmha.model.ReplicaLag;
import io.vmha.model.ReplicaLag.Cause;
import io.vmha.model.ReplicaSet;
import io.vmha.model.Synchrony;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** One reading of databases in memory: what their clusters can see of them. Confined. */
final class SimulatedReading {
    private static final String OBSERVER = "simulated";

    private final SimulatedReplicaSet world;
    private final Instant at;
    private final Optional<SimulatedMember> writer;

    SimulatedReading(SimulatedReplicaSet world) {
        this.world = world;
        this.at = world.clock().instant();
        List<SimulatedMember> answering =
                world.all().stream().filter(SimulatedReading::answers).toList();
        long newest = answering.stream()
                .mapToLong(member -> member.position().timeline())
                .max()
                .orElse(0);
        List<SimulatedMember> writers = answering.stream()
                .filter(SimulatedMember::isWriting)
                .filter(member -> member.position().timeline() == newest)
                .toList();
        this.writer = writers.size() == 1 ? Optional.of(writers.get(0)) : Optional.empty();
    }

    private static boolean answers(SimulatedMember member) {
        return member.isUp && member.isReachable;
    }

    ReplicaSet set() {
        return ReplicaSet.builder()
                .id(world.id())
                .members(world.all().stream().map(this::member).toList())
                .commitRule(writer.map(
                        member -> new ObservedCommitRule(ruleOf(member), member.id(), member.position(), at)))
                .build();
    }

    /** A member is no replica of itself. */
    private CommitRule ruleOf(SimulatedMember member) {
        CommitRule rule = world.rule();
        return new CommitRule(
                rule.kind(),
                rule.required(),
                rule.candidates().stream()
                        .filter(candidate -> !candidate.equals(member.id())
                                && world.toldLag(candidate).isEmpty())
                        .collect(ImmutableSet.toImmutableSet()),
                rule.others(),
                rule.isOpen(),
                rule.durability());
    }

    private DatabaseMember member(SimulatedMember member) {
        if (!answers(member)) {
            return DatabaseMember.unknown(member.id(), OBSERVER, at, "database " + member.id() + " does not answer");
        }
        DatabaseRole role = member.isReplica ? DatabaseRole.REPLICA : DatabaseRole.WRITER;
        return DatabaseMember.builder()
                .id(member.id())
                .role(new ObservedRole(role, OBSERVER, at))
                .position(member.position())
                .lag(member.isReplica ? Optional.of(lag(member)) : Optional.empty())
                .synchrony(synchrony(member))
                .source(world.source(member).filter(SimulatedReading::answers).map(SimulatedMember::id))
                .holdsWrites(member.isWriting() && member.isHeld)
                .build();
    }

    private ReplicaLag lag(SimulatedMember replica) {
        if (writer.isEmpty()) {
            return new ReplicaLag.Unknown(Cause.WRITER_NOT_SEEN, at);
        }
        Optional<SimulatedReplicaSet.ToldLag> told = world.toldLag(replica.id());
        if (told.isPresent()) {
            return told.get()
                    .time()
                    .<ReplicaLag>map(time -> new ReplicaLag.Known(1, 1, time, at))
                    .orElseGet(() -> new ReplicaLag.Unknown(Cause.NOT_TOLD, at));
        }
        LogPosition there = writer.get().position();
        LogPosition here = replica.position();
        if (here.timeline() != there.timeline()) {
            return new ReplicaLag.Unknown(Cause.OTHER_TIMELINE, at);
        }
        if (here.offset() > there.offset()) {
            return new ReplicaLag.Unknown(Cause.AHEAD_OF_WRITER, at);
        }
        Optional<Instant> oldest = replica.oldestMissing(writer.get());
        Duration age = oldest.map(made -> Duration.between(made, at)).orElse(Duration.ZERO);
        // Something that is missing took time, however coarse the clock is.
        Duration time = oldest.isPresent() && age.isZero() ? Duration.ofNanos(1) : age;
        return new ReplicaLag.Known(there.offset() - replica.applied(), there.offset() - here.offset(), time, at);
    }

    private Synchrony synchrony(SimulatedMember member) {
        Optional<SimulatedMember> source = world.source(member).filter(SimulatedReading::answers);
        if (source.isEmpty() || !member.isReplica) {
            return Synchrony.UNKNOWN;
        }
        boolean counts = source.get().isWriting()
                && world.rule().isDurableElsewhere()
                && world.rule().candidates().contains(member.id());
        if (!counts) {
            return Synchrony.ASYNCHRONOUS;
        }
        if (world.rule().kind() == CommitRule.Kind.QUORUM) {
            return Synchrony.QUORUM;
        }
        long before = world.rule().candidates().stream()
                .takeWhile(candidate -> !candidate.equals(member.id()))
                .filter(candidate -> world.all().stream()
                        .anyMatch(other -> other.id().equals(candidate)
                                && world.source(other).equals(source)))
                .count();
        return before < world.rule().required() ? Synchrony.SYNCHRONOUS : Synchrony.POTENTIAL;
    }
}
