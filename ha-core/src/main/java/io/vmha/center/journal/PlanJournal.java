package io.vmha.center.journal;

import java.util.List;

/**
 * Keeps what a management center intends and has done, so that a center that comes after it finishes what it left.
 *
 * <p>Thread-safe. A center has one write under way at a time, and puts everything that came up meanwhile into the next:
 * what is expensive about a write, such as forcing it to the disk, is paid once for many entries.
 */
public interface PlanJournal extends AutoCloseable {

    /**
     * Takes the journal over for a leader and reads what it holds. From then on writes of earlier epochs are refused.
     *
     * @param epoch the new leader's epoch, 0 or more
     * @throws JournalException.Superseded if a later epoch took it over before
     * @throws JournalException.Unreadable if what it holds cannot be used
     */
    JournalState open(long epoch);

    /**
     * Writes entries, all or none of them. When it returns, they are there to be read after a crash.
     *
     * @param epoch the writing leader's epoch
     * @param entries what to write, in that order; writing the same ones again changes nothing
     * @throws JournalException.Superseded if a later epoch took the journal over
     * @throws JournalException if they could not be written; nothing of them is there then, or all
     */
    void write(long epoch, List<JournalEntry> entries);

    /** Whether a write may block, so that it must be kept off a center's loop. */
    default boolean blocks() {
        return true;
    }

    /** Releases what it holds; calling it again does nothing. */
    @Override
    void close();
}
