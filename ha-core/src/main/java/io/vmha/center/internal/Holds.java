package io.vmha.center.internal;

import io.vmha.center.config.AutomationLevel;
import io.vmha.center.journal.CenterSettings;
import io.vmha.center.journal.JournalEntry;
import io.vmha.plan.Action;
import io.vmha.plan.ActionKind;
import io.vmha.policy.Reason;
import java.util.List;
import java.util.Optional;

/**
 * What holds actions back that nobody approved: a pause, a storm guard, the automation level. Owns what operators chose of these. Confined
 * to the center's loop.
 */
final class Holds {
    private final CenterLoop center;
    private final StormWatch storm;
    private CenterSettings settings;

    Holds(CenterLoop center, StormWatch storm, CenterSettings settings) {
        this.center = center;
        this.storm = storm;
        this.settings = settings;
    }

    /** What operators chose. */
    CenterSettings settings() {
        return settings;
    }

    /** Operators chose otherwise. */
    void settings(CenterSettings chosen) {
        settings = chosen;
        center.journal(List.of(new JournalEntry.SettingsChanged(chosen)), () -> {});
    }

    /** Whether an operator paused the center. */
    boolean isPaused() {
        return settings.isPaused();
    }

    /** What holds an action back that nobody approved: the automation level or a storm guard. */
    Optional<Reason> heldBy(Action action) {
        boolean powersOff = action.kind() == ActionKind.POWER_OFF || action.kind() == ActionKind.FENCE_HOST;
        if (powersOff && storm.open().isPresent()) {
            return storm.open();
        }
        AutomationLevel level = settings.automation().orElse(center.config().automation());
        return switch (level) {
            case MANUAL -> Optional.of(Reason.AWAITING_APPROVAL);
            case PARTIAL -> powersOff ? Optional.of(Reason.AWAITING_APPROVAL) : Optional.empty();
            case FULL -> Optional.empty();
        };
    }
}
