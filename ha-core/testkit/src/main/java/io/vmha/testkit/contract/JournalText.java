package io.vmha.testkit.contract;

import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.ReplicaSetState;
import io.vmha.center.journal.VmState;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

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
        state.reports().forEach(report -> lines.add(report.toString()));
        state.vms().forEach(vm -> lines.add(text(vm)));
        state.hosts().forEach(host -> lines.add(host.toString()));
        state.replicaSets()
                .forEach(set -> lines.add(set.id() + " on " + set.timeline() + " of " + set.lastWriter() + " without "
                        + new TreeSet<>(set.diverged()) + " by " + set.commitRule()
                        + set.otherwise().map(JournalText::otherwise).orElse("")));
        state.leftovers().forEach(leftover -> lines.add(leftover.toString()));
        state.recoveries().forEach(recovery -> lines.add(recovery.toString()));
        state.flaps().forEach(host -> lines.add(host.toString()));
        state.away().forEach(vm -> lines.add(vm.toString()));
        lines.add(state.settings() + (state.isFirst() ? ", nothing was written down yet" : ""));
        lines.sort(null);
        return lines;
    }

    /** Sets have no order of their own. */
    private static String text(VmState state) {
        return state.vm() + " may run on " + new TreeSet<>(state.mayRunOn()) + ", is desired " + state.desired()
                + ", failed by " + state.faults() + ", " + new TreeSet<>(state.flags()) + ", closed "
                + state.closedAt() + ", well since " + state.wellSince();
    }

    private static String otherwise(ReplicaSetState set) {
        return ", or else on " + set.timeline() + " of " + set.lastWriter() + " without "
                + new TreeSet<>(set.diverged());
    }
}
