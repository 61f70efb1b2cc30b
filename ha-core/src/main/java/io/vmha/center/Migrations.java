package io.vmha.center;

import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.SetMultimap;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The live migrations that have not come to their end, by the hosts that they go between. A machine is counted where it is
 * to be; once it fails, or one of the two hosts is lost, it matters where it is. Confined to the center's loop.
 */
final class Migrations {
    private final SetMultimap<HostId, StepRun> byHost = LinkedHashMultimap.create();
    private final SetMultimap<VmId, StepRun> bySubject = LinkedHashMultimap.create();
    private final Map<VmId, HostId> places = new HashMap<>();

    void add(List<StepRun> steps) {
        for (StepRun step : steps) {
            if (step.step().action() instanceof Action.Migrate migrate) {
                if (bySubject.put(migrate.target(), step)
                        && bySubject.get(migrate.target()).size() == 1) {
                    places.put(migrate.target(), migrate.from());
                }
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
                if (bySubject.remove(migrate.target(), step) && !bySubject.containsKey(migrate.target())) {
                    places.remove(migrate.target());
                }
            }
        }
    }

    /** Where a machine is that is to move, as far as is known: what is decided but not done does not count. */
    Optional<HostId> placeOf(VmId vm) {
        return Optional.ofNullable(places.get(vm));
    }

    void arrived(Action.Migrate done) {
        places.computeIfPresent(done.target(), (vm, before) -> done.to());
    }

    /**
     * Gives up the migrations from and to a host that is lost, and what was to move the same machines further; returns
     * whether it is known of all where they are.
     */
    boolean settle(HostId lost) {
        List<StepRun> open = byHost.get(lost).stream()
                .flatMap(step -> step.step().action().vm().stream())
                .distinct()
                .flatMap(vm -> bySubject.get(vm).stream())
                .toList();
        open.forEach(step -> step.abandon("host " + lost + " was lost", Optional.of(lost)));
        return open.stream().allMatch(StepRun::isEnded);
    }

    /** Gives up the migrations of a machine that failed; returns whether it is known where it is. */
    boolean settle(VmId failed) {
        List<StepRun> open = List.copyOf(bySubject.get(failed));
        open.forEach(step -> step.abandon(failed + " failed", Optional.empty()));
        return open.stream().allMatch(StepRun::isEnded);
    }
}
