package io.vmha.center.internal.execution;

import com.google.common.collect.MultimapBuilder;
import com.google.common.collect.SetMultimap;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.PlanId;
import io.vmha.plan.Step;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The plans that are held, by number, and by the VMs and hosts that they count on: there may be thousands, and each report asks for
 * those of its subject. Confined to the center's loop.
 */
final class HeldRuns {
    private final Map<PlanId, PlanRun> runs = new TreeMap<>();
    private final SetMultimap<VmId, PlanId> byServer =
            MultimapBuilder.hashKeys().treeSetValues().build();
    private final SetMultimap<HostId, PlanId> byPlace =
            MultimapBuilder.hashKeys().treeSetValues().build();

    void add(PlanRun run) {
        PlanRun before = runs.get(run.id());
        if (before == run) {
            return;
        }
        if (before != null) {
            remove(before);
        }
        runs.put(run.id(), run);
        for (Step step : run.plan().steps()) {
            if (step.action() instanceof Action.Redirect redirect
                    && !redirect.owner().equals(redirect.server())) {
                byServer.put(redirect.server(), run.id());
            } else if (places(step.action())) {
                step.action().host().ifPresent(host -> byPlace.put(host, run.id()));
            }
        }
    }

    private static boolean places(Action action) {
        return action instanceof Action.PowerOn
                || action instanceof Action.CloneFromTemplate
                || action instanceof Action.Migrate;
    }

    /** Removes that very run; another one of its number stays. */
    void remove(PlanRun run) {
        if (runs.remove(run.id(), run)) {
            for (Step step : run.plan().steps()) {
                if (step.action() instanceof Action.Redirect redirect) {
                    byServer.remove(redirect.server(), run.id());
                } else if (places(step.action())) {
                    step.action().host().ifPresent(host -> byPlace.remove(host, run.id()));
                }
            }
        }
    }

    /** All of them, by number. */
    List<PlanRun> all() {
        return List.copyOf(runs.values());
    }

    /** Those of which nothing was tried and that have the requests of another go to a VM. */
    List<PlanRun> countingOn(VmId server) {
        return untried(byServer.get(server));
    }

    /** Those of which nothing was tried and that place something on a host. */
    List<PlanRun> countingOn(HostId host) {
        return untried(byPlace.get(host));
    }

    private List<PlanRun> untried(Set<PlanId> plans) {
        return plans.stream()
                .map(runs::get)
                .filter(run -> !run.isIdleOffer() && run.isUntried())
                .toList();
    }
}
