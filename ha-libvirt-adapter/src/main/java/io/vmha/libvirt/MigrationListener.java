package io.vmha.libvirt;

import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Duration;

/**
 * Is told how live migrations come along. Called from the thread that migrates; it must return quickly.
 *
 * @deprecated Use {@link io.vmha.adapter.MigrationListener}, which the adapters of all platforms take, with {@link
 *     LibvirtAdapter.Builder#onMigration}.
 */
@Deprecated(since = "0.2.0", forRemoval = true)
@FunctionalInterface
public interface MigrationListener {

    /** Takes no note of anything; hosts are not even asked. */
    MigrationListener IGNORING = progress -> {};

    /**
     * How far a migration is. Immutable.
     *
     * @param vm the machine
     * @param source the host that it leaves
     * @param target the host that it goes to
     * @param elapsed since the migration began
     * @param totalBytes what there is to copy, as far as is known
     * @param copiedBytes what was copied
     * @param remainingBytes what is left to copy; it may grow while the guest writes
     */
    record Progress(
            VmId vm,
            HostId source,
            HostId target,
            Duration elapsed,
            long totalBytes,
            long copiedBytes,
            long remainingBytes) {}

    /** Takes note of the progress. */
    void progress(Progress progress);
}
