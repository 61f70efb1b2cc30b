package io.vmha.monitor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * What filesystems say themselves of their errors: ext4's count of them, and the state of a ZFS pool. A sign that cannot be read is
 * none. Immutable.
 *
 * @param ext4 the folder of the kernel's ext4, {@code /sys/fs/ext4}
 * @param pools the folder of the ZFS pools, {@code /proc/spl/kstat/zfs}
 * @param devices the folder of block devices by their numbers, {@code /sys/dev/block}
 */
record ErrorSigns(Path ext4, Path pools, Path devices) {
    /** Those of the running kernel. */
    static ErrorSigns ofTheKernel() {
        return new ErrorSigns(Path.of("/sys/fs/ext4"), Path.of("/proc/spl/kstat/zfs"), Path.of("/sys/dev/block"));
    }

    /** How many errors ext4 has counted since the filesystem was checked last; empty for others and where it cannot be read. */
    OptionalLong ext4Errors(Mount mount) {
        if (!mount.type().equals("ext4")) {
            return OptionalLong.empty();
        }
        try {
            Path count = ext4.resolve(deviceName(mount)).resolve("errors_count");
            return OptionalLong.of(Long.parseLong(
                    Files.readString(count, StandardCharsets.US_ASCII).trim()));
        } catch (IOException | NumberFormatException | InvalidPathException unknown) {
            return OptionalLong.empty();
        }
    }

    /** Whether the mount's ZFS pool waits for its disks to come back, and answers no write meanwhile. */
    boolean isPoolSuspended(Mount mount) {
        if (!mount.type().equals("zfs")) {
            return false;
        }
        try {
            String pool = mount.source().split("/", 2)[0];
            return Files.readString(pools.resolve(pool).resolve("state"), StandardCharsets.US_ASCII)
                    .startsWith("SUSPENDED");
        } catch (IOException | InvalidPathException unknown) {
            return false;
        }
    }

    /** The kernel's name of the device: {@code /dev/mapper/data} and {@code /dev/root} are others. */
    private String deviceName(Mount mount) throws IOException {
        Path byNumber = devices.resolve(mount.device());
        Path device = Files.exists(byNumber) ? byNumber.toRealPath() : Path.of(mount.source());
        return String.valueOf(device.getFileName());
    }
}
