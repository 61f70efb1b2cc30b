package io.vmha.center;

import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.SetMultimap;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The live migrations that have not come to their end, by the hosts that they go between. A machine is counted where it is
 * to be; once it fails, or one of the two hosts is lost, it matters where it is. Confined to the center's loop.
 */
final class Migrations {
    private final SetMultimap<HostId, StepRun> byHost = LinkedHashMultimap.create();

    void add(List<StepRun> steps) {
        for (StepRun step : steps) {
            if (step.step().action() instanceof Action.Migrate migrate) {
                byHost.put(migrate.from(), step);
                byHost.put(migrate.to(), step);
            }
        }
    }

    void remove(List<StepRun> steps) {
        for (StepRun step : steps) {
            if (step.step().action() instanceof Action.Migrate migrate) {
                byHost.remove(migrate.from(), step);
                byHost.remove(migrate.to(), step);
            }
        }
    }

    /** Gives up the migrations from and to a host that is lost; returns whether it is known of all where the machine is. */
    boolean settle(HostId lost) {
        List<StepRun> open = List.copyOf(byHost.get(lost));
        open.forEach(step -> step.abandon("host " + lost + " was lost", Optional.of(lost)));
        return open.stream().allMatch(StepRun::isEnded);
    }

    /** Gives up the migrations of a machine that failed; returns whether it is known where it is. */
    static boolean settle(VmId failed, Collection<PlanRun> runs) {
        List<StepRun> open = runs.stream()
                .flatMap(run -> run.steps().stream())
                .filter(step -> step.step().action() instanceof Action.Migrate migrate
                        && migrate.target().equals(failed)
                        && !step.isEnded())
                .toList();
        open.forEach(step -> step.abandon(failed + " failed", Optional.empty()));
        return open.stream().allMatch(StepRun::isEnded);
    }
}
