package io.vmha.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalException;
import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.Leftover;
import io.vmha.group.store.Change;
import io.vmha.group.store.CoordinationStore;
import io.vmha.group.store.InMemoryStore;
import io.vmha.group.store.StoreException;
import io.vmha.group.store.Stored;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StorePlanJournalTest {
    private final InMemoryStore store = new InMemoryStore();
    private final CoordinationStore client = store.client();

    private static List<JournalEntry> leftovers(int from, int count, int size) {
        List<JournalEntry> entries = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            entries.add(new JournalEntry.LeftBehind(leftover(i, size)));
        }
        return entries;
    }

    private static Leftover leftover(int number, int size) {
        return new Leftover(VmId.of("vm" + number), HostId.of("h1"), "x".repeat(size), Instant.ofEpochSecond(number));
    }

    private long bytes() {
        return client.children("s/journal").stream()
                .mapToLong(
                        name -> client.read("s/journal/" + name).orElseThrow().value().length)
                .sum();
    }

    @Test
    void aWriteOfManyTimesWhatACommitMayHoldIsThereAsAWhole() {
        StorePlanJournal journal = StorePlanJournal.in(client, "s");
        JournalState unused = journal.open(1);
        journal.write(1, leftovers(0, 30, 100_000));
        journal.write(1, leftovers(30, 1, 2_000_000));

        JournalState found = StorePlanJournal.in(store.client(), "s").open(2);
        assertThat(found.leftovers()).hasSize(31).contains(leftover(30, 2_000_000));
    }

    @Test
    void itsSizeFollowsWhatIsOpenNotWhatWasWritten() {
        StorePlanJournal journal = StorePlanJournal.in(client, "s");
        JournalState unused = journal.open(1);
        for (int i = 0; i < 300; i++) {
            journal.write(1, leftovers(i, 1, 100_000));
            journal.write(1, List.of(new JournalEntry.LeftoverDeleted(leftover(i, 100_000))));
            assertThat(bytes()).isLessThan(10 << 20);
        }
        journal.write(1, leftovers(1_000, 3, 10));
        assertThat(StorePlanJournal.in(store.client(), "s").open(2).leftovers()).hasSize(3);
    }

    @Test
    void aLeaderThatWasSupersededWritesNothingMore() {
        StorePlanJournal old = StorePlanJournal.in(client, "s");
        JournalState first = old.open(1);
        StorePlanJournal next = StorePlanJournal.in(store.client(), "s");
        JournalState second = next.open(2);

        assertThatThrownBy(() -> old.write(1, leftovers(0, 1, 10)))
                .isInstanceOf(JournalException.Superseded.class)
                .hasMessageContaining("epoch 2");
        assertThat(StorePlanJournal.in(store.client(), "s").open(3))
                .isEqualTo(first)
                .isEqualTo(second);
    }

    @Test
    void aJournalOfANewerFormatIsRefusedAndLeftAsItIs() {
        client.commit(List.of(
                Change.create("s/journal/head", Change.text("vmha-journal 99 0 more")),
                Change.create("s/epoch", Change.text("7"))));

        assertThatThrownBy(() -> StorePlanJournal.in(client, "s").open(8))
                .isInstanceOf(JournalException.Unreadable.class)
                .hasMessageContaining("format version 99");
        assertThat(client.read("s/epoch").orElseThrow().text()).isEqualTo("7");
        assertThat(client.children("s/journal")).containsExactly("head");
    }

    @Test
    void whatIsNoJournalOfOursIsRefused() {
        client.commit(List.of(Change.create("s/journal/head", Change.text("hello"))));
        assertThatThrownBy(() -> StorePlanJournal.in(client, "s").open(1))
                .isInstanceOf(JournalException.Unreadable.class);

        client.commit(List.of(Change.create("t/epoch", Change.text("seven"))));
        assertThatThrownBy(() -> StorePlanJournal.in(client, "t").open(1))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("epoch");
    }

    @Test
    void anEntryThatIsLostOrChangedIsNoticed() {
        StorePlanJournal journal = StorePlanJournal.in(client, "s");
        JournalState unused = journal.open(1);
        for (int i = 0; i < 3; i++) {
            journal.write(1, leftovers(i, 1, 10));
        }
        String second = "s/journal/" + client.children("s/journal").get(2);
        Stored before = client.read(second).orElseThrow();
        byte[] changed = before.value();
        changed[changed.length - 1] ^= 1;
        client.commit(List.of(Change.replace(second, before.version(), changed)));
        assertThatThrownBy(() -> StorePlanJournal.in(client, "s").open(2))
                .isInstanceOf(JournalException.Unreadable.class)
                .hasMessageContaining("damaged");

        client.commit(List.of(Change.delete(second)));
        assertThatThrownBy(() -> StorePlanJournal.in(client, "s").open(2))
                .isInstanceOf(JournalException.Unreadable.class)
                .hasMessageContaining("missing");
    }

    @Test
    void commitsThatFailOrComeLateLeaveAWriteThereWholeOrNotAtAll() {
        for (long seed = 1; seed <= 10; seed++) {
            CoordinationStore direct = new InMemoryStore().client();
            Unreliable unreliable = new Unreliable(direct, new SplittableRandom(seed));
            StorePlanJournal journal = StorePlanJournal.in(unreliable, "s");
            SplittableRandom sizes = new SplittableRandom(seed);
            Set<Leftover> expected = new HashSet<>();
            untilItSucceeds(() -> {
                JournalState unused = journal.open(1);
            });
            for (int write = 0; write < 30; write++) {
                Leftover next = leftover(write, sizes.nextInt(100_000));
                List<JournalEntry> entries = new ArrayList<>(List.of(new JournalEntry.LeftBehind(next)));
                if (write % 3 == 0) {
                    List.copyOf(expected).forEach(old -> entries.add(new JournalEntry.LeftoverDeleted(old)));
                    expected.clear();
                }
                untilItSucceeds(() -> journal.write(1, entries));
                expected.add(next);
            }
            unreliable.late.forEach(Unreliable::attempt);
            assertThat(StorePlanJournal.in(direct, "s").open(2).leftovers())
                    .as("seed %s", seed)
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    private static void untilItSucceeds(Runnable write) {
        while (true) {
            try {
                write.run();
                return;
            } catch (JournalException.Superseded | JournalException.Unreadable wrong) {
                throw wrong;
            } catch (JournalException failed) {
                assertThat(failed).hasMessageContaining("cannot be read or written");
            }
        }
    }

    /** Fails before or after a commit, or makes it only later, when others were made. */
    private static final class Unreliable implements CoordinationStore {
        private final CoordinationStore direct;
        private final SplittableRandom random;
        private final Deque<Runnable> late = new ArrayDeque<>();

        private Unreliable(CoordinationStore direct, SplittableRandom random) {
            this.direct = direct;
            this.random = random;
        }

        private static void attempt(Runnable commit) {
            try {
                commit.run();
            } catch (StoreException.Conflict refused) {
                assertThat(refused).hasMessageContaining("not as expected");
            }
        }

        private void fail(int oneIn) {
            if (random.nextInt(oneIn) == 0) {
                throw new StoreException.Unavailable("lost on purpose", null);
            }
        }

        @Override
        public Optional<Stored> read(String key) {
            fail(300);
            return direct.read(key);
        }

        @Override
        public Map<String, Stored> readAll(List<String> keys) {
            fail(300);
            return direct.readAll(keys);
        }

        @Override
        public List<String> children(String key) {
            fail(300);
            return direct.children(key);
        }

        @Override
        public void commit(List<Change> changes) {
            if (!late.isEmpty() && random.nextInt(2) == 0) {
                attempt(late.remove());
            }
            fail(25);
            if (random.nextInt(15) == 0) {
                late.add(() -> direct.commit(changes));
                throw new StoreException.Unavailable("late on purpose", null);
            }
            direct.commit(changes);
            fail(25);
        }

        @Override
        public int maxBytes() {
            return 64 << 10;
        }

        @Override
        public long interruptions() {
            return 0;
        }

        @Override
        public boolean isConnected() {
            return true;
        }

        @Override
        public void close() {}
    }
}
