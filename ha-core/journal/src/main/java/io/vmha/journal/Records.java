package io.vmha.journal;

import com.google.common.base.Strings;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalProjection;
import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.Leftover;
import io.vmha.fault.FaultReport;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Where each entry stands in the file: under a key that names what it is about, so that a later one replaces it and an end removes it.
 * What the entries come to is {@link JournalProjection}'s to say. Confined by its journal.
 */
final class Records {
    private static final int MAX_RECOVERIES = 100_000;
    private static final int DIGITS = 19;
    private static final int NANO_DIGITS = 9;

    private static final String PLAN = "plan/";
    private static final String REPORT = "report/";
    private static final String VM = "vm/";
    private static final String HOST = "host/";
    private static final String REPLICA_SET = "replica-set/";
    private static final String LEFTOVER = "leftover/";
    private static final String RECOVERY = "recovery/";
    private static final String FLAPS = "flaps/";
    private static final String AWAY = "away/";
    private static final String SETTINGS = "settings";
    private static final String STARTED = "/started/";
    private static final String ENDED = "/ended/";

    private final KeyedRecords store;
    private int recoveries;

    Records(KeyedRecords store) {
        this.store = store;
        recoveries = keys(RECOVERY).size();
    }

    void write(JournalEntry entry) {
        if (entry instanceof JournalEntry.PlanOpened opened) {
            store.planNumbered(opened.plan().id().value());
            String key = plan(opened.plan().id());
            if (!store.contains(key)) {
                store.put(key, EntryCodec.encode(opened));
            } else if (revision(key) <= opened.revision()) {
                // The steps of the earlier one were others, though they had the same numbers. Where all is written
                // again, since it was not known whether it was forced, those of this one follow again, too.
                keys(key + STARTED).forEach(store::remove);
                keys(key + ENDED).forEach(store::remove);
                store.put(key, EntryCodec.encode(opened));
            }
        } else if (entry instanceof JournalEntry.StepStarted started) {
            ofPlan(started.plan(), STARTED + started.step(), entry);
        } else if (entry instanceof JournalEntry.StepEnded ended) {
            ofPlan(ended.plan(), ENDED + ended.step(), entry);
        } else if (entry instanceof JournalEntry.PlanApproved approved) {
            ofPlan(approved.plan(), "/approved", entry);
        } else if (entry instanceof JournalEntry.PlanClosed closed) {
            keys(plan(closed.plan())).forEach(store::remove);
        } else if (entry instanceof JournalEntry.VmRecovered recovered) {
            recovered(recovered);
        } else if (entry instanceof JournalEntry.HostReturned returned
                && returned.at().isEmpty()) {
            store.remove(FLAPS + returned.host());
        } else if (entry instanceof JournalEntry.VmAway away && !away.isAway()) {
            store.remove(AWAY + away.vm());
        } else if (entry instanceof JournalEntry.RecoveriesCleared cleared) {
            cleared(cleared.vm());
        } else if (entry instanceof JournalEntry.VmForgotten forgotten) {
            store.remove(VM + forgotten.vm());
        } else if (entry instanceof JournalEntry.HostForgotten forgotten) {
            store.remove(HOST + forgotten.host());
        } else if (entry instanceof JournalEntry.LeftoverDeleted deleted) {
            store.remove(leftoverKey(deleted.leftover()));
        } else {
            store.put(key(entry), EntryCodec.encode(entry));
        }
    }

    private static String key(JournalEntry entry) {
        if (entry instanceof JournalEntry.ReportTaken taken) {
            return reportKey(taken.report());
        }
        if (entry instanceof JournalEntry.VmNoted noted) {
            return VM + noted.state().vm().id();
        }
        if (entry instanceof JournalEntry.HostNoted noted) {
            return HOST + noted.state().host().id();
        }
        if (entry instanceof JournalEntry.ReplicaSetNoted noted) {
            return REPLICA_SET + noted.state().id();
        }
        if (entry instanceof JournalEntry.LeftBehind left) {
            return leftoverKey(left.leftover());
        }
        if (entry instanceof JournalEntry.VmAway away) {
            return AWAY + away.vm();
        }
        if (entry instanceof JournalEntry.HostReturned returned) {
            return FLAPS + returned.host();
        }
        return SETTINGS;
    }

    /** In the order of time; the VM's length comes before it, so that no two can be taken for one another. */
    private static String leftoverKey(Leftover left) {
        return LEFTOVER + time(left.since()) + "/" + left.vm().value().length() + "/" + left.vm() + "/" + left.host()
                + "/" + left.what();
    }

    private static String time(Instant at) {
        long second = at.getEpochSecond() - Instant.MIN.getEpochSecond();
        return Strings.padStart(Long.toString(second), DIGITS, '0')
                + Strings.padStart(Integer.toString(at.getNano()), NANO_DIGITS, '0');
    }

    private static String plan(PlanId plan) {
        return PLAN + Strings.padStart(Long.toString(plan.value()), DIGITS, '0');
    }

    private int revision(String key) {
        JournalEntry known = decode(key);
        return known instanceof JournalEntry.PlanOpened opened ? opened.revision() : 0;
    }

    private void ofPlan(PlanId plan, String what, JournalEntry entry) {
        String key = plan(plan);
        if (store.contains(key)) {
            store.put(key + what, EntryCodec.encode(entry));
        }
    }

    /** In the order of time. A write that is made again, since it was not known whether it was forced, counts nothing twice. */
    private void recovered(JournalEntry.VmRecovered entry) {
        String key = RECOVERY + time(entry.at()) + "/" + entry.vm();
        if (store.contains(key)) {
            return;
        }
        recoveries++;
        store.put(key, EntryCodec.encode(entry));
        if (recoveries > MAX_RECOVERIES) {
            store.remove(store.keys(RECOVERY).next());
            recoveries--;
        }
    }

    private void cleared(VmId vm) {
        int before = RECOVERY.length() + DIGITS + NANO_DIGITS + 1;
        for (String key : keys(RECOVERY)) {
            if (key.substring(before).equals(vm.value())) {
                store.remove(key);
                recoveries--;
            }
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

    private JournalEntry decode(String key) {
        return EntryCodec.decode(store.get(key).orElseThrow(), JournalStore.FORMAT);
    }

    /** A plan's own record comes before those of its steps. */
    JournalState read() {
        JournalProjection projection = new JournalProjection();
        for (String prefix : List.of(PLAN, REPORT, VM, HOST, REPLICA_SET, LEFTOVER, RECOVERY, FLAPS, AWAY, SETTINGS)) {
            keys(prefix).forEach(key -> projection.apply(decode(key)));
        }
        JournalState state = projection.state();
        return new JournalState(
                state.isFirst(),
                Math.max(store.lastPlan(), state.lastPlan()),
                state.open(),
                state.reports(),
                state.vms(),
                state.hosts(),
                state.replicaSets(),
                state.leftovers(),
                state.recoveries(),
                state.settings(),
                state.flaps(),
                state.away());
    }
}
