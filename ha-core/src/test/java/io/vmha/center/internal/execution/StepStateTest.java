package io.vmha.center.internal.execution;

import static io.vmha.center.internal.execution.StepState.AWAITING_ROOM;
import static io.vmha.center.internal.execution.StepState.AWAITING_TURN;
import static io.vmha.center.internal.execution.StepState.BACKING_OFF;
import static io.vmha.center.internal.execution.StepState.ENDED;
import static io.vmha.center.internal.execution.StepState.HELD;
import static io.vmha.center.internal.execution.StepState.READING_BACK;
import static io.vmha.center.internal.execution.StepState.RUNNING;
import static io.vmha.center.internal.execution.StepState.STARTING;
import static io.vmha.center.internal.execution.StepState.WAITING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.vmha.center.internal.execution.StepState.Event;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of a step's states, as the specification has it: what is not in it cannot happen. */
class StepStateTest {
    private static final Map<Event, StepState> IDLE = Map.of(
            Event.PREDECESSOR_PENDING, WAITING,
            Event.HOLD, HELD,
            Event.NO_ROOM, AWAITING_ROOM,
            Event.NO_TURN, AWAITING_TURN,
            Event.ADMITTED, STARTING,
            Event.UNKNOWN, READING_BACK,
            Event.END, ENDED);

    private static final Map<StepState, Map<Event, StepState>> EXPECTED = Map.of(
            WAITING, IDLE,
            HELD, IDLE,
            AWAITING_ROOM, IDLE,
            AWAITING_TURN, IDLE,
            STARTING, Map.of(Event.CALLED, RUNNING, Event.WITHDRAWN, WAITING, Event.END, ENDED),
            RUNNING,
                    Map.of(
                            Event.FAILED, BACKING_OFF,
                            Event.UNKNOWN, READING_BACK,
                            Event.WITHDRAWN, WAITING,
                            Event.END, ENDED),
            BACKING_OFF, Map.of(Event.RETRY, WAITING, Event.UNKNOWN, READING_BACK, Event.END, ENDED),
            READING_BACK,
                    Map.of(
                            Event.UNKNOWN, READING_BACK,
                            Event.WITHDRAWN, WAITING,
                            Event.FAILED, BACKING_OFF,
                            Event.END, ENDED),
            ENDED, Map.of());

    @ParameterizedTest
    @EnumSource
    void eachEventLeadsWhereTheTableSaysOrIsRefused(StepState state) {
        for (Event event : Event.values()) {
            Optional<StepState> next = Optional.ofNullable(EXPECTED.get(state).get(event));
            if (next.isPresent()) {
                assertThat(state.next(event)).as("%s, %s", state, event).isEqualTo(next.get());
            } else {
                assertThatIllegalStateException()
                        .as("%s, %s", state, event)
                        .isThrownBy(() -> state.next(event))
                        .withMessage(event + " cannot happen to a step that is " + state);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCallIsMadeOnlyAfterGuardsWereJudgedAndTheIntentIsWritten(StepState state) {
        for (Event event : Event.values()) {
            Optional<StepState> next = Optional.ofNullable(EXPECTED.get(state).get(event));
            assertThat(next.filter(RUNNING::equals).isPresent())
                    .as("%s, %s", state, event)
                    .isEqualTo(state == STARTING && event == Event.CALLED);
            assertThat(next.filter(STARTING::equals).isPresent())
                    .as("%s, %s", state, event)
                    .isEqualTo(state.isIdle() && event == Event.ADMITTED);
        }
    }
}
