package io.vmha.group;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalException;
import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.PlanJournal;
import io.vmha.group.store.Change;
import io.vmha.group.store.CoordinationStore;
import io.vmha.group.store.StoreException;
import io.vmha.group.store.Stored;
import io.vmha.journal.RecordTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A plan journal in a store that the centers of a group share: the next leader reads it on another host.
 *
 * <p>Each write is one commit, which checks that no later epoch took over: the store itself refuses a leader that was superseded. What
 * is larger than a commit may be is cut into parts, and counts once the last one is there. The changes are a log; once that is longer
 * than what is open, what is open is written anew as a whole, and the log before it removed.
 *
 * <p>After a write of which it is not known whether it was made, the journal is read again before the next one.
 *
 * <p>Thread-safe: all state is guarded by this object's monitor. It does not close the store.
 */
public final class StorePlanJournal implements PlanJournal {
    private static final Logger LOG = LoggerFactory.getLogger(StorePlanJournal.class);
    private static final String MARK = "vmha-journal ";
    private static final String BASE = "base-";
    private static final String ENTRY = "log-";
    private static final int DIGITS = 18;
    private static final long SMALL = 8L << 20;
    private static final int MANY = 2_000;

    private final String where;
    private final EpochKey epochs;
    private final JournalFolder folder;
    private RecordTable table = new RecordTable();
    private EpochKey.@Nullable Latest held;
    private List<Change> guard = List.of();
    private boolean inDoubt;
    private boolean closed;
    private long base;
    private long last;
    private long logged;

    private StorePlanJournal(CoordinationStore store, String site) {
        this.where = "the journal of " + site;
        this.epochs = new EpochKey(store, site);
        this.folder = new JournalFolder(store, site + "/journal");
    }

    /**
     * The journal of a site. Nothing is read or written before it is opened.
     *
     * @param store where it is; it stays its owner's to close
     * @param site the key below which everything of that site is
     * @throws IllegalArgumentException if the site is no key
     */
    public static StorePlanJournal in(CoordinationStore store, String site) {
        return new StorePlanJournal(store, Change.checkedKey(site));
    }

    @Override
    public synchronized JournalState open(long epoch) {
        checkArgument(epoch >= 0, "epoch must be 0 or more: %s", epoch);
        checkState(!closed, "the journal is closed");
        try {
            // A journal that this release cannot read is left to those who can.
            folder.head().ifPresent(this::baseOf);
            held = takeOver(epoch);
            load(held);
            return table.state();
        } catch (StoreException failed) {
            throw told(epoch, failed);
        } catch (IllegalArgumentException | IllegalStateException damaged) {
            throw unreadable(damaged);
        }
    }

    private JournalException unreadable(RuntimeException damaged) {
        return new JournalException.Unreadable(where + " " + damaged.getMessage(), damaged);
    }

    private EpochKey.Latest takeOver(long epoch) {
        while (true) {
            Optional<EpochKey.Latest> latest = epochs.read();
            long found = latest.map(EpochKey.Latest::epoch).orElse(-1L);
            if (found > epoch) {
                throw new JournalException.Superseded(epoch, found);
            }
            if (latest.isPresent() && found == epoch) {
                return latest.get();
            }
            try {
                folder.commit(List.of(), List.of(epochs.next(latest, epoch)));
            } catch (StoreException.Conflict faster) {
                LOG.debug("another leader took {} over meanwhile", where, faster);
            }
        }
    }

    /**
     * Reads everything, and removes what an earlier write or compaction left unfinished. The head is written anew first: every commit
     * checks it, so that none that is still on its way can be made any more.
     */
    private void load(EpochKey.Latest mine) {
        inDoubt = true;
        table = new RecordTable();
        folder.begin();
        Optional<Stored> found = folder.head();
        base = found.map(this::baseOf).orElse(0L);
        folder.commit(
                List.of(epochs.check(mine)),
                List.of(found.map(head -> folder.replaceHead(head, head(base)))
                        .orElseGet(() -> folder.makeHead(head(0)))));
        Stored unused = readHead(mine);
        List<Long> entries = folder.names().stream()
                .filter(name -> name.startsWith(ENTRY) && name.length() == ENTRY.length() + DIGITS)
                .map(name -> Long.parseLong(name.substring(ENTRY.length())))
                .filter(number -> number > base)
                .toList();
        last = base + entries.size();
        List<String> documents = new ArrayList<>();
        if (base > 0) {
            documents.add(name(BASE, base));
        }
        for (int i = 0; i < entries.size(); i++) {
            checkArgument(entries.get(i) == base + 1 + i, "is damaged: entry %s is missing", base + 1 + i);
            documents.add(name(ENTRY, entries.get(i)));
        }
        logged = 0;
        for (byte[] document : folder.read(documents)) {
            table.read(document);
            logged += document.length;
        }
        folder.sweep(guard);
        inDoubt = false;
    }

