package io.vmha.center.internal;

import io.vmha.center.schedule.CenterScheduler;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.policy.Explanation;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Takes reports in: answers those that are repeated without holding up others, and keeps those whose subject is not known yet for a
 * while. {@link #submit} may be called from any thread; everything else is confined to the center's loop.
 */
final class ReportIntake {
    /** How many repeated reports are answered before the loop looks after others: a real report waits for no more. */
    private static final int REPEATED_AT_ONCE = 256;
    /** How many reports of subjects that are not known are kept at a time; those beyond are refused at once. */
    static final int MOST_STRANGERS = 10_000;

    /** What takes reports further. */
    interface Callbacks {
        /** Whether what it is about is known. */
        boolean isKnown(FaultSubject subject);

        /** Takes a new report. */
        void handle(FaultReport report, PendingDecision pending);

        /** Answers a report that nothing follows from. */
        void ignore(FaultReport report, SubjectDecision.Ignored decision, PendingDecision pending);
    }

    private record Repeated(FaultReport report, SubjectDecision.Ignored decision, PendingDecision pending) {}

    private record Stranger(FaultReport report, PendingDecision pending) {}

    private final CenterScheduler scheduler;
    private final Duration patience;
    private final ReportFilter filter;
    private final PendingDecisions pendings;
    private final Callbacks center;
    private final Queue<Repeated> repeated = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isAnswering = new AtomicBoolean();
    private final Map<FaultSubject, List<Stranger>> strangers = new LinkedHashMap<>();
    private int strangersKept;

    ReportIntake(
            CenterScheduler scheduler,
            Duration patience,
            ReportFilter filter,
            PendingDecisions pendings,
            Callbacks center) {
        this.scheduler = scheduler;
        this.patience = patience;
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
                answerSoon();
            }
        } catch (RejectedExecutionException closed) {
            pending.fail(new IllegalStateException("the management center is closed", closed));
        } catch (Error notHanded) {
            if (ignored.isEmpty()) {
                release(report);
            }
            pending.fail(notHanded);
        }
        return pending;
    }

    private void take(FaultReport report, PendingDecision pending) {
        if (!center.isKnown(report.subject())) {
            keep(new Stranger(report, pending));
            return;
        }
        try {
            center.handle(report, pending);
        } catch (Throwable thrown) {
            release(report);
            pending.fail(thrown);
        }
    }

    /** The same report may come again: nothing followed from it. */
    void release(FaultReport report) {
        filter.release(report);
    }

    /** It is not marked as taken, and who waits is told only once its subject is known or the patience is over. */
    private void keep(Stranger stranger) {
        FaultSubject subject = stranger.report().subject();
        strangers.computeIfAbsent(subject, key -> new ArrayList<>()).add(stranger);
        strangersKept++;
        if (strangersKept > MOST_STRANGERS) {
            giveUp(stranger);
        } else {
            scheduler.schedule(patience, () -> giveUp(stranger));
        }
    }

    private void giveUp(Stranger stranger) {
        FaultSubject subject = stranger.report().subject();
        List<Stranger> waiting = strangers.get(subject);
        if (waiting == null || !waiting.remove(stranger)) {
            return;
        }
        strangersKept--;
        if (waiting.isEmpty()) {
            strangers.remove(subject);
        }
        release(stranger.report());
        stranger.pending()
                .recorded()
                .completeExceptionally(new IllegalArgumentException("not in the inventory: " + subject));
        center.ignore(
                stranger.report(),
                new SubjectDecision.Ignored(
                        subject,
                        Trigger.of(stranger.report().kind()),
                        Reason.UNKNOWN_SUBJECT,
                        Explanation.of(() -> subject + " is not in the inventory")),
                stranger.pending());
    }

    /** How many reports are remembered or kept. */
    int size() {
        return filter.size() + strangersKept;
    }

    /** A VM or host is known now. */
    void known(FaultSubject subject) {
        List<Stranger> waiting = strangers.remove(subject);
        if (waiting != null) {
            strangersKept -= waiting.size();
            waiting.forEach(one -> scheduler.execute(() -> take(one.report(), one.pending())));
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
        if (!repeated.isEmpty()) {
            answerSoon();
        }
    }

    private void answerSoon() {
        if (isAnswering.compareAndSet(false, true)) {
            try {
                scheduler.execute(this::answerRepeated);
            } catch (Throwable notHanded) {
                // Else nobody would ever answer them.
                isAnswering.set(false);
                throw notHanded;
            }
        }
    }
}
