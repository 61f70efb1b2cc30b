package io.vmha.monitor;

import static io.vmha.monitor.internal.Checks.checkArgument;

import io.vmha.monitor.report.GuestFault;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * Writes a small file anew and has it put on the disk: what no flag shows, such as a disk that hangs, is seen by that.
 *
 * <p>It writes in a folder of its own, {@code .vmha-monitor} (mode 0700), which stays there. Where another user could decide what
 * is written, and where the system fails at anything but the filesystem, nothing was tried and the result is unknown. A fault is
 * what the system says of the filesystem: read-only, full, or an error of the disk.
 *
 * <p>A write that does not return is a fault once the disk has answered none of its requests in the meantime. Where the disk is
 * idle or goes on, the filesystem is frozen, as for a snapshot, or merely slow: that is a fault only when it lasts.
 *
 * <p>Confined to one thread at a time.
 */
public final class WriteProbe implements SilenceReader {
    /** How long a filesystem may be frozen, unless told otherwise: snapshots freeze for seconds. */
    public static final Duration DEFAULT_PATIENCE = Duration.ofMinutes(1);

    private static final String FILE = "probe";
    private static final String NEXT = FILE + ".next";
    private static final int BYTES = 512;

    private final Path folder;
    private final Duration patience;
    private final Function<Path, Optional<DiskProgress>> disks;
    private volatile Optional<DiskProgress> disk = Optional.empty();
    private volatile Optional<DiskProgress.Account> last = Optional.empty();

    /** Writes in the folder, with {@link #DEFAULT_PATIENCE}. */
    public WriteProbe(Path folder) {
        this(folder, DEFAULT_PATIENCE);
    }

    /**
     * Writes in the folder.
     *
     * @param folder where; it and the folders above it are root's or this user's own, or sticky
     * @param patience how long a write may take while the disk is idle or goes on, more than 0
     * @throws IllegalArgumentException if the patience is not more than 0
     */
    public WriteProbe(Path folder, Duration patience) {
        this(folder, patience, DiskProgress::of);
    }

    WriteProbe(Path folder, Duration patience, Function<Path, Optional<DiskProgress>> disks) {
        checkArgument(!patience.isNegative() && !patience.isZero(), "patience must be more than 0: %s", patience);
        this.folder = folder;
        this.patience = patience;
        this.disks = disks;
    }

    @Override
    public ProbeResult check() {
        if (disk.isEmpty()) {
            disk = disks.apply(folder);
        }
        last = disk.flatMap(DiskProgress::read);
        try {
            Path own = OwnFolder.in(folder, OwnFolder.NAME);
            // Beside the last one, so that a block is allocated each time: a full filesystem would take an overwrite.
            Path next = own.resolve(NEXT);
            writeThrough(next);
            Files.move(next, own.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
            return ProbeResult.healthy(folder + " takes writes");
        } catch (IOException failed) {
            return WriteFailure.of(folder, failed);
        }
    }

    // A stream and no channel: to interrupt a channel is to close it, and that waits for the disk that hangs.
    private static void writeThrough(Path file) throws IOException {
        try (FileOutputStream stream = new FileOutputStream(file.toFile())) {
            stream.write(new byte[BYTES]);
            stream.getFD().sync();
        }
    }

    @Override
    public ProbeResult silence(Duration soFar) {
        String silent = "no answer after " + soFar.toMillis() + " ms to a write to " + folder;
        if (soFar.compareTo(patience) >= 0) {
            return ProbeResult.failed(GuestFault.IO_ERROR, silent);
        }
        Optional<DiskProgress.Account> now = disk.flatMap(DiskProgress::read);
        Optional<DiskProgress.Account> before = last;
        last = now;
        if (now.isEmpty()) {
            return ProbeResult.unknown(silent + "; what its disk does cannot be told");
        }
        if (now.get().inFlight() == 0) {
            return ProbeResult.unknown(silent + "; its disk is idle: the filesystem may be frozen");
        }
        boolean isStuck = before.filter(now.get()::isStuckSince).isPresent();
        String requests = "; " + now.get().inFlight() + " requests in flight";
        return isStuck
                ? ProbeResult.failed(GuestFault.IO_ERROR, silent + requests + ", none was answered")
                : ProbeResult.unknown(silent + requests);
    }
}
