package io.vmha.center.internal.execution;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;

/**
 * The states of a step, and the table that says which event leads from which to which.
 *
 * <pre>
 *                 predecessors, hold, room, turn
 *              +----------------------------------+
 *              v                                  |
 *   WAITING, HELD, AWAITING_ROOM, AWAITING_TURN --+--ADMITTED--> STARTING --CALLED--> RUNNING --+--> BACKING_OFF
 *        ^          |                                |  WITHDRAWN                     |         |        | RETRY
 *        +----------|--------------------------------+--------------------------------|---------|--------+
 *                   |                                                                 |         v
 *                   +---------------------------> ENDED <-----------------------------+---- READING_BACK
 * </pre>
 *
 * <p>Guards are judged on every way into STARTING, and again between STARTING and RUNNING, once the intent is written.
 */
enum StepState {
    /** A step that it waits for has not ended, or it is to be tried again. */
    WAITING,
    /** An operator, a storm guard or a pause holds it. */
    HELD,
    /** Its host has no room yet, or where a VM is has to be read first. */
    AWAITING_ROOM,
    /** Steps of earlier plans for the same VM, or others on the same host, come first. */
    AWAITING_TURN,
    /** Its intent is being written. */
    STARTING,
    /** Its call is under way. */
    RUNNING,
    /** It failed and is tried again later. */
    BACKING_OFF,
    /** What became of it is not known, and is read back. */
    READING_BACK,
    /** It came to its end: done, failed or skipped. */
    ENDED;

    /** What happens to a step. */
    enum Event {
        /** A step before it is not done yet. */
        PREDECESSOR_PENDING,
        /** It is held. */
        HOLD,
        /** It waits for room or for a reading. */
        NO_ROOM,
        /** It is not its turn. */
        NO_TURN,
        /** Nothing stands in its way. */
        ADMITTED,
        /** A guard changed its mind while the intent was written, or leadership was lost. */
        WITHDRAWN,
        /** The call is made. */
        CALLED,
        /** The call failed and may be made again later. */
        FAILED,
        /** The time to try again has come. */
        RETRY,
        /** What became of the calls must be read. */
        UNKNOWN,
        /** It came to its end. */
        END
    }

    private static final Map<StepState, Map<Event, StepState>> TABLE = table();

    private static Map<StepState, Map<Event, StepState>> table() {
        Map<StepState, Map<Event, StepState>> table = new EnumMap<>(StepState.class);
        for (StepState idle : EnumSet.of(WAITING, HELD, AWAITING_ROOM, AWAITING_TURN)) {
            Map<Event, StepState> row = new EnumMap<>(Event.class);
            row.put(Event.PREDECESSOR_PENDING, WAITING);
            row.put(Event.HOLD, HELD);
            row.put(Event.NO_ROOM, AWAITING_ROOM);
            row.put(Event.NO_TURN, AWAITING_TURN);
            row.put(Event.ADMITTED, STARTING);
            row.put(Event.UNKNOWN, READING_BACK);
            row.put(Event.END, ENDED);
            table.put(idle, row);
        }
        table.put(STARTING, new EnumMap<>(Map.of(Event.CALLED, RUNNING, Event.WITHDRAWN, WAITING, Event.END, ENDED)));
        table.put(
                RUNNING,
                new EnumMap<>(Map.of(
                        Event.FAILED, BACKING_OFF,
                        Event.UNKNOWN, READING_BACK,
                        Event.WITHDRAWN, WAITING,
                        Event.END, ENDED)));
        table.put(
                BACKING_OFF,
                new EnumMap<>(Map.of(Event.RETRY, WAITING, Event.UNKNOWN, READING_BACK, Event.END, ENDED)));
        table.put(
                READING_BACK,
                new EnumMap<>(Map.of(
                        Event.UNKNOWN,
                        READING_BACK,
                        Event.WITHDRAWN,
                        WAITING,
                        Event.FAILED,
                        BACKING_OFF,
                        Event.END,
                        ENDED)));
        table.put(ENDED, new EnumMap<>(Event.class));
        return table;
    }

    /**
     * Returns the state that follows.
     *
     * @throws IllegalStateException if the event cannot happen in this state
     */
    StepState next(Event event) {
        StepState next = TABLE.getOrDefault(this, Map.of()).get(event);
        if (next == null) {
            throw new IllegalStateException(event + " cannot happen to a step that is " + this);
        }
        return next;
    }

    /** Whether nothing is under way, so that its guards may be judged. */
    boolean isIdle() {
        return this == WAITING || this == HELD || this == AWAITING_ROOM || this == AWAITING_TURN;
    }
}
