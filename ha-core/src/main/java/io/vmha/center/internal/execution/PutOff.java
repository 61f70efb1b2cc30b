package io.vmha.center.internal.execution;

import io.vmha.center.internal.state.CenterState;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.plan.Action;
import io.vmha.plan.Step;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What restores redundancy and can wait, and what it waits for: the redirects that are due, and hosts that are overloaded. A boot takes
 * CPU and disks from what serves, and there is the more of that the more has failed. Confined to the center's loop.
 */
final class PutOff {
    private final Set<StepRun> redirects = new LinkedHashSet<>();
    /** What starts those that wait. */
    private Map<Runnable, Step> waiting = new LinkedHashMap<>();

    /** Takes note of a plan's redirects; one that brings a VM its own requests back makes room for nothing. */
    void add(PlanRun run) {
        run.steps().stream().filter(PutOff::movesAway).forEach(redirects::add);
    }

    private static boolean movesAway(StepRun step) {
        return step.step().action() instanceof Action.Redirect redirect
                && !redirect.owner().equals(redirect.server());
    }

    /** Forgets a plan that came to its end or was withdrawn. */
    void remove(PlanRun run) {
        run.steps().forEach(redirects::remove);
    }

    /** A step came to its end. */
    void ended(StepRun step) {
        redirects.remove(step);
    }

    /** Whether a redirect is still to be done that nobody holds. */
    boolean isRedirectDue() {
        return redirects.stream().anyMatch(StepRun::isDue);
    }

    /** Whether the VMs that run on a host use more of its CPU than the threshold, by their last samples. */
    static boolean isOverloaded(HostId host, CenterState state, double threshold) {
        Inventory now = state.inventory();
        double used = state.running(host).stream()
                .flatMap(vm -> now.vm(vm.id()).stream())
                .mapToDouble(vm -> vm.load() * vm.allocation().cpuMillis())
                .sum();
        return used > threshold * state.requireHost(host).seen().capacity().cpuMillis();
    }

    /** Has a step start as soon as it need not wait any more. */
    void await(Step step, Runnable start) {
        waiting.put(start, step);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Judges those that wait for a host again. */
    void advance(HostId host) {
        for (Map.Entry<Runnable, Step> entry : List.copyOf(waiting.entrySet())) {
            Runnable start = entry.getKey();
            if (entry.getValue().action().host().filter(host::equals).isPresent() && waiting.remove(start) != null) {
                start.run();
            }
        }
    }

    /** Judges those that wait again: all of them once no redirect is due any more. */
    void advance() {
        if (waiting.isEmpty() || isRedirectDue()) {
            return;
        }
        Map<Runnable, Step> released = waiting;
        waiting = new LinkedHashMap<>();
        released.keySet().forEach(Runnable::run);
    }
}
