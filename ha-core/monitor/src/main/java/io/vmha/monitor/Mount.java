package io.vmha.monitor;

import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One line of {@code /proc/self/mountinfo}. Immutable.
 *
 * @param id the kernel's number of this mount; given to another once it is unmounted
 * @param device the filesystem's device, major and minor number; all mounts of one filesystem have the same
 * @param point where it is mounted; bytes that are no UTF-8 are replaced
 * @param options of this mount alone; {@code ro} here may be a read-only bind mount of a writable filesystem
 * @param type of the filesystem, such as ext4
 * @param source what is mounted, such as {@code /dev/vda1}
 * @param superOptions of the filesystem as a whole
 */
record Mount(
        int id,
        String device,
        String point,
        Set<String> options,
        String type,
        String source,
        Set<String> superOptions) {
    private static final int FIXED_FIELDS = 6;
    private static final int LONGEST_QUOTE = 160;

    /** Filesystems that are read-only by their nature. */
    private static final Set<String> READ_ONLY_TYPES = Set.of("squashfs", "iso9660", "udf", "erofs", "cramfs", "romfs");

    /** What kernels show when a filesystem stopped after an error, though they may still say {@code rw}. */
    private static final Set<String> STOPPED = Set.of("emergency_ro", "shutdown");

    /** Reads a line: {@code id parent major:minor root point options [optional...] - type source superOptions}. */
    static Mount parse(String line) throws IOException {
        List<String> fields = List.of(line.split(" ", -1));
        int dash = fields.subList(Math.min(FIXED_FIELDS, fields.size()), fields.size())
                        .indexOf("-")
                + FIXED_FIELDS;
        if (dash < FIXED_FIELDS || fields.size() < dash + 4) {
            throw notALine(line);
        }
        try {
            return new Mount(
                    Integer.parseInt(fields.get(0)),
                    fields.get(2),
                    unescaped(fields.get(4)),
                    options(fields.get(5)),
                    fields.get(dash + 1),
                    unescaped(fields.get(dash + 2)),
                    options(fields.get(dash + 3)));
        } catch (NumberFormatException notANumber) {
            throw notALine(line);
        }
    }

    private static Set<String> options(String field) {
        // In the order in which they are shown.
        return Collections.unmodifiableSet(new LinkedHashSet<>(List.of(field.split(",", -1))));
    }

    private static IOException notALine(String line) {
        return new IOException("not a line of mountinfo: " + line.substring(0, Math.min(LONGEST_QUOTE, line.length())));
    }

    /** In one pass: what an escape stands for may be a part of what looks like another. */
    private static String unescaped(String field) {
        if (field.indexOf('\\') < 0) {
            return field;
        }
        StringBuilder plain = new StringBuilder(field.length());
        int at = 0;
        while (at < field.length()) {
            int code = field.charAt(at) == '\\' ? octal(field, at + 1) : -1;
            plain.append(code < 0 ? field.charAt(at) : (char) code);
            at += code < 0 ? 1 : 4;
        }
        return plain.toString();
    }

    /** The three octal digits there, or -1. */
    private static int octal(String field, int from) {
        if (from + 3 > field.length()) {
            return -1;
        }
        int code = 0;
        for (int i = from; i < from + 3; i++) {
            int digit = field.charAt(i) - '0';
            if (digit < 0 || digit > 7) {
                return -1;
            }
            code = code * 8 + digit;
        }
        return code <= 0x7f ? code : -1;
    }

    /** Whether it is a filesystem on a disk that can be written to at all. */
    boolean isRealDisk() {
        // The source of a ZFS is a pool.
        return (source.startsWith("/dev/") || type.equals("zfs")) && !READ_ONLY_TYPES.contains(type);
    }

    /** Which filesystem it is a mount of. */
    String filesystem() {
        return device + " " + type;
    }

    /** Whether the filesystem stopped itself after an error. */
    boolean isStopped() {
        return superOptions.stream().anyMatch(STOPPED::contains);
    }

    /** Whether the filesystem as a whole is read-only. */
    boolean isFilesystemReadOnly() {
        return superOptions.contains("ro");
    }

    /** Whether this mount has been made read-only, whatever its filesystem is. */
    boolean isMadeReadOnly() {
        return options.contains("ro");
    }

    /** Whether this mount alone is read-only, of a filesystem that takes writes. */
    boolean isReadOnlyAlone() {
        return isMadeReadOnly() && !isFilesystemReadOnly() && !isStopped();
    }
}
