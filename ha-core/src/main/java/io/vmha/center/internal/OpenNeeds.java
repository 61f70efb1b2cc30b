package io.vmha.center.internal;

import io.vmha.center.event.NeedKind;
import io.vmha.center.internal.execution.PlanExecutor;
import io.vmha.center.internal.execution.PlanRun;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.model.DesiredState;
import io.vmha.policy.SubjectDecision;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * The needs of a VM for which nothing is under way, from what it needs and from the open plans. Keeps nothing; on the center's loop.
 */
final class OpenNeeds {
    private final CenterState state;
    private final PlanExecutor executor;
    private final ChosenPolicies policies;

    OpenNeeds(CenterState state, PlanExecutor executor, ChosenPolicies policies) {
        this.state = state;
        this.executor = executor;
        this.policies = policies;
    }

    /** The needs of a VM for which nothing is under way. */
    Set<NeedKind> of(VmRecord vm) {
        return of(Needs.of(vm, state, policies.config()), vm);
    }

    /** Of all needs of a VM those for which nothing is under way. */
    Set<NeedKind> of(Set<NeedKind> all, VmRecord vm) {
        Set<NeedKind> needs = toEnumSet(all);
        for (PlanRun run : executor.runsOf(vm.id())) {
            for (SubjectDecision part : run.openParts()) {
                boolean isItsOwn = part.subject().is(vm.id());
                if (isItsOwn) {
                    Needs.metBy(part).ifPresent(needs::remove);
                }
                if (isItsOwn && part instanceof SubjectDecision.Redirect) {
                    // Requests on their way elsewhere do not go home.
                    needs.remove(NeedKind.RETURN);
                }
            }
        }
        return needs;
    }

    /** Whether the need that a decision meets is there, and nothing is under way for it. */
    boolean isOpen(SubjectDecision part, VmRecord vm) {
        Optional<NeedKind> need = Needs.metBy(part);
        if (need.isEmpty()) {
            return true;
        }
        Set<NeedKind> open = of(vm);
        boolean hasNothingToMove = need.get() == NeedKind.SERVE
                && vm.isFailed()
                && !Needs.of(vm, state, policies.config()).contains(NeedKind.SERVE);
        if (hasNothingToMove) {
            // What failed is confirmed off all the same.
            return !vm.isConfirmedOff()
                    && open.isEmpty()
                    && executor.runsOf(vm.id()).isEmpty();
        }
        return open.contains(need.get());
    }

    /** Whether a VM is wanted off, is not, and nothing is under way for that. */
    boolean isToStop(VmRecord vm) {
        return vm.desired() == DesiredState.OFF
                && !vm.isConfirmedOff()
                && executor.runsOf(vm.id()).isEmpty();
    }

    static EnumSet<NeedKind> toEnumSet(Set<NeedKind> needs) {
        return needs.isEmpty() ? EnumSet.noneOf(NeedKind.class) : EnumSet.copyOf(needs);
    }
}
