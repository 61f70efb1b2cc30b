package io.vmha.sim;

import io.vmha.adapter.CallContext;
import io.vmha.model.DatabaseMember;
import io.vmha.model.DatabaseRole;
import io.vmha.model.MemberId;
import io.vmha.model.ReplicaLag;
import io.vmha.model.ReplicaSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Passes readings of the databases on and notes what one that arrived says of a lag that was told before: of two that contradict each
 * other the later one counts, be it somebody's word or a reading. Confined to the simulation's thread.
 */
final class LagReadings extends ForwardingDatabases {
    private final SimulatedDatacenter datacenter;
    private final Outside outside;
    private final Map<MemberId, DatabaseMember> arrived = new HashMap<>();
    private Optional<ReplicaSet> underWay = Optional.empty();
    private @Nullable Object reader;

    LagReadings(SimulatedDatacenter datacenter, Outside outside) {
        super(datacenter.databaseCluster());
        this.datacenter = datacenter;
        this.outside = outside;
    }

    @Override
    public ReplicaSet read(CallContext call) {
        ReplicaSet seen = super.read(call);
        underWay = Optional.of(seen);
        return seen;
    }

    /** The last reading reached whoever reads for one center, which knows none of another's. */
    void arrive(Object by) {
        if (by != reader) {
            arrived.clear();
            reader = by;
        }
        underWay.ifPresent(this::arrive);
    }

    private void arrive(ReplicaSet set) {
        for (DatabaseMember member : set.members()) {
            DatabaseMember before = arrived.put(member.id(), member);
            boolean isNews = isMeasured(member) && (before == null || !saysTheSame(before, member));
            // The log of the last that wrote is seen, and is no longer: that outweighs whatever was told.
            if (isNews || set.hasEveryWrite(member.id())) {
                datacenter.actual().vms().stream()
                        .filter(vm -> datacenter.memberOf(vm).equals(Optional.of(member.id())))
                        .forEach(vm -> outside.lagRead(vm.id()));
            }
        }
    }

    private static boolean isMeasured(DatabaseMember member) {
        return member.role().role() == DatabaseRole.REPLICA
                && member.lag().filter(lag -> lag instanceof ReplicaLag.Known).isPresent();
    }

    private static boolean saysTheSame(DatabaseMember before, DatabaseMember after) {
        return isMeasured(before)
                && before.standing() == after.standing()
                && timeOf(before).equals(timeOf(after));
    }

    private static Optional<?> timeOf(DatabaseMember member) {
        return member.lag().flatMap(ReplicaLag::lastKnown).map(ReplicaLag.Known::time);
    }
}
