package io.vmha.center;

import io.vmha.fault.FaultReport;
import io.vmha.policy.SubjectDecision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Takes reports in: answers those that are repeated without holding up others, and keeps back those that cannot be judged
 * before a step has ended. {@link #submit} may be called from any thread; everything else is confined to the center's loop.
 */
final class ReportIntake {
    /** How many repeated reports are answered before the loop looks after others: a real report waits for no more. */
    private static final int REPEATED_AT_ONCE = 256;

    /** What takes reports further. */
    interface Surroundings {
        /** Whether what the report is about is known well enough to decide. */
        boolean isSettled(FaultReport report);

        /** Decides about a new report. */
        void handle(FaultReport report, PendingDecision pending);

        /** Answers a report that is repeated or late. */
        void ignore(FaultReport report, SubjectDecision.Ignored decision, PendingDecision pending);
    }

    private record Repeated(FaultReport report, SubjectDecision.Ignored decision, PendingDecision pending) {}

    /** A report that is looked at once a step has ended, see {@link PlanExecutor#isSettled}. */
    private record Postponed(FaultReport report, PendingDecision pending) {}

    private final CenterScheduler scheduler;
    private final ReportFilter filter;
    private final PendingDecisions pendings;
    private final Surroundings center;
    private final Queue<Repeated> repeated = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isAnswering = new AtomicBoolean();
    private List<Postponed> postponed = new ArrayList<>();

    ReportIntake(CenterScheduler scheduler, ReportFilter filter, PendingDecisions pendings, Surroundings center) {
        this.scheduler = scheduler;
        this.filter = filter;
        this.pendings = pendings;
        this.center = center;
    }

    PendingDecision submit(FaultReport report) {
        PendingDecision pending = pendings.add();
        Optional<SubjectDecision.Ignored> ignored = filter.claim(report);
        try {
            if (ignored.isEmpty()) {
                scheduler.execute(() -> take(report, pending));
            } else {
                repeated.add(new Repeated(report, ignored.get(), pending));
                if (isAnswering.compareAndSet(false, true)) {
                    scheduler.execute(this::answerRepeated);
                }
            }
        } catch (RejectedExecutionException closed) {
            pending.fail(new IllegalStateException("the management center is closed", closed));
        }
        return pending;
    }

    private void take(FaultReport report, PendingDecision pending) {
        try {
            if (center.isSettled(report)) {
                center.handle(report, pending);
            } else {
                postponed.add(new Postponed(report, pending));
            }
        } catch (RuntimeException thrown) {
            // A policy of the user's own may throw; whoever reported must not wait for ever.
            filter.release(report);
            pending.fail(thrown);
        }
    }

    private void answerRepeated() {
        for (int i = 0; i < REPEATED_AT_ONCE; i++) {
            Repeated next = repeated.poll();
            if (next == null) {
                break;
            }
            center.ignore(next.report(), next.decision(), next.pending());
        }
        isAnswering.set(false);
        if (!repeated.isEmpty() && isAnswering.compareAndSet(false, true)) {
            scheduler.execute(this::answerRepeated);
        }
    }

    /** Looks again at what was kept back. */
    void stepEnded() {
        if (!postponed.isEmpty()) {
            List<Postponed> late = postponed;
            postponed = new ArrayList<>();
            late.forEach(one -> scheduler.execute(() -> take(one.report(), one.pending())));
        }
    }
}
