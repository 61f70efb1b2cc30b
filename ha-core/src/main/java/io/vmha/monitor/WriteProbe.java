package io.vmha.monitor;

import io.vmha.fault.FaultKind;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Optional;

/**
 * Writes a small file anew and has it put on the disk: what no flag shows, such as a disk that hangs, is seen by that.
 *
 * <p>A fault is told apart by what the system says: read-only, full, or an error of the disk. Confined to one thread at a time.
 */
public final class WriteProbe implements Probe {
    private static final String FILE = ".vmha-monitor-probe";
    private static final String NEXT = FILE + ".next";
    private static final int BYTES = 512;

    private final Path folder;

    /** Writes to a hidden file in the folder, {@code .vmha-monitor-probe}, which stays there. */
    public WriteProbe(Path folder) {
        this.folder = folder;
    }

    @Override
    public ProbeResult check() {
        return tryWrite(folder)
                .<ProbeResult>map(failed -> failed)
                .orElseGet(() -> ProbeResult.healthy(folder + " takes writes"));
    }

    /** Returns why a write fails, or empty if it is on the disk. */
    static Optional<ProbeResult.Failed> tryWrite(Path folder) {
        // Beside the last one, so that a block is allocated each time: a full filesystem would take an overwrite.
        Path next = folder.resolve(NEXT);
        try {
            writeThrough(next);
            Files.move(next, folder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
            return Optional.empty();
        } catch (IOException failed) {
            return Optional.of(new ProbeResult.Failed(kindOf(failed, folder), "write to " + folder + ": " + failed));
        }
    }

    // A stream and no channel: to interrupt a channel is to close it, and that waits for the disk that hangs.
    private static void writeThrough(Path file) throws IOException {
        try (FileOutputStream stream = new FileOutputStream(file.toFile())) {
            stream.write(new byte[BYTES]);
            stream.getFD().sync();
        }
    }

    private static FaultKind kindOf(IOException failed, Path folder) {
        String message = String.valueOf(failed.getMessage()).toLowerCase(Locale.ROOT);
        if (message.contains("read-only file system")) {
            return FaultKind.FILESYSTEM_READ_ONLY;
        }
        boolean full = message.contains("no space left") || message.contains("quota exceeded");
        return full || isFull(folder) ? FaultKind.DISK_FULL : FaultKind.IO_ERROR;
    }

    /** In whatever language the system answers. */
    private static boolean isFull(Path folder) {
        try {
            return Files.getFileStore(folder).getUsableSpace() == 0;
        } catch (IOException unknown) {
            return false;
        }
    }
}
