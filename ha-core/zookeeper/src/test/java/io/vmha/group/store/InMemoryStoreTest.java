package io.vmha.group.store;

class InMemoryStoreTest extends CoordinationStoreContractTest {
    private final InMemoryStore store = new InMemoryStore();

    @Override
    protected CoordinationStore connect() {
        return store.client();
    }
}
