package io.vmha.group.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.group.store.Change;
import io.vmha.group.store.CoordinationStore;
import io.vmha.group.store.StoreException;
import io.vmha.group.store.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What every store must do, whoever wrote it: make a commit whole or not at all, and only where its conditions hold; show it to every client
 * once it has returned; number what is replaced upwards; refuse what is no key and no commit.
 *
 * <p>To test a store of your own, extend this class, and return a client of an empty store from {@link #connect()}. What it cannot see is
 * whether a commit outlives the store's own crash, and what a client is told while its connection is lost: test that, too.
 */
public abstract class CoordinationStoreContractTest {
    private final List<CoordinationStore> clients = new ArrayList<>();

    /** For the test of an implementation. */
    protected CoordinationStoreContractTest() {}

    /** Returns another client of the store, which is empty when a test begins. The contract closes it. */
    protected abstract CoordinationStore connect();

    private CoordinationStore client() {
        CoordinationStore client = connect();
        clients.add(client);
        return client;
    }

    @AfterEach
    void closeClients() {
        clients.forEach(CoordinationStore::close);
    }

    private static byte[] text(String value) {
        return Change.text(value);
    }

    private static long version(CoordinationStore store, String key) {
        return store.read(key).orElseThrow().version();
    }

    @Test
    void whatOneClientCommittedEveryOtherReads() {
        CoordinationStore one = client();
        CoordinationStore other = client();

        assertThat(other.read("a/b")).isEmpty();
        one.commit(List.of(Change.create("a/b", text("1"))));

        assertThat(other.read("a/b").orElseThrow().text()).isEqualTo("1");
        assertThat(other.read("a")).isEmpty();
        assertThat(other.readAll(List.of("a/b", "a/c"))).containsOnlyKeys("a/b");
    }

    @Test
    void aReadSeesEveryCommitThatReturnedBefore() {
        CoordinationStore writer = client();
        List<CoordinationStore> readers = List.of(client(), client(), client());
        writer.commit(List.of(Change.create("n", text("0"))));
        for (int i = 1; i <= 100; i++) {
            writer.commit(List.of(Change.replace("n", version(writer, "n"), text(Integer.toString(i)))));
            CoordinationStore reader = readers.get(i % readers.size());
            assertThat(reader.read("n").orElseThrow().text()).isEqualTo(Integer.toString(i));
        }
    }

    @Test
    void aCommitIsMadeWholeOrNotAtAll() {
        CoordinationStore store = client();
        store.commit(List.of(Change.create("a", text("1"))));
        long version = version(store, "a");

        assertThatThrownBy(() -> store.commit(
                        List.of(Change.create("b", text("1")), Change.replace("a", version + 1, text("2")))))
                .isInstanceOf(StoreException.Conflict.class);
        assertThat(store.read("b")).isEmpty();
        assertThat(store.read("a").orElseThrow().text()).isEqualTo("1");

        store.commit(List.of(Change.create("b", text("1")), Change.replace("a", version, text("2"))));
        assertThat(store.read("b")).isPresent();
        assertThat(store.read("a").orElseThrow().text()).isEqualTo("2");
        assertThat(version(store, "a")).isGreaterThan(version);
    }

    @Test
    void aCheckThatDoesNotHoldRefusesTheCommit() {
        CoordinationStore store = client();
        store.commit(List.of(Change.create("epoch", text("1"))));
        long before = version(store, "epoch");
        store.commit(List.of(Change.check("epoch", before), Change.create("x", text("1"))));
        store.commit(List.of(Change.replace("epoch", before, text("2"))));

        assertThatThrownBy(() -> store.commit(List.of(Change.check("epoch", before), Change.create("y", text("1")))))
                .isInstanceOf(StoreException.Conflict.class);
        assertThatThrownBy(() -> store.commit(List.of(Change.check("none", 0), Change.create("y", text("1")))))
                .isInstanceOf(StoreException.Conflict.class);
        assertThat(store.read("y")).isEmpty();
    }

    @Test
    void theSameValueAgainIsAnotherVersion() {
        CoordinationStore store = client();
        store.commit(List.of(Change.create("a", text("1"))));
        long before = version(store, "a");
        store.commit(List.of(Change.replace("a", before, text("1"))));

        assertThat(version(store, "a")).isGreaterThan(before);
    }

    @Test
    void whatIsThereIsNotMadeAgainAndWhatIsNotIsNeitherReplacedNorRemoved() {
        CoordinationStore store = client();
        store.commit(List.of(Change.create("a", text("1"))));

        assertThatThrownBy(() -> store.commit(List.of(Change.create("a", text("2")))))
                .isInstanceOf(StoreException.Conflict.class);
        assertThatThrownBy(() -> store.commit(List.of(Change.replace("b", 0, text("2")))))
                .isInstanceOf(StoreException.Conflict.class);
        assertThatThrownBy(() -> store.commit(List.of(Change.delete("b")))).isInstanceOf(StoreException.Conflict.class);
    }

    @Test
    void theNamesBelowAKeyAreListedInOrder() {
        CoordinationStore store = client();
        assertThat(store.children("log")).isEmpty();
        store.commit(List.of(
                Change.create("log/2", text("b")),
                Change.create("log/10", text("c")),
                Change.create("log/1", text("a")),
                Change.create("logs/9", text("d"))));
        store.commit(List.of(Change.delete("log/2")));

        assertThat(store.children("log")).containsExactly("1", "10");
    }

    @Test
    void manyClientsThatCountTogetherLoseNoStep() throws Exception {
        int steps = 25;
        client().commit(List.of(Change.create("count", text("0"))));
        List<CoordinationStore> counters = List.of(client(), client(), client());
        ExecutorService threads = Executors.newFixedThreadPool(counters.size());
        try {
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (CoordinationStore counter : counters) {
                tasks.add(() -> {
                    for (int i = 0; i < steps; i++) {
                        step(counter);
                    }
                    return true;
                });
            }
            for (Future<Boolean> done : threads.invokeAll(tasks)) {
                assertThat(done.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(client().read("count").orElseThrow().text()).isEqualTo(Integer.toString(steps * counters.size()));
    }

    private static void step(CoordinationStore counter) {
        while (true) {
            Stored now = counter.read("count").orElseThrow();
            try {
                String next = Integer.toString(Integer.parseInt(now.text()) + 1);
                counter.commit(List.of(Change.replace("count", now.version(), text(next))));
                return;
            } catch (StoreException.Conflict faster) {
                // Another client was faster: its step is counted first.
                continue;
            }
        }
    }

    @Test
    void aCommitOfTheLargestValuesIsTakenAndALargerOneIsRefused() {
        CoordinationStore store = client();
        int half = store.maxBytes() / 2;
        store.commit(List.of(Change.create("a", new byte[half]), Change.create("b", new byte[half])));

        assertThat(store.read("b").orElseThrow().value()).hasSize(half);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.commit(
                        List.of(Change.create("c", new byte[half + 1]), Change.create("d", new byte[half + 1]))))
                .withMessageContaining(Integer.toString(store.maxBytes()));
    }

    @Test
    void whatIsNoKeyOrNoCommitIsRefused() {
        CoordinationStore store = client();
        for (String key : List.of("", "/a", "a/", "a//b", "..", "a/../b", "a b", "ä", "a/.")) {
            assertThatIllegalArgumentException().isThrownBy(() -> Change.check(key, 0));
            assertThatIllegalArgumentException().isThrownBy(() -> store.read(key));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.commit(List.of(Change.check("a", 0), Change.delete("a"))))
                .withMessageContaining("two changes");
        assertThatIllegalArgumentException().isThrownBy(() -> Change.create("a", new byte[0]));
    }

    @Test
    void aClientThatIsClosedCountsAsInterruptedAndDoesNothingMore() {
        CoordinationStore store = client();
        store.commit(List.of(Change.create("a", text("1"))));
        long before = store.interruptions();
        assertThat(store.isConnected()).isTrue();
        store.close();
        store.close();

        assertThat(store.isConnected()).isFalse();
        assertThat(store.interruptions()).isGreaterThan(before);
        assertThatThrownBy(() -> store.read("a")).isInstanceOf(StoreException.Unavailable.class);
        assertThatThrownBy(() -> store.commit(List.of(Change.create("b", text("1")))))
                .isInstanceOf(StoreException.Unavailable.class);
    }
}
