package io.vmha.group;

import io.vmha.group.store.CoordinationStore;
import io.vmha.group.store.InMemoryStore;

class InMemoryStorePlanJournalTest extends StorePlanJournalContract {
    private final InMemoryStore store = new InMemoryStore();

    @Override
    CoordinationStore connect() {
        return store.client();
    }
}
