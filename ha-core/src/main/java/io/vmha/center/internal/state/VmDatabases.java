package io.vmha.center.internal.state;

import io.vmha.center.journal.VmState;
import io.vmha.model.ClusterRole;
import io.vmha.model.MemberId;
import io.vmha.model.ReplicaSet;
import io.vmha.model.ReplicaSetId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which VM uses which database of the {@link Databases}, and how far behind that is. Confined to the center's loop. */
public final class VmDatabases {
    private final CenterState state;
    private final Databases databases;
    /** What was last noted of VMs by how far their database members are behind. */
    private final Map<MemberId, Databases.Lag> lags = new HashMap<>();

    VmDatabases(CenterState state, Databases databases) {
        this.state = state;
        this.databases = databases;
    }

    /** The database member whose writer a VM needs; empty where it needs none, or one of no replica set. */
    public Optional<MemberId> memberOf(VirtualMachine vm) {
        return databases
                .sets()
                .memberOf(
                        vm,
                        () -> state.host(vm.host())
                                .map(host -> host.seen.role())
                                .orElse(ClusterRole.PRIMARY));
    }

    /** The replica set of the database that a VM uses; empty where it uses none of a set. */
    public Optional<ReplicaSet> setOf(VirtualMachine vm) {
        return memberOf(vm).flatMap(databases::setOf);
    }

    /** The VMs that use a member's database. */
    public List<VmRecord> vmsOf(MemberId member) {
        List<VmRecord> found = new ArrayList<>();
        for (VmRecord record : state.vms()) {
            if (memberOf(record.seen).filter(member::equals).isPresent()) {
                found.add(record);
            }
        }
        return found;
    }

    /** The VMs that use a database of a set. */
    public List<VmRecord> vmsOf(ReplicaSetId set) {
        List<VmRecord> found = new ArrayList<>();
        for (VmRecord record : state.vms()) {
            if (setOf(record.seen).map(ReplicaSet::id).filter(set::equals).isPresent()) {
                found.add(record);
            }
        }
        return found;
    }

    /** Whether a VM's database member is the one that requests of its set go to, as far as is known. */
    public boolean isAtWriter(VirtualMachine vm) {
        return memberOf(vm).filter(databases.sets()::isPresumedWriter).isPresent();
    }

    /** Whether a VM's database member has every write, by the logs alone. */
    public boolean hasEveryWrite(VirtualMachine vm) {
        return memberOf(vm).filter(databases::hasEveryWrite).isPresent();
    }

    /** Whether a VM's database member may accept writes. */
    public boolean mayWrite(VirtualMachine vm) {
        return memberOf(vm).filter(databases::mayWrite).isPresent();
    }

    /** Whether a VM's requests have to end at a database that writes. */
    public boolean needsWriter(VirtualMachine vm) {
        return vm.type().equals(VmType.DATABASE) || memberOf(vm).isPresent();
    }

    /** Somebody tells how far a database is behind; empty where nobody knows. It counts until the database itself says otherwise. */
    public void saidToLag(VmId id, Optional<Duration> lag, Instant now) {
        VmRecord record = state.requireVm(id);
        boolean isRead =
                setOf(record.seen).filter(set -> databases.isRead(set.id())).isPresent();
        if (isRead) {
            record.toldLag = new ToldLag(lag, Optional.of(now), state.beginReading());
            if (record.flags.add(VmState.Flag.LAG_TOLD)) {
                state.touch(id);
            }
        }
        lags(id, lag);
    }

    private void lags(VmId id, Optional<Duration> lag) {
        VmRecord record = state.requireVm(id);
        VirtualMachine before = record.seen;
        record.seen = before.withReplicationLag(Optional.empty())
                .withReplicationLagUnknown(lag.isEmpty())
                .withReplicationLag(lag);
        if (lag.isPresent() && lag.get().isZero()) {
            record.flags.remove(VmState.Flag.LAG_ACCEPTED);
        }
        if (!before.equals(record.seen)) {
            state.touch(id);
        }
        boolean isLess = before.replicationLagUnknown()
                || (before.replicationLag().isPresent()
                        && lag.isPresent()
                        && lag.get().compareTo(before.replicationLag().get()) < 0);
        if (isLess && lag.isPresent()) {
            state.wake(record.seen.type());
        }
    }

    /** A database is no replica, so that no lag is meant. */
    public void lagsNot(VmId id) {
        VmRecord record = state.requireVm(id);
        if (record.seen.replicationLag().isEmpty()
                && !record.seen.replicationLagUnknown()
                && !record.is(VmState.Flag.LAG_ACCEPTED)) {
            return;
        }
        record.seen = record.seen.withReplicationLagUnknown(false).withReplicationLag(Optional.empty());
        record.flags.remove(VmState.Flag.LAG_ACCEPTED);
        state.touch(id);
    }

    /**
     * Takes a reading of a replica set.
     *
     * @param reading what was seen
     * @param begun the token by which it is later than other readings
     * @param earliest a token that was surely issued before it began: what was told later may be later than the reading
     * @param now the present moment
     */
    public void observed(ReplicaSet reading, long begun, long earliest, Instant now) {
        Optional<MemberId> before = databases.sets().set(reading.id()).flatMap(ReplicaSet::presumedWriter);
        if (!databases.observed(reading, begun)) {
            return;
        }
        Optional<MemberId> after = databases.sets().set(reading.id()).flatMap(ReplicaSet::presumedWriter);
        Map<MemberId, Databases.Lag> changed = new HashMap<>();
        databases.lags(reading.id(), now).forEach((member, lag) -> {
            if (!lag.equals(lags.put(member, lag))) {
                changed.put(member, lag);
            }
        });
        boolean isWriterAnother = !before.equals(after);
        if (changed.isEmpty() && !isWriterAnother) {
            return;
        }
        for (VmRecord record : List.copyOf(state.vms())) {
            Optional<MemberId> member = memberOf(record.seen);
            Databases.Lag lag = member.map(changed::get).orElse(null);
            if (lag != null && !record.is(VmState.Flag.DELETED)) {
                lags(record, lag, earliest);
            }
            if (isWriterAnother
                    && member.flatMap(databases::setOf)
                            .filter(set -> set.id().equals(reading.id()))
                            .isPresent()) {
                state.wake(record.seen.type());
            }
        }
    }

    /** Of two that contradict each other the later one counts; what follows from what was measured before is no later one. */
    private void lags(VmRecord record, Databases.Lag lag, long earliest) {
        boolean isLater = lag.isMeasured() && earliest > record.toldLag.token();
        if (isLater && record.flags.remove(VmState.Flag.LAG_TOLD)) {
            state.touch(record.id());
        }
        if (!lag.isMeant()) {
            lagsNot(record.id());
        } else if (record.is(VmState.Flag.LAG_TOLD)) {
            lags(record.id(), worse(record.toldLag.lag(), lag.time()));
        } else {
            lags(record.id(), lag.time());
        }
    }

    /** The longer of two; what is not known is longer than anything. */
    private static Optional<Duration> worse(Optional<Duration> told, Optional<Duration> follows) {
        return told.isEmpty() || follows.isEmpty()
                ? Optional.empty()
                : Optional.of(Collections.max(List.of(told.get(), follows.get())));
    }
}
