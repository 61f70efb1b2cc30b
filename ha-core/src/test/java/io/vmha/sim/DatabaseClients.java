package io.vmha.sim;

import static java.util.Comparator.naturalOrder;

import io.vmha.model.CommitRule;
import io.vmha.model.HostHealth;
import io.vmha.model.Inventory;
import io.vmha.model.MemberId;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Clients that write rows to whichever VM serves a database's requests, all the time. What was acknowledged must be there in the end,
 * and no two databases ever accept writes. Confined to the simulation's thread.
 */
final class DatabaseClients {
    private static final Duration BETWEEN_WRITES = Duration.ofSeconds(15);
    private static final int WRITES_LEFT_BEHIND = 3;

    private final Stage stage;
    private final Map<Integer, Instant> acknowledgedAt = new HashMap<>();
    /** What promotions left behind, as the limit allowed. */
    private final Set<Integer> givenUp = new HashSet<>();

    /** How many writes in a row each member has missed that ran all the time beside a database that took them. */
    private final Map<MemberId, Integer> missed = new HashMap<>();

    private int row;

    DatabaseClients(Stage stage) {
        this.stage = stage;
        if (stage.course().isAsynchronous()) {
            databases().commitRule(CommitRule.ASYNCHRONOUS);
        }
    }

    /** Writes from now on. */
    void start() {
        stage.time().scheduleBackground(BETWEEN_WRITES, () -> {
            write();
            start();
        });
    }

    private void write() {
        Inventory actual = stage.datacenter().actual();
        List<VmId> owners = actual.vms().stream()
                .filter(vm -> vm.type().equals(VmType.DATABASE))
                .map(VirtualMachine::id)
                .sorted()
                .toList();
        row++;
        if (owners.isEmpty()) {
            return;
        }
        VmId server = stage.datacenter().serverOf(owners.get(row % owners.size()));
        Optional<MemberId> member = actual.vm(server)
                .filter(vm -> vm.power() == PowerState.ON && actual.hostOf(vm).health() != HostHealth.DOWN)
                .flatMap(vm -> stage.datacenter().memberOf(vm));
        SimulatedReplicaSet set = databases();
        if (member.isPresent() && set.write(member.get(), row)) {
            acknowledgedAt.put(row, stage.time().now());
            stage.counts().add("row acknowledged");
            noteMissed(actual, actual.requireVm(server), member.get());
        }
        Violation.check(set.writers().size() <= 1, 1, () -> "databases that accept writes: " + set.writers());
    }

    private void noteMissed(Inventory actual, VirtualMachine writing, MemberId writer) {
        boolean isReached = actual.hostOf(writing).health() == HostHealth.UP;
        Set<MemberId> running = new HashSet<>();
        for (VirtualMachine vm : actual.vms()) {
            if (vm.isServing() && actual.hostOf(vm).health() == HostHealth.UP) {
                stage.datacenter().memberOf(vm).ifPresent(running::add);
            }
        }
        missed.keySet().retainAll(running);
        SimulatedReplicaSet set = databases();
        for (MemberId other : running) {
            if (isReached
                    && !other.equals(writer)
                    && set.has(other)
                    && !set.missing(other).isEmpty()) {
                missed.merge(other, 1, Integer::sum);
            } else {
                missed.remove(other);
            }
        }
    }

    /** Whether a database that runs was left for a while without what another wrote, though it could have rejoined it. */
    boolean isAnyLeftBehind() {
        return missed.values().stream().anyMatch(writes -> writes >= WRITES_LEFT_BEHIND);
    }

    /** Whether a VM's database has not begun the timeline that was written last. */
    boolean isOnOlderTimeline(VirtualMachine vm) {
        return stage.datacenter()
                .memberOf(vm)
                .filter(databases()::has)
                .filter(member -> !databases().isOnLatestTimeline(member))
                .isPresent();
    }

    private SimulatedReplicaSet databases() {
        return stage.datacenter().replicaSets().get(0);
    }

    /** Where commits wait for nobody, a promotion leaves behind what was acknowledged within the limit, and no more. */
    void promotes(MemberId member) {
        SimulatedReplicaSet set = databases();
        if (!stage.course().isAsynchronous() || !set.has(member)) {
            return;
        }
        List<Integer> lost = set.missing(member).stream()
                .filter(one -> !givenUp.contains(one) && acknowledgedAt.containsKey(one))
                .toList();
        givenUp.addAll(lost);
        Optional<Duration> limit = stage.course().failover().maxReplicationLag();
        boolean isTold = stage.datacenter().actual().vms().stream()
                .anyMatch(vm -> stage.datacenter().memberOf(vm).equals(Optional.of(member))
                        && stage.outside().wasLagTold(vm.id()));
        if (lost.isEmpty() || limit.isEmpty() || isTold || stage.course().has(CourseEvent.Kind.LAG_ACCEPTED)) {
            return;
        }
        stage.counts().add("rows lost within the limit");
        Instant first =
                lost.stream().map(acknowledgedAt::get).min(naturalOrder()).orElseThrow();
        Instant last =
                lost.stream().map(acknowledgedAt::get).max(naturalOrder()).orElseThrow();
        Duration behind = Duration.between(first, last);
        Violation.check(
                behind.compareTo(limit.get()) <= 0,
                1,
                () -> member + " was promoted, and lacks rows of " + behind + ", more than " + limit.get());
    }

    /** Whatever was acknowledged is in the database that writes, but for what a promotion was allowed to leave behind. */
    void checkEnd() {
        SimulatedReplicaSet set = databases();
        for (MemberId writer : set.writers()) {
            List<Integer> missing = set.missing(writer).stream()
                    .filter(one -> !givenUp.contains(one))
                    .toList();
            Violation.check(
                    missing.isEmpty(), 1, () -> "rows that were acknowledged are lost: " + missing + " of " + writer);
        }
    }
}
