package io.vmha.monitor;

import static io.vmha.monitor.internal.Checks.checkArgument;

import io.vmha.monitor.report.GuestFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Sees that a filesystem is nearly full. Immutable. */
public final class DiskSpaceProbe implements Probe {
    private static final double PERCENT = 100.0;

    private final Path path;
    private final double warnBelow;
    private final double failBelow;

    /**
     * Watches the filesystem that the path is on.
     *
     * @param path where
     * @param warnBelow percent of its size that is left for others than root, 0 to 100, below which it warns
     * @param failBelow percent below which it is a fault, 0 to {@code warnBelow}
     * @throws IllegalArgumentException if a limit is out of its range
     */
    public DiskSpaceProbe(Path path, double warnBelow, double failBelow) {
        checkArgument(warnBelow >= 0 && warnBelow <= PERCENT, "warnBelow must be from 0 to 100: %s", warnBelow);
        checkArgument(
                failBelow >= 0 && failBelow <= warnBelow,
                "failBelow must be from 0 to warnBelow (%s): %s",
                warnBelow,
                failBelow);
        this.path = path;
        this.warnBelow = warnBelow;
        this.failBelow = failBelow;
    }

    /**
     * Asks for the room that is left.
     *
     * @throws IOException if that cannot be told
     */
    @Override
    public ProbeResult check() throws IOException {
        var store = Files.getFileStore(path);
        long size = store.getTotalSpace();
        double free = size == 0 ? PERCENT : PERCENT * store.getUsableSpace() / size;
        // To a tenth of a percent, without the machinery of String.format.
        String detail = path + " has " + Math.round(free * 10) / 10.0 + "% free";
        if (free < failBelow) {
            return ProbeResult.failed(GuestFault.DISK_FULL, detail);
        }
        return free < warnBelow ? ProbeResult.warning(detail) : ProbeResult.healthy(detail);
    }
}
