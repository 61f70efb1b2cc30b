package io.vmha.journal;

import com.google.common.hash.Hashing;
import io.vmha.center.journal.JournalException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The directory that a journal is in, held by this process alone while it is open. A mark beside the store keeps the number of
 * the last write that was acknowledged, so that a store that lost its end is not taken for an older one. Not thread-safe.
 *
 * <p>The mark is in a file of its own, since people delete lock files. It is forced to the disk once, when there is first one:
 * after a power loss it may be older than the store, but is there, and never newer.
 */
final class JournalDirectory implements AutoCloseable {
    static final String STORE = "journal.mv";
    static final String MARK = "journal.mark";
    private static final String LOCK = "journal.lock";

    private final Path directory;
    private final FileChannel lock;
    private final FileChannel marks;

    private JournalDirectory(Path directory, FileChannel lock, FileChannel marks) {
        this.directory = directory;
        this.lock = lock;
        this.marks = marks;
    }

    /** Makes the directory if there is none, and takes it for this process. */
    static JournalDirectory lock(Path directory) {
        Path file = directory.resolve(LOCK);
        FileChannel channel;
        try {
            Files.createDirectories(directory);
            channel = open(file);
        } catch (IOException refused) {
            throw new JournalException("the journal directory " + directory + " cannot be written to", refused);
        }
        try {
            if (tryLock(channel) != null) {
                return new JournalDirectory(directory, channel, open(directory.resolve(MARK)));
            }
        } catch (IOException refused) {
            closeQuietly(channel, refused);
            throw new JournalException("the journal directory " + directory + " cannot be held", refused);
        }
        IllegalStateException held = new IllegalStateException("the lock is held");
        closeQuietly(channel, held);
        throw new JournalException.Locked("the journal is held by another center: its lock is " + file, held);
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    Path store() {
        return directory.resolve(STORE);
    }

    long storeBytes() {
        try {
            return Files.size(store());
        } catch (IOException unreadable) {
            throw new JournalException(store() + " cannot be read", unreadable);
        }
    }

    byte[] content() {
        try {
            return Files.readAllBytes(store());
        } catch (IOException unreadable) {
            throw new JournalException(store() + " cannot be read", unreadable);
        }
    }

    /** The last write that was acknowledged, 0 if there is no mark. */
    long mark() {
        ByteBuffer mark = ByteBuffer.allocate(Long.BYTES);
        try {
            return marks.read(mark, 0) < Long.BYTES ? 0 : mark.getLong(0);
        } catch (IOException unreadable) {
            throw new JournalException(directory.resolve(MARK) + " cannot be read", unreadable);
        }
    }

    void mark(long write) {
        try {
            marks.write(ByteBuffer.allocate(Long.BYTES).putLong(0, write), 0);
        } catch (IOException refused) {
            throw new JournalException(directory.resolve(MARK) + " cannot be written", refused);
        }
    }

    /** Forces the directory itself and the mark to the disk, so that new files are found in it after a power loss. */
    void force() {
        try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
            marks.force(true);
            entries.force(true);
        } catch (IOException refused) {
            throw new JournalException(directory + " cannot be forced to the disk", refused);
        }
    }

    /** Copies what cannot be used to a file of its own, once for each content, and returns what to tell of it. */
    JournalException.Unreadable refuse(String why, @Nullable Throwable cause) {
        Path store = store();
        String refused = store + " " + why;
        if (!Files.exists(store)) {
            return new JournalException.Unreadable(refused, cause);
        }
        try {
            String content = com.google.common.io.Files.asByteSource(store.toFile())
                    .hash(Hashing.farmHashFingerprint64())
                    .toString();
            Path aside = directory.resolve(STORE + ".unreadable-" + content);
            if (!Files.exists(aside)) {
                Files.copy(store, aside);
            }
            return new JournalException.Unreadable(refused + "; it is left as it is, with a copy in " + aside, cause);
        } catch (IOException failed) {
            JournalException.Unreadable uncopied =
                    new JournalException.Unreadable(refused + "; it is left as it is, and could not be copied", cause);
            uncopied.addSuppressed(failed);
            return uncopied;
        }
    }

    private static void closeQuietly(FileChannel channel, Throwable reason) {
        try {
            channel.close();
        } catch (IOException failed) {
            reason.addSuppressed(failed);
        }
    }

    /** Gives the directory free. */
    @Override
    public void close() {
        try (lock) {
            marks.close();
        } catch (IOException failed) {
            throw new JournalException(directory + " cannot be given free", failed);
        }
    }
}
