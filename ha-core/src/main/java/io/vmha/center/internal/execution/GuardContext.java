package io.vmha.center.internal.execution;

import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.model.HostId;
import io.vmha.model.ReplicaSetId;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.Plan;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FencingMode;
import io.vmha.policy.Reason;
import java.util.Optional;

/** What guards see of the step that they judge, of the plan that it belongs to, and of the others. On the center's loop. */
interface GuardContext {
    /** What is known and wanted. */
    CenterState state();

    /** What operators chose about failover. */
    FailoverConfig failover();

    /** The plan that the step belongs to. */
    Plan plan();

    /** What the step was planned to do; another action may have taken its place. */
    Action planned();

    /** Whether the step was ever tried. */
    boolean isTried();

    /** Whether what the step acts for is still there. */
    boolean isStillNeeded();

    /** What holds an action of the plan back. */
    Optional<Reason> holdOf(Action action);

    /** Whether an open step, of this plan or an earlier one, is to move an owner's requests away from a VM. */
    boolean isAboutToMove(VmId owner, VmId from);

    /** Whether requests are to be moved at this moment: for a while those of others come before what can wait. */
    boolean isRedirectDue();

    /** Whether VMs use so much of a host that it had better start none for a while. */
    boolean isOverloaded(HostId host);

    /** Whether a host may be fenced for one of its VMs' sake now. */
    boolean mayFence(HostId host);

    /** Where VMs are has to be read first. */
    void needsReading();

    /** Which databases write has to be read first. */
    void needsDatabases();

    /** Whether another step promotes a member of that set now, or another plan makes way for one. */
    boolean isWriterChosenBeside(ReplicaSetId set);

    /** Whether nothing may take a VM's place before it is confirmed off. */
    default boolean requiresFencing(VmRecord vm) {
        return failover().fencingOf(vm.seen().type()) == FencingMode.REQUIRED;
    }
}
