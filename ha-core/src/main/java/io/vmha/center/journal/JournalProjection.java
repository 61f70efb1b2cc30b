package io.vmha.center.journal;

import com.google.common.collect.Iterables;
import io.vmha.fault.FaultSubject;
import io.vmha.model.HostId;
import io.vmha.model.ReplicaSetId;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What entries come to: the one place that says how an entry changes what a journal holds, for every journal. Not thread-safe.
 * It keeps the last 100,000 recoveries; everything else is as large as what is open.
 */
public final class JournalProjection {
    private static final int MAX_RECOVERIES = 100_000;

    private record ReportKey(String source, FaultSubject subject) {}

    private static final class Open {
        private JournalEntry.PlanOpened opened;
        private Optional<String> approvedBy = Optional.empty();
        private final Map<Integer, JournalEntry.StepStarted> started = new HashMap<>();
        private final Map<Integer, JournalEntry.StepEnded> ended = new HashMap<>();

        private Open(JournalEntry.PlanOpened opened) {
            this.opened = opened;
        }
    }

    private final Map<PlanId, Open> open = new TreeMap<>();

    private final Map<ReportKey, JournalEntry.ReportTaken> reports = new HashMap<>();
    private final Map<VmId, VmState> vms = new LinkedHashMap<>();
    private final Map<HostId, HostState> hosts = new LinkedHashMap<>();
    private final Map<ReplicaSetId, ReplicaSetState> replicaSets = new LinkedHashMap<>();
    private final Set<Leftover> leftovers = new LinkedHashSet<>();
    private final Set<JournalEntry.VmRecovered> recoveries = new LinkedHashSet<>();
    private final Map<HostId, JournalEntry.HostReturned> flaps = new LinkedHashMap<>();
    private final Map<VmId, JournalEntry.VmAway> away = new LinkedHashMap<>();
    private CenterSettings settings = CenterSettings.defaults();
    private long lastPlan;
    private boolean isFirst = true;

    /** Makes the projection of no entries. */
    public JournalProjection() {}

    /** Adds what an entry says. */
    public void apply(JournalEntry entry) {
        if (entry instanceof JournalEntry.ReportTaken taken) {
            reports.put(new ReportKey(taken.report().source(), taken.report().subject()), taken);
        } else if (entry instanceof JournalEntry.PlanOpened opened) {
            opened(opened);
        } else if (entry instanceof JournalEntry.VmRecovered recovered) {
            recoveries.add(recovered);
            if (recoveries.size() > MAX_RECOVERIES) {
                recoveries.remove(recoveries.iterator().next());
            }
        } else if (entry instanceof JournalEntry.RecoveriesCleared cleared) {
            recoveries.removeIf(recovery -> recovery.vm().equals(cleared.vm()));
        } else if (entry instanceof JournalEntry.StepStarted started) {
            plan(started.plan()).ifPresent(plan -> plan.started.put(started.step(), started));
        } else if (entry instanceof JournalEntry.StepEnded ended) {
            plan(ended.plan()).ifPresent(plan -> plan.ended.put(ended.step(), ended));
        } else if (entry instanceof JournalEntry.PlanApproved approved) {
            plan(approved.plan()).ifPresent(plan -> plan.approvedBy = Optional.of(approved.operator()));
        } else if (entry instanceof JournalEntry.PlanClosed closed) {
            open.remove(closed.plan());
        } else {
            applyState(entry);
        }
    }

    private void applyState(JournalEntry entry) {
        if (entry instanceof JournalEntry.VmNoted noted) {
            vms.put(noted.state().vm().id(), noted.state());
        } else if (entry instanceof JournalEntry.VmForgotten forgotten) {
            vms.remove(forgotten.vm());
        } else if (entry instanceof JournalEntry.HostNoted noted) {
            hosts.put(noted.state().host().id(), noted.state());
        } else if (entry instanceof JournalEntry.HostForgotten forgotten) {
            hosts.remove(forgotten.host());
        } else if (entry instanceof JournalEntry.HostReturned returned) {
            if (returned.at().isEmpty()) {
                flaps.remove(returned.host());
            } else {
                flaps.put(returned.host(), returned);
            }
        } else if (entry instanceof JournalEntry.VmAway left) {
            if (left.isAway()) {
                away.put(left.vm(), left);
            } else {
                away.remove(left.vm());
            }
        } else if (entry instanceof JournalEntry.ReplicaSetNoted noted) {
            replicaSets.put(noted.state().id(), noted.state());
        } else if (entry instanceof JournalEntry.LeftBehind left) {
            leftovers.add(left.leftover());
        } else if (entry instanceof JournalEntry.LeftoverDeleted deleted) {
            leftovers.remove(deleted.leftover());
        } else if (entry instanceof JournalEntry.SettingsChanged changed) {
            settings = changed.settings();
            isFirst = false;
        }
    }

    private Optional<Open> plan(PlanId id) {
        return Optional.ofNullable(open.get(id));
    }

    private void opened(JournalEntry.PlanOpened opened) {
        PlanId id = opened.plan().id();
        lastPlan = Math.max(lastPlan, id.value());
        Open known = open.get(id);
        if (known == null) {
            open.put(id, new Open(opened));
        } else if (known.opened.revision() <= opened.revision()) {
            known.opened = opened;
            // Nothing of the earlier revision was tried; its steps were others, though they had the same numbers.
            // Where all is written again, those of this one follow again, too.
            known.started.clear();
            known.ended.clear();
        }
    }

    /**
     * The open plans in the order in which they go on: that of their numbers, but an offer that was approved comes after those that were
     * opened before a step of it was begun. What was decided meanwhile did not wait for it. Entries are kept by what they are about, so
     * that their own order says nothing.
     */
    private List<JournalState.OpenPlan> inTurn() {
        List<JournalState.OpenPlan> ordered = new ArrayList<>();
        List<JournalState.OpenPlan> offers = new ArrayList<>();
        for (Open plan : open.values()) {
            boolean isOfferTakenUp = plan.opened.isOffer() && plan.approvedBy.isPresent();
            (isOfferTakenUp ? offers : ordered)
                    .add(new JournalState.OpenPlan(plan.opened, plan.approvedBy, plan.started, plan.ended));
        }
        for (JournalState.OpenPlan offer : offers) {
            Instant begun = offer.started().values().stream()
                    .map(JournalEntry.StepStarted::at)
                    .min(Comparator.naturalOrder())
                    .orElse(Instant.MAX);
            int turn = Iterables.indexOf(ordered, plan -> plan.opened().at().isAfter(begun));
            ordered.add(turn < 0 ? ordered.size() : turn, offer);
        }
        return ordered;
    }

    /** What it holds now. */
    public JournalState state() {
        return new JournalState(
                isFirst,
                lastPlan,
                inTurn(),
                List.copyOf(reports.values()),
                List.copyOf(vms.values()),
                List.copyOf(hosts.values()),
                List.copyOf(replicaSets.values()),
                List.copyOf(leftovers),
                List.copyOf(recoveries),
                settings,
                List.copyOf(flaps.values()),
                List.copyOf(away.values()));
    }
}
