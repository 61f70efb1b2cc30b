package io.vmha.journal;

import io.vmha.center.journal.PlanJournal;
import io.vmha.sim.DiskJournal;
import java.nio.file.Path;

/** Has simulations that ask for a journal on a disk write to this one. */
public final class DurableDiskJournal implements DiskJournal {
    @Override
    public PlanJournal in(Path directory) {
        return DurablePlanJournal.in(directory);
    }
}
