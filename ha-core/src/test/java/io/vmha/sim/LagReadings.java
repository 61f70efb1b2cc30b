package io.vmha.sim;

import io.vmha.adapter.CallContext;
import io.vmha.model.DatabaseMember;
import io.vmha.model.DatabaseRole;
import io.vmha.model.MemberId;
import io.vmha.model.ReplicaLag;
import io.vmha.model.ReplicaSet;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Passes readings of the databases on and notes what one that arrived says of a lag that was told before: of two that contradict each
 * other the later one counts, be it somebody's word or a reading. Confined to the simulation's thread.
 */
final class LagReadings extends ForwardingDatabases {
    private final SimulatedDatacenter datacenter;
    private final Outside outside;
    /** What a reading says of a replica, and whether it shows a writer: where none is, how far behind it was last known says enough. */
    private record Said(DatabaseMember member, boolean isWriterSeen) {
        boolean isOfLag() {
            boolean isReplica = member.role().role() == DatabaseRole.REPLICA;
            return isReplica && (isMeasured() || (!isWriterSeen && time().isPresent()));
        }

        private boolean isMeasured() {
            return member.lag().filter(lag -> lag instanceof ReplicaLag.Known).isPresent();
        }

        boolean isSameAs(Said other) {
            return isWriterSeen == other.isWriterSeen
                    && isMeasured() == other.isMeasured()
                    && member.standing() == other.member.standing()
                    && time().equals(other.time());
        }

        private Optional<Duration> time() {
            return member.lag().flatMap(ReplicaLag::lastKnown).map(ReplicaLag.Known::time);
        }
    }

    private final Map<MemberId, Said> arrived = new HashMap<>();
    private List<Said> underWay = List.of();
    private long epoch;

    LagReadings(SimulatedDatacenter datacenter, Outside outside) {
        super(datacenter.databaseCluster());
        this.datacenter = datacenter;
        this.outside = outside;
    }

    @Override
    public ReplicaSet read(CallContext call) {
        ReplicaSet seen = super.read(call);
        underWay = seen.members().stream()
                .map(member -> new Said(member, seen.writer().isPresent()))
                .toList();
        return seen;
    }

    /** The last reading reached the center of that epoch, which knows none of another's. */
    void arrive(long to) {
        if (to != epoch) {
            arrived.clear();
            epoch = to;
        }
        for (Said said : underWay) {
            MemberId member = said.member().id();
            Said before = arrived.put(member, said);
            if (said.isOfLag() && (before == null || !said.isSameAs(before))) {
                datacenter.actual().vms().stream()
                        .filter(vm -> datacenter.memberOf(vm).equals(Optional.of(member)))
                        .forEach(vm -> outside.lagRead(vm.id()));
            }
        }
    }
}
