package io.vmha.center.internal.execution;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.MultimapBuilder;
import com.google.common.collect.SetMultimap;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.plan.Step;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The plans that are held, by number, and by the VMs and hosts that they count on: there may be thousands, and each report asks for
 * those of its subject. Confined to the center's loop.
 */
final class HeldPlans {
    private final Map<PlanId, Plan> plans = new TreeMap<>();
    private final SetMultimap<VmId, PlanId> byServer =
            MultimapBuilder.hashKeys().treeSetValues().build();
    private final SetMultimap<HostId, PlanId> byPlace =
            MultimapBuilder.hashKeys().treeSetValues().build();

    void add(Plan plan) {
        Plan before = plans.get(plan.id());
        if (plan.equals(before)) {
            return;
        }
        if (before != null) {
            remove(before);
        }
        plans.put(plan.id(), plan);
        for (Step step : plan.steps()) {
            serverOf(step.action()).ifPresent(server -> byServer.put(server, plan.id()));
            Placements.hostOf(step.action()).ifPresent(host -> byPlace.put(host, plan.id()));
        }
    }

    /** Removes that very plan; another one of its number stays. */
    void remove(Plan plan) {
        if (plans.remove(plan.id(), plan)) {
            for (Step step : plan.steps()) {
                serverOf(step.action()).ifPresent(server -> byServer.remove(server, plan.id()));
                Placements.hostOf(step.action()).ifPresent(host -> byPlace.remove(host, plan.id()));
            }
        }
    }

    /** The VM that is to serve another's requests. */
    private static Optional<VmId> serverOf(Action action) {
        return action instanceof Action.Redirect redirect && !redirect.owner().equals(redirect.server())
                ? Optional.of(redirect.server())
                : Optional.empty();
    }

    /** All of them, by number. */
    Set<PlanId> all() {
        return ImmutableSet.copyOf(plans.keySet());
    }

    /** Those that have the requests of another go to a VM, by number. */
    Set<PlanId> countingOn(VmId server) {
        return ImmutableSet.copyOf(byServer.get(server));
    }

    /** Those that place something on a host, by number. */
    Set<PlanId> countingOn(HostId host) {
        return ImmutableSet.copyOf(byPlace.get(host));
    }
}
