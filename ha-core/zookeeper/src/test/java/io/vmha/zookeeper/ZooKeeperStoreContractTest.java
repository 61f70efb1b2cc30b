package io.vmha.zookeeper;

import io.vmha.group.contract.CoordinationStoreContractTest;
import io.vmha.group.store.CoordinationStore;

class ZooKeeperStoreContractTest extends CoordinationStoreContractTest {
    private final ZooKeeperConfig config = Ensemble.shared().freshRoot();

    @Override
    protected CoordinationStore connect() {
        return ZooKeeperStore.connect(config);
    }
}
