package io.vmha.center.internal;

import com.google.common.collect.ImmutableMap;
import io.vmha.adapter.DatabaseCluster;
import io.vmha.adapter.DatabaseOperation;
import io.vmha.center.internal.execution.Platform;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.center.schedule.CenterScheduler;
import io.vmha.model.MemberId;
import io.vmha.model.PowerState;
import io.vmha.model.ReplicaSet;
import io.vmha.model.ReplicaSetId;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Has databases rejoin their set that have a history of their own, such as a primary that was replaced and comes back, once one of
 * their VMs runs well. What fails is tried again later and later. Confined to the center's loop.
 */
final class Rejoins {
    private static final Duration FIRST_RETRY = Duration.ofSeconds(30);
    private static final Duration LAST_RETRY = Duration.ofMinutes(15);

    private record Tried(Duration at, Duration pause) {}

    private final CenterScheduler scheduler;
    private final CenterState state;
    private final Map<ReplicaSetId, DatabaseCluster> clusters;
    private final Consumer<VmId> rejoin;
    private final Map<MemberId, Tried> tried = new HashMap<>();

    Rejoins(
            CenterScheduler scheduler,
            CenterState state,
            Map<ReplicaSetId, DatabaseCluster> clusters,
            Consumer<VmId> rejoin) {
        this.scheduler = scheduler;
        this.state = state;
        this.clusters = ImmutableMap.copyOf(clusters);
        this.rejoin = rejoin;
    }

    /** Looks which members of a set have to rejoin, after a reading of it. */
    void look(ReplicaSetId id) {
        DatabaseCluster cluster = clusters.get(id);
        Optional<ReplicaSet> set = state.databases().sets().set(id);
        if (cluster == null || set.isEmpty() || !Platform.operations(cluster).contains(DatabaseOperation.REJOIN)) {
            return;
        }
        for (MemberId member : set.get().memberIds()) {
            if (state.databases().needsRejoin(member)) {
                tryNow(member);
            } else {
                tried.remove(member);
            }
        }
    }

    private void tryNow(MemberId member) {
        Duration now = scheduler.uptime();
        Tried before = tried.get(member);
        if (before != null && now.minus(before.at()).compareTo(before.pause()) < 0) {
            return;
        }
        Optional<VmId> vm = state.vmDatabases().vmsOf(member).stream()
                .filter(this::isWell)
                .map(VmRecord::id)
                .min(Comparator.naturalOrder());
        if (vm.isPresent()) {
            Duration pause = before == null ? FIRST_RETRY : before.pause().multipliedBy(2);
            tried.put(member, new Tried(now, pause.compareTo(LAST_RETRY) > 0 ? LAST_RETRY : pause));
            rejoin.accept(vm.get());
        }
    }

    private boolean isWell(VmRecord vm) {
        return !vm.isFailed()
                && vm.power() == PowerState.ON
                && state.runsVms(vm.seen().host());
    }
}
