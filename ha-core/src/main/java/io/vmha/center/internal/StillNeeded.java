package io.vmha.center.internal;

import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.center.journal.VmState;
import io.vmha.model.DesiredState;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.policy.SubjectDecision;
import java.util.Optional;

/**
 * Tells whether what a decision is for is still there: its fault, its host's drain, its load, its return home. On the center's loop.
 *
 * @param state what is known and wanted
 * @param policies whose load threshold holds now
 */
record StillNeeded(CenterState state, ChosenPolicies policies) implements SubjectDecision.Visitor<Boolean> {
    /** Whether a decision still needs that one of its steps is done. */
    boolean isNeeded(SubjectDecision part, Action action) {
        boolean isInVain = action instanceof Action.Redirect redirect && isServedElsewhere(part, redirect);
        return !isInVain && part.accept(this);
    }

    /**
     * Whether requests that were to leave a VM have left it for one that serves: an operator may have sent them home while the redirect
     * waited, or what became of a try was unknown.
     */
    private boolean isServedElsewhere(SubjectDecision part, Action.Redirect redirect) {
        boolean isHome = redirect.owner().equals(redirect.server());
        Optional<VmRecord> owner = state.vm(redirect.owner());
        if (isHome || owner.isEmpty() || Needs.isBesideWriter(owner.get(), state)) {
            return false;
        }
        VmId server = owner.get().server();
        return !part.subject().is(server)
                && !server.equals(redirect.server())
                && state.vm(server)
                        .filter(vm -> !vm.isFailed() && vm.desired() != DesiredState.OFF)
                        .filter(vm -> state.runsVms(vm.seen().host()))
                        .flatMap(vm -> state.asSeen(server))
                        .filter(VirtualMachine::isServing)
                        .isPresent();
    }

    @Override
    public Boolean visitRedirect(SubjectDecision.Redirect redirect) {
        return isFailedOrStopped(redirect.vm()) || isServedInVain(redirect.vm());
    }

    @Override
    public Boolean visitRestart(SubjectDecision.Restart restart) {
        return isToRun(restart.vm());
    }

    @Override
    public Boolean visitReclone(SubjectDecision.Reclone reclone) {
        return isToRun(reclone.vm());
    }

    @Override
    public Boolean visitReallocate(SubjectDecision.Reallocate reallocate) {
        return isLoaded(reallocate.vm());
    }

    @Override
    public Boolean visitShift(SubjectDecision.Shift shift) {
        return isLoaded(shift.vm());
    }

    @Override
    public Boolean visitMigrate(SubjectDecision.Migrate migrate) {
        return state.vm(migrate.vm())
                .filter(vm -> Needs.isToLeave(vm, state)
                        || state.away().homeOf(migrate.vm()).equals(Optional.of(migrate.to()))
                        || vm.mayRunOn().size() > 1
                        || !vm.seen().host().equals(migrate.from()))
                .isPresent();
    }

    @Override
    public Boolean visitFailback(SubjectDecision.Failback failback) {
        return state.vm(failback.vm())
                .filter(vm -> !vm.isFailed() && vm.is(VmState.Flag.RETURNING) && vm.desired() != DesiredState.OFF)
                .isPresent();
    }

    @Override
    public Boolean visitNoTarget(SubjectDecision.NoTarget noTarget) {
        return false;
    }

    @Override
    public Boolean visitBlocked(SubjectDecision.Blocked blocked) {
        return false;
    }

    @Override
    public Boolean visitIgnored(SubjectDecision.Ignored ignored) {
        return false;
    }

    /** Unless a later sample is below the threshold: where none came, the one that was decided by holds. */
    private boolean isLoaded(VmId id) {
        double threshold = policies.config().loadThreshold();
        return state.vm(id)
                .filter(vm -> vm.sampledLoad().stream().noneMatch(load -> load <= threshold))
                .isPresent();
    }

    private boolean isFailedOrStopped(VmId id) {
        return state.vm(id)
                .filter(vm ->
                        isFailedAndManaged(vm) || vm.desired() == DesiredState.OFF || Needs.isGone(vm.server(), state))
                .isPresent();
    }

    private static boolean isFailedAndManaged(VmRecord vm) {
        return vm.isFailed() && vm.desired() != DesiredState.UNMANAGED;
    }

    /** Whether a VM's requests go to a database that does not accept writes, or to a VM that was deleted. */
    private boolean isServedInVain(VmId id) {
        return state.vm(id)
                .filter(vm -> Needs.isBesideWriter(vm, state)
                        || (!vm.server().equals(id) && Needs.isGone(vm.server(), state)))
                .isPresent();
    }

    /** A start that is under way does not end the need for it. */
    private boolean isToRun(VmId id) {
        return state.vm(id)
                .filter(vm -> isFailedAndManaged(vm)
                        || (vm.desired() == DesiredState.RUNNING
                                && (vm.mayRunOn().isEmpty() || (vm.isActedOn() && vm.power() != PowerState.ON))))
                .isPresent();
    }
}
