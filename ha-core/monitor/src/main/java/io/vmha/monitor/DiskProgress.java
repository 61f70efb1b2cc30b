package io.vmha.monitor;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The kernel's account of a block device: how many requests it has completed, and how many are in flight. Reading it waits for no
 * disk. Immutable.
 */
final class DiskProgress {
    /**
     * The account at one moment.
     *
     * @param completed requests since the device is there
     * @param inFlight requests that the device has not answered
     */
    record Account(long completed, long inFlight) {

        /** Whether the device has something to do, and has done nothing since then. */
        boolean isStuckSince(Account earlier) {
            return inFlight > 0 && completed == earlier.completed;
        }
    }

    private static final Path DEVICES = Path.of("/sys/dev/block");
    private static final Pattern SPACES = Pattern.compile("\\s+");
    // Columns of /sys/block/*/stat; discards and flushes came later than the rest.
    private static final List<Integer> COMPLETED = List.of(0, 4, 11, 15);
    private static final int IN_FLIGHT = 8;
    private static final int MOST_BYTES = 1024;

    private final Path statistics;

    DiskProgress(Path statistics) {
        this.statistics = statistics;
    }

    /** Returns the account of the device that a folder is on; empty where there is none, as on a network filesystem. */
    static Optional<DiskProgress> of(Path folder) {
        try {
            Path statistics = statistics((Long) Files.getAttribute(folder, "unix:dev"));
            if (Files.exists(statistics)) {
                return Optional.of(new DiskProgress(statistics));
            }
            // Some filesystems, such as Btrfs, have a number of their own; their source is the device.
            Optional<Mount> mount = MountTable.of(MountTable.OWN).mountOf(folder.toRealPath());
            if (mount.filter(Mount::isRealDisk).isEmpty()) {
                return Optional.empty();
            }
            Path device =
                    statistics((Long) Files.getAttribute(Path.of(mount.get().source()), "unix:rdev"));
            return Files.exists(device) ? Optional.of(new DiskProgress(device)) : Optional.empty();
        } catch (IOException | IllegalArgumentException unknown) {
            return Optional.empty();
        }
    }

    private static Path statistics(long device) {
        long major = ((device >>> 8) & 0xfff) | ((device >>> 32) & ~0xfffL);
        long minor = (device & 0xff) | ((device >>> 12) & ~0xffL);
        return DEVICES.resolve(major + ":" + minor).resolve("stat");
    }

    /** Reads it; empty if it cannot be read. */
    Optional<Account> read() {
        try {
            List<String> columns = SPACES.splitAsStream(line().strip()).toList();
            long completed = 0;
            for (int column : COMPLETED) {
                completed += column < columns.size() ? Long.parseLong(columns.get(column)) : 0;
            }
            return Optional.of(new Account(completed, Long.parseLong(columns.get(IN_FLIGHT))));
        } catch (IOException | NumberFormatException | IndexOutOfBoundsException unknown) {
            return Optional.empty();
        }
    }

    private String line() throws IOException {
        try (FileInputStream stream = new FileInputStream(statistics.toFile())) {
            return new String(stream.readNBytes(MOST_BYTES), StandardCharsets.US_ASCII);
        }
    }
}
