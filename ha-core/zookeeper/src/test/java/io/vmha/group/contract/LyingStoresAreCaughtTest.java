package io.vmha.group.contract;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.group.store.CoordinationStore;
import io.vmha.group.store.InMemoryStore;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Stores that are each broken in one way, and the test of the contract that is there to find it. */
class LyingStoresAreCaughtTest {

    /** The contract on a broken store. Its tests are called by hand. */
    private static final class Broken extends CoordinationStoreContractTest {
        private final InMemoryStore store = new InMemoryStore();
        private final LyingStore.Lie lie;

        private Broken(LyingStore.Lie lie) {
            this.lie = lie;
        }

        @Override
        protected CoordinationStore connect() {
            return lie.client(store);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theContractCatches(LyingStore.Lie lie) {
        assertThatThrownBy(() -> lie.caughtBy.test(new Broken(lie))).isInstanceOf(AssertionError.class);
    }
}
