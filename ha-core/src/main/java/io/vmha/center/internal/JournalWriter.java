package io.vmha.center.internal;

import com.google.common.collect.ImmutableList;
import io.vmha.center.internal.execution.UserCode;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalException;
import io.vmha.center.journal.PlanJournal;
import io.vmha.center.schedule.CenterScheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes to the journal, in order and one write at a time; what comes up meanwhile goes into the next one. A write that
 * fails is tried again until it succeeds, and what waits for it waits so long. Confined to the center's loop.
 */
final class JournalWriter {
    private static final Logger LOG = LoggerFactory.getLogger(JournalWriter.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration SLOW = Duration.ofSeconds(10);

    private record Write(List<JournalEntry> entries, Runnable then) {}

    private final PlanJournal journal;
    private final long epoch;
    private final CenterScheduler scheduler;
    private final Consumer<JournalException.Superseded> onSuperseded;
    private final Consumer<Optional<String>> onFailing;
    private List<Write> waiting = new ArrayList<>();
    private boolean writing;
    private boolean ended;
    private Optional<Instant> failingSince = Optional.empty();

    JournalWriter(
            PlanJournal journal,
            long epoch,
            CenterScheduler scheduler,
            Consumer<JournalException.Superseded> onSuperseded,
            Consumer<Optional<String>> onFailing) {
        this.journal = journal;
        this.epoch = epoch;
        this.scheduler = scheduler;
        this.onSuperseded = onSuperseded;
        this.onFailing = onFailing;
    }

    /** Writes entries, and runs the continuation once they would survive a crash. */
    void append(List<JournalEntry> entries, Runnable then) {
        waiting.add(new Write(entries, then));
        writeNext();
    }

    Optional<Instant> failingSince() {
        return failingSince;
    }

    private void writeNext() {
        while (!writing && !ended && !waiting.isEmpty()) {
            writing = true;
            List<Write> batch = waiting;
            waiting = new ArrayList<>();
            ImmutableList.Builder<JournalEntry> entries = ImmutableList.builder();
            batch.forEach(write -> entries.addAll(write.entries()));
            write(batch, entries.build());
        }
    }

    private void write(List<Write> batch, List<JournalEntry> entries) {
        if (entries.isEmpty()) {
            written(batch, Optional.empty());
        } else if (UserCode.answer("whether the journal blocks", journal::blocks, true)) {
            CenterScheduler.Cancellable watchdog = scheduler.scheduleBackground(SLOW, this::hangs);
            scheduler.call(() -> journal.write(epoch, entries), thrown -> {
                watchdog.cancel();
                written(batch, thrown);
                writeNext();
            });
        } else {
            Optional<Throwable> thrown = Optional.empty();
            try {
                journal.write(epoch, entries);
            } catch (Throwable failed) {
                thrown = Optional.of(failed);
            }
            written(batch, thrown);
        }
    }

    private void written(List<Write> batch, Optional<Throwable> thrown) {
        if (thrown.isEmpty()) {
            writing = false;
            if (failingSince.isPresent()) {
                failingSince = Optional.empty();
                onFailing.accept(Optional.empty());
            }
            batch.forEach(write -> write.then().run());
        } else if (thrown.get() instanceof JournalException.Superseded superseded) {
            ended = true;
            onSuperseded.accept(superseded);
        } else {
            failed(batch, thrown.get());
        }
    }

    /** Others must wait for this write, which may still succeed; that it takes so long is told. */
    private void hangs() {
        fails(new JournalException("a write to the journal has not returned for " + SLOW, null));
    }

    private void fails(Throwable thrown) {
        if (failingSince.isEmpty()) {
            UserCode.log(LOG, "the journal cannot be written; no action starts until it can", thrown);
            failingSince = Optional.of(scheduler.now());
            onFailing.accept(Optional.of(UserCode.said(thrown)));
        }
    }

    private void failed(List<Write> batch, Throwable thrown) {
        fails(thrown);
        batch.addAll(waiting);
        waiting = batch;
        scheduler.schedule(RETRY, () -> {
            writing = false;
            writeNext();
        });
    }
}
