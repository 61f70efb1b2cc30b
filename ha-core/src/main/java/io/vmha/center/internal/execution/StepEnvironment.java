package io.vmha.center.internal.execution;

import io.vmha.center.internal.state.CenterState;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.schedule.CenterScheduler;
import io.vmha.plan.Action;
import io.vmha.plan.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What steps are carried out by and with. On the center's loop. */
interface StepEnvironment {
    Instant now();

    Duration uptime();

    CenterScheduler.Cancellable schedule(Duration delay, Runnable task);

    CenterState state();

    ActionCalls calls();

    OffMeans offMeans();

    HostSlots slots();

    long epoch();

    int maxAttempts();

    Duration backoffAfter(int attempt);

    /** How long a step waits for room that others are to leave. */
    Duration roomTimeout();

    /** How long what can wait waits for redirects: a moment, also where they hang. */
    Duration redirectTimeout();

    /** Whether nothing more is started. */
    boolean isStopped();

    /** Has a step judged again once room may have been left. */
    void awaitsRoom(Runnable start);

    /** Has a step judged again once what serves needs it no more. */
    void isPutOff(Step step, Runnable start);

    /** Writes entries, with what was changed of the state, and runs the continuation once they would survive a crash. */
    void journal(List<JournalEntry> entries, Runnable then);

    void needsReading();

    void needsDatabases();

    void lostLeadership(String detail);

    /** An adapter threw what it must not. */
    void unexpected(Action action, Throwable thrown);
}
