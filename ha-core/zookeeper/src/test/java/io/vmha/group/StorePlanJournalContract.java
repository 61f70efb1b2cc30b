package io.vmha.group;

import io.vmha.center.journal.PlanJournal;
import io.vmha.group.store.CoordinationStore;
import io.vmha.testkit.contract.PlanJournalContractTest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** The contract of plan journals, for one in a store: each journal is at a site of its own, and each center has a client of its own. */
abstract class StorePlanJournalContract extends PlanJournalContractTest {
    private final List<CoordinationStore> clients = new ArrayList<>();
    private int sites;

    abstract CoordinationStore connect();

    private CoordinationStore client() {
        CoordinationStore client = connect();
        clients.add(client);
        return client;
    }

    @Override
    protected PlanJournal journal() {
        sites++;
        return StorePlanJournal.in(client(), "site-" + sites);
    }

    @Override
    protected PlanJournal afterCrash(PlanJournal before) {
        CoordinationStore old = clients.remove(clients.size() - 1);
        old.close();
        return StorePlanJournal.in(client(), "site-" + sites);
    }

    @AfterEach
    void closeClients() {
        clients.forEach(CoordinationStore::close);
    }
}
