package io.vmha.journal;

import static java.util.Objects.requireNonNull;

import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalException;
import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.PlanJournal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;

/**
 * A journal in a directory of its own: what was written survives a crash of the process and of the machine.
 *
 * <p>Each write is one commit and is forced to the disk before it returns; a center puts everything that came up during one
 * write into the next, so that many plans share what that costs. Where a write fails, as on a full disk, nothing of it is
 * there, and the next one starts from what was there before.
 *
 * <p>The directory is held by one open journal at a time. Beside the file is a mark of what was last written to it: without the mark
 * a file that lost its end could be taken for a whole one, so that it is refused. The lock file may be deleted. A file that is damaged, cut short or of a newer format is refused,
 * left as it is and copied aside; nothing is ever written to it.
 *
 * <p>Thread-safe: all state is guarded by this object's monitor.
 */
public final class DurablePlanJournal implements PlanJournal {
    /** The number of the write that makes the file, after which its mark is made. */
    private static final long UNMARKED = 1;

    private static final int PART_OF_MEMORY = 32;

    private final JournalDirectory directory;
    private final String file;
    private @Nullable JournalStore store;
    private @Nullable Records records;
    private boolean rewriteFirst;
    private boolean closed;

    private DurablePlanJournal(JournalDirectory directory, String file) {
        this.directory = directory;
        this.file = file;
    }

    /**
     * Opens the journal in a directory, or a new one where there is none.
     *
     * @param directory where it is; it is made if it does not exist, and should be used for nothing else
     * @return the journal, which is its caller's to close
     * @throws JournalException.Locked if another center holds it, naming the lock
     * @throws JournalException.Unreadable if it is damaged, cut short or of a newer format, naming the file and its copy
     * @throws JournalException if the directory cannot be read or written
     */
    public static DurablePlanJournal in(Path directory) {
        return in(requireNonNull(directory, "directory"), Path::toString);
    }

    /** Opens it through one of H2's file systems; the function names the file in it. */
    static DurablePlanJournal in(Path directory, Function<Path, String> fileName) {
        JournalDirectory held = JournalDirectory.lock(directory);
        try {
            DurablePlanJournal journal = new DurablePlanJournal(held, fileName.apply(held.store()));
            journal.start();
            return journal;
        } catch (RuntimeException refused) {
            held.close();
            throw refused;
        }
    }

    private synchronized void start() {
        if (!Files.exists(directory.store())) {
            create();
        }
        check();
        if (directory.mark() == 0) {
            directory.mark(UNMARKED);
            directory.force();
        }
        usable();
    }

    /** Makes the file under another name first, so that there is never half a new journal. */
    private void create() {
        if (directory.mark() > 0) {
            throw directory.refuse("is missing, though it was written to", null);
        }
        Path made = directory.store().resolveSibling(JournalDirectory.STORE + ".new");
        try {
            Files.deleteIfExists(made);
            try (JournalStore fresh = JournalStore.toWrite(made.toString())) {
                fresh.commit();
            }
            Files.move(made, directory.store(), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | MVStoreException refused) {
            throw new JournalException(directory.store() + " cannot be made", refused);
        }
        directory.force();
    }

    /** Reads everything before anything may be written. */
    private void check() {
        long mark = directory.mark();
        if (directory.storeBytes() == 0) {
            throw directory.refuse("is cut short: it is empty", null);
        }
        try (JournalStore found = JournalStore.toRead(file)) {
            if (found.write() < mark) {
                throw new IllegalArgumentException(
                        "is cut short or was replaced: it ends with write " + found.write() + " of " + mark);
            }
            if (mark == 0 && found.write() > UNMARKED) {
                throw new IllegalArgumentException("cannot be told from a part of itself: " + JournalDirectory.MARK
                        + ", which says what was last written to it, is missing or empty; put both back as they were");
            }
            found.checkSum();
            JournalState unused = new Records(found).read();
            rehearse();
        } catch (MVStoreException refused) {
            throw of(refused);
        } catch (JournalException unreadable) {
            throw unreadable;
        } catch (IllegalArgumentException refused) {
            throw directory.refuse(String.valueOf(refused.getMessage()), refused);
        } catch (RuntimeException refused) {
            throw directory.refuse("is damaged: " + refused.getMessage(), refused);
        } catch (OutOfMemoryError vast) {
            // A damaged length asks for any amount.
            throw directory.refuse("is damaged, or takes more memory than there is: " + vast.getMessage(), vast);
        }
    }

    /** A store that takes a large part of the memory is not copied there: its damage may show only once it is written to. */
    private void rehearse() {
        if (directory.storeBytes() <= Runtime.getRuntime().maxMemory() / PART_OF_MEMORY) {
            JournalStore.rehearse(directory.content());
        }
    }

    private JournalException of(MVStoreException refused) {
        return switch (refused.getErrorCode()) {
            case DataUtils.ERROR_FILE_LOCKED ->
                new JournalException.Locked("the journal is held by another process: " + file, refused);
            case DataUtils.ERROR_UNSUPPORTED_FORMAT -> directory.refuse("is of a newer version of MVStore", refused);
            default -> directory.refuse("is damaged: " + refused.getMessage(), refused);
        };
    }

    private Records usable() {
        if (closed) {
            throw new IllegalStateException("the journal is closed");
        }
        if (store == null || records == null) {
            store = JournalStore.toWrite(file);
            records = new Records(store);
            if (rewriteFirst) {
                store.rewrite();
            }
        }
        return records;
    }

    @Override
    public synchronized JournalState open(long epoch) {
        return attempt(epoch, (opened, found) -> {
            opened.epoch(epoch);
            opened.commit();
            return found.read();
        });
    }

    @Override
    public synchronized void write(long epoch, List<JournalEntry> entries) {
        Optional<JournalState> unused = attempt(epoch, (opened, found) -> {
            entries.forEach(found::write);
            opened.commit();
            return Optional.empty();
        });
    }

    /** What is done with the store; whatever it throws, nothing of it is there afterwards. */
    private interface Attempt<R> {
        R make(JournalStore store, Records records);
    }

    private <R> R attempt(long epoch, Attempt<R> attempt) {
        try {
            Records found = usable();
            JournalStore opened = store;
            if (opened == null) {
                throw new IllegalStateException("the journal is closed");
            }
            if (epoch < opened.epoch()) {
                throw new JournalException.Superseded(epoch, opened.epoch());
            }
            R result = attempt.make(opened, found);
            rewriteFirst = false;
            directory.mark(opened.write());
            return result;
        } catch (JournalException | IllegalStateException refused) {
            throw refused;
        } catch (RuntimeException failed) {
            abandon();
            throw new JournalException(file + " cannot be written: " + failed.getMessage(), failed);
        }
    }

    /** Goes back to what is on the disk. What a failed write may have left in the system's memory only is written anew. */
    private void abandon() {
        if (store != null) {
            store.close();
        }
        store = null;
        records = null;
        rewriteFirst = true;
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            abandon();
        } finally {
            directory.close();
        }
    }
}
