package io.vmha.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.PlanJournal;
import java.time.Duration;
import java.util.List;

/** Times the writes of a journal, and changes nothing of it. Thread-safe as the journal is. */
final class MeteredJournal implements PlanJournal {
    private static final Duration SHORTEST = Duration.ofNanos(100_000);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final PlanJournal journal;
    private final Timer written;
    private final Timer failed;
    private final Counter entries;

    MeteredJournal(PlanJournal journal, MeterRegistry registry, Tags tags) {
        this.journal = journal;
        this.written = timer(registry, tags.and("outcome", "ok"));
        this.failed = timer(registry, tags.and("outcome", "failed"));
        this.entries = registry.counter(MeterNames.JOURNAL_ENTRIES, tags);
    }

    private static Timer timer(MeterRegistry registry, Tags tags) {
        return Timer.builder(MeterNames.JOURNAL_WRITES)
                .tags(tags)
                .publishPercentileHistogram()
                .minimumExpectedValue(SHORTEST)
                .maximumExpectedValue(LONGEST)
                .register(registry);
    }

    @Override
    public JournalState open(long epoch) {
        return journal.open(epoch);
    }

    @Override
    public void write(long epoch, List<JournalEntry> lines) {
        Timer.Sample sample = Timer.start();
        Timer outcome = failed;
        try {
            journal.write(epoch, lines);
            outcome = written;
            entries.increment(lines.size());
        } finally {
            sample.stop(outcome);
        }
    }

    @Override
    public boolean blocks() {
        return journal.blocks();
    }

    @Override
    public void close() {
        journal.close();
    }
}
