package io.vmha.center.durable;

import com.google.common.base.Strings;
import io.vmha.center.JournalEntry;
import io.vmha.center.JournalState;
import io.vmha.fault.FaultReport;
import io.vmha.model.Host;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which records there are for what the journal knows: a plan's beginning, what became of its steps, its approval; the latest
 * report of each source, machines and hosts in trouble, recoveries. What has come to its end is removed, so that the file
 * grows with what there is and not with time. Not thread-safe.
 */
final class Records {
    private static final int MAX_RECOVERIES = 100_000;
    private static final int DIGITS = 19;

    private static final String PLAN = "plan/";
    private static final String PROPOSAL = "proposal/";
    private static final String REPORT = "report/";
    private static final String VM = "vm/";
    private static final String HOST = "host/";
    private static final String RECOVERY = "recovery/";
    private static final String APPROVED = "/approved";
    private static final String STARTED = "/started/";
    private static final String ENDED = "/ended/";

    private final JournalStore store;
    private int recoveries;

    Records(JournalStore store) {
        this.store = store;
        this.recoveries = keys(RECOVERY).size();
    }

    void write(JournalEntry entry) {
        if (entry instanceof JournalEntry.PlanOpened opened) {
            opened(opened);
        } else if (entry instanceof JournalEntry.PlanProposed proposed) {
            proposed(proposed);
        } else if (entry instanceof JournalEntry.StepStarted started) {
            ofPlan(started.plan(), STARTED + started.step(), EntryBytes.started(started));
        } else if (entry instanceof JournalEntry.StepEnded ended) {
            ofPlan(ended.plan(), ENDED + ended.step(), EntryBytes.ended(ended));
        } else if (entry instanceof JournalEntry.PlanApproved approved) {
            ofPlan(approved.plan(), APPROVED, EntryBytes.approved(approved));
        } else if (entry instanceof JournalEntry.PlanClosed closed) {
            keys(PLAN + number(closed.plan())).forEach(store::remove);
        } else if (entry instanceof JournalEntry.VmTroubled troubled) {
            store.put(VM + troubled.vm().id(), EntryBytes.troubled(troubled));
        } else if (entry instanceof JournalEntry.VmSound sound) {
            store.remove(VM + sound.vm());
        } else if (entry instanceof JournalEntry.HostTroubled troubled) {
            store.put(
                    HOST + troubled.host().id(),
                    new ValueOutput().host(troubled.host()).bytes());
        } else if (entry instanceof JournalEntry.HostSound sound) {
            store.remove(HOST + sound.host());
        }
    }

    private static String number(PlanId plan) {
        return Strings.padStart(Long.toString(plan.value()), DIGITS, '0');
    }

    private void ofPlan(PlanId plan, String what, byte[] bytes) {
        String key = PLAN + number(plan);
        if (store.contains(key)) {
            store.put(key + what, bytes);
        }
    }

    private void proposed(JournalEntry.PlanProposed proposed) {
        PlanId id = proposed.plan().id();
        store.planNumbered(id.value());
        if (!store.contains(PLAN + number(id))) {
            store.put(PROPOSAL + number(id), EntryBytes.proposed(proposed));
        }
    }

    private void opened(JournalEntry.PlanOpened opened) {
        PlanId id = opened.plan().id();
        opened.report()
                .ifPresent(report -> store.put(
                        reportKey(report), EntryBytes.taken(new JournalState.TakenReport(report, opened.at()))));
        String key = PLAN + number(id);
        if (opened.plan().isEmpty() || store.contains(key)) {
            return;
        }
        store.planNumbered(id.value());
        store.remove(PROPOSAL + number(id));
        store.put(key, EntryBytes.opened(opened));
        for (VmId vm : opened.recovered()) {
            recovered(RECOVERY + number(id) + "/" + vm, new JournalState.Recovery(vm, opened.at()));
        }
    }

    private void recovered(String key, JournalState.Recovery recovery) {
        recoveries += store.contains(key) ? 0 : 1;
        store.put(key, EntryBytes.recovery(recovery));
        if (recoveries > MAX_RECOVERIES) {
            store.remove(store.keys(RECOVERY).next());
            recoveries--;
        }
    }

    /** The source's length comes first, so that no source and subject can be taken for another two. */
    private static String reportKey(FaultReport report) {
        return REPORT + report.source().length() + "/" + report.source() + "/"
                + report.subject().scope() + "/" + report.subject();
    }

    private List<String> keys(String prefix) {
        List<String> found = new ArrayList<>();
        for (Iterator<String> keys = store.keys(prefix); keys.hasNext(); ) {
            String key = keys.next();
            if (!key.startsWith(prefix)) {
                break;
            }
            found.add(key);
        }
        return found;
    }

    private byte[] bytes(String key) {
        return store.get(key).orElseThrow();
    }

    JournalState read() {
        return new JournalState(
                store.lastPlan(),
                plans(),
                keys(PROPOSAL).stream()
                        .map(key -> EntryBytes.proposed(bytes(key)))
                        .toList(),
                keys(REPORT).stream().map(key -> EntryBytes.taken(bytes(key))).toList(),
                keys(VM).stream().map(key -> EntryBytes.troubledVm(bytes(key))).toList(),
                keys(HOST).stream().map(this::host).toList(),
                keys(RECOVERY).stream()
                        .map(key -> EntryBytes.recovery(bytes(key)))
                        .toList());
    }

    private Host host(String key) {
        return new ValueInput(bytes(key)).host();
    }

    private List<JournalState.OpenPlan> plans() {
        List<JournalState.OpenPlan> plans = new ArrayList<>();
        int keyLength = PLAN.length() + DIGITS;
        keys(PLAN).stream().filter(key -> key.length() == keyLength).forEach(key -> plans.add(plan(key)));
        return plans;
    }

    private JournalState.OpenPlan plan(String key) {
        Map<Integer, JournalEntry.StepStarted> started = new LinkedHashMap<>();
        Map<Integer, JournalEntry.StepEnded> ended = new LinkedHashMap<>();
        for (String step : keys(key + STARTED)) {
            JournalEntry.StepStarted entry = EntryBytes.started(bytes(step));
            started.put(entry.step(), entry);
        }
        for (String step : keys(key + ENDED)) {
            JournalEntry.StepEnded entry = EntryBytes.ended(bytes(step));
            ended.put(entry.step(), entry);
        }
        Optional<String> approvedBy = store.get(key + APPROVED).map(EntryBytes::approvedBy);
        return new JournalState.OpenPlan(EntryBytes.opened(bytes(key)), approvedBy, started, ended);
    }
}
