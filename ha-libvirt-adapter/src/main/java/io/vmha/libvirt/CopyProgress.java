package io.vmha.libvirt;

import static java.util.Objects.requireNonNull;

import io.vmha.adapter.MigrationListener;
import io.vmha.adapter.MigrationProgress;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a migration has copied, as libvirt counts it. Immutable.
 *
 * @param vm the VM that moves
 * @param source the host that it leaves
 * @param target the host that it goes to
 * @param elapsed since the migration began
 * @param totalBytes what there is to copy; 0 or less where it is not known yet
 * @param copiedBytes what was copied
 * @param remainingBytes what is left to copy; it may grow while the guest writes
 */
record CopyProgress(
        VmId vm,
        HostId source,
        HostId target,
        Duration elapsed,
        long totalBytes,
        long copiedBytes,
        long remainingBytes) {

    /** What tells a user's listener; empty where it ignores it, so that hosts are not asked. */
    static Optional<Consumer<CopyProgress>> toldTo(MigrationListener listener) {
        requireNonNull(listener, "listener");
        return listener == MigrationListener.IGNORING
                ? Optional.empty()
                : Optional.of(progress -> listener.progressed(progress.toProgress()));
    }

    @SuppressWarnings("removal")
    static Optional<Consumer<CopyProgress>> toldToOld(io.vmha.libvirt.MigrationListener listener) {
        requireNonNull(listener, "listener");
        return listener == io.vmha.libvirt.MigrationListener.IGNORING
                ? Optional.empty()
                : Optional.of(progress -> listener.progress(progress.toOld()));
    }

    private MigrationProgress toProgress() {
        return new MigrationProgress(vm, Optional.of(source), target, elapsed, done());
    }

    /** By what is left: pages that are copied again, and zeros that are not, make what was copied another amount. */
    private double done() {
        return totalBytes <= 0 ? 0 : Math.min(1, Math.max(0, 1 - (double) remainingBytes / totalBytes));
    }

    @SuppressWarnings("removal")
    private io.vmha.libvirt.MigrationListener.Progress toOld() {
        return new io.vmha.libvirt.MigrationListener.Progress(
                vm, source, target, elapsed, totalBytes, copiedBytes, remainingBytes);
    }
}
