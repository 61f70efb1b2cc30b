package io.vmha.scenario;

import com.google.common.collect.ImmutableList;
import io.vmha.center.event.ActionRecord;
import io.vmha.center.event.HaEvent;
import io.vmha.center.event.HaListener;
import io.vmha.policy.SubjectDecision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Writes down what a center decides and does. Thread-safe. */
final class DecisionLog implements HaListener {
    private final ToDoubleFunction<Instant> clock;
    private final List<DecisionRow> decisions = new ArrayList<>();
    private final List<ActionRecord> actions = new ArrayList<>();

    /** Makes a log whose rows have the time that the clock gives an event, in seconds after the start. */
    DecisionLog(ToDoubleFunction<Instant> clock) {
        this.clock = clock;
    }

    synchronized List<DecisionRow> decisions() {
        return ImmutableList.copyOf(decisions);
    }

    synchronized List<ActionRecord> actions() {
        return ImmutableList.copyOf(actions);
    }

    @Override
    public synchronized void onEvent(HaEvent event) {
        if (event instanceof HaEvent.Decided decided) {
            double at = clock.applyAsDouble(decided.at());
            decided.decision().parts().forEach(part -> decisions.add(DecisionRow.of(at, part)));
        } else if (event instanceof HaEvent.PlanHeld held) {
            double at = clock.applyAsDouble(held.at());
            held.parts()
                    .forEach(part ->
                            replace(part, DecisionRow.held(at, part, held.plan().id(), held.reason())));
        } else if (event instanceof HaEvent.PlanReleased released) {
            double at = clock.applyAsDouble(released.at());
            released.parts().forEach(part -> decisions.add(DecisionRow.of(at, part)));
        } else if (event instanceof HaEvent.DecisionBlocked blocked) {
            replace(blocked.decided(), DecisionRow.of(clock.applyAsDouble(blocked.at()), blocked.blocked()));
        } else if (event instanceof HaEvent.ActionEnded ended) {
            actions.add(ended.action());
        }
    }

    /** A decision has one row, which says what became of it; one that had none gets it now. */
    private void replace(SubjectDecision decided, DecisionRow row) {
        for (int i = decisions.size() - 1; i >= 0; i--) {
            DecisionRow before = decisions.get(i);
            if (before.subject().equals(row.subject())
                    && before.trigger() == row.trigger()
                    && before.outcome() == decided.outcome()) {
                decisions.set(i, row);
                return;
            }
        }
        decisions.add(row);
    }
}
