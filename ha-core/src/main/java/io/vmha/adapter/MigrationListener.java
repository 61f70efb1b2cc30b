package io.vmha.adapter;

/**
 * Is told how live migrations progress. The same listener serves the adapters of all platforms.
 *
 * <p>It is called by the thread that waits for the migration, so it must return quickly; migrations of several VMs call it at once.
 */
@FunctionalInterface
public interface MigrationListener {

    /** Ignores what it is told. An adapter need not even ask the platform. */
    MigrationListener IGNORING = progress -> {};

    /** Takes note of the progress of one migration. */
    void progressed(MigrationProgress progress);
}
