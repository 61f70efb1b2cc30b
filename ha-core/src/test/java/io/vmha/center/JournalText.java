package io.vmha.center;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What a journal holds as sorted lines, for tests: two journals that hold the same give the same lines. */
public final class JournalText {
    private JournalText() {}

    /** A line for each thing that it holds. */
    public static List<String> of(JournalState state) {
        List<String> lines = new ArrayList<>();
        lines.add("last plan " + state.lastPlan());
        state.open()
                .forEach(plan -> lines.add(plan.opened() + " " + plan.approvedBy() + " " + new TreeMap<>(plan.started())
                        + " " + new TreeMap<>(plan.ended())));
        state.proposals().forEach(proposal -> lines.add(proposal.toString()));
        state.reports().forEach(report -> lines.add(report.toString()));
        state.vms().forEach(vm -> lines.add(vm.toString()));
        state.hosts().forEach(host -> lines.add(host.toString()));
        state.recoveries().forEach(recovery -> lines.add(recovery.toString()));
        lines.sort(null);
        return lines;
    }
}
