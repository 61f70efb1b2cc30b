package io.vmha.group.nemesis;

import io.vmha.center.event.ActionRecord;
import io.vmha.center.event.HaEvent;
import io.vmha.center.event.HaListener;
import io.vmha.plan.Action;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Looks, in what a center tells, for power-offs that began while its storm guard was open, and says so in a line for each; it says, too,
 * when the guard opens. The clock of its host may have been moved by hours meanwhile: what seems to be that far apart is not compared.
 */
final class StormCheck implements HaListener {
    static final String OPENED = "the storm guard opened";
    static final String BROKEN = "BROKEN: ";

    private static final Duration CLOCK_WAS_MOVED = Duration.ofMinutes(30);

    private record Open(Instant from, Instant to) {
        boolean contains(Instant at) {
            boolean isOneClock = Duration.between(from, at).abs().compareTo(CLOCK_WAS_MOVED) < 0;
            return isOneClock && at.isAfter(from) && at.isBefore(to);
        }
    }

    private final Consumer<String> says;
    /** When it was open; the last one may be open still. */
    private final List<Open> open = new ArrayList<>();

    StormCheck(Consumer<String> says) {
        this.says = says;
    }

    @Override
    public void onEvent(HaEvent event) {
        if (event instanceof HaEvent.StormGuardChanged changed) {
            if (changed.isOpen()) {
                open.add(new Open(changed.at(), Instant.MAX));
                says.accept(OPENED);
            } else if (!open.isEmpty()) {
                Open last = open.remove(open.size() - 1);
                open.add(new Open(last.from(), changed.at()));
            }
        } else if (event instanceof HaEvent.ActionEnded ended && isPowerOff(ended.action())) {
            ActionRecord off = ended.action();
            if (open.stream().anyMatch(interval -> interval.contains(off.at()))) {
                says.accept(BROKEN + "powered off while the storm guard was open: " + off);
            }
        }
    }

    private static boolean isPowerOff(ActionRecord tried) {
        boolean isCalled = tried.attempt() > 0;
        return isCalled && (tried.action() instanceof Action.PowerOff || tried.action() instanceof Action.FenceHost);
    }
}
