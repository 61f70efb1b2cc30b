package io.vmha.group;

import io.vmha.center.ManagementCenter;
import io.vmha.center.journal.PlanJournal;
import io.vmha.center.leader.Leadership;

/** Builds the management center of an instance that was elected. It is called again for each term. */
@FunctionalInterface
public interface CenterFactory {

    /**
     * Builds a center, on a reading of the platform that is made now: {@code
     * ManagementCenter.builder().leadership(leadership).journal(journal).inventory(snapshot)...build()}. What an earlier leader left in the
     * journal is merged with it. It may block; what it throws is told in the group's health, and another instance is let try.
     *
     * @param leadership the term that the center is to act in
     * @param journal the group's journal, which stays the group's to close
     */
    ManagementCenter build(Leadership leadership, PlanJournal journal);
}
