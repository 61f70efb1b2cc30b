package io.vmha.group.store;

import io.vmha.group.contract.CoordinationStoreContractTest;

class InMemoryStoreContractTest extends CoordinationStoreContractTest {
    private final InMemoryStore store = new InMemoryStore();

    @Override
    protected CoordinationStore connect() {
        return store.client();
    }
}
