package io.vmha.sim;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.DatabaseCluster;
import io.vmha.adapter.Promotion;
import io.vmha.adapter.RejoinMethod;
import io.vmha.model.DatabaseMember;
import io.vmha.model.DatabaseRole;
import io.vmha.model.LogPosition;
import io.vmha.model.MemberId;
import io.vmha.model.ObservedRole;
import io.vmha.model.ReplicaLag;
import io.vmha.model.ReplicaSet;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Databases of which something is told that is not so, as a deliberate bug has it. Confined to the simulation's thread. */
final class MistakenDatabases extends ForwardingDatabases {
    private static final Set<Mutation> MISTAKES =
            EnumSet.of(Mutation.LAG_UNKNOWN_AS_ZERO, Mutation.OLD_ROLE, Mutation.REJOIN_SKIPPED);

    private final Mutation mutation;
    private final Map<MemberId, DatabaseRole> firstRoles = new HashMap<>();
    private final Set<MemberId> skipped = new HashSet<>();

    MistakenDatabases(DatabaseCluster cluster, Mutation mutation) {
        super(cluster);
        this.mutation = mutation;
    }

    @Override
    public ReplicaSet read(CallContext call) {
        ReplicaSet seen = super.read(call);
        if (!MISTAKES.contains(mutation)) {
            return seen;
        }
        return seen.withMembers(
                seen.members().stream().map(member -> told(member, seen)).toList());
    }

    private DatabaseMember told(DatabaseMember member, ReplicaSet seen) {
        return switch (mutation) {
            case LAG_UNKNOWN_AS_ZERO -> withoutUnknownLag(member);
            case OLD_ROLE -> withFirstRole(member);
            case REJOIN_SKIPPED -> skipped.contains(member.id()) ? asReplica(member, seen) : member;
            default -> member;
        };
    }

    private static DatabaseMember withoutUnknownLag(DatabaseMember member) {
        return member.lag().filter(lag -> lag instanceof ReplicaLag.Unknown).isPresent()
                ? member.withLag(none(member))
                : member;
    }

    private DatabaseMember withFirstRole(DatabaseMember member) {
        DatabaseRole role = member.role().role();
        if (role == DatabaseRole.UNKNOWN) {
            return member;
        }
        DatabaseRole first = firstRoles.computeIfAbsent(member.id(), id -> role);
        if (first == role) {
            return member;
        }
        return first == DatabaseRole.REPLICA
                ? asReplica(member, member.position().orElseThrow())
                : asWriter(member);
    }

    private static DatabaseMember asReplica(DatabaseMember member, ReplicaSet seen) {
        Optional<LogPosition> end = seen.members().stream()
                .filter(other -> other.role().role() == DatabaseRole.WRITER)
                .flatMap(other -> other.position().stream())
                .max(LogPosition::compareTo);
        return end.isPresent() && member.position().isPresent() ? asReplica(member, end.get()) : member;
    }

    private static DatabaseMember asReplica(DatabaseMember member, LogPosition position) {
        return member.withHoldsWrites(false)
                .withLag(none(member))
                .withPosition(position)
                .withRole(as(member, DatabaseRole.REPLICA));
    }

    private static DatabaseMember asWriter(DatabaseMember member) {
        return member.withLag(Optional.empty()).withSource(Optional.empty()).withRole(as(member, DatabaseRole.WRITER));
    }

    private static ReplicaLag none(DatabaseMember member) {
        return new ReplicaLag.Known(0, 0, Duration.ZERO, member.role().at());
    }

    private static ObservedRole as(DatabaseMember member, DatabaseRole role) {
        return new ObservedRole(role, member.role().by(), member.role().at());
    }

    @Override
    public void promote(Promotion promotion, CallContext call) {
        skipped.clear();
        super.promote(promotion, call);
    }

    @Override
    public void fence(MemberId member, CallContext call) {
        if (mutation != Mutation.PROMOTE_BEFORE_OFF) {
            super.fence(member, call);
        }
    }

    @Override
    public RejoinMethod rejoin(MemberId member, MemberId writer, CallContext call) {
        if (mutation == Mutation.REJOIN_SKIPPED) {
            skipped.add(member);
            return RejoinMethod.REWOUND;
        }
        return super.rejoin(member, writer, call);
    }
}
