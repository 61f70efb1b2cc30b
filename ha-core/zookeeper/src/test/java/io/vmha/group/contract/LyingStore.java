package io.vmha.group.contract;

import io.vmha.group.store.Change;
import io.vmha.group.store.CoordinationStore;
import io.vmha.group.store.InMemoryStore;
import io.vmha.group.store.Stored;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A client of a store in memory that is broken in one way. */
abstract class LyingStore implements CoordinationStore {

    /** What is wrong with a store, and the test of the contract that is there to find it. */
    enum Lie {
        MAKES_A_COMMIT_BIT_BY_BIT(CoordinationStoreContractTest::aCommitIsMadeWholeOrNotAtAll) {
            @Override
            CoordinationStore client(InMemoryStore store) {
                return new LyingStore(store) {
                    @Override
                    public void commit(List<Change> changes) {
                        changes.forEach(change -> super.commit(List.of(change)));
                    }
                };
            }
        },
        CHECKS_NOTHING(CoordinationStoreContractTest::aCheckThatDoesNotHoldRefusesTheCommit) {
            @Override
            CoordinationStore client(InMemoryStore store) {
                return new LyingStore(store) {
                    @Override
                    public void commit(List<Change> changes) {
                        super.commit(changes.stream()
                                .filter(change -> change.kind() != Change.Kind.CHECK)
                                .toList());
                    }
                };
            }
        },
        REPLACES_WHATEVER_IS_THERE(CoordinationStoreContractTest::aCommitIsMadeWholeOrNotAtAll) {
            @Override
            CoordinationStore client(InMemoryStore store) {
                return new LyingStore(store) {
                    @Override
                    public void commit(List<Change> changes) {
                        super.commit(changes.stream().map(this::onWhatIsThere).toList());
                    }

                    private Change onWhatIsThere(Change change) {
                        return change.kind() == Change.Kind.REPLACE
                                ? read(change.key())
                                        .map(now -> Change.replace(change.key(), now.version(), change.value()))
                                        .orElse(change)
                                : change;
                    }
                };
            }
        },
        MAKES_WHAT_IS_THERE_AGAIN(
                CoordinationStoreContractTest::whatIsThereIsNotMadeAgainAndWhatIsNotIsNeitherReplacedNorRemoved) {
            @Override
            CoordinationStore client(InMemoryStore store) {
                return new LyingStore(store) {
                    @Override
                    public void commit(List<Change> changes) {
                        List<Change> kept = new ArrayList<>(changes);
                        kept.removeIf(change -> change.kind() == Change.Kind.CREATE
                                && read(change.key()).isPresent());
                        super.commit(kept);
                    }
                };
            }
        },
        READS_FROM_A_CACHE(CoordinationStoreContractTest::aReadSeesEveryCommitThatReturnedBefore) {
            @Override
            CoordinationStore client(InMemoryStore store) {
                return new LyingStore(store) {
                    private final Map<String, Stored> cache = new LinkedHashMap<>();

                    @Override
                    public Optional<Stored> read(String key) {
                        super.read(key).ifPresent(now -> cache.putIfAbsent(key, now));
                        return Optional.ofNullable(cache.get(key));
                    }

                    @Override
                    public void commit(List<Change> changes) {
                        super.commit(changes);
                        cache.clear();
                    }
                };
            }
        },
        KEEPS_THE_VERSION_OF_THE_SAME_VALUE(CoordinationStoreContractTest::theSameValueAgainIsAnotherVersion) {
            @Override
            CoordinationStore client(InMemoryStore store) {
                return new LyingStore(store) {
                    @Override
                    public void commit(List<Change> changes) {
                        List<Change> kept = new ArrayList<>(changes);
                        kept.removeIf(change -> read(change.key())
                                .map(now -> now.text().equals(new String(change.value(), StandardCharsets.UTF_8)))
                                .orElse(false));
                        super.commit(kept);
                    }
                };
            }
        },
        LISTS_IN_NO_ORDER(CoordinationStoreContractTest::theNamesBelowAKeyAreListedInOrder) {
            @Override
            CoordinationStore client(InMemoryStore store) {
                return new LyingStore(store) {
                    @Override
                    public List<String> children(String key) {
                        Map<Integer, String> byHash = new TreeMap<>();
                        super.children(key).forEach(name -> byHash.put(-name.hashCode(), name));
                        return List.copyOf(byHash.values());
                    }
                };
            }
        },
        GOES_ON_AFTER_IT_WAS_CLOSED(
                CoordinationStoreContractTest::aClientThatIsClosedCountsAsInterruptedAndDoesNothingMore) {
            @Override
            CoordinationStore client(InMemoryStore store) {
                return new LyingStore(store) {
                    @Override
                    public void close() {}
                };
            }
        };

        final Contract caughtBy;

        Lie(Contract caughtBy) {
            this.caughtBy = caughtBy;
        }

        abstract CoordinationStore client(InMemoryStore store);
    }

    /** A test of the contract. */
    interface Contract {
        void test(CoordinationStoreContractTest of) throws Exception;
    }

    private final CoordinationStore real;

    private LyingStore(InMemoryStore store) {
        this.real = store.client();
    }

    @Override
    public Optional<Stored> read(String key) {
        return real.read(key);
    }

    @Override
    public Map<String, Stored> readAll(List<String> keys) {
        return real.readAll(keys);
    }

    @Override
    public List<String> children(String key) {
        return real.children(key);
    }

    @Override
    public void commit(List<Change> changes) {
        real.commit(changes);
    }

    @Override
    public int maxBytes() {
        return real.maxBytes();
    }

    @Override
    public long interruptions() {
        return real.interruptions();
    }

    @Override
    public boolean isConnected() {
        return real.isConnected();
    }

    @Override
    public void close() {
        real.close();
    }
}
