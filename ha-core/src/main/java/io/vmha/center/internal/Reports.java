package io.vmha.center.internal;

import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.HaEvent;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.HostRecord;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.VmState;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.VmId;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.policy.Decision;
import io.vmha.policy.DecisionBatch;
import io.vmha.policy.SubjectDecision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a report comes to once it was taken in: a fault that is opened and decided about, or nothing, which is told. Keeps nothing; on the
 * center's loop, except {@link #found}.
 */
final class Reports implements ReportIntake.Callbacks {
    private static final Logger LOG = LoggerFactory.getLogger(Reports.class);

    private final CenterLoop center;
    private final CenterState state;
    private final JournalWriter writer;
    private final Faults faults;

    Reports(CenterLoop center, JournalWriter writer, Faults faults) {
        this.center = center;
        this.state = center.state();
        this.writer = writer;
        this.faults = faults;
    }

    /** The center found a fault itself: nobody waits for what is decided. Safe from any thread. */
    void found(FaultReport report) {
        CompletionStage<DecisionOutcome> unused = center.submit(report).ended().whenComplete((outcome, thrown) -> {
            if (thrown != null) {
                LOG.warn("{} of {} was found but not decided", report.kind(), report.subject(), thrown);
            }
        });
    }

    /**
     * A reading of the platform showed a fault: nobody waits for what is decided.
     *
     * @param from the first moment at which it may have been seen
     */
    void shown(FaultSubject subject, FaultKind kind, Instant from) {
        found(FaultReport.builder()
                .subject(subject)
                .kind(kind)
                .observedAt(from)
                .source("platform epoch " + center.epoch())
                .sequence(state.beginReading())
                .build());
    }

    @Override
    public boolean isKnown(FaultSubject subject) {
        return center.life().ended().isPresent()
                || subject.accept(new FaultSubject.Visitor<Boolean>() {
                    @Override
                    public Boolean visitOfVm(FaultSubject.OfVm vm) {
                        return state.vm(vm.vm())
                                .filter(found -> !found.is(VmState.Flag.DELETED))
                                .isPresent();
                    }

                    @Override
                    public Boolean visitOfHost(FaultSubject.OfHost host) {
                        return state.host(host.host()).isPresent();
                    }
                });
    }

    @Override
    public void ignore(FaultReport report, SubjectDecision.Ignored decision, PendingDecision pending) {
        center.publish(new HaEvent.ReportAccepted(center.now(), report));
        tell(report, decision, pending);
    }

    /** Tells that nothing follows from a report. */
    private void tell(FaultReport report, Decision decision, PendingDecision pending) {
        Plan none = new Plan(new PlanId(1), List.of());
        center.publish(new HaEvent.Decided(center.now(), Optional.of(report), decision, none));
        DecisionOutcome result = new DecisionOutcome(Optional.of(report), decision, none, List.of());
        center.publish(new HaEvent.PlanEnded(center.now(), result));
        pending.ended().complete(result);
        // What was decided the first time may still have to be written.
        if (writer.failingSince().isPresent()) {
            pending.fail(new IllegalStateException("the journal cannot be written"));
        } else {
            center.journal(List.of(), () -> pending.recorded().complete(decision));
        }
    }

    @Override
    public void handle(FaultReport report, PendingDecision pending) {
        center.life().checkActing();
        center.publish(new HaEvent.ReportAccepted(center.now(), report));
        report.subject().asVm().ifPresent(vm -> handleVm(state.requireVm(vm), report, pending));
        report.subject().asHost().ifPresent(host -> handleHost(state.requireHost(host), report, pending));
        center.settleSoon();
    }

    private void handleVm(VmRecord vm, FaultReport report, PendingDecision pending) {
        Faults.Taken taken = faults.ofVm(vm, report);
        if (taken == Faults.Taken.OPENED || taken == Faults.Taken.REPEATED) {
            // Before anything is judged: decisions may be gathered for a while.
            center.stormChanges().refresh();
        }
        if (vm.is(VmState.Flag.UNSEARCHED)) {
            center.readings().need();
        }
        boolean isUnmet = taken == Faults.Taken.REPEATED && center.unmet().has(vm.id());
        if (taken == Faults.Taken.OPENED || isUnmet) {
            // What was planned before may have lost its point.
            center.executor().advance(vm.id());
            center.decisions().replanning().replanWithout(vm.id());
            center.decisions().add(new Decisions.Undecided(report, pending, List.of(vm.id())));
        } else {
            if (taken == Faults.Taken.NOT_WANTED) {
                // Nothing is done about it, but those whose requests it serves are to be served.
                state.routes().ownersServedBy(vm.id()).stream()
                        .filter(owner -> !owner.equals(vm.id()))
                        .forEach(center.decisions()::wake);
            }
            remember(report);
            tell(report, Faults.ignored(report.subject(), report, taken), pending);
        }
    }

    private void handleHost(HostRecord host, FaultReport report, PendingDecision pending) {
        List<VmId> lost = new ArrayList<>();
        Faults.Taken taken = faults.ofHost(host, report, lost::add);
        if (taken == Faults.Taken.OPENED) {
            // Before anything is judged: decisions may be gathered for a while.
            center.stormChanges().refresh();
            lost.forEach(center.executor()::advance);
            lost.forEach(center.decisions().replanning()::replanWithout);
            center.decisions().replanning().replanWithout(host.seen().id());
            center.executor().releaseHeld();
            Set<VmId> affected = new LinkedHashSet<>(lost);
            // What failed there before may have been served by what is lost now.
            state.vmsAt(host.seen().id()).stream()
                    .filter(vm -> state.vm(vm).filter(VmRecord::isFailed).isPresent())
                    .forEach(affected::add);
            center.decisions().add(new Decisions.Undecided(report, pending, List.copyOf(affected)));
            return;
        }
        if (taken == Faults.Taken.DOUBTED) {
            center.doubtedReports().add(host.seen().id(), report, pending);
            return;
        }
        remember(report);
        List<SubjectDecision> ignored = new ArrayList<>();
        if (taken == Faults.Taken.REPEATED) {
            state.recordsAt(host.seen().id()).stream()
                    .filter(vm ->
                            vm.isFailed() && vm.seen().host().equals(host.seen().id()))
                    .map(VmRecord::id)
                    .sorted()
                    .forEach(vm -> {
                        if (center.unmet().has(vm)) {
                            center.decisions().refusals().retry(vm);
                        }
                        ignored.add(Faults.ignored(new FaultSubject.OfVm(vm), report, taken));
                    });
        }
        if (ignored.isEmpty()) {
            ignored.add(Faults.ignored(report.subject(), report, taken));
        }
        tell(report, ignored.size() == 1 ? ignored.get(0) : new DecisionBatch(List.copyOf(ignored)), pending);
    }

    /** A reading has told what there is to a report that was in doubt; nothing follows from the report itself. */
    void settled(FaultReport report, PendingDecision pending) {
        remember(report);
        tell(report, Faults.ignored(report.subject(), report, Faults.Taken.DOUBTED), pending);
    }

    private void remember(FaultReport report) {
        center.journal(List.of(new JournalEntry.ReportTaken(center.now(), report)), () -> {});
    }
}
