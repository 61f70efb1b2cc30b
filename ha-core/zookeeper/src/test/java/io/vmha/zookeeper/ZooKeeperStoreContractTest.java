package io.vmha.zookeeper;

import io.vmha.group.store.CoordinationStore;
import io.vmha.group.store.CoordinationStoreContractTest;

class ZooKeeperStoreContractTest extends CoordinationStoreContractTest {
    private final ZooKeeperConfig config = Ensemble.shared().freshRoot();

    @Override
    protected CoordinationStore connect() {
        return ZooKeeperStore.connect(config);
    }
}
