package io.vmha.center;

import com.google.common.collect.ImmutableList;
import io.vmha.fault.FaultSubject;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A journal in memory: it outlives a management center, but not its process.
 *
 * <p>Thread-safe: all state is guarded by this object's monitor. It keeps the last 100,000 recoveries.
 */
public final class InMemoryPlanJournal implements PlanJournal {
    private static final int MAX_RECOVERIES = 100_000;

    private record ReportKey(String source, FaultSubject subject) {}

    private static final class Open {
        private final JournalEntry.PlanOpened opened;
        private Optional<String> approvedBy = Optional.empty();
        private final Map<Integer, JournalEntry.StepStarted> started = new HashMap<>();
        private final Map<Integer, JournalEntry.StepEnded> ended = new HashMap<>();

        private Open(JournalEntry.PlanOpened opened) {
            this.opened = opened;
        }
    }

    private final Map<PlanId, Open> open = new TreeMap<>();
    private final Map<PlanId, JournalEntry.PlanProposed> proposals = new TreeMap<>();
    private final Map<ReportKey, JournalState.TakenReport> reports = new HashMap<>();
    private final Map<VmId, JournalEntry.VmTroubled> vms = new LinkedHashMap<>();
    private final Map<HostId, Host> hosts = new LinkedHashMap<>();
    private final Deque<JournalState.Recovery> recoveries = new ArrayDeque<>();
    private long lastPlan;
    private long epoch;

    /** Makes an empty journal. */
    public InMemoryPlanJournal() {}

    @Override
    public synchronized JournalState open(long leader) {
        checkEpoch(leader);
        epoch = leader;
        ImmutableList<JournalState.OpenPlan> plans = open.values().stream()
                .map(plan -> new JournalState.OpenPlan(plan.opened, plan.approvedBy, plan.started, plan.ended))
                .collect(ImmutableList.toImmutableList());
        return new JournalState(
                lastPlan,
                plans,
                ImmutableList.copyOf(proposals.values()),
                ImmutableList.copyOf(reports.values()),
                ImmutableList.copyOf(vms.values()),
                ImmutableList.copyOf(hosts.values()),
                ImmutableList.copyOf(recoveries));
    }

    @Override
    public synchronized void write(long leader, List<JournalEntry> entries) {
        checkEpoch(leader);
        entries.forEach(this::write);
    }

    private void checkEpoch(long leader) {
        if (leader < epoch) {
            throw new JournalException.Superseded(leader, epoch);
        }
    }

    private void write(JournalEntry entry) {
        if (entry instanceof JournalEntry.PlanOpened opened) {
            opened(opened);
        } else if (entry instanceof JournalEntry.PlanProposed proposed) {
            proposed(proposed);
        } else if (entry instanceof JournalEntry.StepStarted started) {
            plan(started.plan()).ifPresent(plan -> plan.started.put(started.step(), started));
        } else if (entry instanceof JournalEntry.StepEnded ended) {
            plan(ended.plan()).ifPresent(plan -> plan.ended.put(ended.step(), ended));
        } else if (entry instanceof JournalEntry.PlanApproved approved) {
            plan(approved.plan()).ifPresent(plan -> plan.approvedBy = Optional.of(approved.operator()));
        } else if (entry instanceof JournalEntry.PlanClosed closed) {
            open.remove(closed.plan());
        } else if (entry instanceof JournalEntry.VmTroubled troubled) {
            vms.put(troubled.vm().id(), troubled);
        } else if (entry instanceof JournalEntry.VmSound sound) {
            vms.remove(sound.vm());
        } else if (entry instanceof JournalEntry.HostTroubled troubled) {
            hosts.put(troubled.host().id(), troubled.host());
        } else if (entry instanceof JournalEntry.HostSound sound) {
            hosts.remove(sound.host());
        }
    }

    private Optional<Open> plan(PlanId id) {
        return Optional.ofNullable(open.get(id));
    }

    private void proposed(JournalEntry.PlanProposed proposed) {
        PlanId id = proposed.plan().id();
        lastPlan = Math.max(lastPlan, id.value());
        if (!open.containsKey(id)) {
            proposals.put(id, proposed);
        }
    }

    private void opened(JournalEntry.PlanOpened opened) {
        PlanId id = opened.plan().id();
        opened.report()
                .ifPresent(report -> reports.put(
                        new ReportKey(report.source(), report.subject()),
                        new JournalState.TakenReport(report, opened.at())));
        if (opened.plan().isEmpty() || open.containsKey(id)) {
            return;
        }
        lastPlan = Math.max(lastPlan, id.value());
        proposals.remove(id);
        open.put(id, new Open(opened));
        for (VmId vm : opened.recovered()) {
            recoveries.add(new JournalState.Recovery(vm, opened.at()));
            if (recoveries.size() > MAX_RECOVERIES) {
                recoveries.remove();
            }
        }
    }

    @Override
    public boolean blocks() {
        return false;
    }

    @Override
    public void close() {
        // Nothing to release: a center that comes after reads it on.
    }
}
