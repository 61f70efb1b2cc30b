package io.vmha.center.internal;

import io.vmha.center.event.NeedKind;
import io.vmha.center.internal.execution.StepFailure;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.center.journal.VmState;
import io.vmha.model.DesiredState;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides what a VM needs and nothing is under way for: of all that it needs what comes first, by the policies or by whoever knows that
 * need. Keeps nothing; on the center's loop.
 */
final class NeedDecisions {
    private final CenterLoop center;
    private final CenterState state;
    private final UnmetNeeds unmet;
    private final NeedNotes notes;
    private final ChosenPolicies policies;
    private final OpenNeeds open;
    private final Refusals refusals;
    private final PlanOpening plans;

    NeedDecisions(CenterLoop center, ChosenPolicies policies, OpenNeeds open, Refusals refusals, PlanOpening plans) {
        this.center = center;
        this.state = center.state();
        this.unmet = center.unmet();
        this.notes = center.notes();
        this.policies = policies;
        this.open = open;
        this.refusals = refusals;
        this.plans = plans;
    }

    /** Whether there is anything to decide about a VM. What it does not need any more is met. */
    boolean isNeedy(VmRecord vm) {
        if (vm.is(VmState.Flag.DELETED) || vm.is(VmState.Flag.SPLIT_BRAIN)) {
            return false;
        }
        Set<NeedKind> all = Needs.of(vm, state, policies.config());
        boolean isToStop = open.isToStop(vm);
        EnumSet.complementOf(OpenNeeds.toEnumSet(all)).stream()
                .filter(need -> !isToStop || need != NeedKind.SERVE)
                .forEach(need -> unmet.met(vm.id(), need));
        if (vm.desired() == DesiredState.UNMANAGED) {
            refusals.takeFailed(vm.id());
            return false;
        }
        return isToStop || refusals.hasFailed(vm.id()) || !open.of(all, vm).isEmpty();
    }

    /** Decides again what a VM needs and nothing is under way for, unless others have met that meanwhile. */
    void decide(VmRecord vm) {
        if (!isNeedy(vm)) {
            return;
        }
        Set<NeedKind> needs = open.of(vm);
        Optional<Refusals.Failed> failed = refusals.takeFailed(vm.id());
        if (vm.is(VmState.Flag.REJECTED)) {
            needs.forEach(need -> notes.note(vm, need, Reason.REJECTED, "an operator rejected what was decided"));
            return;
        }
        if (vm.is(VmState.Flag.LIMITED) && needs.remove(NeedKind.RESTORE)) {
            // Time alone does not reopen it: a new report, a repair or an operator does.
            notes.note(vm, NeedKind.RESTORE, Reason.RECOVERY_LIMIT, vm.id() + " was recovered too often");
            if (needs.isEmpty()) {
                return;
            }
        }
        if (vm.is(VmState.Flag.TO_START) && !vm.isFailed() && needs.contains(NeedKind.RESTORE)) {
            center.decisions().power().start(vm, Optional.empty(), new PendingDecision());
            return;
        }
        List<SubjectDecision> parts = new ArrayList<>();
        boolean isServedByNobody = needs.contains(NeedKind.RETURN) && Needs.isGone(vm.server(), state);
        if (vm.desired() == DesiredState.OFF) {
            if (isServedByNobody) {
                center.decisions().stranded().serveAgain(vm, vm.server(), failed);
            }
            if (!isServedByNobody || !vm.isConfirmedOff()) {
                center.decisions().power().stop(vm, Optional.empty(), new PendingDecision());
            }
            return;
        }
        boolean isOfFault = needs.contains(NeedKind.SERVE) || needs.contains(NeedKind.RESTORE) || needs.isEmpty();
        if (isOfFault && vm.isFailed()) {
            Trigger trigger = vm.faults().get(0).trigger();
            policies.current().failover().decide(refusals.view(vm.id()), Faults.reportOf(vm)).parts().stream()
                    .map(part -> part.withTrigger(trigger))
                    .filter(part -> part.subject().is(vm.id()))
                    .forEach(parts::add);
        } else if (isServedByNobody) {
            // Its requests are with nobody: that comes before all else.
            center.decisions().stranded().serveAgain(vm, vm.server(), failed);
            return;
        } else if (needs.contains(NeedKind.SERVE)) {
            center.decisions().stranded().follow(vm, failed);
            return;
        } else if (needs.contains(NeedKind.DRAIN)) {
            parts.addAll(policies.current()
                    .evacuation()
                    .decide(refusals.view(vm.id()), List.of(vm.id()), Needs.drainTrigger(vm, state))
                    .parts());
        } else if (needs.contains(NeedKind.RETURN)) {
            center.decisions().returns().decide(vm, new PendingDecision());
            return;
        }
        beginAgain(vm, needs, parts, failed);
    }

    private void beginAgain(
            VmRecord vm, Set<NeedKind> needs, List<SubjectDecision> decided, Optional<Refusals.Failed> failed) {
        List<SubjectDecision> parts = new ArrayList<>();
        boolean isServingDecidedAgain = failed.flatMap(before -> Needs.metBy(before.part()))
                .filter(NeedKind.SERVE::equals)
                .isPresent();
        boolean goesOn = false;
        boolean isNews = false;
        for (SubjectDecision part : center.recoveries().limited(decided, center.now())) {
            NeedKind need = Needs.of(part, vm);
            boolean movesNothing = part instanceof SubjectDecision.Redirect redirect
                    && redirect.owners().isEmpty()
                    && vm.isConfirmedOff()
                    && !isServingDecidedAgain;
            boolean isOpen = needs.contains(need) || (isServingDecidedAgain && need == NeedKind.SERVE);
            if (!isOpen || movesNothing || part instanceof SubjectDecision.Ignored) {
                continue;
            }
            Optional<StepFailure> refused = refusals.whyRefused(vm.id(), need, part);
            if (failed.isEmpty() && refused.isPresent()) {
                // There is a target, and it is known why that one is none.
                notes.note(vm, need, refused.get().reason(), refused.get().detail());
                continue;
            }
            parts.add(part);
            boolean isMet = Needs.metBy(part).isPresent();
            goesOn |= isMet;
            isNews |= isMet || !unmet.isNoted(vm.id(), need, part.reason());
        }
        if (!goesOn && failed.isPresent()) {
            refusals.blocked(vm, failed.get());
            return;
        }
        if (isNews && !parts.isEmpty()) {
            plans.begin(
                    vm.isFailed() ? Optional.of(vm.faults().get(0).report()) : Optional.empty(),
                    parts,
                    false,
                    Optional.empty(),
                    new PendingDecision());
        } else {
            notes.noteAll(parts);
        }
    }
}
