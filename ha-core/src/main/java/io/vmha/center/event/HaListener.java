package io.vmha.center.event;

/**
 * Gets told of every step. What it throws is logged and harms nothing. {@link HaEventHandler} has a method for each kind of event.
 */
@FunctionalInterface
public interface HaListener {

    /**
     * Takes an event. Called off the center's loop, one event at a time and in order. One that blocks holds up itself only; one that
     * falls behind by more than 100,000 events loses the oldest, which is logged.
     */
    void onEvent(HaEvent event);
}
