package io.vmha.center.journal;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a plan journal holds when a center takes it over. Immutable.
 *
 * @param isFirst whether no center has written down yet what there was when it began
 * @param lastPlan the highest number that a plan was given, 0 if none was
 * @param open the plans that have not come to their end, in the order in which they go on
 * @param reports the latest report that was taken of each source about each subject
 * @param vms the VMs that are not as they are by default
 * @param hosts the hosts that are not as they are by default
 * @param replicaSets what must not be forgotten of replica sets
 * @param leftovers what was left behind on the platform
 * @param recoveries when VMs were recovered, as far back as the journal goes
 * @param settings what operators chose
 * @param flaps when hosts that were lost came back
 * @param away the VMs that were moved off their hosts for maintenance
 */
public record JournalState(
        boolean isFirst,
        long lastPlan,
        List<OpenPlan> open,
        List<JournalEntry.ReportTaken> reports,
        List<VmState> vms,
        List<HostState> hosts,
        List<ReplicaSetState> replicaSets,
        List<Leftover> leftovers,
        List<JournalEntry.VmRecovered> recoveries,
        CenterSettings settings,
        List<JournalEntry.HostReturned> flaps,
        List<JournalEntry.VmAway> away) {

    /** Copies the lists. */
    public JournalState {
        open = ImmutableList.copyOf(open);
        reports = ImmutableList.copyOf(reports);
        vms = ImmutableList.copyOf(vms);
        hosts = ImmutableList.copyOf(hosts);
        replicaSets = ImmutableList.copyOf(replicaSets);
        leftovers = ImmutableList.copyOf(leftovers);
        recoveries = ImmutableList.copyOf(recoveries);
        flaps = ImmutableList.copyOf(flaps);
        away = ImmutableList.copyOf(away);
    }

    /** The state of a journal that nothing was written to. */
    public static JournalState empty() {
        return new JournalProjection().state();
    }

    /**
     * A plan that has not come to its end.
     *
     * @param opened its latest revision
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
}
