package io.vmha.center;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.vmha.fault.FaultReport;
import io.vmha.model.Host;
import io.vmha.model.VmId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a plan journal holds when a center takes it over. Immutable.
 *
 * @param lastPlan the highest number that a plan was given, 0 if none was
 * @param open the plans that have not come to their end, by number
 * @param proposals the plans that are held and not begun, by number
 * @param reports the latest report that was taken of each source about each subject
 * @param vms the machines that are not as they should be
 * @param hosts the hosts that are not up
 * @param recoveries when machines were recovered, as far back as the journal goes
 */
public record JournalState(
        long lastPlan,
        List<OpenPlan> open,
        List<JournalEntry.PlanProposed> proposals,
        List<TakenReport> reports,
        List<JournalEntry.VmTroubled> vms,
        List<Host> hosts,
        List<Recovery> recoveries) {

    /** Copies the lists. */
    public JournalState {
        open = ImmutableList.copyOf(open);
        proposals = ImmutableList.copyOf(proposals);
        reports = ImmutableList.copyOf(reports);
        vms = ImmutableList.copyOf(vms);
        hosts = ImmutableList.copyOf(hosts);
        recoveries = ImmutableList.copyOf(recoveries);
    }

    /** The state of a journal that nothing was written to. */
    public static JournalState empty() {
        return new JournalState(0, List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
    }

    /**
     * A plan that has not come to its end.
     *
     * @param opened its beginning
     * @param approvedBy the operator who released it, if one did
     * @param started the last try of each step that was started, by the step's number
     * @param ended how each step ended that did, by the step's number
     */
    public record OpenPlan(
            JournalEntry.PlanOpened opened,
            Optional<String> approvedBy,
            Map<Integer, JournalEntry.StepStarted> started,
            Map<Integer, JournalEntry.StepEnded> ended) {

        /** Copies the maps. */
        public OpenPlan {
            started = ImmutableMap.copyOf(started);
            ended = ImmutableMap.copyOf(ended);
        }
    }

    /**
     * A report that was taken.
     *
     * @param report the report
     * @param at when, by the center's clock
     */
    public record TakenReport(FaultReport report, Instant at) {}

    /**
     * A machine's recovery.
     *
     * @param vm the machine
     * @param at when it was decided
     */
    public record Recovery(VmId vm, Instant at) {}
}
