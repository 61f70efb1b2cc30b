package io.vmha.center.internal;

import io.vmha.center.event.NeedKind;
import io.vmha.center.event.UnmetNeed;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.center.journal.VmState;
import io.vmha.fault.FaultSubject;
import io.vmha.model.ClusterRole;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Notes what decisions leave unmet, and what is under way by them, in {@link UnmetNeeds}. Confined to the center's loop. */
final class NeedNotes {
    private final CenterLoop center;
    private final CenterState state;
    private final UnmetNeeds unmet;

    NeedNotes(CenterLoop center) {
        this.center = center;
        this.state = center.state();
        this.unmet = center.unmet();
    }

    /** Notes which needs are not met by what was decided. */
    void noteAll(List<SubjectDecision> parts) {
        for (SubjectDecision part : parts) {
            Optional<VmRecord> vm = part.subject().asVm().flatMap(state::vm);
            if (vm.isEmpty()) {
                continue;
            }
            boolean saysNo = part instanceof SubjectDecision.NoTarget || part instanceof SubjectDecision.Blocked;
            if (saysNo && part.trigger() != Trigger.LOAD) {
                note(
                        vm.get(),
                        needOf(part, vm.get(), parts),
                        part.reason(),
                        part.explain().sentence());
                if (part.reason() == Reason.RECOVERY_LIMIT) {
                    state.flag(vm.get().id(), VmState.Flag.LIMITED, true);
                }
            }
        }
    }

    /** That a platform cannot start it anew says nothing of its requests, where those are looked after. */
    private NeedKind needOf(SubjectDecision part, VmRecord vm, List<SubjectDecision> parts) {
        NeedKind need = Needs.of(part, vm);
        if (need != NeedKind.SERVE || part.reason() != Reason.ACTION_FAILED) {
            return need;
        }
        Set<NeedKind> all = Needs.of(vm, state, center.decisions().policies().config());
        boolean isServed = !all.contains(NeedKind.SERVE)
                || parts.stream()
                        .anyMatch(other -> other != part
                                && other.subject().is(vm.id())
                                && Needs.metBy(other).orElse(Needs.of(other, vm)) == NeedKind.SERVE);
        return isServed && all.contains(NeedKind.RESTORE) ? NeedKind.RESTORE : need;
    }

    /** Notes that nothing can be done about a need now. */
    void note(VmRecord vm, NeedKind need, Reason reason, String why) {
        ClusterRole role =
                state.host(vm.seen().host()).map(host -> host.seen().role()).orElse(ClusterRole.PRIMARY);
        unmet.note(vm.seen(), role, new UnmetNeed(new FaultSubject.OfVm(vm.id()), need, reason, why, center.now()));
    }

    /** Notes what a decision meets: something is under way for it. */
    void underWay(SubjectDecision part) {
        part.subject().asVm().ifPresent(vm -> Needs.metBy(part).ifPresent(need -> unmet.underWay(vm, need)));
    }
}
