package io.vmha.center.internal;

import static java.util.stream.Collectors.toSet;

import io.vmha.center.event.NeedKind;
import io.vmha.center.internal.execution.UserCode;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.Inventory;
import io.vmha.model.VmId;
import io.vmha.policy.Explanation;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides about the reports of one moment together, and begins what follows of each. Keeps nothing; on the center's
 * loop.
 */
final class ReportDecisions {
    private static final Logger LOG = LoggerFactory.getLogger(ReportDecisions.class);

    private static final List<Predicate<FaultKind>> COUNTING = List.of(
            kind -> kind.scope() == FaultKind.Scope.HOST && kind != FaultKind.HOST_DEGRADED,
            kind -> kind.scope() == FaultKind.Scope.VM,
            kind -> kind == FaultKind.HOST_DEGRADED);

    private final CenterLoop center;
    private final CenterState state;
    private final ChosenPolicies policies;
    private final SoundDecisions sound;
    private final OpenNeeds open;
    private final PlanOpening plans;

    ReportDecisions(
            CenterLoop center, ChosenPolicies policies, SoundDecisions sound, OpenNeeds open, PlanOpening plans) {
        this.center = center;
        this.state = center.state();
        this.policies = policies;
        this.sound = sound;
        this.open = open;
        this.plans = plans;
    }

    /** Decides about reports of one moment, in the order in which their plans are to begin. */
    void decide(List<Decisions.Undecided> gathered) {
        // A report may have waited, through a pause for one, and what it told of may be over.
        List<Decisions.Undecided> reports = new ArrayList<>(gathered.size());
        for (Decisions.Undecided one : gathered) {
            if (isStillOpen(one)) {
                reports.add(one);
            } else {
                closed(one);
            }
        }
        if (!reports.isEmpty()) {
            decideTogether(reports);
        }
    }

    private boolean isStillOpen(Decisions.Undecided one) {
        return one.report().subject().accept(new FaultSubject.Visitor<Boolean>() {
            @Override
            public Boolean visitOfVm(FaultSubject.OfVm vm) {
                return state.vm(vm.vm()).filter(VmRecord::isFailed).isPresent();
            }

            @Override
            public Boolean visitOfHost(FaultSubject.OfHost host) {
                return state.host(host.host())
                        .filter(found -> found.fault().isPresent())
                        .isPresent();
            }
        });
    }

    /** Nothing follows of a report whose fault is closed. VMs that were lost with a host may have faults of their own that are not. */
    private void closed(Decisions.Undecided one) {
        FaultReport report = one.report();
        SubjectDecision ignored = new SubjectDecision.Ignored(
                report.subject(),
                Trigger.of(report.kind()),
                Reason.FAULT_CLOSED,
                Explanation.of(() -> "its cause was over before it was decided"));
        one.vms().forEach(center.decisions()::wake);
        plans.beginSound(Optional.of(report), List.of(ignored), state.inventory(), one.pending());
    }

    private void decideTogether(List<Decisions.Undecided> reports) {
        Inventory now = state.inventory();
        List<SubjectDecision> parts;
        try {
            parts = reports.size() == 1
                    ? policies.current()
                            .failover()
                            .decide(now, reports.get(0).report())
                            .parts()
                    : policies.current()
                            .failover()
                            .decideAll(
                                    now,
                                    reports.stream()
                                            .map(Decisions.Undecided::report)
                                            .toList())
                            .parts();
        } catch (Throwable thrown) {
            if (reports.size() > 1) {
                // It need not have failed on all of them.
                UserCode.log(LOG, "the policy failed on " + reports.size() + " reports together", thrown);
                decideEachAlone(reports);
            } else {
                UserCode.log(LOG, "the policy failed on " + reports.get(0).report(), thrown);
                policyFailed(reports.get(0).report(), reports.get(0).pending(), thrown);
            }
            return;
        }
        Map<VmId, Decisions.Undecided> byVm = byVm(reports);
        Map<Decisions.Undecided, List<SubjectDecision>> byReport = new LinkedHashMap<>();
        reports.forEach(one -> byReport.put(one, new ArrayList<>()));
        Decisions.Undecided first = reports.stream()
                .filter(one -> one.report().kind() == FaultKind.HOST_DEGRADED)
                .findFirst()
                .orElse(reports.get(0));
        List<SubjectDecision> wanted = wanted(parts, byVm, first);
        // What is decided about one report may rest on what is decided about another.
        boolean isSound = policies.current()
                .check()
                .problems(now, SoundDecisions.decisionOf(wanted))
                .isEmpty();
        if (!isSound && reports.size() > 1) {
            // What is left rests on what is not wanted, or the policy is wrong about one.
            decideEachAlone(reports);
            return;
        }
        for (SubjectDecision part : wanted) {
            Decisions.Undecided owner = part.subject().asVm().map(byVm::get).orElse(null);
            List<SubjectDecision> own = byReport.get(owner != null ? owner : first);
            if (own != null) {
                own.add(part);
            }
        }
        Set<VmId> decidedAbout =
                parts.stream().flatMap(part -> part.subject().asVm().stream()).collect(toSet());
        byReport.forEach((one, own) -> {
            one.vms().stream().filter(vm -> !decidedAbout.contains(vm)).forEach(this::nothingDecided);
            Optional<FaultReport> report = Optional.of(one.report());
            if (isSound) {
                plans.beginSound(report, own, now, one.pending());
            } else {
                plans.begin(report, own, false, Optional.empty(), one.pending());
            }
        });
    }

