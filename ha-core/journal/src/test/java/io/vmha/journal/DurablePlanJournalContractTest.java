package io.vmha.journal;

import io.vmha.center.journal.PlanJournal;
import io.vmha.testkit.contract.PlanJournalContractTest;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class DurablePlanJournalContractTest extends PlanJournalContractTest {
    @TempDir
    private Path directory;

    private int journals;

    @Override
    protected PlanJournal journal() {
        return DurablePlanJournal.in(directory.resolve("journal" + ++journals));
    }

    @Override
    protected PlanJournal afterCrash(PlanJournal before) {
        before.close();
        return DurablePlanJournal.in(directory.resolve("journal" + journals));
    }
}
