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
import io.vmha.plan.Action;
import io.vmha.plan.PlanId;
import io.vmha.policy.Decision;
import io.vmha.policy.DecisionBatch;
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
    private final Trace trace;
    private final Map<Intent, Long> intents = new HashMap<>();
    private final Map<FaultReport, PlanId> openedFor = new HashMap<>();
    private final Set<PlanId> opened = new HashSet<>();
    private final Set<PlanId> closed = new HashSet<>();
    private final Set<PlanId> approved = new HashSet<>();
    private final Map<HostId, Instant> lost = new HashMap<>();
    private final Map<HostId, Instant> back = new HashMap<>();
    private final Map<PlanId, Decision> decisions = new HashMap<>();
    private final Set<VmId> toldNoTarget = new HashSet<>();
    private final Set<VmId> toldNotServed = new HashSet<>();
    private final Set<VmId> toldNotMoved = new HashSet<>();
    private long highestEpoch;
    private int failures;

    CheckedJournal(Stage stage) {
        this.mutation = stage.mutation();
        this.counts = stage.counts();
        this.trace = stage.trace();
    }

    void failNext(int writes) {
        failures = writes;
    }

    boolean intends(Intent intent) {
        return intents.containsKey(intent);
    }

    /** The highest epoch that took the journal over. */
    long grantedEpoch() {
        return highestEpoch;
    }

    /** Whether the last intent was written down before a later epoch than its own took the journal over. */
    boolean isIntendedBeforeGrant(Intent intent) {
        return intents.getOrDefault(intent, Long.MAX_VALUE) <= intent.epoch();
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

    void hostBack(HostId host, Instant at) {
        back.put(host, at);
        lost.remove(host);
    }

    boolean isBackSince(HostId host, Instant moment) {
        return back.getOrDefault(host, Instant.MIN).isAfter(moment);
    }

    /** How many hosts were taken for lost within the window before the given moment, by the center's clock. */
    int lostHosts(Instant before, Duration window) {
        return (int) lost.values().stream()
                .filter(at -> at.isBefore(before) && at.isAfter(before.minus(window)))
                .count();
    }

    /** Whether the last that was told of the machine's requests is that they could not be moved. */
    boolean isToldNotMoved(VmId owner) {
        return toldNotMoved.contains(owner);
    }

    /** Whether the last that was told of the machine's requests is that nobody can serve them. */
    boolean isToldNotServed(VmId owner) {
        return toldNotServed.contains(owner);
    }

    /** Whether the last that was told of the failed machine is that nobody can take over what it serves. */
    boolean isToldNoTarget(VmId server) {
        return toldNoTarget.contains(server);
    }

    private void noteTold(SubjectDecision part) {
        if (part.outcome() == Outcome.NO_TARGET || part.outcome() == Outcome.BLOCKED) {
            part.subject().fold(vm -> toldNoTarget.add(vm) | toldNotServed.add(vm), host -> false);
        } else if (part instanceof SubjectDecision.Redirect redirect
                && !redirect.owners().isEmpty()) {
            toldNoTarget.remove(redirect.vm());
            redirect.owners().forEach(toldNotServed::remove);
        }
    }

    /** A redirect that gave way to a later decision tells nothing: that one does. */
    private void noteTold(JournalEntry.StepEnded ended) {
        if (ended.action() instanceof Action.Redirect redirect) {
            if (ended.result() == ActionResult.DONE) {
                toldNotMoved.remove(redirect.owner());
            } else if (ended.result() == ActionResult.FAILED || ended.detail().startsWith("step ")) {
                toldNotMoved.add(redirect.owner());
                decisions.getOrDefault(ended.plan(), new DecisionBatch(List.of())).parts().stream()
                        .filter(part -> part instanceof SubjectDecision.Redirect moved
                                && moved.owners().contains(redirect.owner()))
                        .forEach(part -> part.subject().fold(toldNoTarget::add, host -> false));
            }
        }
    }

    private void noteLost(FaultReport report, Instant at) {
        if (report.kind() == FaultKind.HOST_DOWN || report.kind() == FaultKind.HOST_UNREACHABLE) {
            report.subject().fold(vm -> false, host -> {
                boolean isBack = back.getOrDefault(host, Instant.MIN).isAfter(at);
                return !isBack && lost.put(host, at) == null;
            });
        }
    }

    void checkAllClosed() {
        for (PlanId plan : opened) {
            Violation.check(closed.contains(plan), 4, "plan " + plan + " never came to its end");
        }
    }

    @Override
    public JournalState open(long epoch) {
        JournalState state = memory.open(mutation == Mutation.NO_EPOCH_CHECK ? Math.max(highestEpoch, epoch) : epoch);
        highestEpoch = Math.max(highestEpoch, epoch);
        return mutation == Mutation.STALE_REPORT_ACCEPTED
                ? new JournalState(
                        state.lastPlan(),
                        state.open(),
                        state.proposals(),
                        List.of(),
                        state.vms(),
                        state.hosts(),
                        state.recoveries())
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
        trace.say(entry::toString);
        if (entry instanceof JournalEntry.StepStarted started) {
            intents.put(new Intent(started.plan(), started.step(), started.epoch()), highestEpoch);
        } else if (entry instanceof JournalEntry.StepEnded ended) {
            counts.addOutcome("action " + ended.action().kind() + " " + ended.result());
            noteTold(ended);
        } else if (entry instanceof JournalEntry.PlanApproved plan) {
            approved.add(plan.plan());
        } else if (entry instanceof JournalEntry.PlanClosed plan) {
            Violation.check(closed.add(plan.plan()), 4, "plan " + plan.plan() + " came to its end twice");
        } else if (entry instanceof JournalEntry.PlanOpened plan) {
            if (!plan.plan().isEmpty()) {
                Violation.check(
                        opened.add(plan.plan().id()), 4, "plan " + plan.plan().id() + " was opened twice");
            }
            decisions.put(plan.plan().id(), plan.decision());
            plan.decision().parts().forEach(part -> {
                counts.addOutcome("decision " + part.outcome());
                noteTold(part);
            });
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
