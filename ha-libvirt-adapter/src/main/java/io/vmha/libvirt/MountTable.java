package io.vmha.libvirt;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a guest's mount table. Pure; lines that are not understood are left out, since what a guest says is not to be
 * trusted, and no line may hide the others.
 *
 * <p>{@code mountinfo} is the better table: it tells the options of the filesystem apart from those of its mount, so that a
 * read-only bind mount is not taken for a read-only filesystem. In {@code mounts} a filesystem is read-only if every mount
 * of it is.
 */
final class MountTable {
    private static final Splitter LINES = Splitter.on('\n').omitEmptyStrings();
    private static final Splitter FIELDS = Splitter.on(' ').omitEmptyStrings();
    private static final Splitter OPTIONS = Splitter.on(',');

    private static final int MOUNTS_FIELDS = 4;
    /** Up to the mount's own options; optional fields follow, then a dash. */
    private static final int FIRST_OPTIONAL_FIELD = 6;

    private static final int OCTAL_DIGITS = 3;
    private static final int OCTAL = 8;

    /** One mount. */
    private record Mount(
            String device, String source, String type, String mountPoint, boolean readOnly, List<String> options) {}

    private MountTable() {}

    /** The filesystems of {@code /proc/self/mountinfo} that are on storage and could be written to. */
    static List<GuestFilesystem> ofMountinfo(String table) {
        List<Mount> mounts = new ArrayList<>();
        for (String line : LINES.split(table)) {
            List<String> fields = FIELDS.splitToList(line);
            int dash = fields.indexOf("-");
            if (dash < FIRST_OPTIONAL_FIELD || fields.size() < dash + 4) {
                continue;
            }
            List<String> ofFilesystem = OPTIONS.splitToList(fields.get(dash + 3));
            mounts.add(new Mount(
                    fields.get(2),
                    unescape(fields.get(dash + 2)),
                    fields.get(dash + 1),
                    unescape(fields.get(4)),
                    ofFilesystem.contains("ro"),
                    ofFilesystem));
        }
        return filesystems(mounts);
    }

    /** The filesystems of {@code /proc/mounts} that are on storage and could be written to. */
    static List<GuestFilesystem> ofMounts(String table) {
        List<Mount> mounts = new ArrayList<>();
        for (String line : LINES.split(table)) {
            List<String> fields = FIELDS.splitToList(line);
            if (fields.size() < MOUNTS_FIELDS) {
                continue;
            }
            List<String> options = OPTIONS.splitToList(fields.get(3));
            String source = unescape(fields.get(0));
            mounts.add(
                    new Mount(source, source, fields.get(2), unescape(fields.get(1)), options.contains("ro"), options));
        }
        return filesystems(mounts);
    }

    private static List<GuestFilesystem> filesystems(List<Mount> mounts) {
        Map<String, List<Mount>> bySuperblock = new LinkedHashMap<>();
        for (Mount mount : mounts) {
            if (GuestFilesystem.isOnStorage(mount.source, mount.type)) {
                bySuperblock
                        .computeIfAbsent(mount.device + " " + mount.source + " " + mount.type, key -> new ArrayList<>())
                        .add(mount);
            }
        }
        return bySuperblock.values().stream().map(MountTable::filesystem).collect(ImmutableList.toImmutableList());
    }

    private static GuestFilesystem filesystem(List<Mount> mounts) {
        Mount first = mounts.get(0);
        return new GuestFilesystem(
                first.device,
                first.source,
                first.type,
                mounts.stream().map(Mount::mountPoint).distinct().collect(ImmutableList.toImmutableList()),
                mounts.stream().allMatch(Mount::readOnly),
                hasOption(mounts, "emergency_ro") || hasOption(mounts, "shutdown"),
                hasOption(mounts, "errors=remount-ro"));
    }

    private static boolean hasOption(List<Mount> mounts, String option) {
        return mounts.stream().anyMatch(mount -> mount.options.contains(option));
    }

    /** The kernel writes spaces, tabs, line ends, backslashes and hashes as three octal digits. */
    private static String unescape(String field) {
        int at = field.indexOf('\\');
        if (at < 0) {
            return field;
        }
        StringBuilder plain = new StringBuilder(field.length());
        int from = 0;
        while (at >= 0) {
            plain.append(field, from, at);
            int code = octal(field, at + 1);
            if (code >= 0) {
                plain.append((char) code);
                from = at + 1 + OCTAL_DIGITS;
            } else {
                plain.append('\\');
                from = at + 1;
            }
            at = field.indexOf('\\', from);
        }
        return plain.append(field, from, field.length()).toString();
    }

    private static int octal(String text, int at) {
        if (at + OCTAL_DIGITS > text.length()) {
            return -1;
        }
        int value = 0;
        for (int i = at; i < at + OCTAL_DIGITS; i++) {
            int digit = Character.digit(text.charAt(i), OCTAL);
            if (digit < 0) {
                return -1;
            }
            value = value * OCTAL + digit;
        }
        return value;
    }
}
