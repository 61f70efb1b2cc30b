package io.vmha.center.internal;

import io.vmha.center.internal.Decisions.Undecided;
import io.vmha.center.internal.state.CenterState;
import io.vmha.fault.FaultKind;
import io.vmha.model.VmId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * The reports that wait to be decided, those about VMs of the highest priority first, then as they came.
 *
 * <p>Few at a time, so that whatever else waits on the loop has its turn, and what one decision has read is still in the processor's
 * cache for the next: by 32 at a time a failover takes two thirds of what it takes by 1,000. Where a host is among what failed, all of
 * that is decided at once: what takes a lost VM's place is chosen before a host that is only degraded is emptied. Confined to the center's
 * loop.
 */
final class ReportQueue {
    private static final int AT_ONCE = 32;
    private static final int AT_ONCE_WITH_HOSTS = 1_000;

    private record Waiting(Undecided report, int priority, long number) {
        boolean isOfHost() {
            return report.report().kind().scope() == FaultKind.Scope.HOST;
        }
    }

    private final CenterState state;
    private final PriorityQueue<Waiting> waiting = new PriorityQueue<>(
            Comparator.comparingInt(Waiting::priority).reversed().thenComparingLong(Waiting::number));
    private int ofHosts;
    private long added;

    ReportQueue(CenterState state) {
        this.state = state;
    }

    void add(Undecided report) {
        Waiting last = new Waiting(report, priority(report), added++);
        waiting.add(last);
        ofHosts += last.isOfHost() ? 1 : 0;
    }

    private int priority(Undecided report) {
        int highest = 0;
        for (VmId id : report.vms()) {
            highest = Math.max(
                    highest, state.vm(id).map(vm -> vm.seen().priority()).orElse(0));
        }
        return highest;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Takes out those that come next and are decided together. */
    List<Undecided> take() {
        int most = Math.min(waiting.size(), ofHosts > 0 ? AT_ONCE_WITH_HOSTS : AT_ONCE);
        List<Undecided> taken = new ArrayList<>(most);
        for (int i = 0; i < most; i++) {
            Waiting next = waiting.remove();
            ofHosts -= next.isOfHost() ? 1 : 0;
            taken.add(next.report());
        }
        return taken;
    }

    /** Adds the VMs that the waiting reports are about. */
    void addVmsTo(Set<VmId> vms) {
        waiting.forEach(one -> vms.addAll(one.report().vms()));
    }
}
