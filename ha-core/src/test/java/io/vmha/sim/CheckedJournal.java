package io.vmha.sim;

import io.vmha.center.ActionResult;
import io.vmha.center.InMemoryPlanJournal;
import io.vmha.center.JournalEntry;
import io.vmha.center.JournalException;
import io.vmha.center.JournalState;
import io.vmha.center.PlanJournal;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import io.vmha.policy.Outcome;
import io.vmha.policy.SubjectDecision;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A journal that survives crashes, fails when told to, and checks what is written. Confined to the simulation's thread. */
final class CheckedJournal implements PlanJournal {
    record Intent(PlanId plan, int step, long epoch) {}

    private final InMemoryPlanJournal memory = new InMemoryPlanJournal();
    private final Mutation mutation;
    private final FaultCounts counts;
    private final Set<Intent> intents = new HashSet<>();
    private final Map<FaultReport, PlanId> openedFor = new HashMap<>();
    private final Set<PlanId> opened = new HashSet<>();
    private final Set<PlanId> closed = new HashSet<>();
    private final Set<PlanId> approved = new HashSet<>();
    private final Map<HostId, Instant> lost = new HashMap<>();
    private final Set<VmId> excused = new HashSet<>();
    private long highestEpoch;
    private int failures;

    CheckedJournal(Mutation mutation, FaultCounts counts) {
        this.mutation = mutation;
        this.counts = counts;
    }

    void failNext(int writes) {
        failures = writes;
    }

    boolean intends(PlanId plan, int step, long epoch) {
        return intents.contains(new Intent(plan, step, epoch));
    }

    boolean isOpened(FaultReport report) {
        return openedFor.containsKey(report);
    }

    boolean isApproved(PlanId plan) {
        return approved.contains(plan);
    }

    boolean hasNoOpenPlans() {
        return closed.containsAll(opened);
    }

    List<PlanId> openPlans() {
        return opened.stream().filter(plan -> !closed.contains(plan)).sorted().toList();
    }

    void hostBack(HostId host) {
        lost.remove(host);
    }

    /** How many hosts were taken for lost within the window before the given moment, by the center's clock. */
    int lostHosts(Instant before, Duration window) {
        return (int) lost.values().stream()
                .filter(at -> at.isBefore(before) && at.isAfter(before.minus(window)))
                .count();
    }

    /** Whether it was told that the machine's requests could not be moved. */
    boolean isExcused(VmId vm) {
        return excused.contains(vm);
    }

    private void excuse(SubjectDecision part) {
        if (part.outcome() == Outcome.NO_TARGET || part.outcome() == Outcome.BLOCKED) {
            part.subject().fold(excused::add, host -> false);
        }
    }

    private void noteLost(FaultReport report, Instant at) {
        if (report.kind() == FaultKind.HOST_DOWN || report.kind() == FaultKind.HOST_UNREACHABLE) {
            report.subject().fold(vm -> null, host -> lost.put(host, at));
        }
    }

    void checkAllClosed() {
        for (PlanId plan : opened) {
            Violation.check(closed.contains(plan), 4, "plan " + plan + " never came to its end");
        }
    }

    @Override
    public JournalState open(long epoch) {
        highestEpoch = Math.max(highestEpoch, epoch);
        JournalState state = memory.open(mutation == Mutation.NO_EPOCH_CHECK ? highestEpoch : epoch);
        return mutation == Mutation.STALE_REPORT_ACCEPTED
                ? new JournalState(
                        state.lastPlan(), state.open(), List.of(), state.vms(), state.hosts(), state.recoveries())
                : state;
    }

    @Override
    public void write(long epoch, List<JournalEntry> entries) {
        if (failures > 0) {
            failures--;
            counts.add("journal write fails");
            throw new JournalException("no space left on device", null);
        }
        List<JournalEntry> kept =
                entries.stream().filter(entry -> !isForgotten(entry)).toList();
        memory.write(mutation == Mutation.NO_EPOCH_CHECK ? highestEpoch : epoch, kept);
        kept.forEach(this::note);
    }

    private boolean isForgotten(JournalEntry entry) {
        return switch (mutation) {
            case FORGOTTEN_INTENT -> entry instanceof JournalEntry.StepStarted;
            case FORGOTTEN_OUTCOME -> entry instanceof JournalEntry.StepEnded;
            case FORGOTTEN_PLAN -> entry instanceof JournalEntry.PlanOpened;
            case FORGOTTEN_END -> entry instanceof JournalEntry.PlanClosed;
            case FORGOTTEN_STATE -> entry instanceof JournalEntry.VmTroubled;
            case NONE,
                    REDIRECT_BEFORE_FENCING,
                    NO_EPOCH_CHECK,
                    LEADERSHIP_IGNORED,
                    STALE_REPORT_ACCEPTED,
                    UNHEALTHY_TARGET,
                    STANDBY_FIRST,
                    DECISION_BY_CHANCE,
                    NO_STORM_GUARD,
                    POWER_OFF_NOT_CONFIRMED,
                    REPORT_LOST,
                    OVERCOMMITTED_HOST -> false;
        };
    }

    private void note(JournalEntry entry) {
        if (entry instanceof JournalEntry.StepStarted started) {
            intents.add(new Intent(started.plan(), started.step(), started.epoch()));
        } else if (entry instanceof JournalEntry.StepEnded ended) {
            if (ended.result() != ActionResult.DONE) {
                ended.action().vm().ifPresent(excused::add);
            }
        } else if (entry instanceof JournalEntry.PlanApproved plan) {
            approved.add(plan.plan());
        } else if (entry instanceof JournalEntry.PlanClosed plan) {
            Violation.check(closed.add(plan.plan()), 4, "plan " + plan.plan() + " came to its end twice");
        } else if (entry instanceof JournalEntry.PlanOpened plan) {
            if (!plan.plan().isEmpty()) {
                Violation.check(
                        opened.add(plan.plan().id()), 4, "plan " + plan.plan().id() + " was opened twice");
            }
            plan.decision().parts().forEach(this::excuse);
            plan.report().ifPresent(report -> {
                noteLost(report, plan.at());
                PlanId before = openedFor.put(report, plan.plan().id());
                Violation.check(before == null, 4, "report " + report + " was decided twice");
            });
        }
    }

    @Override
    public boolean blocks() {
        return true;
    }

    @Override
    public void close() {
        memory.close();
    }
}
