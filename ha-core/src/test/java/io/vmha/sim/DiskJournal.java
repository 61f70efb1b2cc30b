package io.vmha.sim;

import io.vmha.center.journal.PlanJournal;
import java.nio.file.Path;

/** Opens a journal that is kept in a directory; found as a service. */
public interface DiskJournal {

    /** Opens the directory's journal, which nobody else may hold open. */
    PlanJournal in(Path directory);
}
