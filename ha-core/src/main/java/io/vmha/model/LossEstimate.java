package io.vmha.model;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Concludes what a promotion may lose from what is known of a set. Confined. */
final class LossEstimate {
    private final ReplicaSet set;
    private final DatabaseMember candidate;
    private final Instant writerStopped;

    LossEstimate(ReplicaSet set, DatabaseMember candidate, Instant writerStopped) {
        this.set = set;
        this.candidate = candidate;
        this.writerStopped = writerStopped;
    }

    PossibleLoss result() {
        if (!isReplica(candidate)) {
            return PossibleLoss.unknown("member " + candidate.id() + " is not seen to be a replica of this set: "
                    + candidate.role().role() + ", " + candidate.standing());
        }
        Optional<PossibleLoss> byLogs = whyItHasAll(set, candidate).map(PossibleLoss::none);
        return byLogs.or(() -> set.commitRule().flatMap(this::byRule)).orElseGet(this::byLag);
    }

    private static boolean isReplica(DatabaseMember member) {
        return member.role().role() == DatabaseRole.REPLICA && member.standing() == MemberStanding.CURRENT;
    }

    /**
     * Why a replica has every write, by the logs alone; empty where they do not show that. A writer that was demoted adds nothing to its
     * log: where that ends is known, whenever it was read.
     */
    static Optional<String> whyItHasAll(ReplicaSet set, DatabaseMember candidate) {
        if (!isReplica(candidate)) {
            return Optional.empty();
        }
        if (set.lastWriter().equals(Optional.of(candidate.id()))) {
            return Optional.of("it is the last that wrote, and was made a replica since");
        }
        return set.lastWriter()
                .map(set::requireMember)
                .filter(LossEstimate::isReplica)
                .filter(demoted -> demoted.position()
                        .filter(candidate.position().orElseThrow()::includes)
                        .isPresent())
                .map(demoted -> "the last that wrote, " + demoted.id()
                        + ", was made a replica since, and it has all that one's log");
    }

    private Optional<PossibleLoss> byRule(ObservedCommitRule seen) {
        LogPosition here = candidate.position().orElseThrow();
        int needed = seen.rule().witnesses();
        List<DatabaseMember> witnesses = set.members().stream()
                .filter(member -> seen.rule().candidates().contains(member.id()))
                .filter(member -> member.role().role() == DatabaseRole.REPLICA)
                .filter(member -> member.standing() == MemberStanding.CURRENT)
                // One alone is waited for by every commit. Of more, each may get further until the writer stops.
                .filter(member -> needed == 1 || member.role().at().isAfter(writerStopped))
                .toList();
        boolean isCounted = witnesses.stream().anyMatch(member -> member.id().equals(candidate.id()));
        boolean isFurthest = needed == 1
                || witnesses.stream()
                        .allMatch(member -> here.includes(member.position().orElseThrow()));
        if (isCounted && isFurthest && witnesses.size() >= needed && here.includes(seen.since())) {
            return Optional.of(PossibleLoss.none("commits wait for "
                    + seen.rule().required() + " of "
                    + (seen.rule().candidates().size() + seen.rule().others()) + " replicas, and it has all that "
                    + witnesses.size() + " of them have"));
        }
        return Optional.empty();
    }

    private PossibleLoss byLag() {
        Optional<ReplicaLag.Known> known = candidate.lag().flatMap(ReplicaLag::lastKnown);
        if (known.isEmpty()) {
            return PossibleLoss.unknown("the lag of member " + candidate.id() + " is not known");
        }
        ReplicaLag.Known lag = known.get();
        Duration unseen = Duration.between(lag.at(), writerStopped);
        Duration atMost = lag.unreceivedTime().plus(unseen.isNegative() ? Duration.ZERO : unseen);
        if (atMost.isZero() && unseen.isZero()) {
            // Of two things that a clock shows at one moment, the write may be the later.
            atMost = Duration.ofNanos(1);
        }
        return PossibleLoss.atMost(
                atMost,
                "it lacked " + lag.unreceivedBytes() + " bytes at " + lag.at() + ", and the writer wrote until "
                        + writerStopped);
    }
}
