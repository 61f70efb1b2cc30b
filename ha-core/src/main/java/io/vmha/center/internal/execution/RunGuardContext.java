package io.vmha.center.internal.execution;

import io.vmha.center.internal.state.CenterState;
import io.vmha.model.HostId;
import io.vmha.model.ReplicaSetId;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.Plan;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.Reason;
import java.util.Optional;

/**
 * What guards see of one step of one run. Confined to the center's loop.
 *
 * @param run the plan that the step belongs to
 * @param step the step
 * @param state what is known and wanted
 * @param executor the other plans, and the operator's choices
 */
record RunGuardContext(PlanRun run, StepRun step, CenterState state, RunGuardContext.Plans executor)
        implements GuardContext {
    /** What guards see of all plans, and of what operators chose. */
    interface Plans extends PlanRun.Environment {
        FailoverConfig failover();

        /** Whether an open step of that plan or an earlier one is to move an owner's requests away from a VM; a later one waits. */
        boolean isAboutToMove(VmId owner, VmId from, PlanRun latest);

        /** Whether a redirect is still to be done that nobody holds. */
        boolean isRedirectDue();

        /** Whether another step than the given one is promoting a member of that set, or may be. */
        boolean isPromotingBeside(ReplicaSetId set, StepRun asks);

        /** Whether another plan than the given one makes way for another writer of that set. */
        boolean isHandingOverBeside(ReplicaSetId set, PlanRun asks);
    }

    @Override
    public FailoverConfig failover() {
        return executor.failover();
    }

    @Override
    public Plan plan() {
        return run.plan();
    }

    @Override
    public Action planned() {
        return step.step().action();
    }

    @Override
    public boolean isTried() {
        return step.isTried();
    }

    @Override
    public boolean isStillNeeded() {
        return run.isStillNeeded(step);
    }

    @Override
    public Optional<Reason> holdOf(Action action) {
        return executor.holdOf(run, action);
    }

    @Override
    public boolean mayFence(HostId host) {
        return executor.offMeans().mayFence(host);
    }

    @Override
    public boolean isAboutToMove(VmId owner, VmId from) {
        return executor.isAboutToMove(owner, from, run);
    }

    @Override
    public boolean isRedirectDue() {
        return step.mayBePutOff(executor.redirectTimeout()) && executor.isRedirectDue();
    }

    @Override
    public boolean isOverloaded(HostId host) {
        return step.mayBePutOff(executor.roomTimeout())
                && PutOff.isOverloaded(host, state, executor.failover().loadThreshold());
    }

    @Override
    public void needsReading() {
        executor.needsReading();
    }

    @Override
    public void needsDatabases() {
        executor.needsDatabases();
    }

    @Override
    public boolean isWriterChosenBeside(ReplicaSetId set) {
        return executor.isPromotingBeside(set, step) || executor.isHandingOverBeside(set, run);
    }
}
