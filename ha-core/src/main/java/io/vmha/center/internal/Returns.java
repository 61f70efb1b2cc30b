package io.vmha.center.internal;

import com.google.common.collect.ImmutableList;
import io.vmha.center.event.NeedKind;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.center.journal.VmState;
import io.vmha.fault.FaultSubject;
import io.vmha.model.DesiredState;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import io.vmha.policy.Decision;
import io.vmha.policy.Explanation;
import io.vmha.policy.FailbackMode;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Brings home what was moved away: the requests of VMs that are well again, and VMs that left a host for maintenance. Returns that repeat
 * are paced. Confined to the center's loop.
 */
final class Returns {
    private final CenterLoop center;
    private final CenterState state;
    private final NeedNotes notes;
    private final ChosenPolicies policies;
    private final SoundDecisions sound;
    private final PlanOpening plans;
    private final ReturnPace pace = new ReturnPace();

    Returns(CenterLoop center, ChosenPolicies policies, SoundDecisions sound, PlanOpening plans) {
        this.center = center;
        this.state = center.state();
        this.notes = center.notes();
        this.policies = policies;
        this.sound = sound;
        this.plans = plans;
    }

    /** A VM was deleted: one of its name to come is another one. */
    void forget(VmId vm) {
        pace.forget(vm);
    }

    /** A VM is well again: what serves its requests may give them back. */
    void well(VmRecord vm) {
        pace.notReturning(vm.id());
        if (!vm.server().equals(vm.id())) {
            state.flag(vm.id(), VmState.Flag.RETURNING, true);
            center.decisions().wake(vm.id());
        }
    }

    /** A VM is healthy again: its requests come home, or that is offered. Returns that repeat are paced. */
    void decide(VmRecord vm, PendingDecision pending) {
        List<SubjectDecision> parts = center.recoveries()
                .limited(
                        policies.current()
                                .failback()
                                .decide(state.inventory(), vm.id())
                                .parts(),
                        center.now());
        boolean isOffer = policies.config().failback() == FailbackMode.MANUAL;
        boolean returns = parts.stream().anyMatch(SubjectDecision.Failback.class::isInstance);
        if (!isOffer
                && returns
                && isPaced(vm, NeedKind.RETURN, () -> center.decisions().wake(vm.id()))) {
            plans.nothing(pending);
            return;
        }
        plans.begin(Optional.empty(), parts, isOffer, Optional.empty(), pending);
    }

    /** A plan ended without having changed anything. */
    void cameToNothing(Decision decision) {
        for (SubjectDecision part : decision.parts()) {
            if (part.trigger() == Trigger.REPAIRED && part.subject() instanceof FaultSubject.OfVm subject) {
                pace.cameToNothing(subject.vm());
            }
        }
    }

    /** Whether an automatic return has to wait, which is noted; it is decided again then. One that has not counts as made. */
    private boolean isPaced(VmRecord vm, NeedKind need, Runnable again) {
        Duration wait = pace.waitOf(vm.id(), center.now());
        if (wait.isZero()) {
            pace.returns(vm.id(), center.now());
            return false;
        }
        if (!center.unmet().isNoted(vm.id(), need, Reason.RECOVERY_LIMIT)) {
            notes.note(
                    vm, need, Reason.RECOVERY_LIMIT, vm.id() + " came home within the last hour: it waits for " + wait);
            center.after(wait, again);
        }
        return true;
    }

    /**
     * A host is in service again: the VMs that left it for maintenance come home, where returns are automatic. One that cannot now stays
     * where it is for good: it runs well there.
     */
    List<SubjectDecision> homecoming(HostId host) {
        if (policies.config().failback() == FailbackMode.MANUAL) {
            state.away().from(host).forEach(state.away()::notAway);
            return List.of();
        }
        List<SubjectDecision> parts = new ArrayList<>();
        for (VmId id : state.away().from(host)) {
            Optional<SubjectDecision> part = comingHome(id, host, parts);
            boolean waits =
                    part.isPresent() && isPaced(state.requireVm(id), NeedKind.DRAIN, () -> comeHomeLater(id, host));
            if (!waits) {
                part.ifPresent(parts::add);
            }
            if (part.isEmpty()) {
                state.away().notAway(id);
            }
        }
        return parts;
    }

    private void comeHomeLater(VmId id, HostId host) {
        Optional<SubjectDecision> part = state.host(host)
                .filter(found -> !found.seen().inMaintenance())
                .flatMap(found -> comingHome(id, host, List.of()));
        state.vm(id).ifPresent(vm -> center.unmet().met(id, NeedKind.DRAIN));
        part.ifPresentOrElse(
                found -> {
                    pace.returns(id, center.now());
                    plans.begin(Optional.empty(), List.of(found), false, Optional.empty(), new PendingDecision());
                },
                () -> state.away().notAway(id));
    }

    /** How a VM comes home beside others; empty where it cannot, or has no reason to. */
    private Optional<SubjectDecision> comingHome(VmId id, HostId host, List<SubjectDecision> others) {
        Optional<VmRecord> away = state.vm(id)
                .filter(vm -> state.away().homeOf(id).equals(Optional.of(host)))
                .filter(vm -> vm.power() == PowerState.ON && !vm.isFailed() && vm.desired() == DesiredState.RUNNING)
                .filter(vm -> center.executor().runsOf(id).isEmpty());
        return away.flatMap(vm -> {
            SubjectDecision part = new SubjectDecision.Migrate(
                    id,
                    Trigger.MAINTENANCE,
                    vm.seen().host(),
                    host,
                    state.requireHost(host).seen().role(),
                    Explanation.of(() -> "the maintenance of " + host + " is over: " + id + " comes home"));
            List<SubjectDecision> all = ImmutableList.<SubjectDecision>builder()
                    .addAll(others)
                    .add(part)
                    .build();
            boolean isPossible = sound.possible(List.of(part)).contains(part)
                    && policies.current()
                            .check()
                            .problems(state.inventory(), SoundDecisions.decisionOf(all))
                            .isEmpty();
            return isPossible ? Optional.of(part) : Optional.empty();
        });
    }
}
