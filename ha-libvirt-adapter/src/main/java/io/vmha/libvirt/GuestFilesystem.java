package io.vmha.libvirt;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Set;

/**
 * A filesystem on storage that could be written to, as a guest's mount table tells it: one for each superblock, wherever it
 * is mounted. Immutable.
 *
 * @param device what the kernel knows it by: the device number, or the source where the table does not tell the number
 * @param source what it is mounted from: a device's path, or a pool's dataset
 * @param type the filesystem's type
 * @param mountPoints where it is mounted, in the table's order; at least one
 * @param readOnly whether it is read-only itself, not just one of its mounts
 * @param stopped whether it says that an error ended all writing to it ({@code emergency_ro}, {@code shutdown})
 * @param remountsOnError whether it says that an error makes it read-only
 */
record GuestFilesystem(
        String device,
        String source,
        String type,
        ImmutableList<String> mountPoints,
        boolean readOnly,
        boolean stopped,
        boolean remountsOnError) {

    /** Filesystems that are read-only by their nature, and therefore always full. */
    private static final Set<String> ALWAYS_READ_ONLY =
            Set.of("squashfs", "iso9660", "udf", "erofs", "cramfs", "romfs");
    /** Filesystems whose sources are pools or lists of devices rather than one device's path. */
    private static final Set<String> POOLED = Set.of("zfs", "btrfs", "bcachefs");
    /** Filesystems that count their errors where a guest's agent can read them. */
    private static final Set<String> COUNTS_ERRORS = Set.of("ext2", "ext3", "ext4");
    /** Filesystems that stop when they fail, and are read-only only when somebody mounted them so. */
    private static final Set<String> NEVER_FLIPS = Set.of("xfs");
    /** Where systems mount filesystems read-only, but for the time of an upgrade. */
    private static final List<String> KEPT_READ_ONLY = List.of("/boot", "/efi", "/esp", "/usr");

    /** Whether a filesystem of that type can never be written to. */
    static boolean isReadOnlyByNature(String type) {
        return ALWAYS_READ_ONLY.contains(type);
    }

    /** Whether a mount of that source and type is a filesystem on storage that could be written to. */
    static boolean isOnStorage(String source, String type) {
        boolean foreign = type.equals("fuse") || type.startsWith("fuse.") || type.equals("devtmpfs");
        return !foreign && !isReadOnlyByNature(type) && (source.startsWith("/dev/") || POOLED.contains(type));
    }

    /** What tells it from every other filesystem of its guest, also from another one later at the same place. */
    String key() {
        return device + " " + source + " " + type;
    }

    /** Whether its own error count decides whether an error made it read-only. */
    boolean countsErrors() {
        return COUNTS_ERRORS.contains(type);
    }

    /**
     * Whether that it was writable and now is read-only is by itself a sign of an error: not for a filesystem that counts
     * its errors, nor for one that never turns read-only by itself, nor where systems keep filesystems read-only.
     */
    boolean flipIsASign() {
        return !countsErrors()
                && !NEVER_FLIPS.contains(type)
                && !mountPoints.stream().allMatch(GuestFilesystem::isKeptReadOnly);
    }

    private static boolean isKeptReadOnly(String mountPoint) {
        return KEPT_READ_ONLY.stream()
                .anyMatch(place -> mountPoint.equals(place) || mountPoint.startsWith(place + "/"));
    }
}
