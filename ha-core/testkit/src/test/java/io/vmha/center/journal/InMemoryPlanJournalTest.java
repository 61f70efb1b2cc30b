package io.vmha.center.journal;

import io.vmha.testkit.contract.PlanJournalContractTest;

class InMemoryPlanJournalTest extends PlanJournalContractTest {
    @Override
    protected PlanJournal journal() {
        return new InMemoryPlanJournal();
    }

    @Override
    protected PlanJournal afterCrash(PlanJournal before) {
        return before;
    }
}
