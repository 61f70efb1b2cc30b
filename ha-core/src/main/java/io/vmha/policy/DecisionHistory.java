package io.vmha.policy;

import io.vmha.fault.FaultReport;
import io.vmha.model.Inventory;
import java.util.ArrayList;
import java.util.List;

/**
 * What there was before each decision of a batch, put together only when somebody asks: for rules that look at the whole
 * inventory, for placements and for explanations.
 *
 * <p>Decisions are added by the thread that decides; what is put together is guarded by this object's monitor, since
 * explanations may be asked for anywhere later.
 */
final class DecisionHistory {
    private final Inventory base;
    private final FaultBatch faults;
    private final List<SubjectDecision> parts = new ArrayList<>(1);
    private final List<Inventory> before = new ArrayList<>(0);

    DecisionHistory(Inventory base, FaultBatch faults) {
        this.base = base;
        this.faults = faults;
    }

    void add(SubjectDecision part) {
        parts.add(part);
    }

    int size() {
        return parts.size();
    }

    List<SubjectDecision> parts() {
        return parts;
    }

    /** The inventory with the fault and the first {@code count} decisions shown in it. */
    synchronized Inventory after(int count) {
        if (before.isEmpty()) {
            Inventory faulty = base;
            for (FaultReport report : faults.stopping()) {
                faulty = FaultEffects.apply(faulty, report);
            }
            before.add(faulty);
        }
        while (before.size() <= count) {
            int next = before.size();
            before.add(DecisionEffects.apply(before.get(next - 1), parts.get(next - 1)));
        }
        return before.get(count);
    }
}
