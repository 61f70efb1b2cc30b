package io.vmha.model;

import java.util.List;
import java.util.Optional;

/** Judges which members of a set that was read are copies of it, in the light of what was known before. Confined. */
final class Standings {
    private final ReplicaSet known;
    private final ReplicaSet reading;
    private final long timeline;

    Standings(ReplicaSet known, ReplicaSet reading) {
        this.known = known;
        this.reading = reading;
        // A member with a history of its own does not set the set's.
        this.timeline = reading.members().stream()
                .filter(member -> !isDiverged(member))
                .flatMap(member -> member.position().stream())
                .mapToLong(LogPosition::timeline)
                .reduce(known.timeline(), Math::max);
    }

    /** The member that is seen to be the only one that writes, of those whose data are the set's. */
    static Optional<DatabaseMember> writerOf(List<DatabaseMember> members) {
        Optional<DatabaseMember> writer = Optional.empty();
        for (DatabaseMember member : members) {
            if (member.role().role() == DatabaseRole.WRITER && member.standing() == MemberStanding.CURRENT) {
                if (writer.isPresent()) {
                    return Optional.empty();
                }
                writer = Optional.of(member);
            }
        }
        return writer;
    }

    static ReplicaSet promoting(ReplicaSet set, DatabaseMember promoted) {
        long timeline = promoted.position().map(LogPosition::timeline).orElse(set.timeline());
        return set.withTimeline(timeline)
                .withLastWriter(promoted.id())
                .withMembers(set.members().stream()
                        .map(member -> member.withStanding(standingBeside(promoted, member, timeline)))
                        .toList());
    }

    private static MemberStanding standingBeside(DatabaseMember promoted, DatabaseMember member, long timeline) {
        if (member.id().equals(promoted.id())) {
            return member.standing() == MemberStanding.DIVERGED ? MemberStanding.UNKNOWN : member.standing();
        }
        boolean mayFollow = member.role().role() == DatabaseRole.REPLICA && timelineOf(member) <= timeline;
        return mayFollow ? member.standing() : MemberStanding.DIVERGED;
    }

    private boolean isDiverged(DatabaseMember seen) {
        return seen.standing() == MemberStanding.DIVERGED || wasDiverged(seen);
    }

    private boolean wasDiverged(DatabaseMember seen) {
        return known.requireMember(seen.id()).standing() == MemberStanding.DIVERGED;
    }

    ReplicaSet result() {
        List<DatabaseMember> members =
                reading.members().stream().map(this::remember).toList();
        Optional<MemberId> writer = writerOf(members).map(DatabaseMember::id);
        Optional<ObservedCommitRule> rule = reading.commitRule()
                .filter(seen -> writer.equals(Optional.of(seen.writer())))
                .map(seen -> known.commitRule().map(seen::after).orElse(seen))
                .or(known::commitRule);
        return ReplicaSet.builder()
                .id(known.id())
                .members(members)
                .timeline(timeline)
                .lastWriter(writer.or(known::lastWriter))
                .commitRule(rule)
                .build();
    }

    private DatabaseMember remember(DatabaseMember seen) {
        DatabaseMember before = known.requireMember(seen.id());
        Optional<ReplicaLag> lag = seen.role().role() == DatabaseRole.WRITER
                ? Optional.empty()
                : seen.lag()
                        .map(now -> before.lag().map(now::after).orElse(now))
                        .or(() -> before.lag()
                                .map(then -> new ReplicaLag.Unknown(
                                                ReplicaLag.Cause.REPLICA_NOT_READ,
                                                seen.role().at())
                                        .after(then)));
        return seen.withLag(lag).withStanding(standing(seen, before));
    }

    private MemberStanding standing(DatabaseMember seen, DatabaseMember before) {
        if (seen.standing() == MemberStanding.DIVERGED) {
            return MemberStanding.DIVERGED;
        }
        return switch (seen.role().role()) {
            case UNKNOWN -> before.standing();
            case WRITER -> ofWriter(seen);
            case REPLICA -> ofReplica(seen);
        };
    }

    private MemberStanding ofWriter(DatabaseMember seen) {
        if (wasDiverged(seen) || timelineOf(seen) < timeline) {
            return MemberStanding.DIVERGED;
        }
        List<DatabaseMember> others = otherWriters(seen);
        if (others.isEmpty() || isIncumbent(seen)) {
            return MemberStanding.CURRENT;
        }
        // A promotion makes a timeline of its own: who writes one that is another member's was started without one.
        return others.stream().anyMatch(this::isIncumbent) ? MemberStanding.DIVERGED : MemberStanding.UNKNOWN;
    }

    /** The other members that may write the timeline that this one is seen to write. */
    private List<DatabaseMember> otherWriters(DatabaseMember seen) {
        return reading.members().stream()
                .filter(other -> !other.id().equals(seen.id()) && !isDiverged(other))
                .filter(other -> switch (other.role().role()) {
                    case WRITER -> timelineOf(other) == timelineOf(seen);
                    case UNKNOWN -> isIncumbent(other);
                    case REPLICA -> false;
                })
                .toList();
    }

    /** Whether this member was the last that was seen to write the timeline that is still the newest. */
    private boolean isIncumbent(DatabaseMember member) {
        return known.timeline() == timeline && known.lastWriter().equals(Optional.of(member.id()));
    }

    private MemberStanding ofReplica(DatabaseMember seen) {
        if (timelineOf(seen) == timeline && (isFollowing(seen) || !wasDiverged(seen))) {
            return MemberStanding.CURRENT;
        }
        return wasDiverged(seen) ? MemberStanding.DIVERGED : MemberStanding.UNKNOWN;
    }

    /** Whether it receives its log, over others or not, from a writer of the set's timeline. */
    private boolean isFollowing(DatabaseMember replica) {
        DatabaseMember link = replica;
        for (int steps = 0; steps < reading.members().size(); steps++) {
            Optional<DatabaseMember> source = link.source().flatMap(reading::member);
            if (source.isEmpty()) {
                return false;
            }
            link = source.get();
            if (link.role().role() == DatabaseRole.WRITER) {
                return !isDiverged(link) && timelineOf(link) == timeline;
            }
        }
        return false;
    }

    private static long timelineOf(DatabaseMember member) {
        return member.position().orElseThrow().timeline();
    }
}
