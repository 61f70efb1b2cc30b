package io.vmha.center.internal;

import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.HaEvent;
import io.vmha.center.internal.execution.PlanRun;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.plan.Plan;
import io.vmha.policy.Decision;
import io.vmha.policy.DecisionEffects;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Decides held plans again when what they count on is gone. Keeps nothing; on the center's loop. */
final class Replanning {
    private final CenterLoop center;
    private final CenterState state;
    private final ChosenPolicies policies;
    private final SoundDecisions sound;
    private final OpenNeeds open;
    private final PlanOpening plans;

    Replanning(CenterLoop center, ChosenPolicies policies, SoundDecisions sound, OpenNeeds open, PlanOpening plans) {
        this.center = center;
        this.state = center.state();
        this.policies = policies;
        this.sound = sound;
        this.open = open;
        this.plans = plans;
    }

    /** A VM does not serve any more: see {@link #replan}. */
    void replanWithout(VmId target) {
        replan(center.executor().heldRunsCountingOn(target));
    }

    /** A host takes no VMs any more: see {@link #replan}. */
    void replanWithout(HostId target) {
        replan(center.executor().heldRunsCountingOn(target));
    }

    /** What held plans count on is gone: they keep their numbers and are decided again, as a later revision. */
    void replan(List<PlanRun> held) {
        held.forEach(run -> center.decisions().attempt("plan " + run.id(), () -> replan(run)));
    }

    private void replan(PlanRun run) {
        List<VmRecord> vms = run.openParts().stream()
                .flatMap(part -> part.subject().asVm().flatMap(state::vm).stream())
                .distinct()
                .toList();
        center.executor().withdraw(run);
        List<SubjectDecision> parts = new ArrayList<>();
        List<FaultReport> reports = new ArrayList<>();
        Map<Trigger, List<VmId>> leaving = new EnumMap<>(Trigger.class);
        for (VmRecord vm : vms) {
            if (vm.isFailed()) {
                reports.add(Faults.reportOf(vm));
            } else if (Needs.isToLeave(vm, state)) {
                leaving.computeIfAbsent(Needs.drainTrigger(vm, state), trigger -> new ArrayList<>())
                        .add(vm.id());
            }
        }
        if (!reports.isEmpty()) {
            for (SubjectDecision part : policies.current()
                    .failover()
                    .decideAll(state.inventory(), reports)
                    .parts()) {
                Optional<VmRecord> vm = part.subject().asVm().flatMap(state::vm);
                vm.filter(found -> found.isFailed() && open.isOpen(part, found))
                        .ifPresent(found ->
                                parts.add(part.withTrigger(found.faults().get(0).trigger())));
            }
        }
        // One after the other, what failed first: each takes room that those after it cannot have.
        leaving.forEach((trigger, together) -> parts.addAll(policies.current()
                .evacuation()
                .decide(DecisionEffects.apply(state.inventory(), SoundDecisions.decisionOf(parts)), together, trigger)
                .parts()));
        List<SubjectDecision> checked = sound.checked(center.recoveries().limited(parts, center.now()));
        Decision decision = SoundDecisions.decisionOf(checked);
        Plan plan = plans.planOf(run.id(), decision);
        if (plan.isEmpty()) {
            center.notes().noteAll(checked);
            if (!checked.isEmpty()) {
                center.publish(new HaEvent.Decided(center.now(), run.opened().report(), decision, plan));
            }
            center.outcomes()
                    .planEnded(run, new DecisionOutcome(run.opened().report(), decision, run.plan(), List.of()));
            return;
        }
        plans.begin(new PlanOpening.Begun(
                run.opened().report(),
                decision,
                plan,
                run.opened().revision() + 1,
                false,
                Optional.empty(),
                new PendingDecision()));
    }
}
