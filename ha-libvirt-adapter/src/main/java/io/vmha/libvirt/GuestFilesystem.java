package io.vmha.libvirt;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Set;

/**
 * A mounted filesystem on a disk, as a line of {@code /proc/mounts} tells it. Immutable.
 *
 * @param mountPoint where it is mounted
 * @param readOnly whether it is mounted read-only now
 * @param remountsOnError whether it is mounted so that it turns read-only after an error
 */
record GuestFilesystem(String mountPoint, boolean readOnly, boolean remountsOnError) {
    private static final int FIELDS = 4;
    /** Filesystems that are read-only by their nature. */
    private static final Set<String> ALWAYS_READ_ONLY = Set.of("squashfs", "iso9660", "udf", "erofs", "cramfs");

    /** Those of {@code /proc/mounts} that are on a block device and could be written to. */
    static List<GuestFilesystem> parse(String mounts) {
        return Splitter.on('\n')
                .splitToStream(mounts)
                .map(line -> Splitter.on(' ').splitToList(line))
                .filter(fields -> fields.size() >= FIELDS
                        && fields.get(0).startsWith("/dev/")
                        && !ALWAYS_READ_ONLY.contains(fields.get(2)))
                .map(fields -> {
                    List<String> options = Splitter.on(',').splitToList(fields.get(3));
                    return new GuestFilesystem(
                            fields.get(1), options.contains("ro"), options.contains("errors=remount-ro"));
                })
                .collect(ImmutableList.toImmutableList());
    }
}
