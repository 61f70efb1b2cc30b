package io.vmha.monitor;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * One line of {@code /proc/self/mountinfo}. Immutable.
 *
 * @param id the kernel's number of this mount; another when it is mounted anew
 * @param point where it is mounted
 * @param options of this mount alone; {@code ro} here may be a read-only bind mount of a writable filesystem
 * @param type of the filesystem, such as ext4
 * @param source what is mounted, such as {@code /dev/vda1}
 * @param superOptions of the filesystem as a whole
 */
record Mount(
        int id,
        String point,
        ImmutableSet<String> options,
        String type,
        String source,
        ImmutableSet<String> superOptions) {
    private static final Splitter COMMAS = Splitter.on(',');
    private static final Splitter SPACES = Splitter.on(' ');
    private static final int FIXED_FIELDS = 6;

    /** Filesystems that are read-only by their nature. */
    private static final Set<String> READ_ONLY_TYPES = Set.of("squashfs", "iso9660", "udf", "erofs", "cramfs", "romfs");

    /** What kernels show when a filesystem stopped after an error, though they may still say {@code rw}. */
    private static final Set<String> STOPPED = Set.of("emergency_ro", "shutdown");

    /** Reads a table of mounts; the last one at a mount point hides those before it. */
    static List<Mount> read(Path mountInfo) throws IOException {
        ImmutableList.Builder<Mount> mounts = ImmutableList.builder();
        for (String line : Files.readAllLines(mountInfo, StandardCharsets.UTF_8)) {
            mounts.add(parse(line));
        }
        return mounts.build();
    }

    /** Reads a line: {@code id parent major:minor root point options [optional...] - type source superOptions}. */
    static Mount parse(String line) throws IOException {
        List<String> fields = SPACES.splitToList(line);
        int dash = fields.indexOf("-");
        if (dash < FIXED_FIELDS || fields.size() < dash + 4) {
            throw new IOException("not a line of mountinfo: " + line);
        }
        return new Mount(
                Integer.parseInt(fields.get(0)),
                unescaped(fields.get(4)),
                ImmutableSet.copyOf(COMMAS.split(fields.get(5))),
                fields.get(dash + 1),
                unescaped(fields.get(dash + 2)),
                ImmutableSet.copyOf(COMMAS.split(fields.get(dash + 3))));
    }

    private static String unescaped(String field) {
        return field.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }

    /** Whether it is a filesystem on a block device that can be written to at all. */
    boolean isRealDisk() {
        return source.startsWith("/dev/") && !READ_ONLY_TYPES.contains(type);
    }

    /** Whether the filesystem stopped itself after an error. */
    boolean isStopped() {
        return superOptions.stream().anyMatch(STOPPED::contains);
    }

    /** Whether the filesystem as a whole is read-only. */
    boolean isFilesystemReadOnly() {
        return superOptions.contains("ro");
    }

    /** Whether this mount is read-only. */
    boolean isReadOnly() {
        return isStopped() || isFilesystemReadOnly() || options.contains("ro");
    }
}
