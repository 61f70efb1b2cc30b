package io.vmha.monitor;

import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Reads the table of mounts, of any size and with any bytes in it: a line at a time, of which only what is asked for is kept. A
 * line that cannot be read says nothing of the others. Immutable.
 */
final class MountTable {
    /** The mounts that this process sees. */
    static final Path OWN = Path.of("/proc/self/mountinfo");

    /** As much as a plain stream reads without a buffer of its own outside the heap. */
    private static final int CHUNK = 8192;
    /** The rest of a longer line is dropped: it is an overlay of thousands of layers, and no disk's. */
    private static final int LONGEST_LINE = 65_536;

    private final Path file;

    private MountTable(Path file) {
        this.file = file;
    }

    static MountTable of(Path mountInfo) {
        return new MountTable(mountInfo);
    }

    /**
     * Returns the mounts that are wanted, in the table's order: at one mount point the last hides those before it.
     *
     * @throws IOException if the table cannot be read
     */
    List<Mount> mounts(Predicate<Mount> wanted) throws IOException {
        List<Mount> mounts = new ArrayList<>();
        byte[] chunk = new byte[CHUNK];
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try (FileInputStream stream = new FileInputStream(file.toFile())) {
            for (int read = stream.read(chunk); read >= 0; read = stream.read(chunk)) {
                int from = 0;
                for (int at = 0; at < read; at++) {
                    if (chunk[at] == '\n') {
                        append(line, chunk, from, at);
                        take(line, wanted, mounts);
                        from = at + 1;
                    }
                }
                append(line, chunk, from, read);
            }
        }
        take(line, wanted, mounts);
        return List.copyOf(mounts);
    }

    private static void append(ByteArrayOutputStream line, byte[] chunk, int from, int to) {
        line.write(chunk, from, Math.max(0, Math.min(to - from, LONGEST_LINE - line.size())));
    }

    private static void take(ByteArrayOutputStream bytes, Predicate<Mount> wanted, List<Mount> mounts) {
        if (bytes.size() > 0) {
            String line = bytes.toString(StandardCharsets.UTF_8);
            bytes.reset();
            try {
                Mount mount = Mount.parse(line);
                if (wanted.test(mount)) {
                    mounts.add(mount);
                }
            } catch (IOException notALine) {
                return;
            }
        }
    }

    /** The mount that a path, without links in it, is on. */
    Optional<Mount> mountOf(Path real) throws IOException {
        return mounts(mount -> real.startsWith(mount.point())).stream()
                .reduce((one, next) -> next.point().length() >= one.point().length() ? next : one);
    }
}
