package io.vmha.monitor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Tells whether other users of this system than root and the user of this process can change a file, or put another in its place.
 *
 * <p>Stateless and thread-safe. Needs a system with POSIX permissions.
 */
public final class TrustedPath {
    private static final int WRITABLE_BY_OTHERS = 0022;
    private static final int STICKY = 01000;
    private static final int ROOT = 0;

    private TrustedPath() {}

    /**
     * Returns why the content of a file is not to be trusted; empty if it is a regular file of root or of this user that nobody
     * else can write to or replace. Links are followed, and what they lead through is judged too.
     *
     * @throws IOException if it, or a folder on the way to it, cannot be looked at
     */
    public static Optional<String> whyNotFile(Path file) throws IOException {
        Path real = file.toRealPath();
        if (!Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.of(file + " is no regular file");
        }
        Entry entry = Entry.of(real);
        if (!entry.isOurs()) {
            return Optional.of(file + " belongs to another user: uid " + entry.uid());
        }
        if (entry.isWritableByOthers()) {
            return Optional.of(file + " can be written by others than its owner: mode " + entry.permissions());
        }
        // The folder of the name itself too: who can write there can put another link in its place.
        Optional<String> named = whyNotFolder(parent(file.toAbsolutePath()));
        return named.isPresent() ? named : whyNotFolder(parent(real));
    }

    /**
     * Returns why an entry of a folder may be replaced by another user: it, or a folder above it, is another user's, or can be
     * written by others and is not sticky; empty if nobody can.
     *
     * @throws IOException if one of them cannot be looked at
     */
    static Optional<String> whyNotFolder(Path folder) throws IOException {
        for (Path step = folder.toRealPath(); step != null; step = step.getParent()) {
            Entry entry = Entry.of(step);
            if (!entry.isOurs()) {
                return Optional.of("the folder " + step + " belongs to another user: uid " + entry.uid());
            }
            if (entry.isWritableByOthers() && !entry.isSticky()) {
                return Optional.of(
                        "others can replace what is in the folder " + step + ": mode " + entry.permissions());
            }
        }
        return Optional.empty();
    }

    private static Path parent(Path file) {
        Path parent = file.getParent();
        return parent == null ? file : parent;
    }

    /** What the system says of an entry, links not followed. */
    record Entry(int uid, int mode) {
        static Entry of(Path path) throws IOException {
            return new Entry(number(path, "unix:uid"), number(path, "unix:mode"));
        }

        private static int number(Path path, String attribute) throws IOException {
            return (Integer) Files.getAttribute(path, attribute, LinkOption.NOFOLLOW_LINKS);
        }

        /** Root's, or of the user that this process runs as. */
        boolean isOurs() throws IOException {
            return uid == ROOT || isOwn();
        }

        boolean isOwn() throws IOException {
            return uid == number(Path.of("/proc/self/stat"), "unix:uid");
        }

        boolean isWritableByOthers() {
            return (mode & WRITABLE_BY_OTHERS) != 0;
        }

        boolean isSticky() {
            return (mode & STICKY) != 0;
        }

        String permissions() {
            return Integer.toOctalString(mode & 07777);
        }
    }
}
