package io.vmha.center.internal.execution;

import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FencingMode;

/**
 * What guards see. Confined to the center's loop.
 *
 * @param run the plan that the action belongs to
 * @param step the step
 * @param state what is known and wanted
 * @param executor the other plans, and the operator's choices
 */
record GuardContext(PlanRun run, StepRun step, CenterState state, PlanExecutor executor) {
    FailoverConfig failover() {
        return executor.failover();
    }

    boolean requiresFencing(VmRecord vm) {
        return failover().fencingOf(vm.seen().type()) == FencingMode.REQUIRED;
    }
}