    private Stored readHead(EpochKey.Latest mine) {
        Stored head = folder.head().orElseThrow(() -> new IllegalArgumentException("has lost its head"));
        guard = List.of(epochs.check(mine), folder.checkHead(head));
        return head;
    }

    private static String name(String kind, long number) {
        return kind + String.format("%0" + DIGITS + "d", number);
    }

    private static String head(long base) {
        return MARK + RecordTable.FORMAT + " " + base;
    }

    /** The number of the entry up to which everything is in the base, 0 if there is none. */
    private long baseOf(Stored head) {
        String text = head.text();
        List<String> words = List.of(text.split(" ", -1));
        checkArgument(
                text.startsWith(MARK) && words.size() >= 2 && words.get(1).matches("\\d{1,9}"),
                "has a head that is none: it is somebody else's, or was changed");
        long format = Long.parseLong(words.get(1));
        checkArgument(
                format == RecordTable.FORMAT,
                "is of format version %s; this center knows version %s only: end what is open with the release that wrote it",
                format,
                RecordTable.FORMAT);
        checkArgument(words.size() == 3 && words.get(2).matches("\\d{1," + DIGITS + "}"), "has a damaged head");
        return Long.parseLong(words.get(2));
    }

    @Override
    public synchronized void write(long epoch, List<JournalEntry> entries) {
        checkState(!closed, "the journal is closed");
        EpochKey.Latest mine = held;
        if (mine == null || epoch > mine.epoch()) {
            throw new IllegalStateException("the journal was not opened in epoch " + epoch);
        }
        if (epoch < mine.epoch()) {
            throw new JournalException.Superseded(epoch, mine.epoch());
        }
        try {
            compactWhereDue(mine);
            if (inDoubt) {
                load(mine);
            }
            boolean written = false;
            try {
                byte[] changes = table.write(entries);
                folder.write(name(ENTRY, last + 1), changes, guard, guard);
                written = true;
                last++;
                logged += changes.length;
            } finally {
                if (written) {
                    table.keep();
                } else {
                    table.undo();
                    inDoubt = true;
                }
            }
        } catch (StoreException failed) {
            throw told(epoch, failed);
        } catch (IllegalArgumentException damaged) {
            throw unreadable(damaged);
        }
    }

    /**
     * Before a write and not after it: what waits for the one before goes on meanwhile. Where it fails, the write is made all the same, and
     * the next one tries again.
     */
    private void compactWhereDue(EpochKey.Latest mine) {
        boolean isShort = logged <= Math.max(SMALL, table.size() * 2) && last - base <= MANY;
        if (isShort || inDoubt) {
            return;
        }
        try {
            Stored head = readHead(mine);
            folder.write(
                    name(BASE, last),
                    table.all(),
                    guard,
                    List.of(epochs.check(mine), folder.replaceHead(head, head(last))));
            Stored unused = readHead(mine);
            if (base > 0) {
                folder.drop(name(BASE, base));
            }
            for (long entry = base + 1; entry <= last; entry++) {
                folder.drop(name(ENTRY, entry));
            }
            base = last;
            logged = table.size();
            folder.sweep(guard);
        } catch (StoreException | IllegalArgumentException failed) {
            inDoubt = true;
            LOG.warn("{} could not be compacted; it is tried again with a later write", where, failed);
        }
    }

    private JournalException told(long epoch, StoreException failed) {
        if (failed instanceof StoreException.Conflict) {
            try {
                long latest = epochs.read().map(EpochKey.Latest::epoch).orElse(-1L);
                if (latest > epoch) {
                    return new JournalException.Superseded(epoch, latest);
                }
            } catch (StoreException unknown) {
                failed.addSuppressed(unknown);
            }
        }
        return new JournalException(where + " cannot be read or written: " + failed.getMessage(), failed);
    }

    @Override
    public synchronized void close() {
        closed = true;
    }
}
