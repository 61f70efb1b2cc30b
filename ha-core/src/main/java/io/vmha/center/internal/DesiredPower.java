package io.vmha.center.internal;

import com.google.common.collect.Streams;
import io.vmha.center.event.NeedKind;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.center.journal.VmState;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VmId;
import io.vmha.plan.Plan;
import io.vmha.policy.Explanation;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Starts VMs that are wanted running and stops those that are wanted off. Keeps nothing; on the center's loop. */
final class DesiredPower {
    /** How many hosts are looked at for a VM that is to be started. */
    private static final int STARTS_LOOKED_AT = 200;

    private final CenterLoop center;
    private final CenterState state;
    private final NeedNotes notes;
    private final ChosenPolicies policies;
    private final OpenNeeds open;
    private final Refusals refusals;
    private final SoundDecisions sound;
    private final PlanOpening plans;
    private final StateFacts facts;

    DesiredPower(
            CenterLoop center,
            ChosenPolicies policies,
            OpenNeeds open,
            Refusals refusals,
            SoundDecisions sound,
            PlanOpening plans) {
        this.center = center;
        this.state = center.state();
        this.notes = center.notes();
        this.policies = policies;
        this.open = open;
        this.refusals = refusals;
        this.sound = sound;
        this.facts = new StateFacts(state);
        this.plans = plans;
    }

    /** A VM is wanted off: its requests move first, unless what writes must be off before, then it is powered off. */
    void stop(VmRecord vm, Optional<String> operator, PendingDecision pending) {
        boolean isDone = vm.isConfirmedOff() && !open.of(vm).contains(NeedKind.SERVE);
        if (!center.executor().runsOf(vm.id()).isEmpty() || isDone) {
            plans.nothing(pending);
            return;
        }
        List<SubjectDecision> parts = new ArrayList<>();
        Set<VmId> owners = state.routes().ownersServedBy(vm.id());
        if (!owners.isEmpty()) {
            FaultReport report = FaultReport.ofVm(vm.id(), FaultKind.SERVICE_DOWN, center.now(), "desired state", 0);
            policies.current().failover().decide(refusals.view(vm.id()), report).parts().stream()
                    .filter(part ->
                            part instanceof SubjectDecision.Redirect || part instanceof SubjectDecision.NoTarget)
                    .limit(1)
                    .map(part -> sound.possible(part.withTrigger(Trigger.MAINTENANCE)))
                    .map(part -> refusals.explained(vm.id(), NeedKind.SERVE, part))
                    .forEach(parts::add);
            // Where its type is restarted in place, its requests stay with it.
            state.flag(vm.id(), VmState.Flag.REQUESTS_TO_MOVE, !parts.isEmpty());
        }
        if (vm.isConfirmedOff() && parts.isEmpty()) {
            plans.nothing(pending);
            return;
        }
        if (parts.stream().anyMatch(part -> Needs.metBy(part).isEmpty())) {
            boolean isNews = !center.unmet()
                    .isNoted(vm.id(), NeedKind.SERVE, parts.get(0).reason());
            notes.noteAll(parts);
            if (isNews) {
                plans.begin(Optional.empty(), parts, false, operator, pending);
            }
            return;
        }
        Plan plan = StopPlan.of(plans.nextNumber(), vm.seen(), parts, policies.config(), facts);
        plans.begin(new PlanOpening.Begun(
                Optional.empty(), SoundDecisions.decisionOf(parts), plan, 1, false, operator, pending));
    }

    /** A VM that is wanted off could not be powered off: that is listed, and tried again at longer and longer times. */
    void notStopped(VmRecord vm, String why) {
        if (open.isToStop(vm)) {
            notes.note(
                    vm,
                    NeedKind.SERVE,
                    Reason.FENCING_FAILED,
                    vm.id() + " is wanted off and is not powered off: " + why);
        }
    }

    /** A VM is wanted running and is off: it is started where it is, or on the first host of its cluster that can take it. */
    void start(VmRecord vm, Optional<String> operator, PendingDecision pending) {
        Inventory now = refusals.view(vm.id());
        ClusterRole role = now.hostOf(now.requireVm(vm.id())).role();
        Stream<HostId> hosts = Stream.concat(
                Stream.of(vm.seen().host()),
                Streams.stream(now.placeableByCapacity(role))
                        .flatMap(Streams::stream)
                        .map(place -> place.host().id()));
        Optional<SubjectDecision> found = hosts.filter(host -> !refusals.isRefusedBy(host, vm.id()))
                .limit(STARTS_LOOKED_AT)
                .map(host -> startedOn(vm, host, role))
                .filter(part -> policies.current().check().problems(now, part).isEmpty())
                .findFirst();
        SubjectDecision part = found.orElseGet(() -> refusals.explained(
                vm.id(),
                NeedKind.RESTORE,
                new SubjectDecision.NoTarget(
                        vm.id(),
                        Trigger.REPAIRED,
                        Reason.NO_CAPACITY,
                        Explanation.of(() -> vm.id() + " is wanted running, and no host of its cluster can take it"))));
        boolean isNews = found.isPresent() || !center.unmet().isNoted(vm.id(), NeedKind.RESTORE, part.reason());
        if (isNews) {
            plans.begin(Optional.empty(), List.of(part), false, operator, pending);
        } else {
            notes.noteAll(List.of(part));
        }
    }

    private static SubjectDecision startedOn(VmRecord vm, HostId host, ClusterRole role) {
        return new SubjectDecision.Restart(
                vm.id(),
                Trigger.REPAIRED,
                host,
                role,
                Explanation.of(() -> vm.id() + " is wanted running and is started on " + host));
    }
}
