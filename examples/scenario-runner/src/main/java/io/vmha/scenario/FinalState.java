package io.vmha.scenario;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedSet;
import io.vmha.center.event.PlanView;
import io.vmha.center.event.UnmetNeed;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import io.vmha.policy.Reason;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.function.ToDoubleFunction;

/**
 * What there is at the end of a scenario.
 *
 * @param inventory hosts and VMs, with power, place and size as they really are, and with health as the center knows it
 * @param servedBy where the requests of VMs go that do not serve their own
 * @param possibleHosts where a VM may be running, of those for which it is more than one host
 * @param unmet what is needed and not under way
 * @param held the plans that wait for an operator or a guard
 */
record FinalState(
        Inventory inventory,
        Map<VmId, VmId> servedBy,
        Map<VmId, SortedSet<HostId>> possibleHosts,
        List<Unmet> unmet,
        List<Held> held) {

    /**
     * A need that is not met.
     *
     * @param need its kind, by name
     * @param sinceSeconds virtual time since the start
     */
    record Unmet(String subject, String need, Reason reason, double sinceSeconds) {}

    /** A plan that waits, and why. */
    record Held(PlanId plan, Reason reason) {}

    /** The needs that a center tells, by subject and kind. */
    static List<Unmet> unmet(List<UnmetNeed> needs, ToDoubleFunction<Instant> clock) {
        return needs.stream()
                .map(need -> new Unmet(
                        need.subject().toString(),
                        need.need().name(),
                        need.reason(),
                        clock.applyAsDouble(need.since())))
                .sorted(Comparator.comparing(Unmet::subject).thenComparing(Unmet::need))
                .toList();
    }

    /** Of the plans that a center tells those that are held, by number. */
    static List<Held> held(List<PlanView> plans) {
        return plans.stream()
                .flatMap(view ->
                        view.heldFor().map(reason -> new Held(view.plan().id(), reason)).stream())
                .sorted(Comparator.comparing(Held::plan))
                .toList();
    }

    FinalState {
        servedBy = ImmutableMap.copyOf(servedBy);
        ImmutableMap.Builder<VmId, SortedSet<HostId>> hosts = ImmutableMap.builder();
        possibleHosts.forEach((vm, set) -> hosts.put(vm, ImmutableSortedSet.copyOf(set)));
        possibleHosts = hosts.buildOrThrow();
        unmet = ImmutableList.copyOf(unmet);
        held = ImmutableList.copyOf(held);
    }
}
