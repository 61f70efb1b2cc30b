package io.vmha.group.nemesis;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.center.event.ActionRecord;
import io.vmha.center.event.ActionResult;
import io.vmha.center.event.HaEvent;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.PlanId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The check of storms finds what it is there to find. */
class StormCheckTest {
    private static final long HOURS = 5 * 3_600;

    private final List<String> said = new ArrayList<>();
    private final StormCheck check = new StormCheck(said::add);

    private static HaEvent guard(boolean isOpen, long second) {
        return new HaEvent.StormGuardChanged(Instant.ofEpochSecond(second), isOpen, Set.of());
    }

    private static HaEvent powerOff(long began, int attempt) {
        Action off = new Action.PowerOff(VmId.of("vm1"), HostId.of("h1"));
        return new HaEvent.ActionEnded(
                Instant.ofEpochSecond(began),
                new ActionRecord(Instant.ofEpochSecond(began), new PlanId(1), 0, off, attempt, ActionResult.DONE, ""));
    }

    private List<String> broken(HaEvent... events) {
        List.of(events).forEach(check::onEvent);
        return said.stream().filter(line -> line.startsWith(StormCheck.BROKEN)).toList();
    }

    @Test
    void aPowerOffThatBeganWhileTheGuardWasOpenIsFoundThoughItEndedLater() {
        assertThat(broken(guard(true, 10), guard(false, 20), powerOff(15, 1))).hasSize(1);
    }

    @Test
    void aPowerOffThatBeganBeforeOrAfterIsWell() {
        assertThat(broken(powerOff(9, 1), guard(true, 10), powerOff(9, 1), guard(false, 20), powerOff(21, 1)))
                .isEmpty();
    }

    @Test
    void aPowerOffThatWasNotTriedIsWell() {
        assertThat(broken(guard(true, 10), powerOff(15, 0))).isEmpty();
    }

    @Test
    void whatIsHoursApartSinceAClockWasMovedIsNotCompared() {
        assertThat(broken(guard(true, 10), powerOff(15 + HOURS, 1))).isEmpty();
    }
}
