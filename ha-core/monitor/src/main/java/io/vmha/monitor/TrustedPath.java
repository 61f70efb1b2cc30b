package io.vmha.monitor;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
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
    /** As many as Linux follows. */
    private static final int MOST_LINKS = 40;

    private TrustedPath() {}

    /**
     * Returns why the content of a file is not to be trusted; empty if it is a regular file of root or of this user that nobody
     * else can write to or replace. Links are followed, and what they lead through is judged too.
     *
     * @throws IOException if it, or what is on the way to it, cannot be looked at
     */
    public static Optional<String> whyNotFile(Path file) throws IOException {
        Walk walk = new Walk(file);
        Optional<String> onTheWay = walk.toTheEnd();
        if (onTheWay.isPresent()) {
            return onTheWay;
        }
        Entry entry = Entry.of(walk.at);
        if (!Files.isRegularFile(walk.at, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.of(file + " is no regular file");
        }
        if (!entry.isOurs()) {
            return Optional.of(file + " belongs to another user: uid " + entry.uid());
        }
        return entry.isWritableByOthers()
                ? Optional.of(file + " can be written by others than its owner: mode " + entry.permissions())
                : Optional.empty();
    }

    /**
     * Returns why an entry of a folder may be replaced by another user: it, or a folder or link on the way to it, is another user's,
     * or can be written by others and is not sticky; empty if nobody can.
     *
     * @throws IOException if one of them cannot be looked at
     */
    static Optional<String> whyNotFolder(Path folder) throws IOException {
        return new Walk(folder).toTheEnd();
    }

    /** Goes to a path as the system would, link by link, and judges whatever it comes through. Confined to one thread. */
    private static final class Walk {
        private final Deque<Path> ahead = new ArrayDeque<>();
        private Path at = Path.of("/");
        private int links;

        Walk(Path path) {
            path.toAbsolutePath().forEach(ahead::addLast);
        }

        Optional<String> toTheEnd() throws IOException {
            Optional<String> danger = whyNotThrough(at);
            while (danger.isEmpty() && !ahead.isEmpty()) {
                Path next = at.resolve(ahead.removeFirst()).normalize();
                if (Files.isSymbolicLink(next)) {
                    danger = follow(next);
                } else {
                    at = next;
                    danger = Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS) ? whyNotThrough(at) : Optional.empty();
                }
            }
            return danger;
        }

        private Optional<String> follow(Path link) throws IOException {
            links++;
            if (links > MOST_LINKS) {
                throw new FileSystemLoopException(link.toString());
            }
            Entry entry = Entry.of(link);
            if (!entry.isOurs()) {
                return Optional.of("the link " + link + " belongs to another user: uid " + entry.uid());
            }
            Path target = Files.readSymbolicLink(link);
            for (int last = target.getNameCount() - 1; last >= 0; last--) {
                ahead.addFirst(target.getName(last));
            }
            if (target.isAbsolute()) {
                at = Path.of("/");
            }
            return Optional.empty();
        }

        private static Optional<String> whyNotThrough(Path folder) throws IOException {
            Entry entry = Entry.of(folder);
            if (!entry.isOurs()) {
                return Optional.of("the folder " + folder + " belongs to another user: uid " + entry.uid());
            }
            return entry.isWritableByOthers() && !entry.isSticky()
                    ? Optional.of(
                            "others can replace what is in the folder " + folder + ": mode " + entry.permissions())
                    : Optional.empty();
        }
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
