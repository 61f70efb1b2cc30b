package io.vmha.center.journal;

import java.util.List;

/**
 * A journal in memory: it outlives a management center, but not its process.
 *
 * <p>Thread-safe: all state is guarded by this object's monitor.
 */
public final class InMemoryPlanJournal implements PlanJournal {
    private final JournalProjection projection = new JournalProjection();
    private long epoch;

    /** Makes an empty journal. */
    public InMemoryPlanJournal() {}

    @Override
    public synchronized JournalState open(long leader) {
        checkEpoch(leader);
        epoch = leader;
        return projection.state();
    }

    @Override
    public synchronized void write(long leader, List<JournalEntry> entries) {
        checkEpoch(leader);
        entries.forEach(projection::apply);
    }

    private void checkEpoch(long leader) {
        if (leader < epoch) {
            throw new JournalException.Superseded(leader, epoch);
        }
    }

    @Override
    public boolean blocks() {
        return false;
    }

    @Override
    public void close() {
        // Nothing to release: a center that comes after reads it on.
    }
}
