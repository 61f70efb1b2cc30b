package io.vmha.center.internal.execution;

import io.vmha.center.internal.state.CenterState;
import io.vmha.model.DesiredState;
import io.vmha.model.HostHealth;
import io.vmha.plan.Action;

/** Tells whether a step without a decision of its own is needed still. Pure functions of what is known. */
final class NeededAlone {
    private NeededAlone() {}

    /** What a step without a decision of its own acts for: a VM that has failed or is to stop, a host that is lost. */
    static boolean isNeeded(Action action, CenterState state) {
        if (action instanceof Action.FenceHost fence) {
            return state.host(fence.target())
                    .filter(host -> host.health() == HostHealth.UNREACHABLE)
                    .isPresent();
        }
        if (action instanceof Action.DeleteLeftovers delete) {
            return state.leftovers().all().stream()
                    .anyMatch(left ->
                            left.vm().equals(delete.target()) && left.host().equals(delete.on()));
        }
        if (action instanceof Action.Rejoin rejoin) {
            return state.vm(rejoin.target())
                    .flatMap(vm -> state.vmDatabases().memberOf(vm.seen()))
                    .filter(state.databases()::needsRejoin)
                    .isPresent();
        }
        return action.vm()
                .flatMap(state::vm)
                .filter(vm -> vm.isFailed() || vm.desired() == DesiredState.OFF)
                .isPresent();
    }
}
