package io.vmha.group;

import io.vmha.center.journal.PlanJournal;
import io.vmha.group.store.Change;
import io.vmha.group.store.CoordinationStore;
import io.vmha.group.store.InMemoryStore;
import io.vmha.group.store.StoreException;
import io.vmha.group.store.Stored;
import io.vmha.sim.DiskJournal;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Has simulations that ask for a journal that outlives its center write to one in a store, whose answers get lost now and then: what was
 * to be written was not, or was, or is only later. It begins with the same draws each time, so that a seed replays exactly. Single-threaded.
 */
public final class StoreDiskJournal implements DiskJournal {
    private static final int ONE_IN = 40;

    private final InMemoryStore store = new InMemoryStore();
    private final SplittableRandom random = new SplittableRandom(20);

    @Override
    public PlanJournal in(Path directory) {
        return StorePlanJournal.in(new LostAnswers(), "site");
    }

    private final class LostAnswers implements CoordinationStore {
        private final CoordinationStore direct = store.client();
        private final Deque<List<Change>> late = new ArrayDeque<>();
        private long interruptions;

        private StoreException lost() {
            interruptions++;
            return new StoreException.Unavailable("lost on purpose", null);
        }

        @Override
        public void commit(List<Change> changes) {
            boolean isEntry = changes.stream()
                    .anyMatch(change ->
                            change.kind() == Change.Kind.CREATE && change.key().contains("/journal/log-"));
            int fate = isEntry ? random.nextInt(ONE_IN) : ONE_IN;
            if (fate == 0) {
                throw lost();
            } else if (fate == 1) {
                late.add(changes);
                throw lost();
            }
            makeLate();
            direct.commit(changes);
            if (fate == 2) {
                throw lost();
            }
        }

        /** What was held up arrives, unless something else came first. */
        private void makeLate() {
            while (!late.isEmpty()) {
                try {
                    direct.commit(late.remove());
                } catch (StoreException.Conflict tooLate) {
                    // So the store refuses it, which is what it is for.
                }
            }
        }

        @Override
        public Optional<Stored> read(String key) {
            return direct.read(key);
        }

        @Override
        public Map<String, Stored> readAll(List<String> keys) {
            return direct.readAll(keys);
        }

        @Override
        public List<String> children(String key) {
            List<String> found = direct.children(key);
            makeLate();
            return found;
        }

        @Override
        public int maxBytes() {
            return direct.maxBytes();
        }

        @Override
        public long interruptions() {
            return interruptions;
        }

        @Override
        public boolean isConnected() {
            return true;
        }

        @Override
        public void close() {
            direct.close();
        }
    }
}
