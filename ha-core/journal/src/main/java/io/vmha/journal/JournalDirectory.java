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
 * The directory that a journal is in, held by this process alone while it is open. Its lock file also keeps the number of the
 * last write that was acknowledged, so that a store that lost its end is not taken for an older one. Not thread-safe.
 *
 * <p>The mark is not forced to the disk: after a power loss it may be older than the store, but never newer.
 */
final class JournalDirectory implements AutoCloseable {
    static final String STORE = "journal.mv";
    private static final String LOCK = "journal.lock";

    private final Path directory;
    private final FileChannel channel;

    private JournalDirectory(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /** Makes the directory if there is none, and takes it for this process. */
    static JournalDirectory lock(Path directory) {
        Path lock = directory.resolve(LOCK);
        FileChannel channel;
        try {
            Files.createDirectories(directory);
            channel = FileChannel.open(
                    lock, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException refused) {
            throw new JournalException("the journal directory " + directory + " cannot be written to", refused);
        }
        try {
            if (tryLock(channel) != null) {
                return new JournalDirectory(directory, channel);
            }
        } catch (IOException refused) {
            closeQuietly(channel, refused);
            throw new JournalException("the journal's lock " + lock + " cannot be taken", refused);
        }
        IllegalStateException held = new IllegalStateException("the lock is held");
        closeQuietly(channel, held);
        throw new JournalException.Locked("the journal is held by another center: its lock is " + lock, held);
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

    boolean isEmptyStore() {
        try {
            return Files.size(store()) == 0;
        } catch (IOException unreadable) {
            throw new JournalException(store() + " cannot be read", unreadable);
        }
    }

    /** The last write that was acknowledged, 0 if none was. */
    long mark() {
        ByteBuffer mark = ByteBuffer.allocate(Long.BYTES);
        try {
            return channel.read(mark, 0) < Long.BYTES ? 0 : mark.getLong(0);
        } catch (IOException unreadable) {
            throw new JournalException(directory.resolve(LOCK) + " cannot be read", unreadable);
        }
    }

    void mark(long write) {
        try {
            channel.write(ByteBuffer.allocate(Long.BYTES).putLong(0, write), 0);
        } catch (IOException refused) {
            throw new JournalException(directory.resolve(LOCK) + " cannot be written", refused);
        }
    }

    /** Forces the directory itself to the disk, so that a new file is found in it after a power loss. */
    void force() {
        try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
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
        try {
            channel.close();
        } catch (IOException failed) {
            throw new JournalException(directory.resolve(LOCK) + " cannot be closed", failed);
        }
    }
}
