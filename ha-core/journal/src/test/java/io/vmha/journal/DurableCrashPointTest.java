package io.vmha.journal;

import io.vmha.center.CrashPointSweepTest;
import io.vmha.center.journal.PlanJournal;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableCrashPointTest {
    @TempDir
    private Path directory;

    private int journals;

    @Test
    void aCrashEndsInTheSameFinalState() {
        CrashPointSweepTest.assertCrashesChangeNothing(this::empty, this::reopened, 7);
    }

    private PlanJournal empty() {
        return DurablePlanJournal.in(directory.resolve("journal" + ++journals));
    }

    private PlanJournal reopened(PlanJournal before) {
        before.close();
        return DurablePlanJournal.in(directory.resolve("journal" + journals));
    }
}
