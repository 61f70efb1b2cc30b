package io.vmha.group;

import io.vmha.group.store.CoordinationStore;
import io.vmha.zookeeper.Ensemble;
import io.vmha.zookeeper.ZooKeeperConfig;
import io.vmha.zookeeper.ZooKeeperStore;

class ZooKeeperPlanJournalTest extends StorePlanJournalContract {
    private final ZooKeeperConfig config = Ensemble.shared().freshRoot();

    @Override
    CoordinationStore connect() {
        return ZooKeeperStore.connect(config);
    }
}