    private void decideEachAlone(List<Decisions.Undecided> reports) {
        reports.forEach(one -> decideTogether(List.of(one)));
    }

    /** The report of each VM that counts where several are about it, as for the policy: its lost host's, its own, at last that it is to leave. */
    private static Map<VmId, Decisions.Undecided> byVm(List<Decisions.Undecided> reports) {
        Map<VmId, Decisions.Undecided> byVm = new HashMap<>();
        for (Predicate<FaultKind> counting : COUNTING) {
            reports.stream()
                    .filter(one -> counting.test(one.report().kind()))
                    .forEach(one -> one.vms().forEach(vm -> byVm.putIfAbsent(vm, one)));
        }
        return byVm;
    }

    /**
     * What is still wanted of a policy's decision.
     *
     * @param first whose those parts are that are about no VM that a report is about: VMs that are to leave their host have no fault
     */
    private List<SubjectDecision> wanted(
            List<SubjectDecision> parts, Map<VmId, Decisions.Undecided> byVm, Decisions.Undecided first) {
        List<SubjectDecision> decided = sound.possible(center.recoveries().limited(parts, center.now()));
        List<SubjectDecision> wanted = decided.stream()
                .filter(part ->
                        isWanted(part, part.subject().asVm().map(byVm::get).orElse(null), first))
                .toList();
        return wanted.size() < decided.size() ? PartialDecision.of(state.inventory(), wanted) : wanted;
    }

    /** The policy says nothing about a VM that needs something, not even that nothing can be done: that is listed. */
    private void nothingDecided(VmId id) {
        state.vm(id)
                .filter(VmRecord::isFailed)
                .ifPresent(vm -> open.of(vm).stream()
                        .filter(need -> !center.unmet().isNoted(id, need))
                        .forEach(need -> center.notes()
                                .note(vm, need, Reason.INVALID_DECISION, "the policy decided nothing about " + id)));
    }

    /** What a policy decides about VMs that the report does not concern is not wanted, but for an evacuation. */
    private boolean isWanted(SubjectDecision part, Decisions.@Nullable Undecided owner, Decisions.Undecided first) {
        boolean isEvacuation = first.report().kind() == FaultKind.HOST_DEGRADED;
        if (owner == null) {
            return isEvacuation || part instanceof SubjectDecision.Ignored;
        }
        return part.subject()
                .asVm()
                .map(id -> state.vm(id).filter(vm -> open.isOpen(part, vm)).isPresent())
                .orElse(true);
    }

    /** The policy threw: whoever reported is told, and may report again. The fault stays open, and the need is tried again. */
    private void policyFailed(FaultReport report, PendingDecision pending, Throwable thrown) {
        center.intake().release(report);
        pending.fail(thrown);
        report.subject()
                .asVm()
                .flatMap(state::vm)
                .ifPresent(vm -> center.notes()
                        .note(
                                vm,
                                NeedKind.SERVE,
                                Reason.INVALID_DECISION,
                                "the policy failed: " + UserCode.said(thrown)));
    }
}
